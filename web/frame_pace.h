// web/frame_pace.h - how soon after a frame the next one comes when only data asks for it.
//
// Two rules, the later one counts; input, a fade and a change of status wait for neither.
//
// Rest: drawing takes at most half of the main thread, and less while much waits to be read, since
// a page that draws faster than it reads falls behind; four frames a second while a snapshot fills
// a table, which every frame would make later.
//
// Ease: a frame costs the rest of the machine too: without a GPU 15 ms of Chromium's process for
// it, on any machine what the compositor does. So where the feed comes late and this page is at
// work on it, frames are spaced on a grid of their own, and the broker, the network and the
// decoder get what the skipped ones would have cost. Late alone is not enough: behind a slow link,
// or with times that are no times of sending, fewer frames would help nobody.
//
// Invariants (tests/screen/frame_pace_test.cpp):
//   1. A feed that is not late, or that is little work, is shown at the display's own rate.
//   2. Frames at the display's next chance come as often as the grid says, not at every second
//      chance for being a little late for each.
//   3. However slow frames are, the next one is due within kRestMaxUs of the last one's start,
//      or kRestFillingUs while a snapshot fills a table.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.h"

namespace nats_blotter::web {

class FramePace {
  public:
    struct Load {
        std::int64_t lag_ms = -1;      // of the feed behind its source, -1: not known
        MonotonicUs decoded_us = 0;    // time spent decoding, since ever
        std::size_t unread_bytes = 0;  // received, and in the parser
        bool filling = false;          // a snapshot fills a table that shows rows of it already
    };

    // A frame, or a look that led to none, ran from `started` to `ended`.
    void note(MonotonicUs started, MonotonicUs ended, const Load& load);

    // No frame for data alone before it.
    MonotonicUs next_at() const { return next_at_; }
    // Of frames for data alone; 0: as many as the display has, also when nothing was looked at for
    // a second.
    int frames_per_s_max(MonotonicUs now) const;
    // How many frames have been put off for the sake of the feed's lag.
    std::uint64_t eased() const { return eased_; }

  private:
    static MonotonicUs step_for(const Load& load, MonotonicUs decoded_us, MonotonicUs since_us);

    MonotonicUs next_at_ = 0;
    MonotonicUs grid_at_ = 0;  // the last frame's place in the grid
    MonotonicUs step_us_ = 0;  // of the grid, 0: there is none
    MonotonicUs looked_at_ = 0;
    MonotonicUs decoded_us_ = 0;
    std::uint64_t eased_ = 0;
};

}  // namespace nats_blotter::web

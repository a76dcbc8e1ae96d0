#include "web/frame_pace.h"

#include <algorithm>

namespace nats_blotter::web {
namespace {

// After a frame of this length come as many times this length until the next.
constexpr MonotonicUs kRestShare = 2;
constexpr MonotonicUs kRestShareBehind = 4;
// Unread bytes with which the page counts as behind: a few milliseconds of decoding.
constexpr std::size_t kBehindBytes = 1024 * 1024;
// However slow the frames are: ten a second still look alive.
constexpr MonotonicUs kRestMaxUs = 100 * kMillisecondUs;
// While a snapshot fills a table that shows rows of it already: every frame makes the rest later.
// Input has its frame at once, as ever.
constexpr MonotonicUs kRestFillingUs = 250 * kMillisecondUs;

// The feed is late by so much: 45 frames a second, which nobody tells from 60 in a table of
// numbers; and by so much: 34, which is still quicker than anybody reads.
constexpr std::int64_t kLateMs = 100;
constexpr std::int64_t kVeryLateMs = 300;
constexpr MonotonicUs kLateStepUs = 22 * kMillisecondUs;
constexpr MonotonicUs kVeryLateStepUs = 29 * kMillisecondUs;

// At work: a twentieth of the time is spent decoding. With messages of 4 KiB the browser spends
// several times as much on handing them over.
constexpr MonotonicUs kAtWorkShare = 20;

}  // namespace

MonotonicUs FramePace::step_for(const Load& load, MonotonicUs decoded_us, MonotonicUs since_us) {
    if (load.lag_ms < kLateMs || decoded_us * kAtWorkShare < since_us) return 0;
    return load.lag_ms < kVeryLateMs ? kLateStepUs : kVeryLateStepUs;
}

void FramePace::note(MonotonicUs started, MonotonicUs ended, const Load& load) {
    const bool behind = load.unread_bytes > kBehindBytes;
    const MonotonicUs rest = (ended - started) * (behind ? kRestShareBehind : kRestShare);
    next_at_ = started + (load.filling ? kRestFillingUs : std::min(rest, kRestMaxUs));

    step_us_ = step_for(load, load.decoded_us - decoded_us_, started - looked_at_);
    looked_at_ = started;
    decoded_us_ = load.decoded_us;
    if (step_us_ == 0) {
        grid_at_ = started;
        return;
    }
    // A frame that the display let wait does not make the next one wait longer.
    grid_at_ = std::max(grid_at_ + step_us_, started);
    if (grid_at_ <= next_at_) return;
    next_at_ = grid_at_;
    ++eased_;
}

int FramePace::frames_per_s_max(MonotonicUs now) const {
    return step_us_ == 0 || now - looked_at_ > kSecondUs ? 0
                                                         : static_cast<int>(kSecondUs / step_us_);
}

}  // namespace nats_blotter::web

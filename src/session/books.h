// session/books.h - rule of truth 8: the books of two tables must balance, and a difference that
// stands for too long is a break.
//
// The tables post into a table::Ledger; this is what time does to it. Nothing is judged before the
// rows of the scope have been read twice (round settled). What differs then is weighed: the value a
// difference has most of the time, and still has behind a fence (nothing of the broker's is on its
// way), becomes the base of its key, since the source's entries need not
// reach back to its beginning and some may be beyond the row cap. A base that may hold a row which
// a later snapshot shows (Ledger::Key::doubted) is weighed again. From then on a difference may
// stand for kBreakAfterUs, and then only if the link has shown by a fence that nothing of the
// broker's is still on its way.
//
// Invariants (tests/session/books_test.cpp):
//   1. A difference that comes and goes within kBreakAfterUs breaks nothing.
//   2. No break while the books are closed (open() to close()).
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.h"
#include "table/ledger.h"

namespace nats_blotter::session {

inline constexpr MonotonicUs kBreakAfterUs = 3 * kSecondUs;

// Positions are read again after this, at random between the two, so that a lost event is found
// within 65 s: 57 s, a read of 4 s and kBreakAfterUs.
inline constexpr MonotonicUs kCheckFirstUs = 50 * kSecondUs;
inline constexpr MonotonicUs kCheckLastUs = 57 * kSecondUs;

// Breaks read everything again; not more often than this, whatever a feed does.
inline constexpr MonotonicUs kBreakPauseUs = 10 * kSecondUs;

class Books {
  public:
    // `ledger` must outlive the books; null: there are none, and nothing ever happens.
    explicit Books(table::Ledger* ledger) : ledger_(ledger) {}

    // All rows are as the source has them, give or take what is on its way. After pause() what
    // differs is weighed only where the key is new; the others are judged as before, from now.
    void open(MonotonicUs now);
    // Everything will be read again.
    void close();
    // Nothing is judged for a while, but the rows stay as they are: other accounts are being read,
    // or the link is silent.
    void pause();
    bool is_open() const { return open_; }

    enum class Finding : std::uint8_t {
        Nothing,
        WantsFence,  // something has stood for long enough: fence, then on_fence()
        Break,       // keys were marked; read everything again
    };
    Finding look(MonotonicUs now);
    Finding on_fence(MonotonicUs now);
    // The fence will not come.
    void forget_fence() { fence_asked_ = false; }

    // When look() has something to do, kNever when not.
    MonotonicUs next_deadline() const { return open_ ? due_ : kNever; }
    // Keys found broken, ever.
    std::uint64_t breaks() const { return breaks_; }

  private:
    // Looks at a time, so that a hundred thousand keys that differ cost little.
    static constexpr MonotonicUs kLookEveryUs = 100 * kMillisecondUs;

    static void begin_weighing(table::Ledger::Key& key, MonotonicUs now);
    void weigh(table::Ledger::Key& key, MonotonicUs now);
    static bool is_weighed(const table::Ledger::Key& key, MonotonicUs now);

    table::Ledger* ledger_;
    bool open_ = false;
    bool fence_asked_ = false;
    std::size_t known_keys_ = 0;  // of the ledger, the first ones: weighed, as far as they differed
    MonotonicUs due_ = kNever;
    MonotonicUs looked_at_ = -1;
    MonotonicUs broke_at_ = -1;
    MonotonicUs fence_asked_at_ = 0;
    std::uint64_t breaks_ = 0;
};

}  // namespace nats_blotter::session

// table/minute_sums.h - what the amounts of the last minute add up to, by key, as time goes on.
//
// An amount has a second of its own (when a trade was made), in any order. It counts from when it
// is added until a minute after its second. Amounts a minute old or more, or more than a minute
// ahead of the clock, count nothing.
//
// Knows no clock and keeps no sums: whoever adds and advances keeps them.
//
// Invariants (tests/table/minute_sums_test.cpp, against sums from scratch):
//   1. What was taken (add() true) and has not been handed to `expire` is of the last minute.
//   2. size() <= kMinuteAmountsMax; what is turned away makes the sums incomplete for a minute.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/limits.h"

namespace nats_blotter::table {

class MinuteSums {
  public:
    static constexpr std::int64_t kSeconds = 60;

    explicit MinuteSums(std::size_t amounts_max = kMinuteAmountsMax) : amounts_max_(amounts_max) {}

    // True where the amount counts from now on; its sum is the caller's to raise.
    bool add(std::uint32_t key, std::int64_t second, std::uint64_t amount);

    // It is `second` now. `expire(key, amount)` is told of each amount that counts no longer. A
    // clock that was put back makes all of them expire, and the sums incomplete for a minute.
    template <class Expire>
    void advance(std::int64_t second, const Expire& expire) {
        if (second == now_) return;
        const bool is_back = second < now_;
        if (is_back) incomplete_until_ = second + kSeconds;
        // What was ahead of the clock goes too where the clock went back, or far ahead.
        const std::int64_t last =
            is_back ? now_ + kSeconds : std::min(second - kSeconds, now_ + kSeconds);
        if (size_ > 0)
            for (std::int64_t gone = now_ - kSeconds + 1; gone <= last; ++gone)
                empty(slot(gone), expire);
        now_ = second;
    }

    // Every sum of the last minute is whole.
    bool is_complete() const { return now_ >= incomplete_until_; }
    std::size_t size() const { return size_; }
    std::uint64_t refused() const { return refused_; }
    // Forgets the amounts, not the time.
    void clear();

  private:
    static constexpr std::int64_t kNoTime = INT64_MIN / 2;
    // A minute behind the clock and a minute ahead of it.
    static constexpr std::int64_t kSlots = 128;
    static_assert(kSlots > 2 * kSeconds);
    // A second's room that is kept when the second is over.
    static constexpr std::size_t kRoomKept = 4'096;

    struct Amount {
        std::uint32_t key = 0;
        std::uint64_t amount = 0;
    };
    using Slot = std::vector<Amount>;

    Slot& slot(std::int64_t second) {
        return slots_[static_cast<std::size_t>(second & (kSlots - 1))];
    }
    template <class Expire>
    void empty(Slot& slot, const Expire& expire) {
        for (const Amount& amount : slot) expire(amount.key, amount.amount);
        size_ -= slot.size();
        slot.clear();
        if (slot.capacity() > kRoomKept) slot = Slot();
    }

    std::size_t amounts_max_;
    std::array<Slot, static_cast<std::size_t>(kSlots)> slots_;
    std::size_t size_ = 0;
    std::int64_t now_ = kNoTime;
    std::int64_t incomplete_until_ = kNoTime;
    std::uint64_t refused_ = 0;
};

}  // namespace nats_blotter::table

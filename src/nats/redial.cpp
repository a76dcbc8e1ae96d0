#include "nats/redial.h"

#include "base/assert.h"

namespace nats_blotter::nats {

MonotonicUs redial_window_us(MonotonicUs outage_us) {
    if (outage_us < 20 * kSecondUs) return kSecondUs;
    if (outage_us < 120 * kSecondUs) return 5 * kSecondUs;
    return 30 * kSecondUs;
}

void Redial::outage_begins(MonotonicUs now) {
    outage_start_ = now;
    first_ = true;
}

MonotonicUs Redial::next_dial_at(MonotonicUs now) {
    NB_ASSERT(outage_start_ != kNever);
    const MonotonicUs window = first_ ? kFirstDialWindowUs : redial_window_us(now - outage_start_);
    first_ = false;
    return now + static_cast<MonotonicUs>(random_.below(static_cast<std::uint64_t>(window) + 1));
}

MonotonicUs Redial::lame_duck_move_at(MonotonicUs now) {
    constexpr auto kSpread = static_cast<std::uint64_t>(kLameDuckMoveMaxUs - kLameDuckMoveMinUs);
    return now + kLameDuckMoveMinUs + static_cast<MonotonicUs>(random_.below(kSpread + 1));
}

}  // namespace nats_blotter::nats

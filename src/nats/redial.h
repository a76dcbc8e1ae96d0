// nats/redial.h - when to dial next: design rule 7.
//
// The first redial of an outage comes after 0 to 250 ms, so that a herd behind one ingress spreads.
// The next ones are spread over a window that widens with the outage: 1 s in its first 20 s, 5 s
// until 2 min, 30 s after. For ever. An outage begins with start(), or when a connection ended that
// had held for kConnectionHeldUs.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/random.h"

namespace nats_blotter::nats {

inline constexpr MonotonicUs kFirstDialWindowUs = 250 * kMillisecondUs;

// A connection that ends sooner did not end the outage before it: a broker that accepts and cuts at
// once, as an overloaded one does, is then dialled ever more slowly. Longer than the broker's own
// authentication timer (2 s) and its first PING (2.4 s); shorter than what anyone calls stable.
inline constexpr MonotonicUs kConnectionHeldUs = 5 * kSecondUs;

// When to leave a broker that announced its end: nats-server cuts its clients after a grace of 10 s
// by default, spread over two minutes. Spread, because all of its clients hear of it at once.
inline constexpr MonotonicUs kLameDuckMoveMinUs = 200 * kMillisecondUs;
inline constexpr MonotonicUs kLameDuckMoveMaxUs = 8 * kSecondUs;

class Redial {
  public:
    explicit Redial(std::uint64_t seed) : random_(seed) {}

    // The connection ended, or there never was one.
    void outage_begins(MonotonicUs now);

    // When to dial, as seen from now. REQUIRES: outage_begins() was called.
    MonotonicUs next_dial_at(MonotonicUs now);

    MonotonicUs lame_duck_move_at(MonotonicUs now);

  private:
    Random random_;
    MonotonicUs outage_start_ = kNever;
    bool first_ = true;
};

// How wide the dials are spread when the outage has lasted so long.
MonotonicUs redial_window_us(MonotonicUs outage_us);

}  // namespace nats_blotter::nats

// base/random.h - the seeded generator that is passed in wherever chance is needed.
//
// SplitMix64 (Steele, Lea, Flood 2014): one 64-bit state, full period, good enough to spread dials
// and to drive tests; not for secrets. The same seed gives the same numbers on every platform.
#pragma once

#include <cstdint>

namespace nats_blotter {

class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next();

    // Uniform in [0, bound). REQUIRES: bound > 0.
    std::uint64_t below(std::uint64_t bound);

  private:
    std::uint64_t state_;
};

}  // namespace nats_blotter

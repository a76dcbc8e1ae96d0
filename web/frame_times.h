// web/frame_times.h - how long the last frames took, for stats().
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/clock.h"

namespace nats_blotter::web {

struct Spread {
    MonotonicUs p50 = -1;  // -1: nothing measured yet
    MonotonicUs p99 = -1;
};

class FrameTimes {
  public:
    void add(MonotonicUs duration_us);
    std::uint64_t count() const { return count_; }
    Spread spread() const;  // of the last kKept

  private:
    static constexpr std::size_t kKept = 256;  // four seconds at 60 a second

    std::array<std::uint32_t, kKept> times_us_{};
    std::uint64_t count_ = 0;
};

}  // namespace nats_blotter::web

// tests/support/manual_clock.h - time that passes when a test says so.
#pragma once

#include "base/clock.h"

namespace nats_blotter::tests {

class ManualClock {
  public:
    MonotonicUs now() const { return now_; }
    void advance_ms(std::int64_t ms) { now_ += ms * kMillisecondUs; }
    void advance_us(std::int64_t us) { now_ += us; }
    void set(MonotonicUs now) { now_ = now; }

  private:
    MonotonicUs now_ = 1'000 * kSecondUs;  // not zero, so that a forgotten `now` shows
};

}  // namespace nats_blotter::tests

// session/feed_lag.h - how far behind its source the feed is.
//
// Clocks of two machines differ, so what counts is how much later than at best a record arrives:
// `now - published` of the record decoded last, less the smallest such difference seen. A link that
// is too slow, a broker that holds bytes back and bytes that wait here undecoded all show in it.
//
// Invariants (tests/session/feed_lag_test.cpp):
//   1. A constant difference of the clocks, however large, is no lag.
//   2. Silence is no lag, unless bytes wait.
//   3. A time of day that is set forward or back here, which the monotonic clock shows, is no lag.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace nats_blotter::session {

class FeedLag {
  public:
    // A record was decoded; both times of day in milliseconds.
    void add(EpochMs now_epoch, EpochMs published, MonotonicUs now);

    // The next connection measures anew. While behind, what was the best is kept: the next one may
    // be behind from its first record.
    void on_disconnected(MonotonicUs now);
    void clear();

    // -1 when nothing is known: no record, or none for a while and no bytes that wait.
    std::int64_t lag_ms(MonotonicUs now, bool bytes_wait) const;

  private:
    std::int64_t best_ms_ = INT64_MAX;
    std::int64_t last_ms_ = 0;
    std::int64_t offset_ms_ = 0;  // of the time of day to the monotonic clock, when last set
    MonotonicUs last_at_ = -1;
};

}  // namespace nats_blotter::session

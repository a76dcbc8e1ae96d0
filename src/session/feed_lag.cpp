#include "session/feed_lag.h"

#include <algorithm>

#include "session/session.h"

namespace nats_blotter::session {

// A feed that said nothing for so long has nothing of which it could be late.
static constexpr MonotonicUs kSampleGoodUs = 5 * kSecondUs;

void FeedLag::add(EpochMs now_epoch, EpochMs published, MonotonicUs now) {
    last_ms_ = now_epoch - published;
    best_ms_ = std::min(best_ms_, last_ms_);
    last_at_ = now;
}

void FeedLag::on_disconnected(MonotonicUs now) {
    const bool behind = lag_ms(now, false) >= kBehindMs;
    const std::int64_t best = best_ms_;
    clear();
    if (behind) best_ms_ = best;
}

void FeedLag::clear() { *this = FeedLag(); }

std::int64_t FeedLag::lag_ms(MonotonicUs now, bool bytes_wait) const {
    if (last_at_ < 0) return -1;
    const MonotonicUs age = std::max<MonotonicUs>(0, now - last_at_);
    if (!bytes_wait && age > kSampleGoodUs) return -1;
    return last_ms_ - best_ms_ + (bytes_wait ? age / kMillisecondUs : 0);
}

}  // namespace nats_blotter::session

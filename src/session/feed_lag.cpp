#include "session/feed_lag.h"

#include <algorithm>

#include "session/session.h"

namespace nats_blotter::session {

// A feed that said nothing for so long has nothing of which it could be late.
static constexpr MonotonicUs kSampleGoodUs = 5 * kSecondUs;

// Less is drift, or a clock that is read a little late.
static constexpr std::int64_t kClockJumpMs = 500;

void FeedLag::add(EpochMs now_epoch, EpochMs published, MonotonicUs now) {
    const std::int64_t offset_ms = now_epoch - now / kMillisecondUs;
    const std::int64_t jump_ms = offset_ms - offset_ms_;
    const bool jumped = jump_ms > kClockJumpMs || jump_ms < -kClockJumpMs;
    if (jumped && best_ms_ != INT64_MAX) best_ms_ += jump_ms;
    if (jumped) offset_ms_ = offset_ms;
    last_ms_ = now_epoch - published;
    best_ms_ = std::min(best_ms_, last_ms_);
    last_at_ = now;
}

void FeedLag::on_disconnected(MonotonicUs now) {
    const bool behind = lag_ms(now, false) >= kBehindMs;
    const std::int64_t best = best_ms_;
    const std::int64_t offset = offset_ms_;
    clear();
    if (!behind) return;
    best_ms_ = best;
    offset_ms_ = offset;
}

void FeedLag::clear() { *this = FeedLag(); }

std::int64_t FeedLag::lag_ms(MonotonicUs now, bool bytes_wait) const {
    if (last_at_ < 0) return -1;
    const MonotonicUs age = std::max<MonotonicUs>(0, now - last_at_);
    if (!bytes_wait && age > kSampleGoodUs) return -1;
    return last_ms_ - best_ms_ + (bytes_wait ? age / kMillisecondUs : 0);
}

}  // namespace nats_blotter::session

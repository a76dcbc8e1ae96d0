// services/order_room.cpp - see order_room.h.
#include "services/order_room.h"

namespace nats_blotter::services {
namespace {

constexpr MonotonicUs kCountAgeUsMax = kSecondUs;
// A full outbox is counted no more often than this: with 100,000 rows a count takes milliseconds.
constexpr MonotonicUs kCountAgeUsMin = 50 * kMillisecondUs;

}  // namespace

bool OrderRoom::take(std::int64_t more, MonotonicUs now_us,
                     const std::function<std::int64_t()>& count) {
    const auto full = [&] { return estimate_ + more > orders_max_; };
    const MonotonicUs age_us = counted_us_ == kNeverCounted ? kCountAgeUsMax : now_us - counted_us_;
    if (age_us >= kCountAgeUsMax || (full() && age_us >= kCountAgeUsMin)) {
        estimate_ = count();
        counted_us_ = now_us;
    }
    if (full()) return false;
    estimate_ += more;
    return true;
}

}  // namespace nats_blotter::services

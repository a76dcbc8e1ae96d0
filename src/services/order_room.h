// services/order_room.h - whether the order outbox takes more, without counting it for every order.
//
// The count is taken again when the last one says "full" or is a second old; in between it is the
// last count and what was accepted since, which is never too small for one trade-service and too
// small by at most a second's orders of another.
#pragma once

#include <cstdint>
#include <functional>

#include "base/clock.h"

namespace nats_blotter::services {

class OrderRoom {
  public:
    explicit OrderRoom(std::int64_t orders_max) : orders_max_(orders_max) {}

    // True: there is room for `more`, and they count as accepted. Not for several threads at once.
    bool take(std::int64_t more, MonotonicUs now_us, const std::function<std::int64_t()>& count);

  private:
    std::int64_t orders_max_;
    std::int64_t estimate_ = 0;
    MonotonicUs counted_us_ = kNeverCounted;
    static constexpr MonotonicUs kNeverCounted = -1;
};

}  // namespace nats_blotter::services

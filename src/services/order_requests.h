// services/order_requests.h - trades.submit: orders as requests over the bus, beside HTTP.
//
// The request is the body of POST /trade/. The answer comes once the order is booked: the trade as
// position-service shows it, or {"error","status"} with the status that HTTP would have. Several
// trade-services share the requests. The last word is the processor's (trade_processor.h), unless
// the order is refused here or is not booked within kSubmitAnswerMs.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include "services/order_intake.h"

namespace nats_blotter::services {

// 0 when the order may go on, otherwise the HTTP status that refuses it.
using OrderCheck = std::function<int(const Order& order)>;

class OrderRequests {
  public:
    // `intake` must outlive this. The connection is this object's own.
    OrderRequests(OrderIntake& intake, OrderCheck check, BusSettings bus);
    ~OrderRequests();
    OrderRequests(const OrderRequests&) = delete;
    OrderRequests& operator=(const OrderRequests&) = delete;

    void start();
    void stop();  // answers what has arrived
    std::uint64_t refused_count() const { return refused_; }

  private:
    void run();
    void take(const std::vector<BusMessage>& messages);
    void refuse(const std::string& reply, int status, std::string_view words);

    OrderIntake& intake_;
    OrderCheck check_;
    Bus bus_;
    std::unique_ptr<BusSubscription> requests_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::uint64_t> refused_{0};
    std::thread thread_;
};

}  // namespace nats_blotter::services

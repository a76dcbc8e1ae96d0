// services/trade_processor.h - the trade-processor role: books orders and publishes what changed
// (contract, 4.4).
//
// Orders from the bus are booked in batches: whatever is queued, up to kBookingBatchMax, in one
// transaction. Events leave after the commit (event_publisher.h), and so do the acknowledgement of
// a stored order (JetStream mode) and the answer to whoever waits for the booking. A bad order is
// dropped and counted; a database that fails is tried again with the same batch, so that no order
// is lost to it. An order without an id gets one before the first try, so that none of the tries
// doubles it.
//
// Orders are taken from the subject of each family the deployment has; one that comes on both is a
// repeat, if it carries an id. Each subject has a booker of its own. JetStream mode has one, since
// its stream takes the orders of both families.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "services/event_publisher.h"
#include "services/http_server.h"
#include "services/nats_bus.h"
#include "services/order_decode.h"
#include "services/storage.h"

namespace nats_blotter::services {

struct TradeProcessorSettings {
    BusSettings bus;                            // client_name is set by the processor
    std::vector<feed::SubjectFamily> families;  // orders come from, account events go to each
    bool jetstream = false;                     // orders from a stream, events into one
    bool stock = false;                         // publish before the commit, one order at a time
};

class TradeProcessor {
  public:
    // `storage` must outlive this.
    TradeProcessor(Storage& storage, TradeProcessorSettings settings);
    ~TradeProcessor();
    TradeProcessor(const TradeProcessor&) = delete;
    TradeProcessor& operator=(const TradeProcessor&) = delete;

    void add_routes(HttpServer& server);
    void start();
    // Takes no more orders, books those that have arrived, publishes, and returns within about 1.5
    // s.
    void stop();

    // Orders from the bus by what became of them; None: booked by this processor.
    std::uint64_t count(BookingRefusal outcome) const {
        return refused_[static_cast<std::size_t>(outcome)];
    }
    bool bus_closed() const;  // true: the broker has turned us away for good

  private:
    // One subscription and the thread that books what comes on it.
    struct Intake {
        std::unique_ptr<BusSubscription> orders;
        std::thread booker;
    };

    std::vector<std::string> order_subjects() const;
    void run_booker(BusSubscription& orders);
    bool prepare_stream();
    void book_batch(const std::vector<BusMessage>& messages);
    bool book_decoded(const std::vector<Order>& orders, const std::vector<std::string>& replies);
    void book_as_stock(const BusMessage& message);
    void publish_as_stock(const Booking& booking);
    void answer(const std::string& reply, const Booking& booking);
    std::int64_t overflow_count() const;
    void report_drops();
    HttpResponse book_posted(const HttpRequest& request);
    HttpResponse health() const;
    HttpResponse metrics() const;

    Storage& storage_;
    TradeProcessorSettings settings_;
    std::string owner_;
    Bus publisher_bus_;
    Bus subscriber_bus_;
    EventPublisher publisher_;
    std::vector<Intake> intakes_;  // as they are from start() on
    std::atomic<bool> stopping_{false};

    // Dropped orders by reason.
    std::array<std::atomic<std::uint64_t>, kDecodeErrorCount + 1> undecodable_{};
    std::array<std::atomic<std::uint64_t>, kBookingRefusalCount> refused_{};
    std::mutex report_mutex_;
    std::uint64_t reported_drops_ = 0;  // under report_mutex_
    std::optional<std::uint64_t>
        prepared_epoch_;  // of the connection that found the orders' stream
    MonotonicUs next_prepare_us_ = 0;
    MonotonicUs next_report_us_ = 0;  // under report_mutex_
};

}  // namespace nats_blotter::services

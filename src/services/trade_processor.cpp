// services/trade_processor.cpp - the booking loop, POST /tradeservice/order and GET /system/health.
#include "services/trade_processor.h"

#include <chrono>

#include "services/booking.h"
#include "services/bus_health.h"
#include "services/error_bodies.h"
#include "services/log.h"
#include "services/metrics.h"
#include "services/record_json.h"

namespace nats_blotter::services {
namespace {

constexpr const char* kRole = "trade-processor";
constexpr const char* kQueueGroup = "trade-processor";  // several processors share the orders
constexpr int kOrderWaitMs = 100;                       // how soon the loop sees a stop
constexpr int kDrainWaitMs = 50;                        // silence that ends the drain
constexpr MonotonicUs kDrainBudgetUs = 800 * kMillisecondUs;
constexpr MonotonicUs kReportIntervalUs = 5 * kSecondUs;
constexpr auto kRetryWait = std::chrono::milliseconds(200);

BusSettings named(BusSettings settings, std::string name) {
    settings.client_name = std::move(name);
    return settings;
}

}  // namespace

TradeProcessor::TradeProcessor(Storage& storage, TradeProcessorSettings settings)
    : storage_(storage),
      settings_(std::move(settings)),
      owner_(random_uuid()),
      publisher_bus_(named(settings_.bus, "trade-processor")),
      subscriber_bus_(named(settings_.bus, "trade-processor-subscriber")),
      publisher_(storage_, publisher_bus_, owner_, settings_.families) {}

TradeProcessor::~TradeProcessor() { stop(); }

void TradeProcessor::start() {
    orders_ = subscriber_bus_.subscribe_queue(settings_.orders_subject, kQueueGroup);
    publisher_.start();
    booker_ = std::thread([this] { run_booker(); });
}

void TradeProcessor::stop() {
    if (stopping_.exchange(true)) return;
    if (orders_) orders_->stop();
    if (booker_.joinable()) booker_.join();
    subscriber_bus_.close();
    publisher_.stop();
}

bool TradeProcessor::bus_closed() const {
    return publisher_bus_.state() == BusState::Closed ||
           subscriber_bus_.state() == BusState::Closed;
}

// ---- Orders from the bus

void TradeProcessor::run_booker() {
    std::vector<std::string> messages;
    MonotonicUs drain_until_us = kNever;
    while (true) {
        if (stopping_ && drain_until_us == kNever) drain_until_us = monotonic_us() + kDrainBudgetUs;
        const bool draining = drain_until_us != kNever;
        std::optional<std::string> message = orders_->next(draining ? kDrainWaitMs : kOrderWaitMs);
        if (!message) {
            report_drops();
            if (draining) return;
            if (bus_closed()) std::this_thread::sleep_for(kRetryWait);
            continue;
        }
        messages.clear();
        while (message) {
            messages.push_back(std::move(*message));
            if (messages.size() == kBookingBatchMax) break;
            message = orders_->next(0);
        }
        book_batch(messages);
        if (draining && monotonic_us() >= drain_until_us) return;
    }
}

void TradeProcessor::book_batch(const std::vector<std::string>& messages) {
    std::vector<Order> orders;
    orders.reserve(messages.size());
    for (const std::string& message : messages) {
        Result<Order> order = order_from_event(message);
        if (order)
            orders.push_back(std::move(*order));
        else
            ++undecodable_[static_cast<std::size_t>(order.error().code)];
    }
    while (!orders.empty() && !book_decoded(orders)) {
        if (stopping_) {
            log_line(kRole, std::to_string(orders.size()) + " orders not booked at the end");
            return;
        }
        std::this_thread::sleep_for(kRetryWait);
    }
    report_drops();
}

bool TradeProcessor::book_decoded(const std::vector<Order>& orders) {
    try {
        for (const Booking& booking : storage_.book(orders, owner_, wall_clock_ms()))
            ++refused_[static_cast<std::size_t>(booking.refusal)];
    } catch (const StorageError& error) {
        log_line(kRole, std::string("booking failed, trying again: ") + error.what());
        return false;
    }
    publisher_.booked();
    return true;
}

void TradeProcessor::report_drops() {
    if (monotonic_us() < next_report_us_) return;
    next_report_us_ = monotonic_us() + kReportIntervalUs;
    std::uint64_t total = static_cast<std::uint64_t>(orders_->dropped_count());
    std::string reasons = "overflow " + std::to_string(total);
    for (std::size_t code = 1; code < undecodable_.size(); ++code) {
        total += undecodable_[code];
        if (undecodable_[code] == 0) continue;
        reasons.append(", ").append(decode_error_text(static_cast<DecodeError>(code)));
        reasons.append(" ").append(std::to_string(undecodable_[code]));
    }
    for (std::size_t code = 1; code < refused_.size(); ++code) {
        total += refused_[code];
        if (refused_[code] == 0) continue;
        reasons.append(", ").append(booking_refusal_name(static_cast<BookingRefusal>(code)));
        reasons.append(" ").append(std::to_string(refused_[code]));
    }
    if (total == reported_drops_) return;
    reported_drops_ = total;
    log_line(kRole,
             "orders dropped since the start: " + std::to_string(total) + " (" + reasons + ")");
}

// ---- HTTP

HttpResponse TradeProcessor::book_posted(const HttpRequest& request) {
    if (!request.has_json_body()) return spring_error(415, request.path);
    const Result<Order> order = order_from_body(request.body);
    if (!order) return spring_error(400, request.path);
    const std::vector<Booking> bookings = storage_.book({&*order, 1}, owner_, wall_clock_ms());
    const Booking& booking = bookings.front();
    if (booking.refusal != BookingRefusal::None) return spring_error(500, request.path);
    publisher_.booked();
    HttpResponse response{200, "{\"trade\":"};
    append_trade(response.body, booking.trade);
    response.body.append(",\"position\":");
    append_position(response.body, booking.position);
    response.body.push_back('}');
    return response;
}

HttpResponse TradeProcessor::health() const {
    const bool healthy = publisher_bus_.state() == BusState::Connected &&
                         subscriber_bus_.state() == BusState::Connected;
    const std::string buses = "{\"publisher\":" + bus_health_json(publisher_bus_) +
                              ",\"subscriber\":" + bus_health_json(subscriber_bus_) + "}";
    return {200, service_health_json(kRole, healthy, buses)};
}

HttpResponse TradeProcessor::metrics() const {
    MetricsText metrics;
    open_bus_gauge(metrics);
    add_bus_sample(metrics, kRole, "publisher", publisher_bus_);
    add_bus_sample(metrics, kRole, "subscriber", subscriber_bus_);
    metrics.family("traderx_orders_dropped_total", "counter",
                   "Orders of the bus that were not booked, by reason.");
    metrics.sample({{"reason", "overflow"}}, orders_ ? orders_->dropped_count() : 0);
    for (std::size_t code = 1; code < undecodable_.size(); ++code) {
        metrics.sample({{"reason", decode_error_text(static_cast<DecodeError>(code))}},
                       static_cast<std::int64_t>(undecodable_[code].load()));
    }
    for (std::size_t code = 1; code < refused_.size(); ++code) {
        metrics.sample({{"reason", booking_refusal_name(static_cast<BookingRefusal>(code))}},
                       static_cast<std::int64_t>(refused_[code].load()));
    }
    return metrics.response();
}

void TradeProcessor::add_routes(HttpServer& server) {
    server.route("POST", "/tradeservice/order",
                 [this](const HttpRequest& request) { return book_posted(request); });
    server.route("GET", "/system/health", [this](const HttpRequest&) { return health(); });
    server.route("GET", "/actuator/prometheus", [this](const HttpRequest&) { return metrics(); });
}

}  // namespace nats_blotter::services

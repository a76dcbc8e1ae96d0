// services/trade_processor.cpp - the booking loop, POST /tradeservice/order and GET /system/health.
#include "services/trade_processor.h"

#include <chrono>

#include "services/booking.h"
#include "services/bus_health.h"
#include "services/error_bodies.h"
#include "services/jetstream_layout.h"
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
// A broker without JetStream, or still starting, is asked again.
constexpr MonotonicUs kPrepareIntervalUs = 500 * kMillisecondUs;
constexpr int kStockFlushMs = 2'000;  // as long as the stock services wait
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
      publisher_(storage_, publisher_bus_, owner_, settings_.families, settings_.jetstream) {}

TradeProcessor::~TradeProcessor() { stop(); }

std::vector<std::string> TradeProcessor::order_subjects() const {
    if (settings_.jetstream) return {orders_consumer().deliver_subject};
    std::vector<std::string> subjects;
    for (const feed::SubjectFamily family : settings_.families)
        subjects.push_back(feed::subject_for(feed::Stream::Orders, family, 0));
    return subjects;
}

void TradeProcessor::start() {
    for (const std::string& subject : order_subjects())
        intakes_.push_back({subscriber_bus_.subscribe_queue(subject, kQueueGroup), {}});
    publisher_.start();
    for (Intake& intake : intakes_)
        intake.booker = std::thread([this, &intake] { run_booker(*intake.orders); });
}

void TradeProcessor::stop() {
    if (stopping_.exchange(true)) return;
    for (Intake& intake : intakes_) intake.orders->stop();
    for (Intake& intake : intakes_)
        if (intake.booker.joinable()) intake.booker.join();
    subscriber_bus_.close();
    publisher_.stop();
}

bool TradeProcessor::bus_closed() const {
    return publisher_bus_.state() == BusState::Closed ||
           subscriber_bus_.state() == BusState::Closed;
}

// ---- Orders from the bus

bool TradeProcessor::prepare_stream() {
    if (subscriber_bus_.state() != BusState::Connected) return false;
    const std::uint64_t epoch = subscriber_bus_.epoch();
    if (prepared_epoch_ == epoch) return true;
    if (monotonic_us() < next_prepare_us_) return false;
    next_prepare_us_ = monotonic_us() + kPrepareIntervalUs;
    if (!subscriber_bus_.ensure_stream(orders_stream()) ||
        !subscriber_bus_.ensure_consumer(orders_consumer())) {
        return false;
    }
    prepared_epoch_ = epoch;
    return true;
}

void TradeProcessor::run_booker(BusSubscription& orders) {
    std::vector<BusMessage> messages;
    MonotonicUs drain_until_us = kNever;
    while (true) {
        if (stopping_ && drain_until_us == kNever) drain_until_us = monotonic_us() + kDrainBudgetUs;
        const bool draining = drain_until_us != kNever;
        if (settings_.jetstream && !draining) prepare_stream();
        std::optional<BusMessage> message = orders.next(draining ? kDrainWaitMs : kOrderWaitMs);
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
            message = orders.next(0);
        }
        book_batch(messages);
        if (draining && monotonic_us() >= drain_until_us) return;
    }
}

void TradeProcessor::book_batch(const std::vector<BusMessage>& messages) {
    if (settings_.stock) {
        for (const BusMessage& message : messages) book_as_stock(message);
        report_drops();
        return;
    }
    std::vector<Order> orders;
    std::vector<std::string> replies;
    orders.reserve(messages.size());
    for (const BusMessage& message : messages) {
        Result<Order> order = order_from_event(message.payload);
        const bool stored = is_ack_subject(message.reply);
        const std::string& reply =
            stored || !message.booking_reply.empty() ? message.booking_reply : message.reply;
        if (!order) {
            ++undecodable_[static_cast<std::size_t>(order.error().code)];
            if (!reply.empty())
                subscriber_bus_.publish(reply, request_error_json(400, order.error().text));
            continue;
        }
        if (!order->id) order->id = stored_message_id(message.reply).value_or(random_uuid());
        orders.push_back(std::move(*order));
        replies.push_back(reply);
    }
    while (!orders.empty() && !book_decoded(orders, replies)) {
        if (stopping_) {
            log_line(kRole, std::to_string(orders.size()) + " orders not booked at the end");
            return;
        }
        std::this_thread::sleep_for(kRetryWait);
    }
    for (const BusMessage& message : messages)
        if (is_ack_subject(message.reply)) subscriber_bus_.publish(message.reply, "+ACK");
    report_drops();
}

bool TradeProcessor::book_decoded(const std::vector<Order>& orders,
                                  const std::vector<std::string>& replies) {
    std::vector<Booking> bookings;
    try {
        bookings = storage_.book(orders, owner_, wall_clock_ms());
    } catch (const StorageError& error) {
        log_line(kRole, std::string("booking failed, trying again: ") + error.what());
        return false;
    }
    publisher_.booked();
    for (std::size_t index = 0; index < bookings.size(); ++index) {
        ++refused_[static_cast<std::size_t>(bookings[index].refusal)];
        if (!replies[index].empty()) answer(replies[index], bookings[index]);
    }
    return true;
}

void TradeProcessor::answer(const std::string& reply, const Booking& booking) {
    std::string text;
    if (booking.refusal == BookingRefusal::None || booking.refusal == BookingRefusal::AlreadyBooked)
        append_trade(text, booking.trade);
    else
        text = request_error_json(booking.refusal == BookingRefusal::UnknownAccount ? 404 : 500,
                                  booking_refusal_name(booking.refusal));
    subscriber_bus_.publish(reply, text);
}

// ---- As the stock service does it

void TradeProcessor::book_as_stock(const BusMessage& message) {
    const Result<Order> order = order_from_event(message.payload, QuantityRule::Any);
    if (!order) {
        ++undecodable_[static_cast<std::size_t>(order.error().code)];
        return;
    }
    try {
        storage_.book_after_publishing(
            *order, wall_clock_ms(), [this](const Booking& booking) { publish_as_stock(booking); });
    } catch (const StorageError& error) {
        log_line(kRole, std::string("booking failed: ") + error.what());
    }
}

void TradeProcessor::publish_as_stock(const Booking& booking) {
    const EpochMs now = wall_clock_ms();
    std::string trade;
    append_trade_event(trade, booking.trade);
    std::string position;
    append_position_event(position, booking.position);
    for (const auto& [stream, payload] : {std::pair{feed::Stream::AccountTrades, &trade},
                                          std::pair{feed::Stream::AccountPositions, &position}}) {
        for (const feed::SubjectFamily family : settings_.families)
            publish_account_event(publisher_bus_, stream, family, booking.trade.account_id,
                                  *payload, now);
        publisher_bus_.flush(publisher_bus_.epoch(), kStockFlushMs);
    }
}

std::int64_t TradeProcessor::overflow_count() const {
    std::int64_t dropped = 0;
    for (const Intake& intake : intakes_) dropped += intake.orders->dropped_count();
    return dropped;
}

void TradeProcessor::report_drops() {
    const std::lock_guard lock(report_mutex_);
    if (monotonic_us() < next_report_us_) return;
    next_report_us_ = monotonic_us() + kReportIntervalUs;
    std::uint64_t total = static_cast<std::uint64_t>(overflow_count());
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
    Result<Order> order = order_from_body(request.body);
    if (!order) return spring_error(400, request.path);
    order->id.reset();  // not known to be unique, and tried only once
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
    const bool stock = settings_.stock;
    const bool healthy = bus_healthy(publisher_bus_, stock) && bus_healthy(subscriber_bus_, stock);
    const std::string buses = "{\"publisher\":" + bus_health_json(publisher_bus_, stock) +
                              ",\"subscriber\":" + bus_health_json(subscriber_bus_, stock) + "}";
    return {200, service_health_json(kRole, healthy, buses)};
}

HttpResponse TradeProcessor::metrics() const {
    MetricsText metrics;
    open_bus_gauge(metrics);
    add_bus_sample(metrics, kRole, "publisher", publisher_bus_);
    add_bus_sample(metrics, kRole, "subscriber", subscriber_bus_);
    metrics.family("traderx_orders_dropped_total", "counter",
                   "Orders of the bus that were not booked, by reason.");
    metrics.sample({{"reason", "overflow"}}, overflow_count());
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

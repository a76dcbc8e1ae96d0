// services/trade_service.cpp - POST /trade/, GET /system/health and GET /actuator/prometheus.
#include "services/trade_service.h"

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "services/bus_health.h"
#include "services/error_bodies.h"
#include "services/log.h"
#include "services/metrics.h"
#include "services/order_decode.h"
#include "services/record_json.h"

namespace nats_blotter::services {
namespace {

// The statuses with which an order can be refused, all of them.
constexpr std::array kRefusals{400, 404, 415, 500, 503};

struct TradeService {
    explicit TradeService(TradeServiceParts its_parts) : parts(std::move(its_parts)) {}
    TradeServiceParts parts;
    std::array<std::atomic<std::uint64_t>, kRefusals.size()> refused{};  // as kRefusals
};

HttpResponse refuse(TradeService& service, int status, const HttpRequest& request) {
    for (std::size_t index = 0; index < kRefusals.size(); ++index)
        if (kRefusals[index] == status) ++service.refused[index];
    return spring_error_for(status, request);
}

// 0 or the status of what went wrong, like the next.
int take_in(const TradeServiceParts& parts, const Order& order) {
    const Submission submission{order, ""};
    switch (parts.intake->accept({&submission, 1}).front()) {
        case Acceptance::Accepted: return 0;
        case Acceptance::OutboxFull: return 503;
        case Acceptance::BrokerAway:
        case Acceptance::Failed: break;
    }
    return 500;
}

void add_intake_samples(MetricsText& metrics, OrderIntake& intake) {
    metrics.family("traderx_orders_taken_total", "counter",
                   "Orders that passed the checks of trade-service, by what became of them.");
    for (std::size_t index = 0; index < kAcceptanceCount; ++index) {
        const Acceptance outcome = static_cast<Acceptance>(index);
        metrics.sample({{"outcome", acceptance_name(outcome)}},
                       static_cast<std::int64_t>(intake.count(outcome)));
    }
    metrics.family("traderx_orders_resent_total", "counter",
                   "Accepted orders put on the bus again, as they were not booked yet.");
    metrics.sample({}, static_cast<std::int64_t>(intake.resent_count()));
    metrics.family("traderx_orders_unanswered_total", "counter",
                   "Requests of trades.submit whose booking took too long to wait for.");
    metrics.sample({}, static_cast<std::int64_t>(intake.unanswered_count()));
    const std::optional<std::int64_t> unbooked = intake.unbooked_count();
    if (!unbooked) return;
    metrics.family("traderx_orders_unbooked", "gauge", "Orders accepted and not booked yet.");
    metrics.sample({}, *unbooked);
}

int publish_as_stock(const TradeServiceParts& parts, const Order& order) {
    std::string payload;
    append_order_event(payload, order);
    const std::string message =
        envelope(parts.orders_subject, payload, wall_clock_ms(), "trade-service", "TradeOrder");
    return parts.bus.publish_confirmed(parts.orders_subject, message) ? 0 : 500;
}

HttpResponse submit(TradeService& service, const HttpRequest& request) {
    if (!request.has_json_body()) return refuse(service, 415, request);
    const TradeServiceParts& parts = service.parts;
    const bool stock = parts.intake == nullptr;
    const Result<Order> order =
        order_from_body(request.body, stock ? QuantityRule::Any : QuantityRule::Positive);
    if (!order) return refuse(service, 400, request);
    if (const int status = order_refusal_status(parts, *order); status != 0)
        return refuse(service, status, request);
    if (const int status = stock ? publish_as_stock(parts, *order) : take_in(parts, *order);
        status != 0) {
        return refuse(service, status, request);
    }

    HttpResponse response;
    append_order_echo(response.body, *order);
    return response;
}

}  // namespace

int order_refusal_status(const TradeServiceParts& parts, const Order& order) {
    const Lookup ticker = order.security ? parts.ticker_lookup(*order.security) : Lookup::Unknown;
    if (ticker != Lookup::Found) return ticker == Lookup::Unknown ? 404 : 500;
    if (!order.account_id) return 500;
    const Lookup account = parts.account_lookup(*order.account_id);
    if (account != Lookup::Found) return account == Lookup::Unknown ? 404 : 500;
    return 0;
}

void add_trade_service_routes(HttpServer& server, TradeServiceParts parts) {
    const auto shared = std::make_shared<TradeService>(std::move(parts));
    server.route("POST", "/trade/",
                 [shared](const HttpRequest& request) { return submit(*shared, request); });
    server.route("GET", "/system/health", [shared](const HttpRequest&) {
        const bool stock = shared->parts.intake == nullptr;
        const Bus& bus = shared->parts.bus;
        return HttpResponse{200, service_health_json("trade-service", bus_healthy(bus, stock),
                                                     bus_health_json(bus, stock))};
    });
    server.route("GET", "/actuator/prometheus", [shared](const HttpRequest&) {
        MetricsText metrics;
        open_bus_gauge(metrics);
        add_bus_sample(metrics, "trade-service", "publisher", shared->parts.bus);
        metrics.family("traderx_orders_refused_total", "counter",
                       "Orders that trade-service answered with an error, by its status.");
        for (std::size_t index = 0; index < kRefusals.size(); ++index) {
            metrics.sample({{"status", std::to_string(kRefusals[index])}},
                           static_cast<std::int64_t>(shared->refused[index].load()));
        }
        if (shared->parts.intake) add_intake_samples(metrics, *shared->parts.intake);
        return metrics.response();
    });
}

}  // namespace nats_blotter::services

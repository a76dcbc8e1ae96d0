// services/trade_service.cpp - POST /trade/, GET /system/health and GET /actuator/prometheus.
#include "services/trade_service.h"

#include <memory>

#include "services/bus_health.h"
#include "services/error_bodies.h"
#include "services/log.h"
#include "services/metrics.h"
#include "services/order_decode.h"
#include "services/record_json.h"

namespace nats_blotter::services {
namespace {

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

int publish_as_stock(const TradeServiceParts& parts, const Order& order) {
    std::string payload;
    append_order_event(payload, order);
    const std::string message =
        envelope(parts.orders_subject, payload, wall_clock_ms(), "trade-service", "TradeOrder");
    return parts.bus.publish_confirmed(parts.orders_subject, message) ? 0 : 500;
}

HttpResponse submit(const TradeServiceParts& parts, const HttpRequest& request) {
    if (!request.has_json_body()) return spring_error_for(415, request);
    const bool stock = parts.intake == nullptr;
    const Result<Order> order =
        order_from_body(request.body, stock ? QuantityRule::Any : QuantityRule::Positive);
    if (!order) return spring_error_for(400, request);
    if (const int status = order_refusal_status(parts, *order); status != 0)
        return spring_error_for(status, request);
    if (const int status = stock ? publish_as_stock(parts, *order) : take_in(parts, *order);
        status != 0) {
        return spring_error_for(status, request);
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
    const auto shared = std::make_shared<TradeServiceParts>(std::move(parts));
    server.route("POST", "/trade/",
                 [shared](const HttpRequest& request) { return submit(*shared, request); });
    server.route("GET", "/system/health", [shared](const HttpRequest&) {
        const bool stock = shared->intake == nullptr;
        return HttpResponse{200,
                            service_health_json("trade-service", bus_healthy(shared->bus, stock),
                                                bus_health_json(shared->bus, stock))};
    });
    server.route("GET", "/actuator/prometheus", [shared](const HttpRequest&) {
        MetricsText metrics;
        open_bus_gauge(metrics);
        add_bus_sample(metrics, "trade-service", "publisher", shared->bus);
        return metrics.response();
    });
}

}  // namespace nats_blotter::services

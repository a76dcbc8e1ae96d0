// services/trade_service.h - the trade-service role: takes orders in, checks them, puts them on the
// bus (contract, 4.3).
//
// A 200 says that the order is on disk and will be booked once, whatever fails from here on
// (order_intake.h). While the broker is away the answer is 500, and 503 while kUnbookedOrdersMax
// orders wait for their booking. Without an intake, as in the stock service, a 200 says that the
// broker has the order, and no more.
#pragma once

#include <string>

#include "services/http_server.h"
#include "services/lookups.h"
#include "services/nats_bus.h"
#include "services/order_intake.h"

namespace nats_blotter::services {

struct TradeServiceParts {
    Bus& bus;
    TickerLookup ticker_lookup;
    AccountLookup account_lookup;
    std::string orders_subject;
    OrderIntake* intake = nullptr;  // none: as the stock service does it
};

// 0 when the order may go on the bus, otherwise the status that refuses it. The ticker is asked
// first, as in the stock service, so a body with two faults answers the same.
int order_refusal_status(const TradeServiceParts& parts, const Order& order);

void add_trade_service_routes(HttpServer& server, TradeServiceParts parts);

}  // namespace nats_blotter::services

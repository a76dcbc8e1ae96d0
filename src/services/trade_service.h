// services/trade_service.h - the trade-service role: takes orders in, checks them, puts them on the
// bus (contract, 4.3).
//
// A 200 says that the broker has the order. It never says so for an order that could still sit in a
// buffer of this process: while the broker is away the answer is 500.
#pragma once

#include <string>

#include "services/http_server.h"
#include "services/lookups.h"
#include "services/nats_bus.h"

namespace nats_blotter::services {

struct TradeServiceParts {
    Bus& bus;
    TickerLookup ticker_lookup;
    AccountLookup account_lookup;
    std::string orders_subject;
};

void add_trade_service_routes(HttpServer& server, TradeServiceParts parts);

}  // namespace nats_blotter::services

// services/reference_data.h - the reference-data role: tickers and company names (contract, 4.5).
//
// REFERENCE_DATA_SUPPORTED_TICKERS (comma list) and REFERENCE_DATA_MAX_TICKERS in the environment
// restrict the universe, for this role's answers and for local lookups alike.
#pragma once

#include <string_view>

#include "services/http_server.h"
#include "services/reference_universe.h"

namespace nats_blotter::services {

// The stock with exactly this ticker, or null.
const Stock* find_stock(std::string_view ticker);

ErrorBody reference_data_errors();
void add_reference_data_routes(HttpServer& server);

}  // namespace nats_blotter::services

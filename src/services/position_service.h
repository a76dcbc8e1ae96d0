// services/position_service.h - the position-service role: reads of trades and positions
// (contract, 4.2).
#pragma once

#include "services/http_server.h"
#include "services/storage.h"

namespace nats_blotter::services {

void add_position_service_routes(HttpServer& server, Storage& storage);

}  // namespace nats_blotter::services

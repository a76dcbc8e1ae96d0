// services/bus_health.h - the health answers of the services that use the broker (contract, 4.3
// and 4.4).
//
// The stock services say "connected" while they are dialling; ours say what is true.
#pragma once

#include <string>

#include "services/nats_bus.h"

namespace nats_blotter::services {

// {"status","address","clientId","uptimeSeconds"} of one connection. `stock`: lie as they do.
std::string bus_health_json(const Bus& bus, bool stock = false);
// Ours: connected. Stock: anything but closed.
bool bus_healthy(const Bus& bus, bool stock = false);

// {"status":"ok"|"degraded","service":...,"messageBus":<message_bus_json>}.
std::string service_health_json(std::string_view service, bool healthy,
                                std::string_view message_bus_json);

}  // namespace nats_blotter::services

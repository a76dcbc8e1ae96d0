// services/bus_health.cpp - see bus_health.h.
#include "services/bus_health.h"

#include "base/json_text.h"

namespace nats_blotter::services {

bool bus_healthy(const Bus& bus, bool stock) {
    return stock ? bus.state() != BusState::Closed : bus.state() == BusState::Connected;
}

std::string bus_health_json(const Bus& bus, bool stock) {
    const bool lie = stock && bus_healthy(bus, stock);
    std::string out = "{\"status\":\"";
    out.append(bus_state_name(lie ? BusState::Connected : bus.state())).append("\",\"address\":");
    append_json_string(out, bus.address());
    out.append(",\"clientId\":");
    append_json_string(out, bus.client_name());
    out.append(",\"uptimeSeconds\":").append(std::to_string(bus.uptime_seconds())).append("}");
    return out;
}

std::string service_health_json(std::string_view service, bool healthy,
                                std::string_view message_bus_json) {
    std::string out = "{\"status\":\"";
    out.append(healthy ? "ok" : "degraded").append("\",\"service\":");
    append_json_string(out, service);
    out.append(",\"messageBus\":").append(message_bus_json).append("}");
    return out;
}

}  // namespace nats_blotter::services

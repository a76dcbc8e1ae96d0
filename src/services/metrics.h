// services/metrics.h - the text that GET /actuator/prometheus answers (Prometheus exposition format
// 0.0.4).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "services/http_server.h"
#include "services/nats_bus.h"

namespace nats_blotter::services {

class MetricsText {
  public:
    using Label = std::pair<std::string_view, std::string_view>;

    // Opens a family; its samples follow. `type` is "gauge" or "counter".
    void family(std::string_view name, std::string_view type, std::string_view help);
    void sample(std::initializer_list<Label> labels, std::int64_t value);

    HttpResponse response() const;

  private:
    std::string name_;
    std::string text_;
};

// The gauge that the state's smoke test reads: 1 while the connection is up, 0 while it is not.
void open_bus_gauge(MetricsText& metrics);
void add_bus_sample(MetricsText& metrics, std::string_view component, std::string_view role,
                    const Bus& bus);

}  // namespace nats_blotter::services

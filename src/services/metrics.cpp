// services/metrics.cpp - see metrics.h.
#include "services/metrics.h"

namespace nats_blotter::services {
namespace {

// Label values escape these three (exposition format, "Text format details").
void append_escaped(std::string& out, std::string_view value) {
    for (const char c : value) {
        if (c == '\\' || c == '"') out.push_back('\\');
        if (c == '\n')
            out.append("\\n");
        else
            out.push_back(c);
    }
}

}  // namespace

void MetricsText::family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_.append("# HELP ").append(name).append(" ").append(help);
    text_.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

void MetricsText::sample(std::initializer_list<Label> labels, std::int64_t value) {
    text_.append(name_);
    char before = '{';
    for (const auto& [name, label] : labels) {
        text_.push_back(before);
        before = ',';
        text_.append(name).append("=\"");
        append_escaped(text_, label);
        text_.push_back('"');
    }
    if (labels.size() > 0) text_.push_back('}');
    text_.append(" ").append(std::to_string(value)).append("\n");
}

HttpResponse MetricsText::response() const {
    return {200, text_, "text/plain;version=0.0.4;charset=utf-8"};
}

void open_bus_gauge(MetricsText& metrics) {
    metrics.family("traderx_messagebus_connected", "gauge",
                   "1 while the connection to the message bus is up.");
}

void add_bus_sample(MetricsText& metrics, std::string_view component, std::string_view role,
                    const Bus& bus) {
    metrics.sample({{"component", component}, {"role", role}},
                   bus.state() == BusState::Connected ? 1 : 0);
}

}  // namespace nats_blotter::services

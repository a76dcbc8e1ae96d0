#include "sim/trace.h"

#include <cstdio>

namespace nats_blotter::sim {

void Trace::add(MonotonicUs now, const std::string& line) {
    char time[32];
    std::snprintf(time, sizeof time, "%11.6f  ", static_cast<double>(now) / 1e6);
    lines_.push_back(time + line);
    if (lines_.size() > lines_max) lines_.pop_front();
}

void Trace::print() const {
    for (const std::string& line : lines_) std::printf("  %s\n", line.c_str());
}

}  // namespace nats_blotter::sim

// services/log.h - one line per event of interest, to stderr.
//
// Lines read "2026-07-22T16:31:24.468+00:00 trade-service: message". They carry no secrets: callers
// pass subjects, ports, counts and reasons, never passwords or whole bodies. Any thread may call.
#pragma once

#include <string_view>

#include "base/clock.h"

namespace nats_blotter::services {

void log_line(std::string_view role, std::string_view message);

EpochMs wall_clock_ms();
MonotonicUs monotonic_us();

}  // namespace nats_blotter::services

// services/log.cpp - log lines, and the only clocks of the services.
#include "services/log.h"

#include <unistd.h>

#include <chrono>
#include <string>

#include "base/time_text.h"

namespace nats_blotter::services {

void log_line(std::string_view role, std::string_view message) {
    std::string line;
    append_iso_time(line, wall_clock_ms());
    line.append(" ").append(role).append(": ").append(message).append("\n");
    // One write per line keeps lines of several threads and processes whole; a full or closed
    // stderr must not stop a service.
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

EpochMs wall_clock_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

MonotonicUs monotonic_us() {
    using namespace std::chrono;
    return duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace nats_blotter::services

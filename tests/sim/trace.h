// tests/sim/trace.h - what happened in a simulated run, in lines.
#pragma once

#include <cstddef>
#include <deque>
#include <string>

#include "base/clock.h"

namespace nats_blotter::sim {

// The last lines of what happened, oldest first.
class Trace {
  public:
    bool on = false;
    std::size_t lines_max = 60;
    void add(MonotonicUs now, const std::string& line);
    void print() const;

  private:
    std::deque<std::string> lines_;
};

}  // namespace nats_blotter::sim

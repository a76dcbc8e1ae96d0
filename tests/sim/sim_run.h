// tests/sim/sim_run.h - many seeds of the simulation, or one again.
#pragma once

#include <cstddef>
#include <cstdint>

namespace nats_blotter::sim {

// Runs one seed, prints its last events and how it ended. 0 when all held.
int replay(std::uint64_t seed, std::size_t lines_max);

// An assertion traps; this names the seed that was running.
void print_seed_when_killed();

}  // namespace nats_blotter::sim

// The main function of sim_test: doctest's, and
//
//   sim_test --seed=N    runs seed N of the simulation again, and prints what happened
//   NB_SEED=N sim_test   the same
//   NB_SIM_SEEDS=N       how many seeds the simulation runs, from NB_SIM_FIRST on
#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>

#include "sim/sim_run.h"

int main(int argc, char** argv) {
    nats_blotter::sim::print_seed_when_killed();
    const char* seed = std::getenv("NB_SEED");
    for (int i = 1; i < argc; ++i)
        if (std::strncmp(argv[i], "--seed=", 7) == 0) seed = argv[i] + 7;
    if (seed != nullptr)
        return nats_blotter::sim::replay(std::strtoull(seed, nullptr, 10), 100'000);
    doctest::Context context(argc, argv);
    return context.run();
}

// Thousands of seeds of the simulation; what they check is in sim/oracle.h.
#include <doctest/doctest.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "sim/sim_run.h"
#include "sim/simulation.h"

// Present under the sanitizers only.
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

using namespace nats_blotter;

namespace {

// Enough for every planted bug (scripts/planted-bugs), about ten seconds under the sanitizers; as
// WebAssembly fewer, since the same seeds give the same runs there.
constexpr std::uint64_t kSeedsDefault = sizeof(void*) == 8 ? 5000 : 2000;

std::uint64_t running_seed = 0;
sim::Trace* running_trace = nullptr;

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

void say_seed() {
    std::printf("\nsimulation: died in seed %llu; again with: sim_test --seed=%llu\n",
                static_cast<unsigned long long>(running_seed),
                static_cast<unsigned long long>(running_seed));
    if (running_trace != nullptr) running_trace->print();
    std::fflush(stdout);
}

void on_signal(int number) {
    say_seed();
    std::_Exit(128 + number);
}

// A spread is even when its mean is about a half; 400 draws are within 0.05 of it, surely enough.
void check_spread(const std::vector<double>& shares) {
    if (shares.size() < 400) return;
    double sum = 0;
    for (const double share : shares) sum += share;
    const double mean = sum / static_cast<double>(shares.size());
    CHECK(mean > 0.42);
    CHECK(mean < 0.58);
}

}  // namespace

void sim::print_seed_when_killed() {
    for (const int number : {SIGILL, SIGTRAP, SIGABRT, SIGFPE}) std::signal(number, on_signal);
    if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(say_seed);
}

int sim::replay(std::uint64_t seed, std::size_t lines_max) {
    running_seed = seed;
    Trace trace;
    trace.on = true;
    trace.lines_max = lines_max;
    running_trace = &trace;
    Simulation simulation(seed, nullptr, &trace);
    const Outcome outcome = simulation.run();
    trace.print();
    std::printf("simulation: seed %llu: %s\n", static_cast<unsigned long long>(seed),
                outcome.failure.empty() ? "all held" : outcome.failure.c_str());
    running_trace = nullptr;
    return outcome.failure.empty() ? 0 : 1;
}

TEST_CASE("EverySeedKeepsThePromises") {
    const std::uint64_t seeds = number_from_environment("NB_SIM_SEEDS", kSeedsDefault);
    const std::uint64_t first = number_from_environment("NB_SIM_FIRST", 1);
    sim::RedialSpread spread;
    sim::Outcome sum;
    int failures = 0;
    std::uint64_t seed = first;
    for (; seed < first + seeds && failures < 3; ++seed) {
        running_seed = seed;
        if (spread.first.size() > 100'000) spread = {};
        const sim::Outcome outcome = sim::Simulation(seed, &spread, nullptr).run();
        sum.steps += outcome.steps;
        sum.messages += outcome.messages;
        sum.dials += outcome.dials;
        if (outcome.failure.empty()) continue;
        ++failures;
        sim::replay(seed, 60);
        const std::string words = "seed " + std::to_string(seed) + ": " + outcome.failure;
        FAIL_CHECK(words);
    }
    std::printf("simulation: seeds %llu to %llu, %llu steps, %llu dials, %llu messages\n",
                static_cast<unsigned long long>(first), static_cast<unsigned long long>(seed - 1),
                static_cast<unsigned long long>(sum.steps),
                static_cast<unsigned long long>(sum.dials),
                static_cast<unsigned long long>(sum.messages));
    check_spread(spread.first);
    check_spread(spread.later);
}

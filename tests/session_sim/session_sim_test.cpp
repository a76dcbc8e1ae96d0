// Many seeds of the session's simulation; what they check is in session_sim/session_oracle.h.
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>

#include "session_sim/session_world.h"
#include "sim/sim_run.h"

// Present under the sanitizers only.
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

using namespace nats_blotter;

#include <csignal>

namespace {

// About ten seconds under the sanitizers; as WebAssembly fewer, since the same seeds give the same
// runs there.
constexpr std::uint64_t kSeedsDefault = sizeof(void*) == 8 ? 1000 : 300;

std::uint64_t running_seed = 0;
sim::Trace* running_trace = nullptr;

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

void say_seed() {
    std::printf(
        "\nsession simulation: died in seed %llu; again with: session_sim_test --seed=%llu\n",
        static_cast<unsigned long long>(running_seed),
        static_cast<unsigned long long>(running_seed));
    if (running_trace != nullptr) running_trace->print();
    std::fflush(stdout);
}

void on_signal(int signal_number) {
    say_seed();
    std::_Exit(128 + signal_number);
}

void print_sum(const sim::WorldOutcome& sum, std::uint64_t first, std::uint64_t last) {
    const auto wide = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    std::printf(
        "session simulation: seeds %llu to %llu: %llu events, %llu rows compared, "
        "%llu reconnects, %llu resyncs, %llu reads failed, %llu partial, %llu unproven, "
        "%llu removed, %llu phantoms, %llu evicted, %llu swallowed, %llu breaks; live %.2f %% of "
        "%.0f s without fault\n",
        wide(first), wide(last), wide(sum.stats.events), wide(sum.rows_compared),
        wide(sum.stats.reconnects), wide(sum.stats.resyncs), wide(sum.stats.fetch_failures),
        wide(sum.stats.partial_reads), wide(sum.stats.unproven_reads), wide(sum.stats.removed),
        wide(sum.stats.phantoms), wide(sum.stats.evicted), wide(sum.swallows), wide(sum.breaks),
        100.0 * static_cast<double>(sum.live_us) / static_cast<double>(sum.calm_us),
        static_cast<double>(sum.calm_us) / 1e6);
}

void add(sim::WorldOutcome& sum, const sim::WorldOutcome& one) {
    sum.rows_compared += one.rows_compared;
    sum.swallows += one.swallows;
    sum.breaks += one.breaks;
    sum.live_us += one.live_us;
    sum.calm_us += one.calm_us;
    sum.stats.events += one.stats.events;
    sum.stats.reconnects += one.stats.reconnects;
    sum.stats.resyncs += one.stats.resyncs;
    sum.stats.fetch_failures += one.stats.fetch_failures;
    sum.stats.partial_reads += one.stats.partial_reads;
    sum.stats.unproven_reads += one.stats.unproven_reads;
    sum.stats.removed += one.stats.removed;
    sum.stats.phantoms += one.stats.phantoms;
    sum.stats.evicted += one.stats.evicted;
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
    SessionWorld world(seed, &trace);
    const WorldOutcome outcome = world.run();
    trace.print();
    std::printf("simulation: seed %llu: %s\n", static_cast<unsigned long long>(seed),
                outcome.failure.empty() ? "all held" : outcome.failure.c_str());
    running_trace = nullptr;
    return outcome.failure.empty() ? 0 : 1;
}

TEST_CASE("EverySeedKeepsTheRulesOfTruth") {
    const std::uint64_t seeds = number_from_environment("NB_SIM_SEEDS", kSeedsDefault);
    const std::uint64_t first = number_from_environment("NB_SIM_FIRST", 1);
    sim::WorldOutcome sum;
    int failures = 0;
    std::uint64_t seed = first;
    for (; seed < first + seeds && failures < 3; ++seed) {
        running_seed = seed;
        const sim::WorldOutcome outcome = sim::SessionWorld(seed, nullptr).run();
        add(sum, outcome);
        if (outcome.failure.empty()) continue;
        ++failures;
        sim::replay(seed, 60);
        const std::string words = "seed " + std::to_string(seed) + ": " + outcome.failure;
        FAIL_CHECK(words);
    }
    print_sum(sum, first, seed - 1);
    CHECK(sum.live_us >= sum.calm_us / 100 * 95);
}

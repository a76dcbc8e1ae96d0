// services/simulator.cpp - the order mix and the posting threads.
#include "services/simulator.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "base/clock.h"
#include "services/log.h"
#include "services/seed.h"

namespace nats_blotter::services {
namespace {

constexpr const char* kRole = "simulator";
// What one connection can post while each order waits for the broker's word.
constexpr double kRatePerConnection = 150;
constexpr int kConnectionsMax = 16;
constexpr MonotonicUs kRetryUs = 500 * kMillisecondUs;
constexpr MonotonicUs kCountIntervalUs = kSecondUs;
constexpr MonotonicUs kSleepStepUs = 50 * kMillisecondUs;  // how soon a stop is seen

struct Popular {
    const char* ticker;
    std::uint32_t weight;  // share of the orders, out of the sum
};

constexpr std::array<Popular, 30> kPopular{{
    {"AAPL", 14}, {"MSFT", 12}, {"NVDA", 12}, {"AMZN", 10}, {"TSLA", 10}, {"META", 8},
    {"GOOGL", 8}, {"IBM", 7},   {"JPM", 7},   {"BAC", 6},   {"C", 5},     {"GS", 5},
    {"MS", 5},    {"AMD", 5},   {"INTC", 4},  {"XOM", 4},   {"WMT", 3},   {"DIS", 3},
    {"KO", 3},    {"PFE", 3},   {"V", 3},     {"MA", 3},    {"UBS", 2},   {"DB", 2},
    {"T", 2},     {"CVX", 2},   {"BRK.B", 1}, {"NFLX", 2},  {"ORCL", 2},  {"F", 2},
}};

constexpr std::uint32_t weight_sum() {
    std::uint32_t sum = 0;
    for (const Popular& popular : kPopular) sum += popular.weight;
    return sum;
}

const char* pick_ticker(Random& random) {
    std::uint64_t left = random.below(weight_sum());
    for (const Popular& popular : kPopular) {
        if (left < popular.weight) return popular.ticker;
        left -= popular.weight;
    }
    return kPopular[0].ticker;
}

// Mostly round lots of a few hundred, now and then a block or an odd lot.
std::uint64_t pick_quantity(Random& random) {
    const std::uint64_t kind = random.below(100);
    if (kind < 75) return 100 * (1 + random.below(10));
    if (kind < 90) return 1000 * (1 + random.below(10));
    return 1 + random.below(99);
}

}  // namespace

std::string simulated_order(Random& random) {
    const auto accounts = seed_accounts();
    const std::int32_t account = accounts[random.below(accounts.size())].id;
    std::string body = "{\"security\":\"";
    body.append(pick_ticker(random)).append("\",\"quantity\":");
    body.append(std::to_string(pick_quantity(random))).append(",\"accountId\":");
    body.append(std::to_string(account)).append(",\"side\":\"");
    body.append(random.below(100) < 52 ? "Buy" : "Sell").append("\"}");
    return body;
}

Simulator::Simulator(SimulatorSettings settings) : settings_(std::move(settings)) {}
Simulator::~Simulator() { stop(); }

void Simulator::start() {
    const int wanted = static_cast<int>(std::ceil(settings_.rate / kRatePerConnection));
    const int connections = std::clamp(wanted, 1, kConnectionsMax);
    const auto seed = static_cast<std::uint64_t>(wall_clock_ms());
    for (int index = 0; index < connections; ++index) {
        threads_.emplace_back([this, seed, index, connections] {
            run_connection(seed + static_cast<std::uint64_t>(index), settings_.rate / connections);
        });
    }
}

void Simulator::stop() {
    stopping_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

bool Simulator::sleep_until(std::int64_t deadline_us) const {
    while (!stopping_) {
        const MonotonicUs left_us = deadline_us - monotonic_us();
        if (left_us <= 0) return true;
        std::this_thread::sleep_for(std::chrono::microseconds(std::min(left_us, kSleepStepUs)));
    }
    return false;
}

void Simulator::run_connection(std::uint64_t seed, double rate) {
    Random random(seed);
    HttpClient client(settings_.url);
    const auto interval_us = static_cast<MonotonicUs>(1'000'000.0 / rate);
    MonotonicUs due_us =
        monotonic_us() +
        static_cast<MonotonicUs>(random.below(static_cast<std::uint64_t>(interval_us) + 1));
    while (sleep_until(due_us) && !limit_reached()) {
        const int status = client.post_json("/trade/", simulated_order(random));
        report(status == 200, status);
        if (status == 200) {
            ++accepted_;
            // Late orders are caught up for a second, not for an outage.
            due_us = std::max(due_us + interval_us, monotonic_us() - kSecondUs);
        } else {
            due_us = monotonic_us() + kRetryUs;
        }
    }
}

bool Simulator::limit_reached() {
    const std::lock_guard lock(mutex_);
    if (!settings_.trade_count) {
        counted_trades_ = accepted_;
    } else if (monotonic_us() >= next_count_us_) {
        counted_trades_ = settings_.trade_count();
        next_count_us_ = monotonic_us() + kCountIntervalUs;
    }
    if (counted_trades_ < kSimulatedTradesMax) return false;
    if (!limit_said_.exchange(true)) {
        log_line(kRole, "stopped: there are " + std::to_string(counted_trades_) +
                            " trades, the limit is " + std::to_string(kSimulatedTradesMax));
    }
    return true;
}

void Simulator::report(bool reachable, int status) {
    const std::lock_guard lock(mutex_);
    if (reachable == reachable_) return;
    reachable_ = reachable;
    if (reachable)
        log_line(kRole, "orders are accepted again");
    else
        log_line(kRole, status == 0
                            ? std::string("trade-service cannot be reached, trying again")
                            : "trade-service answers " + std::to_string(status) + ", trying again");
}

}  // namespace nats_blotter::services

// services/simulator.h - posts realistic orders over HTTP at a given rate, as clients would.
//
// Orders go through the ingress to trade-service, the whole true path. When it is down the
// simulator says so and tries again; it does not catch up on what it missed. It stops by itself at
// kSimulatedTradesMax trades, so that a machine left alone does not fill its disk.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/random.h"
#include "services/http_client.h"

namespace nats_blotter::services {

// A database of that many trades takes some 100 MB and still opens in the page within seconds.
inline constexpr std::int64_t kSimulatedTradesMax = 200'000;

struct SimulatorSettings {
    double rate = 0;  // orders per second over all connections
    HttpUrl url;      // of trade-service
    // The trades there are; without it the simulator counts its own accepted orders.
    std::function<std::int64_t()> trade_count;
};

// One order body, ready to post: a seed account, a popular security (weighted), a lot, a side.
std::string simulated_order(Random& random);

class Simulator {
  public:
    explicit Simulator(SimulatorSettings settings);
    ~Simulator();
    Simulator(const Simulator&) = delete;
    Simulator& operator=(const Simulator&) = delete;

    void start();
    void stop();

  private:
    void run_connection(std::uint64_t seed, double rate);
    bool limit_reached();
    void report(bool reachable, int status);
    bool sleep_until(std::int64_t deadline_us) const;  // false: stopping

    SimulatorSettings settings_;
    std::atomic<bool> stopping_{false};
    std::atomic<bool> limit_said_{false};
    std::atomic<std::int64_t> accepted_{0};
    std::mutex mutex_;
    bool reachable_ = true;            // as last said; under mutex_
    std::int64_t next_count_us_ = 0;   // under mutex_
    std::int64_t counted_trades_ = 0;  // under mutex_
    std::vector<std::thread> threads_;
};

}  // namespace nats_blotter::services

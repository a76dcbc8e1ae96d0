// services/sample_feeds.h - made-up market prices and sensor readings on the bus, for the worked
// examples of docs/profiles.md.
//
// Prices are messages of TraderX's later state 008: `pricing.<TICKER>`, in the envelope, dates as
// ISO text. A quarter of the tickers in turn gets a new price a second, so that a page that has
// just come has seen all of them after five seconds. Readings are one message a house a second,
// with all of its sensors.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/random.h"
#include "services/nats_bus.h"

namespace nats_blotter::services {

inline constexpr std::size_t kPricedTickerCount = 20;
inline constexpr std::size_t kHouseCount = 3;

struct Sample {
    std::string subject;
    std::string payload;
};

// The walks of all prices and readings; the same seed makes the same ones. Not thread-safe.
class SampleWalk {
  public:
    explicit SampleWalk(std::uint64_t seed);

    // A step of at most 0.5 % within 4 % of open and close. REQUIRES: ticker < kPricedTickerCount.
    Sample next_price(std::size_t ticker, EpochMs now_ms);

    // REQUIRES: house < kHouseCount.
    Sample next_readings(std::size_t house, EpochMs now_ms);

  private:
    struct Price {
        std::int64_t open = 0;  // thousandths
        std::int64_t close = 0;
        std::int64_t now = 0;
    };
    static constexpr std::size_t kSensorCount = 3;  // of a house

    Random random_;
    std::array<Price, kPricedTickerCount> prices_{};
    std::array<std::array<std::int64_t, kSensorCount>, kHouseCount> readings_{};  // hundredths
};

class SampleFeeds {
  public:
    explicit SampleFeeds(BusSettings settings);
    ~SampleFeeds();
    SampleFeeds(const SampleFeeds&) = delete;
    SampleFeeds& operator=(const SampleFeeds&) = delete;

    void start();
    void stop();
    bool bus_closed() const { return bus_.state() == BusState::Closed; }

  private:
    void run();

    Bus bus_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace nats_blotter::services

// services/sample_feeds.cpp - see sample_feeds.h.
#include "services/sample_feeds.h"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "base/assert.h"
#include "base/time_text.h"
#include "feed/subjects.h"
#include "services/log.h"
#include "services/record_json.h"

namespace nats_blotter::services {
namespace {

constexpr MonotonicUs kSleepStepUs = 50 * kMillisecondUs;  // how soon a stop is seen
constexpr MonotonicUs kIntervalUs = kSecondUs;
constexpr std::size_t kTurns = 4;  // a quarter of the tickers each

struct Opened {
    std::string_view ticker;
    std::int64_t price;  // whole dollars
};

// The universe of state 008. The prices are of the size of theirs, and of no day.
constexpr std::array<Opened, kPricedTickerCount> kOpened{{
    {"AAPL", 230}, {"MSFT", 410}, {"AMZN", 190}, {"GOOGL", 170}, {"META", 510},
    {"NVDA", 905}, {"TSLA", 250}, {"IBM", 187},  {"BAC", 41},    {"C", 61},
    {"JPM", 191},  {"GS", 498},   {"MS", 95},    {"UBS", 30},    {"DB", 17},
    {"COF", 140},  {"DFS", 125},  {"FNMA", 2},   {"FIS", 78},    {"FNF", 52},
}};

constexpr std::array<std::string_view, kHouseCount> kHouses{"east", "north", "south"};

struct Sensor {
    std::string_view name;
    std::string_view unit;
    std::int64_t from, low, high, step;  // hundredths
};
constexpr std::array<Sensor, 3> kSensors{{
    {"humidity", "%", 6'000, 3'500, 9'500, 60},
    {"light", "klx", 1'800, 0, 9'000, 120},
    {"temperature", "°C", 2'150, 800, 3'600, 25},
}};

// Uniform in [-most, most].
std::int64_t step_of(Random& random, std::int64_t most) {
    return static_cast<std::int64_t>(random.below(2 * static_cast<std::uint64_t>(most) + 1)) - most;
}

// A plain JSON number: trailing zeros dropped, as the state's publisher writes it.
void append_decimal(std::string& out, std::int64_t value, int digits) {
    NB_ASSERT(value >= 0);
    std::string text = std::to_string(value);
    const auto places = static_cast<std::size_t>(digits);
    if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
    text.insert(text.size() - places, 1, '.');
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
    out.append(text);
}

// "2026-07-22T16:31:24.468Z" in quotes.
void append_z_time(std::string& out, EpochMs now_ms) {
    std::string text;
    append_iso_time(text, now_ms);
    constexpr std::string_view kZone = "+00:00";
    text.resize(text.size() - kZone.size());
    out.append("\"").append(text).append("Z\"");
}

std::string subject_of(feed::Stream stream, std::string_view token) {
    std::string subject =
        feed::wildcard_subject(feed::subject_row(stream, feed::SubjectFamily::Dotted));
    return subject.replace(subject.find('*'), 1, token);
}

}  // namespace

SampleWalk::SampleWalk(std::uint64_t seed) : random_(seed) {
    for (std::size_t index = 0; index < prices_.size(); ++index) {
        Price& price = prices_[index];
        const std::int64_t whole = kOpened[index].price * 1'000;
        price.open = whole + step_of(random_, whole / 100);
        price.close = price.open + step_of(random_, price.open / 100);
        price.now = price.open;
    }
    static_assert(kSensors.size() == kSensorCount);
    for (auto& house : readings_)
        for (std::size_t index = 0; index < house.size(); ++index)
            house[index] = kSensors[index].from;
}

Sample SampleWalk::next_price(std::size_t ticker, EpochMs now_ms) {
    NB_ASSERT(ticker < prices_.size());
    Price& price = prices_[ticker];
    const auto [low, high] = std::minmax(price.open, price.close);
    price.now = std::clamp(price.now + step_of(random_, std::max<std::int64_t>(1, price.now / 200)),
                           low - low / 25, high + high / 25);
    Sample sample;
    sample.subject = subject_of(feed::Stream::Prices, kOpened[ticker].ticker);
    std::string& out = sample.payload;
    out.append("{\"topic\":\"").append(sample.subject);
    out.append("\",\"payload\":{\"ticker\":\"").append(kOpened[ticker].ticker);
    out.append("\",\"price\":");
    append_decimal(out, price.now, 3);
    out.append(",\"openPrice\":");
    append_decimal(out, price.open, 3);
    out.append(",\"closePrice\":");
    append_decimal(out, price.close, 3);
    out.append(",\"asOf\":");
    append_z_time(out, now_ms);
    out.append(",\"source\":\"fallback\"},\"date\":");
    append_z_time(out, now_ms);
    out.append(",\"from\":\"price-publisher\",\"type\":\"PriceTick\"}");
    return sample;
}

Sample SampleWalk::next_readings(std::size_t house, EpochMs now_ms) {
    NB_ASSERT(house < readings_.size());
    Sample sample;
    sample.subject = subject_of(feed::Stream::Readings, kHouses[house]);
    std::string& out = sample.payload;
    out.append("{\"readings\":[");
    for (std::size_t index = 0; index < kSensors.size(); ++index) {
        const Sensor& sensor = kSensors[index];
        std::int64_t& value = readings_[house][index];
        value = std::clamp(value + step_of(random_, sensor.step), sensor.low, sensor.high);
        if (index > 0) out.push_back(',');
        out.append("{\"sensor\":\"").append(sensor.name).append("\",\"value\":{\"number\":");
        append_decimal(out, value, 2);
        out.append(",\"unit\":\"").append(sensor.unit).append("\"},\"state\":\"ok\",\"at\":");
        out.append(std::to_string(now_ms)).append("}");
    }
    out.append("]}");
    return sample;
}

SampleFeeds::SampleFeeds(BusSettings settings) : bus_(std::move(settings)) {}
SampleFeeds::~SampleFeeds() { stop(); }

void SampleFeeds::start() {
    thread_ = std::thread([this] { run(); });
}

void SampleFeeds::stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
}

// What is published while the broker is away is gone, as in the state.
void SampleFeeds::run() {
    SampleWalk walk(static_cast<std::uint64_t>(wall_clock_ms()));
    MonotonicUs due_us = monotonic_us();
    for (std::size_t turn = 0; !stopping_; turn = (turn + 1) % kTurns) {
        const auto send = [this](const Sample& sample) {
            static_cast<void>(bus_.publish(sample.subject, sample.payload));
        };
        for (std::size_t ticker = turn; ticker < kPricedTickerCount; ticker += kTurns)
            send(walk.next_price(ticker, wall_clock_ms()));
        for (std::size_t house = 0; house < kHouseCount; ++house)
            send(walk.next_readings(house, wall_clock_ms()));
        due_us = std::max(due_us + kIntervalUs, monotonic_us());
        while (!stopping_ && monotonic_us() < due_us)
            std::this_thread::sleep_for(std::chrono::microseconds(kSleepStepUs));
    }
}

}  // namespace nats_blotter::services

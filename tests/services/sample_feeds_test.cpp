// tests/services/sample_feeds_test.cpp - what the worked examples of docs/profiles.md are fed with.
#include "services/sample_feeds.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

using namespace nats_blotter;
using namespace nats_blotter::services;
using Json = nlohmann::json;

namespace {

constexpr EpochMs kNow = 1'784'737'884'468;  // 2026-07-22T16:31:24.468Z

Json parsed(const Sample& sample) {
    Json json = Json::parse(sample.payload, nullptr, false);
    REQUIRE_FALSE(json.is_discarded());
    return json;
}

}  // namespace

TEST_CASE("APriceIsAMessageOfTheLaterState") {
    SampleWalk walk(1);
    std::set<std::string> subjects;
    for (std::size_t ticker = 0; ticker < kPricedTickerCount; ++ticker) {
        const Sample sample = walk.next_price(ticker, kNow);
        const Json json = parsed(sample);
        const Json& payload = json["payload"];
        const std::string name = payload["ticker"];
        CHECK(sample.subject == "pricing." + name);
        CHECK(name.find('.') == std::string::npos);  // one token
        CHECK(json["topic"] == sample.subject);
        CHECK(json["date"] == "2026-07-22T16:31:24.468Z");
        CHECK(json["from"] == "price-publisher");
        CHECK(json["type"] == "PriceTick");
        CHECK(payload["asOf"] == "2026-07-22T16:31:24.468Z");
        CHECK(payload["source"] == "fallback");
        subjects.insert(sample.subject);
    }
    CHECK(subjects.size() == kPricedTickerCount);
}

TEST_CASE("APriceMovesByHalfAPercentAndStaysInItsBand") {
    SampleWalk walk(2);
    for (const std::size_t ticker : {std::size_t{0}, std::size_t{17}}) {
        double before = 0;
        std::set<double> seen;
        for (int step = 0; step < 20'000; ++step) {
            const Json payload = parsed(walk.next_price(ticker, kNow))["payload"];
            const double price = payload["price"];
            const double open = payload["openPrice"];
            const double close = payload["closePrice"];
            CHECK(price >= std::min(open, close) * 0.96 - 0.001);
            CHECK(price <= std::max(open, close) * 1.04 + 0.001);
            if (before > 0) CHECK(std::abs(price - before) <= before * 0.005 + 0.0011);
            before = price;
            seen.insert(price);
        }
        CHECK(seen.size() > 50);
    }
}

TEST_CASE("AHouseSendsAllOfItsSensorsInOneMessage") {
    SampleWalk walk(3);
    std::set<std::string> subjects;
    for (std::size_t house = 0; house < kHouseCount; ++house) {
        for (int step = 0; step < 2'000; ++step) {
            const Sample sample = walk.next_readings(house, kNow);
            subjects.insert(sample.subject);
            const Json readings = parsed(sample)["readings"];
            REQUIRE(readings.size() == 3);
            std::set<std::string> sensors;
            for (const Json& reading : readings) {
                sensors.insert(reading["sensor"].get<std::string>());
                CHECK(reading["value"]["number"].is_number());
                CHECK(reading["value"]["number"] >= 0);
                CHECK(reading["value"]["unit"].is_string());
                CHECK(reading["state"] == "ok");
                CHECK(reading["at"] == kNow);
            }
            CHECK(sensors == std::set<std::string>{"humidity", "light", "temperature"});
        }
    }
    CHECK(subjects == std::set<std::string>{"sensors.east.readings", "sensors.north.readings",
                                            "sensors.south.readings"});
}

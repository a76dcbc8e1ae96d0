#include "nats/redial.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdio>

using namespace nats_blotter;
using nats::Redial;

namespace {

constexpr int kClients = 10'000;

}  // namespace

TEST_CASE("TenThousandFirstDialsSpreadOver250Ms") {
    std::array<int, 10> bins{};
    for (int i = 0; i < kClients; ++i) {
        Redial redial(static_cast<std::uint64_t>(i));
        redial.outage_begins(5 * kSecondUs);
        const MonotonicUs delay = redial.next_dial_at(5 * kSecondUs) - 5 * kSecondUs;
        REQUIRE(delay >= 0);
        REQUIRE(delay <= 250 * kMillisecondUs);
        ++bins[static_cast<std::size_t>(delay == 250'000 ? 9 : delay / 25'000)];
    }
    // 1000 expected in each; six standard deviations are 180.
    for (const int count : bins) {
        CHECK(count > 820);
        CHECK(count < 1180);
    }
}

TEST_CASE("TheWindowWidensWithTheOutage") {
    CHECK(nats::redial_window_us(0) == kSecondUs);
    CHECK(nats::redial_window_us(20 * kSecondUs - 1) == kSecondUs);
    CHECK(nats::redial_window_us(20 * kSecondUs) == 5 * kSecondUs);
    CHECK(nats::redial_window_us(120 * kSecondUs - 1) == 5 * kSecondUs);
    CHECK(nats::redial_window_us(120 * kSecondUs) == 30 * kSecondUs);
    CHECK(nats::redial_window_us(1'000'000 * kSecondUs) == 30 * kSecondUs);
}

TEST_CASE("ALongOutageStaysWithinEachWindowAndFillsIt") {
    MonotonicUs longest_early = 0;
    MonotonicUs longest_middle = 0;
    MonotonicUs longest_late = 0;
    for (int i = 0; i < 1000; ++i) {
        Redial redial(static_cast<std::uint64_t>(i) * 7919);
        redial.outage_begins(0);
        MonotonicUs now = redial.next_dial_at(0);
        while (now < 600 * kSecondUs) {
            const MonotonicUs delay = redial.next_dial_at(now) - now;
            REQUIRE(delay >= 0);
            REQUIRE(delay <= nats::redial_window_us(now));
            MonotonicUs& longest = now < 20 * kSecondUs    ? longest_early
                                   : now < 120 * kSecondUs ? longest_middle
                                                           : longest_late;
            longest = std::max(longest, delay);
            now += delay + kMillisecondUs;
        }
    }
    CHECK(longest_early > 990 * kMillisecondUs);
    CHECK(longest_middle > 4950 * kMillisecondUs);
    CHECK(longest_late > 29'500 * kMillisecondUs);
}

TEST_CASE("AHerdThatIsRefusedDoesNotComeBackInStep") {
    // Every dial is refused at once; after the first second no 100 ms has more than its share.
    std::array<int, 100> bins{};
    int dials = 0;
    for (int i = 0; i < kClients; ++i) {
        Redial redial(static_cast<std::uint64_t>(i));
        redial.outage_begins(0);
        for (MonotonicUs now = redial.next_dial_at(0); now < 10 * kSecondUs;
             now = redial.next_dial_at(now)) {
            ++dials;
            ++bins[static_cast<std::size_t>(now / (100 * kMillisecondUs))];
        }
    }
    for (std::size_t i = 10; i < bins.size(); ++i) CHECK(bins[i] * 50 < dials);
}

TEST_CASE("ANewOutageBeginsWithTheShortWindow") {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        Redial redial(seed);
        redial.outage_begins(0);
        CHECK(redial.next_dial_at(300 * kSecondUs) <= 300 * kSecondUs + nats::kFirstDialWindowUs);
        redial.outage_begins(400 * kSecondUs);
        CHECK(redial.next_dial_at(400 * kSecondUs) <= 400 * kSecondUs + nats::kFirstDialWindowUs);
        CHECK(redial.next_dial_at(401 * kSecondUs) <= 402 * kSecondUs);
    }
}

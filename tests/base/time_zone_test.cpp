#include "base/time_zone.h"

#include <doctest/doctest.h>

using nats_blotter::kUtc;
using nats_blotter::kZoneChangesMax;
using nats_blotter::TimeZone;

namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
// The clocks of Berlin went back to one hour, and on to two, at these moments.
constexpr std::int64_t kWinterMs = 1'761'440'400'000;  // 2025-10-26T01:00Z
constexpr std::int64_t kSummerMs = 1'774'746'000'000;  // 2026-03-29T01:00Z

}  // namespace

TEST_CASE("EachMomentHasTheOffsetThatHeldThen") {
    TimeZone berlin;
    CHECK(berlin.add_older_change(kSummerMs, 120, 60));
    CHECK(berlin.add_older_change(kWinterMs, 60, 120));
    CHECK(berlin.offset_minutes(kSummerMs * kNsPerMs + 1) == 120);
    CHECK(berlin.offset_minutes(kSummerMs * kNsPerMs) == 120);
    CHECK(berlin.offset_minutes(kSummerMs * kNsPerMs - 1) == 60);
    CHECK(berlin.offset_minutes(kWinterMs * kNsPerMs) == 60);
    CHECK(berlin.offset_minutes(kWinterMs * kNsPerMs - 1) == 120);
    CHECK(berlin.offset_minutes(INT64_MIN) == 120);
}

TEST_CASE("AZoneWithoutChangesHasOneOffset") {
    CHECK(kUtc.offset_minutes(kSummerMs * kNsPerMs) == 0);
    CHECK(TimeZone(-210).offset_minutes(kSummerMs * kNsPerMs) == -210);
}

TEST_CASE("TheOldestChangesAreLeftOutAtTheLimit") {
    TimeZone zone;
    for (std::size_t index = 0; index < kZoneChangesMax; ++index)
        CHECK(zone.add_older_change(kSummerMs - static_cast<std::int64_t>(index) * 60'000,
                                    index % 2 == 0 ? 120 : 60, index % 2 == 0 ? 60 : 120));
    CHECK(zone.change_count() == kZoneChangesMax);
    const TimeZone before = zone;
    CHECK_FALSE(zone.add_older_change(0, 0, 0));
    CHECK(zone == before);
    CHECK(zone.offset_minutes(0) == 120);
}

#include "session/latency.h"

#include <doctest/doctest.h>

using namespace nats_blotter::session;

TEST_CASE("PercentilesAreOfTheLastSamples") {
    LatencyRing ring;
    CHECK(ring.percentile(50) == -1);
    for (int i = 0; i < 100; ++i) ring.add(i);
    CHECK(ring.percentile(50) == 50);
    CHECK(ring.percentile(99) == 99);
    CHECK(ring.percentile(100) == 99);
    for (int i = 0; i < 1024; ++i) ring.add(7);
    CHECK(ring.percentile(0) == 7);
    CHECK(ring.percentile(99) == 7);
    ring.clear();
    CHECK(ring.percentile(50) == -1);
}

TEST_CASE("ClocksThatDisagreeGiveNoNegativeLatency") {
    LatencyRing ring;
    ring.add(-5000);
    CHECK(ring.percentile(50) == 0);
}

TEST_CASE("ASpreadCountsEachSampleOnce") {
    LatencyRing ring;
    for (const std::int64_t ms : {0, 1, 3, 3, 999, 1000, 5000}) ring.add(ms);
    const auto counts = ring.spread();
    CHECK(counts[0] == 1);                  // below 1 ms
    CHECK(counts[1] == 1);                  // 1
    CHECK(counts[2] == 2);                  // 3
    CHECK(counts[8] == 1);                  // 999
    CHECK(counts[counts.size() - 1] == 2);  // 1 s and more
}

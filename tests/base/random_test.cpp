#include "base/random.h"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>

namespace nats_blotter {
namespace {

// The first numbers of the published SplitMix64 with seed 1234567 (Vigna's reference values).
TEST_CASE("TheNumbersAreThoseOfSplitMix64") {
    Random random(1234567);
    CHECK(random.next() == 6457827717110365317u);
    CHECK(random.next() == 3203168211198807973u);
    CHECK(random.next() == 9817491932198370423u);
    CHECK(random.next() == 4593380528125082431u);
    CHECK(random.next() == 16408922859458223821u);
}

TEST_CASE("TheSameSeedGivesTheSameNumbers") {
    Random a(42);
    Random b(42);
    for (int i = 0; i < 1000; ++i) REQUIRE(a.next() == b.next());
}

TEST_CASE("BelowStaysBelowAndReachesEverything") {
    Random random(7);
    std::array<int, 10> seen{};
    for (int i = 0; i < 10'000; ++i) ++seen.at(static_cast<std::size_t>(random.below(10)));
    // 1000 each on average; 5 standard deviations are 150.
    for (const int count : seen) {
        CHECK(count > 850);
        CHECK(count < 1150);
    }
    CHECK(random.below(1) == 0);
}

TEST_CASE("BelowTakesTheLargestBounds") {
    Random random(9);
    constexpr std::uint64_t kHuge = (std::uint64_t{1} << 63) + 1;
    for (int i = 0; i < 100; ++i) {
        REQUIRE(random.below(kHuge) < kHuge);
        REQUIRE(random.below(UINT64_MAX) < UINT64_MAX);
    }
}

}  // namespace
}  // namespace nats_blotter

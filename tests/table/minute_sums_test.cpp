#include "table/minute_sums.h"

#include <doctest/doctest.h>

#include <map>

#include "base/random.h"

using nats_blotter::Random;
using nats_blotter::table::MinuteSums;

namespace {

// The sums, kept as their owner keeps them.
struct Sums {
    explicit Sums(std::size_t amounts_max = nats_blotter::kMinuteAmountsMax)
        : minute(amounts_max) {}
    bool add(std::uint32_t key, std::int64_t second, std::int64_t amount) {
        const bool taken = minute.add(key, second, static_cast<std::uint64_t>(amount));
        if (taken) sums[key] += amount;
        return taken;
    }
    void advance(std::int64_t second) {
        minute.advance(second, [this](std::uint32_t key, std::uint64_t amount) {
            sums[key] -= static_cast<std::int64_t>(amount);
        });
    }
    MinuteSums minute;
    std::map<std::uint32_t, std::int64_t> sums;
};

}  // namespace

TEST_CASE("AnAmountCountsUntilAMinuteAfterItsSecond") {
    Sums sums;
    CHECK_FALSE(sums.add(1, 1000, 5));  // nobody has said what time it is
    sums.advance(1000);
    CHECK(sums.minute.is_complete());
    CHECK_FALSE(sums.add(1, 940, 5));
    CHECK(sums.add(1, 941, 7));
    CHECK(sums.add(1, 1060, 11));
    CHECK_FALSE(sums.add(1, 1061, 13));
    CHECK(sums.sums[1] == 18);
    sums.advance(1001);
    CHECK(sums.sums[1] == 11);
    sums.advance(1119);
    CHECK(sums.sums[1] == 11);
    sums.advance(1120);
    CHECK(sums.sums[1] == 0);
    CHECK(sums.minute.size() == 0);
}

TEST_CASE("AClockThatIsPutBackForgetsAndSaysSo") {
    Sums sums;
    sums.advance(1000);
    sums.add(1, 1000, 5);
    sums.add(1, 1060, 7);
    sums.advance(999);
    CHECK(sums.sums[1] == 0);
    CHECK(sums.minute.size() == 0);
    CHECK_FALSE(sums.minute.is_complete());
    sums.advance(1058);
    CHECK_FALSE(sums.minute.is_complete());
    sums.advance(1059);
    CHECK(sums.minute.is_complete());
}

TEST_CASE("AmountsPastTheLimitMakeTheSumsIncompleteForAMinute") {
    Sums sums(10);
    sums.advance(1000);
    for (std::uint32_t key = 0; key < 10; ++key) CHECK(sums.add(key, 1000, 1));
    CHECK(sums.add(9, 1000, 1));  // the same key once more takes no more room
    CHECK(sums.minute.is_complete());
    CHECK_FALSE(sums.add(10, 995, 1));
    CHECK(sums.minute.size() == 10);
    CHECK(sums.minute.refused() == 1);
    CHECK_FALSE(sums.minute.is_complete());
    sums.advance(1054);
    CHECK_FALSE(sums.minute.is_complete());
    sums.advance(1055);
    CHECK(sums.minute.is_complete());
}

// Against sums from scratch.
TEST_CASE("RandomAmountsAddUpToThoseOfTheLastMinute") {
    constexpr std::uint64_t kSeed = 0x60;
    MESSAGE("seed ", kSeed);
    Random random(kSeed);
    Sums sums;
    std::multimap<std::uint32_t, std::pair<std::int64_t, std::int64_t>> taken;
    std::int64_t now = 5'000;
    sums.advance(now);
    for (int step = 0; step < 5'000; ++step) {
        const auto key = static_cast<std::uint32_t>(random.below(4));
        const std::int64_t second = now + 80 - static_cast<std::int64_t>(random.below(170));
        const auto amount = static_cast<std::int64_t>(random.below(100)) - 50;
        if (sums.add(key, second, amount)) taken.emplace(key, std::pair(second, amount));
        if (random.below(4) == 0) {
            now += static_cast<std::int64_t>(random.below(random.below(40) == 0 ? 300 : 4));
            sums.advance(now);
        }
        for (std::uint32_t of = 0; of < 4; ++of) {
            std::int64_t sum = 0;
            const auto [begin, end] = taken.equal_range(of);
            for (auto at = begin; at != end; ++at)
                if (at->second.first > now - MinuteSums::kSeconds) sum += at->second.second;
            REQUIRE(sums.sums[of] == sum);
        }
    }
}

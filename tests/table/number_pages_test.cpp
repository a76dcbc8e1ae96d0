#include "table/number_pages.h"

#include <doctest/doctest.h>

#include <vector>

#include "support/seed.h"

using namespace nats_blotter;
using namespace nats_blotter::table;

namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kDay = 1'767'225'600'000 * kNsPerMs;

// Values of many kinds: the same, near each other, rising, far apart, null, at the borders.
std::int64_t random_value(Random& random, std::uint64_t kind, std::int64_t step) {
    const auto below = [&random](std::uint64_t bound) {
        return static_cast<std::int64_t>(random.below(bound));
    };
    switch (kind) {
        case 0: return 22214;
        case 1: return below(100) - 50;
        case 2: return 1'000'000 + step;
        case 3: return kDay + (step * 17 + below(5000)) * kNsPerMs;
        case 4: return kDay + below(3'600'000'000) * 1000;
        case 5: return kDay + below(1'000'000'000'000);
        case 6: return below(2) == 0 ? INT64_MAX : INT64_MIN + 1;
        case 7: return NumberPages::kNull;
        default: return static_cast<std::int64_t>(random.next());
    }
}

}  // namespace

TEST_CASE("RandomValuesComeOutAsTheyWentIn") {
    NB_SEEDED_RANDOM(random);
    for (const auto unit : {NumberPages::Unit::One, NumberPages::Unit::TimeNs}) {
        for (int round = 0; round < 30; ++round) {
            NumberPages pages(unit);
            std::vector<std::int64_t> model;
            const std::uint64_t usual = random.below(9);
            for (std::int64_t step = 0; step < 12'000; ++step) {
                const bool odd = random.below(500) == 0;
                const std::int64_t value =
                    random_value(random, odd ? random.below(9) : usual, step);
                std::size_t row = model.size();
                if (row > 9000 || (row > 0 && random.below(4) == 0)) {
                    row = static_cast<std::size_t>(random.below(row));
                    REQUIRE(pages.set(row, value) == (model[row] != value));
                    model[row] = value;
                } else {
                    pages.resize(row + 1);
                    pages.set(row, value);
                    model.push_back(value);
                }
                REQUIRE(pages.get(row) == value);
            }
            for (std::size_t row = 0; row < model.size(); ++row)
                REQUIRE(pages.get(row) == model[row]);
        }
    }
}

TEST_CASE("APageMayComeToHoldNothingButNulls") {
    NumberPages pages;
    pages.resize(1);
    pages.set(0, 5);
    CHECK(pages.set(0, NumberPages::kNull));
    CHECK(pages.get(0) == NumberPages::kNull);
    CHECK(pages.set(0, INT64_MAX));
    CHECK(pages.get(0) == INT64_MAX);
}

// A page counts from its base, and the count of a number, or of null, on the other side of the
// range may come round to a small one.
TEST_CASE("NumbersAtBothEndsOfTheRangeAreNotMistakenForEachOther") {
    NB_SEEDED_RANDOM(random);
    for (const auto unit : {NumberPages::Unit::One, NumberPages::Unit::TimeNs}) {
        for (int round = 0; round < 2000; ++round) {
            NumberPages pages(unit);
            pages.resize(8);
            std::int64_t model[8] = {};
            for (std::size_t step = 0; step < 60; ++step) {
                // At one end, now and then at the other, at a distance of up to four bytes; or
                // null.
                const bool far = round % 4 == 0 && random.below(8) == 0;
                const bool high = far != (round % 2 == 0);
                const auto away = static_cast<std::int64_t>(
                    random.below(std::uint64_t{1} << (8 * (1 + random.below(4)))));
                const std::int64_t scaled = random.below(4) == 0 ? away * kNsPerMs : away;
                std::int64_t value = high ? INT64_MAX - scaled : NumberPages::kNull + scaled;
                if (random.below(6) == 0) value = NumberPages::kNull;
                const auto row = static_cast<std::size_t>(step < 8 ? step : random.below(8));
                const bool changed = pages.set(row, value);
                if (step >= 8) REQUIRE(changed == (model[row] != value));
                model[row] = value;
                for (std::size_t held = 0; held < 8 && step >= 8; ++held)
                    REQUIRE(pages.get(held) == model[held]);
            }
        }
    }
}

// Pages are as wide as the one before, so one far value costs those that follow; not for ever.
TEST_CASE("AFarValueWidensSixteenPagesAtMost") {
    constexpr std::size_t kRows = 64 * 4096;
    NumberPages pages;
    pages.resize(kRows);
    for (std::size_t row = 0; row < kRows; ++row)
        pages.set(row, row == 5000 ? INT64_MAX : static_cast<std::int64_t>(row % 100));
    CHECK(pages.get(5000) == INT64_MAX);
    CHECK(pages.get(kRows - 1) == static_cast<std::int64_t>((kRows - 1) % 100));
    const std::size_t bytes = pages.memory_bytes();
    CHECK(bytes > kRows);
    CHECK(bytes < (48 + 16 * 8 + 1) * 4096);
}

TEST_CASE("APageTakesTheBytesItNeeds") {
    constexpr std::size_t kRows = 64 * 1024;
    const auto bytes_per_row = [](NumberPages::Unit unit, auto value_of) {
        NumberPages pages(unit);
        pages.resize(kRows);
        for (std::size_t row = 0; row < kRows; ++row)
            pages.set(row, value_of(static_cast<std::int64_t>(row)));
        return static_cast<double>(pages.memory_bytes()) / kRows;
    };
    const auto one = NumberPages::Unit::One;
    const auto time = NumberPages::Unit::TimeNs;
    CHECK(bytes_per_row(one, [](std::int64_t) { return 22214; }) < 0.1);
    CHECK(bytes_per_row(one, [](std::int64_t row) { return row % 100; }) < 1.1);
    CHECK(bytes_per_row(one, [](std::int64_t row) { return row % 10'000; }) < 2.1);
    CHECK(bytes_per_row(one, [](std::int64_t row) { return row % 7 * 1'000'000; }) < 4.1);
    CHECK(bytes_per_row(time, [](std::int64_t row) { return kDay + row * kNsPerMs; }) < 2.1);
    const auto day = [](std::int64_t row) { return kDay + row * 7919 % 86'400'000 * kNsPerMs; };
    CHECK(bytes_per_row(time, day) < 4.1);
    CHECK(bytes_per_row(time, [](std::int64_t row) { return kDay + row * 7919 * 1001; }) < 8.1);
}

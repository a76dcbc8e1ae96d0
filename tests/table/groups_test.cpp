#include "table/groups.h"

#include <doctest/doctest.h>

#include <string>

using namespace nats_blotter;
using namespace nats_blotter::table;

namespace {

std::string text_of(const WideSum& sum, int scale = 0) {
    std::string text;
    sum.append_to(text, scale);
    return text;
}

}  // namespace

TEST_CASE("SumsBeyond64BitsAreExact") {
    WideSum sum;
    CHECK(text_of(sum) == "0");
    for (int i = 0; i < 1000; ++i) sum.add(INT64_MAX);
    CHECK(text_of(sum) == "9223372036854775807000");
    CHECK(sum.clamped() == INT64_MAX);
    for (int i = 0; i < 2000; ++i) sum.subtract(INT64_MAX);
    CHECK(text_of(sum) == "-9223372036854775807000");
    CHECK(sum.clamped() == INT64_MIN);
    for (int i = 0; i < 1000; ++i) sum.add(INT64_MAX);
    CHECK(sum == WideSum{});
    sum.add(INT64_MIN + 1);
    CHECK(sum.clamped() == INT64_MIN + 1);
    sum.subtract(2);
    CHECK(text_of(sum) == "-9223372036854775809");
}

TEST_CASE("SumsOfSumsCarryOver") {
    WideSum half;
    for (int i = 0; i < 2; ++i) half.add(INT64_MAX);
    WideSum sum = half;
    sum.add(half);
    CHECK(text_of(sum) == "36893488147419103228");
    WideSum low;
    for (int i = 0; i < 2; ++i) low.add(INT64_MIN);
    CHECK(text_of(low) == "-18446744073709551616");

    sum.subtract(low);
    sum.subtract(half);
    CHECK(text_of(sum) == "36893488147419103230");
    WideSum zero;
    zero.subtract(half);
    zero.add(half);
    CHECK(zero == WideSum{});

    Totals none;
    Totals some;
    some.rows = 3;
    some.sums = {half};
    none.add(some);
    CHECK(none.rows == 3);
    REQUIRE(none.sums.size() == 1);
    CHECK(none.sums[0] == half);
    some.add(Totals{});
    CHECK(some.sums[0] == half);
}

TEST_CASE("SumsAreWrittenWithTheirScale") {
    WideSum sum;
    sum.add(-5);
    CHECK(text_of(sum, 2) == "-0.05");
    sum.add(187'245);
    CHECK(text_of(sum, 3) == "187.240");
    WideSum other;
    other.add(-187'240);
    sum.add(other);
    CHECK(text_of(sum, 2) == "0.00");
}

#include "table/groups.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/sample_table.h"

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

TEST_CASE("SpecsOfGroupsAreEqualOnlyInEveryPart") {
    const GroupSpec spec{2, true, {1, 3}, 1};
    CHECK(spec == GroupSpec(spec));
    CHECK_FALSE(spec == GroupSpec{1, true, {1, 3}, 1});
    CHECK_FALSE(spec == GroupSpec{2, false, {1, 3}, 1});
    CHECK_FALSE(spec == GroupSpec{2, true, {3, 1}, 1});
    CHECK_FALSE(spec == GroupSpec{2, true, {1, 3}, 0});
    WideSum low;
    low.add(1);
    WideSum high = low;
    for (int i = 0; i < 4; ++i) high.add(INT64_MAX);
    for (int i = 0; i < 4; ++i) high.add(1);  // 2^65 more, which the lower half does not show
    CHECK_FALSE(low == high);
    CHECK_FALSE(low == WideSum{});
}

// As nulls do in a sort, in either direction.
TEST_CASE("TheGroupWithoutAValueIsTheLast") {
    for (const bool descending : {false, true}) {
        Table table(support::sample_spec());
        std::vector<std::string> names = {"B", "", "A", "C"};
        for (int round = 0; round < 2; ++round) {  // the second time among groups that are there
            GroupSpec spec;
            spec.column = 2;
            spec.descending = descending;
            Groups groups(table, spec);
            for (std::size_t i = 0; i < names.size(); ++i) {
                const support::SampleRow row{names[i] + std::to_string(round), 1, names[i], 0};
                feed::Record record = support::record_of(row);
                if (names[i].empty()) record.cells[2] = {};
                groups.add(table.insert(record.cells));
                if (round == 1) REQUIRE(groups.count() == i + 1);
            }
            REQUIRE(groups.count() == 4);
            CHECK(groups.value(0).text == (descending ? "C" : "A"));
            CHECK(groups.value(2).text == (descending ? "A" : "C"));
            CHECK(groups.value(3).is_null());
        }
    }
}

#include "table/format.h"

#include <doctest/doctest.h>

using namespace nats_blotter;
using feed::Cell;
using feed::ColumnSpec;
using feed::ColumnType;

namespace {

ColumnSpec column(ColumnType type, int scale = 0) {
    ColumnSpec spec;
    spec.type = type;
    spec.scale = scale;
    return spec;
}

std::string shown(const ColumnSpec& spec, const Cell& cell, const TimeZone& zone = kUtc) {
    std::string out;
    table::append_shown(out, spec, cell, zone);
    return out;
}

std::string json(const ColumnSpec& spec, const Cell& cell, bool exact = false) {
    std::string out;
    table::append_json(out, spec, cell, exact);
    return out;
}

}  // namespace

TEST_CASE("AmountsHaveThousandsSeparatorsAndARealMinus") {
    CHECK(shown(column(ColumnType::Int), Cell::of_number(0)) == "0");
    CHECK(shown(column(ColumnType::Int), Cell::of_number(999)) == "999");
    CHECK(shown(column(ColumnType::Int), Cell::of_number(-2000)) == "\u22122,000");
    CHECK(shown(column(ColumnType::Decimal, 3), Cell::of_number(1187240)) == "1,187.240");
    CHECK(shown(column(ColumnType::Decimal, 3), Cell::of_number(-5)) == "\u22120.005");
    ColumnSpec name = column(ColumnType::Int);
    name.grouped = false;
    CHECK(shown(name, Cell::of_number(22214)) == "22214");
}

TEST_CASE("TimesAreShownToTheMillisecondInTheViewersZone") {
    const Cell at = Cell::of_number(1784737884468'000'000);  // 2026-07-22T16:31:24.468Z
    CHECK(shown(column(ColumnType::Time), at) == "16:31:24.468");
    CHECK(shown(column(ColumnType::Time), at, TimeZone(8 * 60)) == "00:31:24.468");
    CHECK(shown(column(ColumnType::Time), at, TimeZone(-17 * 60)) == "23:31:24.468");
    CHECK(shown(column(ColumnType::Time), Cell::of_number(-1)) == "23:59:59.999");
}

TEST_CASE("NullIsADash") { CHECK(shown(column(ColumnType::Int), Cell{}) == "\u2013"); }

TEST_CASE("JsonNumbersAreNumbersOnlyWhereADoubleIsExact") {
    const ColumnSpec integer = column(ColumnType::Int);
    CHECK(json(integer, Cell::of_number(9007199254740991)) == "9007199254740991");
    CHECK(json(integer, Cell::of_number(9007199254740992)) == "\"9007199254740992\"");
    CHECK(json(integer, Cell::of_number(-9007199254740992)) == "\"-9007199254740992\"");
    CHECK(json(integer, Cell::of_number(7), true) == "\"7\"");
    const ColumnSpec decimal = column(ColumnType::Decimal, 3);
    CHECK(json(decimal, Cell::of_number(187240)) == "187.240");
    CHECK(json(decimal, Cell::of_number(999'999'999'999'999)) == "999999999999.999");
    CHECK(json(decimal, Cell::of_number(1'000'000'000'000'000)) == "\"1000000000000.000\"");
    CHECK(json(decimal, Cell::of_number(-1'000'000'000'000'000)) == "\"-1000000000000.000\"");
    CHECK(json(decimal, Cell::of_number(1), true) == "\"0.001\"");
}

TEST_CASE("JsonTimesAreEpochMillisecondsAndTextsAreEscaped") {
    CHECK(json(column(ColumnType::Time), Cell::of_number(1784737884468'999'999)) ==
          "1784737884468");
    CHECK(json(column(ColumnType::Text), Cell::of_text("a\"\n")) == "\"a\\\"\\n\"");
    CHECK(json(column(ColumnType::Text), Cell{}) == "null");
}

TEST_CASE("ColumnsMayLeaveMillisecondsOutAndTruthsAreJson") {
    feed::ColumnSpec time;
    time.type = feed::ColumnType::Time;
    time.milliseconds = false;
    std::string out;
    table::append_shown(out, time, feed::Cell::of_number(1'753'201'884'468'000'000), kUtc);
    CHECK(out == "16:31:24");
    feed::ColumnSpec truth;
    truth.type = feed::ColumnType::Enum;
    out.clear();
    table::append_json(out, truth, feed::Cell::of_text("true"), true);
    CHECK(out == "\"true\"");
    truth.is_bool = true;
    out.clear();
    table::append_json(out, truth, feed::Cell::of_text("true"), true);
    table::append_json(out, truth, feed::Cell{}, false);
    CHECK(out == "truenull");
}

#include "table/column.h"

#include <doctest/doctest.h>

#include <string>

#include "base/limits.h"

using namespace nats_blotter;
using namespace nats_blotter::table;
using feed::Cell;
using feed::ColumnType;

TEST_CASE("EveryTypeKeepsWhatWasSet") {
    for (const ColumnType type : {ColumnType::Text, ColumnType::Symbol, ColumnType::Enum}) {
        Column column(type);
        column.resize(2);
        column.set(0, Cell{});
        CHECK(column.cell(0).is_null());
        CHECK(column.set(0, Cell::of_text("IBM")));
        CHECK_FALSE(column.set(0, Cell::of_text("IBM")));
        CHECK(column.cell(0).text == "IBM");
        CHECK(column.set(0, Cell{}));
        CHECK(column.cell(0).is_null());
    }
    for (const ColumnType type : {ColumnType::Int, ColumnType::Decimal, ColumnType::Time}) {
        Column column(type);
        column.resize(1);
        column.set(0, Cell{});
        CHECK(column.cell(0).is_null());
        CHECK(column.set(0, Cell::of_number(-5)));
        CHECK_FALSE(column.set(0, Cell::of_number(-5)));
        CHECK(column.cell(0).number == -5);
    }
}

TEST_CASE("NullSortsFirst") {
    for (const ColumnType type : {ColumnType::Text, ColumnType::Symbol}) {
        Column column(type);
        column.resize(3);
        column.set(0, Cell{});
        column.set(1, Cell::of_text("A"));
        column.set(2, Cell::of_text("B"));
        CHECK(column.compare(0, 1) == -1);
        CHECK(column.compare(1, 0) == 1);
        CHECK(column.compare(1, 2) == -1);
        CHECK(column.compare(0, 0) == 0);
    }
    Column numbers(ColumnType::Int);
    numbers.resize(2);
    numbers.set(0, Cell{});
    numbers.set(1, Cell::of_number(INT64_MIN + 1));
    CHECK(numbers.compare(0, 1) == -1);
}

TEST_CASE("OverwrittenTextsDoNotPileUp") {
    Column column(ColumnType::Text);
    column.resize(4);
    const std::string keep(1000, 'k');
    column.set(0, Cell::of_text(keep));
    for (int i = 0; i < 100'000; ++i)
        column.set(1, Cell::of_text(std::string(100, static_cast<char>('a' + i % 26))));
    CHECK(column.cell(0).text == keep);
    CHECK(column.memory_bytes() < 1024 * 1024);
}

TEST_CASE("SymbolsAtTheirLimitAreRefusedNotLost") {
    SymbolPool pool;
    for (std::size_t i = 0; i < kSymbolsMax; ++i)
        REQUIRE(pool.intern(std::to_string(i)) != SymbolPool::kNone);
    CHECK(pool.intern("one more") == SymbolPool::kNone);
    CHECK_FALSE(pool.has_room_for("one more"));
    CHECK(pool.has_room_for("77"));
    CHECK(pool.text(pool.intern("77")) == "77");
}

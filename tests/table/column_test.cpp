#include "table/column.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

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

// Texts found lately are told apart by their length and a number made of both ends.
TEST_CASE("SymbolsThatAreAlikeAtBothEndsAreNotTheSame") {
    SymbolPool pool;
    std::vector<std::string> texts;
    for (const char* middle : {"one", "two", "three", ""})
        texts.push_back(std::string("PREFIX-8") + middle + "SUFFIX-8");
    for (int round = 0; round < 3; ++round)
        for (std::size_t i = 0; i < texts.size(); ++i) CHECK(pool.intern(texts[i]) == i);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        CHECK(pool.find(texts[i]) == i);
        CHECK(pool.text(static_cast<std::uint32_t>(i)) == texts[i]);
    }
    CHECK(pool.find("PREFIX-8sixSUFFIX-8") == SymbolPool::kNone);
    pool.clear();
    CHECK(pool.find(texts[0]) == SymbolPool::kNone);
    CHECK(pool.intern(texts[1]) == 0);
}

TEST_CASE("ANullTextHasTheLastRank") {
    Column column(ColumnType::Text);
    column.resize(2);
    column.set(0, Cell::of_text("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"));
    column.set(1, Cell{});
    CHECK(column.rank(0) <= column.rank(1));
    column.set(0, Cell::of_text("zzzz"));
    CHECK(column.rank(0) < column.rank(1));
}

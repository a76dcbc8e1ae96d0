#include "table/filter.h"

#include <doctest/doctest.h>

#include <memory>

#include "support/sample_table.h"

using namespace nats_blotter;
using namespace nats_blotter::table;
using feed::Cell;

namespace {

// One row of every kind of column: text, time, decimal, int, symbol.
struct Rig {
    Rig() {
        feed::TableSpec spec;
        const auto add = [&spec](const char* field, feed::ColumnType type) {
            feed::ColumnSpec column;
            column.field = field;
            column.type = type;
            column.scale = type == feed::ColumnType::Decimal ? 2 : 0;
            spec.columns.push_back(column);
        };
        add("id", feed::ColumnType::Text);
        add("at", feed::ColumnType::Time);
        add("price", feed::ColumnType::Decimal);
        add("quantity", feed::ColumnType::Int);
        add("security", feed::ColumnType::Symbol);
        spec.key_columns = {0};
        table = std::make_unique<Table>(spec);
        // 16:31:24.468 of some day
        row = table->insert(std::vector<Cell>{Cell::of_text("01234567-89ab-cdef-0f1e-2d3c4b5a6978"),
                                              Cell::of_number(1'767'285'084'468'000'000),
                                              Cell::of_number(18'724), Cell::of_number(-1700),
                                              Cell::of_text("\xC3\x89lan SA")});
    }
    bool quick(const char* words, std::vector<std::uint16_t> columns = {}, int offset = 0) const {
        FilterSpec spec;
        spec.quick = words;
        spec.quick_columns = std::move(columns);
        spec.zone = TimeZone(offset);
        return Filter(*table, spec).matches(row);
    }
    bool range(std::uint16_t column, std::optional<std::int64_t> low,
               std::optional<std::int64_t> high) const {
        FilterSpec spec;
        spec.columns.emplace_back();
        spec.columns[0].column = column;
        spec.columns[0].kind = ColumnFilter::Kind::Range;
        spec.columns[0].low = low;
        spec.columns[0].high = high;
        return Filter(*table, spec).matches(row);
    }
    std::unique_ptr<Table> table;
    RowId row = kNoRow;
};

}  // namespace

TEST_CASE("QuickWordsAreFoundInEveryKindOfColumn") {
    const Rig rig;
    for (const char* words : {"", "  ", "89AB-c", "16:31:24.4", "187.24", "-1700", "1700", "lan sa",
                              "\xC3\xA9lan", "\xC3\x89LAN", "sa 187 16:31", "e"})
        CHECK_MESSAGE(rig.quick(words), words);
    for (const char* words : {"1,700", "187.240", "16:32", "elan", "sa 188", "\xC3\xA8lan", "zz"})
        CHECK_MESSAGE(!rig.quick(words), words);
}

TEST_CASE("QuickWordsLookAtTheNamedColumnsOnly") {
    const Rig rig;
    CHECK(rig.quick("1700", {3}));
    CHECK_FALSE(rig.quick("1700", {4}));
    CHECK_FALSE(rig.quick("lan", {0, 1, 2, 3}));
}

TEST_CASE("TimesMatchAsTheyAreShown") {
    const Rig rig;
    CHECK(rig.quick("18:31", {1}, 120));
    CHECK_FALSE(rig.quick("16:31", {1}, 120));
}

TEST_CASE("RangesHoldTheirBordersAndNoNull") {
    const Rig rig;
    CHECK(rig.range(2, 18'724, 18'724));
    CHECK(rig.range(2, {}, 18'724));
    CHECK_FALSE(rig.range(2, 18'725, {}));
    CHECK_FALSE(rig.range(2, {}, 18'723));
    CHECK(rig.range(1, 1'767'285'084'000'000'000, 1'767'285'085'000'000'000));
    CHECK_FALSE(rig.range(4, {}, {}));  // not a number column
}

// Ids of symbols start anew when a table is cleared; what is known of the old ones must not stay.
TEST_CASE("FilterOutlivesTheClearingOfItsTable") {
    Table table(support::sample_spec());
    FilterSpec spec;
    spec.quick = "ibm";
    Filter filter(table, spec);
    REQUIRE(table.insert(support::record_of({"a", 1, "IBM", 1}).cells) == 0);
    CHECK(filter.matches(0));
    table.clear();
    REQUIRE(table.insert(support::record_of({"a", 1, "MSFT", 1}).cells) == 0);
    CHECK_FALSE(filter.matches(0));
}

TEST_CASE("OnlyLettersAreFolded") {
    std::string folded;
    append_folded(folded, "\xC3\x89\xC3\x97\xC3\x9F\xC3Z\xC2\x89");  // É × ß, a half, a control
    CHECK(folded == "\xC3\xA9\xC3\x97\xC3\x9F\xC3z\xC2\x89");
}

TEST_CASE("NullIsSpelledWithNothing") {
    std::string spelled;
    append_spelled(spelled, support::sample_spec().columns[3], feed::Cell{}, kUtc);
    CHECK(spelled.empty());
}

TEST_CASE("EmptySpecIsEmpty") {
    FilterSpec spec;
    CHECK(spec.is_empty());
    spec.quick = " \t";
    CHECK(spec.is_empty());
    spec.columns.emplace_back();
    CHECK_FALSE(spec.is_empty());
    spec.columns.clear();
    spec.quick = "x";
    CHECK_FALSE(spec.is_empty());
}

// By this a view knows that it need not be built anew.
TEST_CASE("SpecsAreEqualOnlyInEveryPart") {
    const ColumnFilter filter{2, ColumnFilter::Kind::Range, "a", 1, 9, {"b"}, {3}};
    CHECK(filter == ColumnFilter(filter));
    const auto differs = [&filter](auto&& change) {
        ColumnFilter other = filter;
        change(other);
        return !(filter == other) && !(other == filter);
    };
    CHECK(differs([](ColumnFilter& other) { other.column = 1; }));
    CHECK(differs([](ColumnFilter& other) { other.kind = ColumnFilter::Kind::Equals; }));
    CHECK(differs([](ColumnFilter& other) { other.text = "A"; }));
    CHECK(differs([](ColumnFilter& other) { other.low.reset(); }));
    CHECK(differs([](ColumnFilter& other) { other.low = 2; }));
    CHECK(differs([](ColumnFilter& other) { other.high.reset(); }));
    CHECK(differs([](ColumnFilter& other) { other.texts.emplace_back(); }));
    CHECK(differs([](ColumnFilter& other) { other.numbers = {4}; }));

    const FilterSpec spec{"words", {1, 2}, {filter}, TimeZone(60)};
    CHECK(spec == FilterSpec(spec));
    const auto spec_differs = [&spec](auto&& change) {
        FilterSpec other = spec;
        change(other);
        return !(spec == other) && !(other == spec);
    };
    CHECK(spec_differs([](FilterSpec& other) { other.quick = "word"; }));
    CHECK(spec_differs([](FilterSpec& other) { other.quick_columns = {2, 1}; }));
    CHECK(spec_differs([](FilterSpec& other) { other.columns[0].high = 8; }));
    CHECK(spec_differs([](FilterSpec& other) { other.columns.clear(); }));
    CHECK(spec_differs([](FilterSpec& other) { other.zone = kUtc; }));
}

// The tables of the screen without a screen: looks and their JSON, lines with groups, selections.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "web/display_rows.h"
#include "web/grid_selection.h"
#include "web/table_look.h"

using namespace nats_blotter;
using namespace nats_blotter::web;

namespace {

feed::TableSpec trades() { return feed::traderx_profile(feed::SubjectChoice::Slash).tables[0]; }

std::string text_of(const TableLook& look) {
    std::string text;
    append_json(text, look, trades());
    return text;
}

struct Fixture {
    table::Table table{trades()};
    table::View view{table};
    TableLook look = default_look(trades());
    DisplayRows lines;
    GridSelection selection;
    std::vector<std::string> ids = std::vector<std::string>(100);

    table::RowId insert(std::size_t id, std::string_view security, std::int64_t quantity) {
        ids[id] = "T-" + std::to_string(id);
        const std::vector<feed::Cell> cells = {
            feed::Cell::of_number(static_cast<std::int64_t>(id)),
            feed::Cell::of_text(ids[id]),
            feed::Cell::of_number(22214),
            feed::Cell::of_text(security),
            feed::Cell::of_text("Buy"),
            feed::Cell::of_number(quantity),
            feed::Cell::of_text("Settled"),
            feed::Cell::of_number(static_cast<std::int64_t>(id)),
            feed::Cell::of_number(quantity),
            feed::Cell{},
        };
        const table::RowId row = table.insert(cells);
        refresh();
        return row;
    }
    void refresh() {
        view.apply(table.changes());
        table.clear_changes();
        lines.update(view, look);
    }
    void group_by_security() {
        look.group_column = 3;
        view.set_group(group_spec(look, trades()));
        lines.update(view, look);
    }
};

}  // namespace

TEST_CASE("ALookOfATableComesBackAsItWas") {
    TableLook look = default_look(trades());
    look.sort = {{3, false}, {5, true}};
    look.quick = "ibm \"sell\"";
    ColumnFilterLook set;
    set.test.column = 4;
    set.test.kind = table::ColumnFilter::Kind::OneOf;
    set.test.texts = {"Buy", "Sell"};
    ColumnFilterLook range;
    range.test.column = 5;
    range.test.kind = table::ColumnFilter::Kind::Range;
    range.test.low = -9'007'199'254'740'993;
    ColumnFilterLook last;
    last.test.column = 0;
    last.last_minutes = 15;
    ColumnFilterLook has;
    has.test.column = 1;
    has.test.text = "4f";
    look.filters = {set, range, last, has};
    std::swap(look.columns[0], look.columns[5]);
    look.columns[1].hidden = true;
    look.columns[2].pinned = true;
    look.columns[3].width_px = 130;
    look.group_by_scope = false;
    look.group_column = 3;
    look.group_descending = true;
    look.toggled = {"IBM"};
    look.utc = true;
    look.milliseconds = false;
    look.separators = false;

    const nlohmann::json parsed = nlohmann::json::parse(text_of(look), nullptr, false);
    REQUIRE(parsed.is_object());
    CHECK(parsed["filter"]["columns"][1]["low"] == "-9007199254740993");
    CHECK(parsed["columns"][0]["field"] == "quantity");
    TableLook read = default_look(trades());
    REQUIRE(read_json(read, trades(), text_of(look)));
    CHECK(text_of(read) == text_of(look));
}

TEST_CASE("WhatATableLookDoesNotKnowIsPassedOver") {
    const TableLook before = default_look(trades());
    TableLook look = before;
    CHECK(read_json(look, trades(),
                    R"({"sort":[{"field":"weather"},7,{"dir":"desc"}],"novelty":{"a":[1]},)"
                    R"("filter":{"columns":[{"field":"quantity","low":"x"},{"contains":"y"}]},)"
                    R"("columns":[{"field":"id","width":"wide"},{"field":"id","hidden":true}],)"
                    R"("group":{"field":"quantity"},"utc":"yes"})"));
    CHECK(look.sort.empty());
    CHECK(look.filters.empty());
    CHECK(look.columns.size() == before.columns.size());
    CHECK(look.columns[0].column == 1);
    CHECK_FALSE(look.columns[0].hidden);
    CHECK(look.group_column == -1);
    CHECK_FALSE(look.utc);
    for (const char* text : {"", "[]", "{\"sort\":[", "{\"sort\":[{]}"}) {
        TableLook same = before;
        CHECK_FALSE(read_json(same, trades(), text));
        CHECK(text_of(same) == text_of(before));
    }
}

TEST_CASE("TheFilterOfALookIsInWords") {
    TableLook look = default_look(trades());
    look.quick = "ibm";
    ColumnFilterLook range;
    range.test.column = 5;
    range.test.kind = table::ColumnFilter::Kind::Range;
    range.test.low = 100;
    range.test.high = 500;
    look.filters = {range};
    CHECK(filter_words(look, trades()) == "ibm · Qty 100 to 500");
}

TEST_CASE("ATimeFilterMovesWithTheClock") {
    TableLook look = default_look(trades());
    ColumnFilterLook last;
    last.test.column = 0;
    last.last_minutes = 5;
    look.filters = {last};
    const table::FilterSpec spec = filter_spec(look, trades(), 1'000'000, kUtc);
    REQUIRE(spec.columns.size() == 1);
    CHECK(spec.columns[0].kind == table::ColumnFilter::Kind::Range);
    CHECK(spec.columns[0].low == (1'000'000 - 300'000) * std::int64_t{1'000'000});
    CHECK_FALSE(spec.columns[0].high);
}

TEST_CASE_FIXTURE(Fixture, "ClosedGroupsAreOneLineAndOpenOnesHaveTheirRows") {
    const table::RowId ibm = insert(1, "IBM", 5);
    insert(2, "MSFT", 7);
    insert(3, "IBM", 9);
    group_by_security();
    CHECK(lines.size() == 2);
    CHECK(lines.at(0).is_head);
    CHECK(lines.index_of(ibm) == 0);
    look.toggle("IBM");
    lines.update(view, look);
    REQUIRE(lines.size() == 4);
    CHECK(lines.at(1).row == 2);  // the newest first
    CHECK(lines.at(2).row == ibm);
    CHECK(lines.index_of(ibm) == 2);
    CHECK(lines.at(3).is_head);
    insert(4, "C", 1);
    CHECK(lines.size() == 5);
    CHECK(lines.index_of(ibm) == 3);
}

TEST_CASE_FIXTURE(Fixture, "AnErasedRowIsNotSelectedAlsoWhenItsIdComesBack") {
    const table::RowId first = insert(1, "IBM", 5);
    const table::RowId second = insert(2, "IBM", 7);
    selection.select(table, {first, 0});
    selection.toggle(table, {second, 0});
    CHECK(selection.count() == 2);
    table.erase(second);
    refresh();
    CHECK_FALSE(selection.is_selected(table, second));
    CHECK(insert(3, "IBM", 9) == second);
    CHECK_FALSE(selection.is_selected(table, second));
    CHECK(selection.is_selected(table, first));
    selection.toggle(table, {first, 0});
    CHECK(selection.empty());
}

TEST_CASE_FIXTURE(Fixture, "SumsOfASelectionAreThoseOfItsRowsAsTheyAre") {
    const std::vector<std::uint16_t> columns = sum_columns(trades());
    for (std::size_t id = 1; id < 90; ++id) insert(id, "IBM", static_cast<std::int64_t>(id));
    selection.select_all(table, lines);
    int steps = 0;
    while (!selection.sum_some(table, columns, 10)) ++steps;
    CHECK(steps > 0);
    CHECK(selection.sums().sums[0].clamped() == 89 * 90 / 2);
    selection.select(table, {0, 0});
    selection.extend(table, lines, {2, 0}, false);
    while (!selection.sum_some(table, columns, 10)) continue;
    CHECK(selection.sums().rows == 3);
    CHECK(selection.sums().sums[0].clamped() == 6);
}

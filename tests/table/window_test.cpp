#include "table/window.h"

#include <doctest/doctest.h>

#include "support/sample_table.h"

using namespace nats_blotter;
using namespace nats_blotter::table;
using support::record_of;

namespace {

struct Rig {
    Table table{support::sample_spec()};
    View view{table};
    Window window;

    void add(const char* id, std::int64_t v) {
        REQUIRE(table.insert(record_of({id, v, "S", v}).cells) != kNoRow);
        view.apply(table.changes());
        table.clear_changes();
    }
};

}  // namespace

TEST_CASE("WindowHoldsACopyOfTheVisibleRows") {
    Rig rig;
    for (int i = 0; i < 10; ++i) rig.add(std::to_string(i).c_str(), i);
    rig.window.fill(rig.table, rig.view, 2, 3, 0);
    REQUIRE(rig.window.row_count() == 3);
    CHECK(rig.window.total_rows() == 10);
    CHECK(rig.window.cell(0, 0).text == "7");
    rig.table.clear();
    CHECK(rig.window.cell(2, 0).text == "5");
    CHECK(rig.window.cell(2, 1).number == 5);
}

TEST_CASE("APlaceWithoutARowHoldsNothing") {
    Rig rig;
    rig.add("a", 1);
    const RowId rows[] = {kNoRow, 0};
    rig.window.fill(rig.table, rows, 5, 100, 0);
    REQUIRE(rig.window.row_count() == 2);
    CHECK(rig.window.total_rows() == 100);
    CHECK(rig.window.cell(0, 0).is_null());
    CHECK(rig.window.cell(1, 0).text == "a");
}

TEST_CASE("WindowEndsWithTheRows") {
    Rig rig;
    rig.add("a", 1);
    rig.window.fill(rig.table, rig.view, 0, 50, 0);
    CHECK(rig.window.row_count() == 1);
    rig.window.fill(rig.table, rig.view, 9, 50, 0);
    CHECK(rig.window.row_count() == 0);
    rig.window.fill(rig.table, rig.view, 0, SIZE_MAX, 0);
    CHECK(rig.window.row_count() == 1);
}

TEST_CASE("RowsInsertedSinceAreFresh") {
    Rig rig;
    rig.add("a", 1);
    const std::uint64_t seen = rig.table.generation();
    rig.add("b", 2);
    feed::Provenance provenance;
    provenance.phantom = true;
    rig.table.set_provenance(rig.view.row_at(1), provenance);
    rig.window.fill(rig.table, rig.view, 0, 2, seen);
    CHECK(rig.window.row(0).fresh);
    CHECK_FALSE(rig.window.row(1).fresh);
    CHECK(rig.window.row(1).phantom);
}

#include "table/view.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "support/sample_table.h"
#include "support/seed.h"

using namespace nats_blotter;
using namespace nats_blotter::table;
using support::record_of;
using support::sample_spec;
using support::SampleRow;

namespace {

// All row ids sorted the slow way.
std::vector<RowId> sorted_rows(const Table& table, const std::vector<SortKey>& keys) {
    std::vector<RowId> rows;
    for (RowId row = 0; row < table.slot_count(); ++row)
        if (table.is_live(row)) rows.push_back(row);
    const bool last_descending = !keys.empty() && keys.back().descending;
    std::sort(rows.begin(), rows.end(), [&](RowId a, RowId b) {
        for (const SortKey& key : keys) {
            const int order = table.compare(a, b, key.column);
            if (order != 0) return key.descending ? order > 0 : order < 0;
        }
        return last_descending ? a > b : a < b;
    });
    return rows;
}

std::vector<RowId> shown_rows(const View& view) {
    std::vector<RowId> rows;
    for (std::size_t position = 0; position < view.size(); ++position)
        rows.push_back(view.row_at(position));
    return rows;
}

void refresh(Table& table, View& view) {
    if (table.was_cleared())
        view.rebuild();
    else
        view.apply(table.changes());
    table.clear_changes();
}

void random_change(Table& table, Random& random) {
    const SampleRow row{
        "id" + std::to_string(random.below(3000)), static_cast<std::int64_t>(random.below(500)),
        "S" + std::to_string(random.below(9)), static_cast<std::int64_t>(random.below(5))};
    const feed::Record record = record_of(row);
    const RowId held = table.find(record.cells);
    if (held == kNoRow)
        REQUIRE(table.insert(record.cells) != kNoRow);
    else if (random.below(3) == 0)
        table.erase(held);
    else
        REQUIRE(table.update(held, record.cells));
}

}  // namespace

// Small batches go the incremental way, large ones the rebuilding way; both must end in full order.
TEST_CASE("RandomChangesKeepTheOrderOfAFullSort") {
    NB_SEEDED_RANDOM(random);
    Table table(sample_spec());
    View view(table);
    const std::vector<std::vector<SortKey>> sorts = {
        {{1, true}}, {{2, false}, {3, true}}, {{3, false}}, {}};
    for (const auto& keys : sorts) {
        view.set_sort(keys);
        for (int round = 0; round < 40; ++round) {
            const std::uint64_t changes = round % 10 == 9 ? 4000 : 1 + random.below(60);
            for (std::uint64_t i = 0; i < changes; ++i) random_change(table, random);
            refresh(table, view);
            REQUIRE(shown_rows(view) == sorted_rows(table, keys));
        }
    }
}

TEST_CASE("PositionIsTheInverseOfRowAt") {
    NB_SEEDED_RANDOM(random);
    Table table(sample_spec());
    View view(table);
    for (int i = 0; i < 5000; ++i) random_change(table, random);
    refresh(table, view);
    for (std::size_t position = 0; position < view.size(); position += 7)
        CHECK(view.position_of(view.row_at(position)) == position);
    CHECK(view.position_of(static_cast<RowId>(table.slot_count() + 5)) == view.size());
}

TEST_CASE("NewestFirstAmongEqualVersions") {
    Table table(sample_spec());
    View view(table);
    for (int i = 0; i < 3; ++i) {
        REQUIRE(table.insert(record_of({"id" + std::to_string(i), 7, "S", i}).cells) != kNoRow);
        refresh(table, view);
    }
    CHECK(table.cell(view.row_at(0), 3).number == 2);
}

TEST_CASE("ChangeOfAnUnsortedColumnMovesNothing") {
    Table table(sample_spec());
    View view(table);
    const RowId row = table.insert(record_of({"a", 1, "S", 1}).cells);
    refresh(table, view);
    const std::uint64_t before = view.order_version();
    REQUIRE(table.update(row, record_of({"a", 1, "S", 2}).cells));
    refresh(table, view);
    CHECK(view.order_version() == before);
}

TEST_CASE("ClearedTableIsAnEmptyView") {
    Table table(sample_spec());
    View view(table);
    REQUIRE(table.insert(record_of({"a", 1, "S", 1}).cells) != kNoRow);
    refresh(table, view);
    table.clear();
    refresh(table, view);
    CHECK(view.size() == 0);
    REQUIRE(table.insert(record_of({"b", 1, "S", 1}).cells) != kNoRow);
    refresh(table, view);
    CHECK(view.size() == 1);
}

TEST_CASE("AMillionRowsOnTopStayInOrder") {
    Table table(sample_spec());
    View view(table);
    constexpr int kRows = 1'000'000;
    for (int i = 0; i < kRows; ++i) {
        const SampleRow row{std::to_string(i), i, "S", i};
        REQUIRE(table.insert(record_of(row).cells) != kNoRow);
        if (i % 25'000 == 24'999) refresh(table, view);
    }
    CHECK(view.size() == kRows);
    for (std::size_t position = 0; position < kRows; position += 99'991)
        CHECK(table.cell(view.row_at(position), 3).number ==
              kRows - 1 - static_cast<std::int64_t>(position));
}

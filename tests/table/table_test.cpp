#include "table/table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "support/sample_table.h"
#include "support/seed.h"

using namespace nats_blotter;
using namespace nats_blotter::table;
using support::record_of;
using support::sample_spec;
using support::SampleRow;

namespace {

SampleRow row_of(const Table& table, RowId row) {
    return {std::string(table.cell(row, 0).text), table.cell(row, 1).number,
            std::string(table.cell(row, 2).text), table.cell(row, 3).number};
}

std::size_t count_of(const Table& table, Change::Kind kind) {
    const auto changes = table.changes();
    return static_cast<std::size_t>(
        std::count_if(changes.begin(), changes.end(),
                      [kind](const Change& change) { return change.kind == kind; }));
}

}  // namespace

TEST_CASE("RandomOperationsMatchANaiveModel") {
    NB_SEEDED_RANDOM(random);
    Table table(sample_spec());
    std::map<std::string, SampleRow> model;
    for (int step = 0; step < 30'000; ++step) {
        const SampleRow row{
            "id" + std::to_string(random.below(300)), static_cast<std::int64_t>(random.below(1000)),
            "S" + std::to_string(random.below(20)), static_cast<std::int64_t>(random.below(100))};
        const feed::Record record = record_of(row);
        const RowId held = table.find(record.cells);
        REQUIRE((held == kNoRow) == (model.count(row.id) == 0));
        if (held == kNoRow) {
            REQUIRE(table.insert(record.cells) != kNoRow);
            model[row.id] = row;
        } else if (random.below(4) == 0) {
            table.erase(held);
            model.erase(row.id);
        } else {
            REQUIRE(table.update(held, record.cells));
            model[row.id] = row;
        }
        if (random.below(50) == 0) table.clear_changes();
        REQUIRE(table.row_count() == model.size());
    }
    for (const auto& [id, row] : model) {
        const RowId held = table.find(record_of(row).cells);
        REQUIRE(held != kNoRow);
        CHECK(row_of(table, held) == row);
    }
}

TEST_CASE("EachRowHasOneChangeBetweenTwoClears") {
    Table table(sample_spec());
    SampleRow row{"a", 1, "X", 1};
    const RowId id = table.insert(record_of(row).cells);
    row.n = 2;
    CHECK(table.update(id, record_of(row).cells));
    REQUIRE(table.changes().size() == 1);
    CHECK(table.changes()[0].kind == Change::Kind::Inserted);
    table.clear_changes();
    row.n = 3;
    CHECK(table.update(id, record_of(row).cells));
    CHECK(table.changes()[0].kind == Change::Kind::Updated);
    CHECK(table.changes()[0].columns == column_bit(3));
    table.erase(id);
    REQUIRE(table.changes().size() == 1);
    CHECK(table.changes()[0].kind == Change::Kind::Erased);
}

TEST_CASE("SameCellsAreNoChange") {
    Table table(sample_spec());
    const SampleRow row{"a", 1, "X", 1};
    const RowId id = table.insert(record_of(row).cells);
    table.clear_changes();
    const std::uint64_t generation = table.generation();
    CHECK(table.update(id, record_of(row).cells));
    CHECK(table.changes().empty());
    CHECK(table.generation() == generation);
}

TEST_CASE("ErasedIdsAreNotReusedBeforeTheChangesAreCleared") {
    Table table(sample_spec());
    const RowId first = table.insert(record_of({"a", 1, "X", 1}).cells);
    table.erase(first);
    CHECK(table.insert(record_of({"b", 1, "X", 1}).cells) != first);
    table.clear_changes();
    CHECK(table.insert(record_of({"c", 1, "X", 1}).cells) == first);
}

TEST_CASE("OldestRowsGoAtTheCapAndAreCounted") {
    constexpr std::size_t kCap = 160;
    Table table(sample_spec(kCap));
    for (int i = 0; i < 169; ++i) {
        const SampleRow row{"id" + std::to_string(i), i, "S", i};
        REQUIRE(table.insert(record_of(row).cells) != kNoRow);
        CHECK(table.evict() == 0);
    }
    REQUIRE(table.insert(record_of({"id169", 169, "S", 169}).cells) != kNoRow);
    CHECK(table.evict() == 10);
    CHECK(table.row_count() == kCap);
    CHECK(table.evicted() == 10);
    CHECK(table.evicted_version() == 9);
    CHECK(table.find(record_of({"id9", 9, "S", 9}).cells) == kNoRow);
    CHECK(table.find(record_of({"id10", 10, "S", 10}).cells) != kNoRow);
    CHECK(count_of(table, Change::Kind::Erased) == 10);
}

TEST_CASE("ClearForgetsRowsAndTellsViews") {
    Table table(sample_spec());
    REQUIRE(table.insert(record_of({"a", 1, "X", 1}).cells) != kNoRow);
    table.clear();
    CHECK(table.row_count() == 0);
    CHECK(table.was_cleared());
    CHECK(table.find(record_of({"a", 1, "X", 1}).cells) == kNoRow);
    REQUIRE(table.insert(record_of({"a", 2, "X", 1}).cells) != kNoRow);
    table.clear_changes();
    CHECK_FALSE(table.was_cleared());
    CHECK(table.row_count() == 1);
}

#include "table/table.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
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

// A key of two columns and all kinds of storage, with cells that stay the same, move a little, move
// far, or go: a row holds what was written last, and its change names the columns that differ.
TEST_CASE("WhatIsWrittenOfEveryKindIsHeldAndToldByColumn") {
    NB_SEEDED_RANDOM(random);
    using feed::ColumnType;
    const ColumnType types[] = {ColumnType::Int,     ColumnType::Symbol, ColumnType::Text,
                                ColumnType::Decimal, ColumnType::Enum,   ColumnType::Time,
                                ColumnType::Symbol,  ColumnType::Text};
    feed::TableSpec spec;
    spec.name = "every_kind";
    for (const ColumnType type : types) {
        feed::ColumnSpec column;
        column.field = "c" + std::to_string(spec.columns.size());
        column.type = type;
        spec.columns.push_back(column);
    }
    spec.key_columns = {0, 1};
    Table table(spec);
    using Texts = std::vector<std::string>;
    std::map<RowId, std::pair<std::vector<feed::Cell>, Texts>> model;
    const auto random_number = [&random]() -> std::int64_t {
        const std::uint64_t bits = random.below(8) == 0 ? random.below(64) : 8;
        return static_cast<std::int64_t>(random.next() >> (63 - bits)) - 100;
    };
    const auto random_text = [&random]() -> std::string {
        std::string text = "01234567-89ab-cdef-0f1e-2d3c4b5a697" + std::to_string(random.below(10));
        if (random.below(3) == 0) text.resize(static_cast<std::size_t>(random.below(30)));
        return text;
    };
    for (int step = 0; step < 40'000; ++step) {
        std::vector<feed::Cell> cells(std::size(types));
        Texts texts(std::size(types));
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (i > 1 && random.below(6) == 0) continue;
            const bool is_text = types[i] == ColumnType::Text;
            const bool is_symbol = types[i] == ColumnType::Symbol || types[i] == ColumnType::Enum;
            if (is_text) texts[i] = random_text();
            // More than are remembered of those that were met lately.
            if (is_symbol) texts[i] = "S" + std::to_string(random.below(i == 1 ? 9 : 6000));
            cells[i] = is_text || is_symbol ? feed::Cell::of_text(texts[i])
                                            : feed::Cell::of_number(random_number());
        }
        cells[0] = feed::Cell::of_number(static_cast<std::int64_t>(random.below(700)));
        RowId row = table.find(cells);
        if (row == kNoRow) {
            row = table.insert(cells);
            REQUIRE(row != kNoRow);
            REQUIRE(table.changes().back().kind == Change::Kind::Inserted);
        } else {
            std::uint64_t bits = 0;
            for (std::size_t i = 2; i < cells.size(); ++i) {
                // Half of them as they were.
                if (random.below(2) == 0) {
                    cells[i] = model[row].first[i];
                    texts[i] = model[row].second[i];
                    if (cells[i].kind == feed::Cell::Kind::Text) cells[i].text = texts[i];
                }
                if (!(cells[i] == model[row].first[i])) bits |= column_bit(i);
            }
            REQUIRE(table.update(row, cells));
            REQUIRE(table.changes().size() == (bits == 0 ? 0 : 1));
            if (bits != 0) REQUIRE(table.changes()[0].columns == bits);
        }
        table.clear_changes();
        auto& held = model[row];
        held = {std::move(cells), std::move(texts)};
        for (std::size_t i = 0; i < held.first.size(); ++i) {
            if (held.first[i].kind == feed::Cell::Kind::Text) held.first[i].text = held.second[i];
            REQUIRE(table.cell(row, i) == held.first[i]);
        }
    }
    for (const auto& [row, held] : model)
        for (std::size_t i = 0; i < held.first.size(); ++i)
            REQUIRE(table.cell(row, i) == held.first[i]);
}

TEST_CASE("ARecordWithASymbolTooManyChangesNothing") {
    Table table(sample_spec());
    const RowId row = table.insert(record_of({"a", 0, "S0", 0}).cells);
    for (std::size_t i = 1; i < kSymbolsMax; ++i)
        REQUIRE(table.update(row, record_of({"a", 0, "S" + std::to_string(i), 0}).cells));
    table.clear_changes();
    CHECK_FALSE(table.update(row, record_of({"a", 7, "one more", 7}).cells));
    CHECK(table.insert(record_of({"b", 7, "one more", 7}).cells) == kNoRow);
    CHECK(table.changes().empty());
    CHECK(table.row_count() == 1);
    CHECK(row_of(table, row) == SampleRow{"a", 0, "S" + std::to_string(kSymbolsMax - 1), 0});
    // One that was met long ago.
    CHECK(table.update(row, record_of({"a", 7, "S3", 7}).cells));
    CHECK(row_of(table, row) == SampleRow{"a", 7, "S3", 7});
    CHECK(table.insert(record_of({"b", 7, "S4", 7}).cells) == row + 1);
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
    std::size_t evicted = 0;
    for (int i = 0; i < 1000; ++i) {
        const SampleRow row{"id" + std::to_string(i), i, "S", i};
        REQUIRE(table.insert(record_of(row).cells) != kNoRow);
        evicted += table.evict();
        REQUIRE(table.row_count() <= kCap + table.eviction_allowance());
        REQUIRE(table.evicted() == evicted);
        REQUIRE(table.row_count() + evicted == static_cast<std::size_t>(i) + 1);
        // The oldest went: those that are left are the newest there were.
        const auto gone = static_cast<std::int64_t>(evicted);
        REQUIRE(table.evicted_version() == (evicted == 0 ? INT64_MIN : gone - 1));
        if (i % 7 == 0) table.clear_changes();
    }
    CHECK(evicted >= 1000 - kCap - table.eviction_allowance());
    CHECK(table.find(record_of({"id0", 0, "S", 0}).cells) == kNoRow);
    CHECK(table.find(record_of({"id999", 999, "S", 999}).cells) != kNoRow);
}

// What an eviction pass has found is written again before it goes: others are the oldest then.
TEST_CASE("RowsWrittenSinceTheyWereFoundOldStay") {
    NB_SEEDED_RANDOM(random);
    constexpr std::size_t kCap = 320;
    Table table(sample_spec(kCap));
    std::int64_t version = 0;
    for (int i = 0; i < 5000; ++i) {
        const SampleRow row{"id" + std::to_string(i), ++version, "S", i};
        REQUIRE(table.insert(record_of(row).cells) != kNoRow);
        table.evict();
        REQUIRE(table.row_count() <= kCap + table.eviction_allowance());
        for (int k = 0; k < 8; ++k) {
            const auto held = static_cast<RowId>(random.below(table.slot_count()));
            if (!table.is_live(held)) continue;
            SampleRow touched = row_of(table, held);
            touched.v = ++version;
            REQUIRE(table.update(held, record_of(touched).cells));
        }
        table.clear_changes();
    }
    CHECK(table.evicted() > 0);
    // Every row was written within the last some thousand versions, else it would be gone.
    for (RowId row = 0; row < table.slot_count(); ++row)
        if (table.is_live(row)) CHECK(table.version(row) > version - 20'000);
}

TEST_CASE("RowIdsAtTheirLimitRefuseARowAndAreUsedAgain") {
    Table table(sample_spec(), 100);
    for (int i = 0; i < 100; ++i)
        REQUIRE(table.insert(record_of({"id" + std::to_string(i), i, "S", i}).cells) != kNoRow);
    const SampleRow one_more{"one more", 1, "S", 1};
    CHECK(table.insert(record_of(one_more).cells) == kNoRow);
    CHECK(table.row_count() == 100);
    CHECK(table.find(record_of(one_more).cells) == kNoRow);
    table.erase(7);
    CHECK(table.insert(record_of(one_more).cells) == kNoRow);  // views may still name it
    table.clear_changes();
    CHECK(table.insert(record_of(one_more).cells) == 7);
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

#include "table/fold.h"

#include <doctest/doctest.h>

#include <map>

#include "support/sample_table.h"
#include "support/seed.h"
#include "table/ingest.h"

using namespace nats_blotter;
using namespace nats_blotter::table;
using support::record_of;
using support::SampleRow;

namespace {

feed::TableSpec source_spec(std::size_t rows_max = 1'000'000) {
    feed::TableSpec spec = support::sample_spec(rows_max);
    feed::ColumnSpec side = spec.columns[2];
    side.field = "side";
    spec.columns.push_back(side);
    return spec;
}

// By the symbol: the sum of n, and n with its sign.
feed::FoldSpec fold_spec() {
    feed::FoldSpec spec;
    spec.by = {2};
    spec.sums = {{3}, {3, 4, "Sell"}};
    return spec;
}

feed::TableSpec folded_spec() {
    const feed::TableSpec source = support::sample_spec();
    feed::TableSpec spec;
    spec.name = "folded";
    spec.columns = {source.columns[2], source.columns[3], source.columns[3]};
    spec.key_columns = {0};
    return spec;
}

struct Rig {
    explicit Rig(std::size_t rows_max = 1'000'000, std::size_t groups_max = kRowIdsMax)
        : source(source_spec(rows_max)), folded(folded_spec(), groups_max) {}

    void put(const SampleRow& row, const char* side = "Buy") {
        feed::Record record = record_of(row);
        if (row.s.empty()) record.cells[2] = {};
        record.cells.push_back(feed::Cell::of_text(side));
        ingest_event(source, record, 1000);
    }
    RowId find(const char* id) {
        const SampleRow row{id, 0, "", 0};  // the record's texts are its own
        feed::Record record = record_of(row);
        record.cells.emplace_back();
        return source.find(record.cells);
    }
    // "A=3/-1 B=2/2" in the order of the keys; "-" is no value.
    std::string shown() {
        fold.catch_up();
        source.clear_changes();
        folded.clear_changes();
        std::map<std::string, std::string> rows;
        for (RowId row = 0; row < folded.slot_count(); ++row) {
            if (!folded.is_live(row)) continue;
            std::string text;
            for (const std::size_t column : {1u, 2u}) {
                const feed::Cell cell = folded.cell(row, column);
                text += (column == 1 ? "=" : "/") +
                        (cell.is_null() ? "-" : std::to_string(cell.number));
            }
            rows[std::string(folded.cell(row, 0).text)] = text;
        }
        std::string out;
        for (const auto& [key, text] : rows) out += (out.empty() ? "" : " ") + key + text;
        return out;
    }

    Table source;
    Table folded;
    Fold fold{source, folded, fold_spec()};
};

}  // namespace

TEST_CASE("RowsAreAddedUpByTheirGroup") {
    Rig rig;
    CHECK(rig.shown() == "");
    rig.put({"1", 1, "A", 5});
    rig.put({"2", 1, "A", 7}, "Sell");
    rig.put({"3", 1, "B", 2});
    rig.put({"4", 1, "", 100});  // no value to fold by
    CHECK(rig.shown() == "A=12/-2 B=2/2");
    rig.put({"2", 2, "A", 1}, "Sell");
    CHECK(rig.shown() == "A=6/4 B=2/2");
    rig.put({"2", 3, "B", 1}, "Buy");  // to another group
    CHECK(rig.shown() == "A=5/5 B=3/3");
    rig.source.erase(rig.find("1"));
    CHECK(rig.shown() == "B=3/3");  // the group is gone with its last row
    rig.put({"1", 9, "A", 4});
    CHECK(rig.shown() == "A=4/4 B=3/3");
    rig.source.clear();
    rig.put({"7", 1, "C", 1});
    CHECK(rig.shown() == "C=1/1");
}

TEST_CASE("ARowThatComesAndGoesBetweenTwoLooksLeavesNothing") {
    Rig rig;
    rig.put({"1", 1, "A", 5});
    rig.source.erase(rig.find("1"));
    CHECK(rig.shown() == "");
    rig.put({"1", 1, "A", 5});
    CHECK(rig.shown() == "A=5/5");
    rig.source.erase(rig.find("1"));
    rig.put({"2", 1, "A", 6});
    CHECK(rig.shown() == "A=6/6");
}

TEST_CASE("AFoldLeavesPhantomsOut") {
    Rig rig;
    rig.put({"1", 1, "A", 5});
    rig.put({"2", 1, "A", 6});
    CHECK(rig.shown() == "A=11/11");
    feed::Provenance provenance = rig.source.provenance(rig.find("2"));
    provenance.phantom = true;
    rig.source.set_provenance(rig.find("2"), provenance);
    CHECK(rig.shown() == "A=5/5");
    provenance.phantom = false;
    rig.source.set_provenance(rig.find("2"), provenance);
    CHECK(rig.shown() == "A=11/11");
}

TEST_CASE("SumsThat64BitsCannotHoldAreNoValue") {
    Rig rig;
    rig.put({"1", 1, "A", INT64_MAX - 1});
    rig.put({"2", 1, "A", INT64_MAX - 1});
    CHECK(rig.shown() == "A=-/-");
    rig.put({"2", 2, "A", -1});  // exact again
    CHECK(rig.shown() == "A=9223372036854775805/9223372036854775805");
}

TEST_CASE("AFoldAtTheLimitOfItsTableCountsWhatItLeavesOut") {
    Rig rig(1'000'000, 2);
    for (const char* id : {"1", "2", "3"}) rig.put({id, 1, id, 1});
    CHECK(rig.shown() == "1=1/1 2=1/1");
    CHECK(rig.fold.refused() == 1);
}

TEST_CASE("AFoldIsTheSumFromScratch") {
    NB_SEEDED_RANDOM(random);
    Rig rig(200);
    for (int step = 0; step < 3'000; ++step) {
        const std::string id = std::to_string(random.below(300));
        if (random.below(8) == 0) {
            const RowId row = rig.find(id.c_str());
            if (row != kNoRow) rig.source.erase(row);
        } else {
            rig.put({id, step, std::string(1, static_cast<char>('A' + random.below(9))),
                     static_cast<std::int64_t>(random.below(2'000)) - 1'000},
                    random.below(2) == 0 ? "Buy" : "Sell");
        }
        if (random.below(5) != 0) continue;
        std::map<std::string, std::pair<std::int64_t, std::int64_t>> sums;
        for (RowId row = 0; row < rig.source.slot_count(); ++row) {
            if (!rig.source.is_live(row)) continue;
            auto& sum = sums[std::string(rig.source.cell(row, 2).text)];
            const std::int64_t n = rig.source.cell(row, 3).number;
            sum.first += n;
            sum.second += rig.source.cell(row, 4).text == "Sell" ? -n : n;
        }
        std::string wanted;
        for (const auto& [key, sum] : sums)
            wanted += (wanted.empty() ? "" : " ") + key + "=" + std::to_string(sum.first) + "/" +
                      std::to_string(sum.second);
        REQUIRE(rig.shown() == wanted);
    }
}

TEST_CASE("AmountsWithoutAValueCountAsNothingAndWithoutASignAsTheyAre") {
    Rig rig;
    const auto put = [&rig](const SampleRow& row, bool has_amount, const char* side) {
        feed::Record record = record_of(row);
        if (!has_amount) record.cells[3] = {};
        record.cells.push_back(side == nullptr ? feed::Cell{} : feed::Cell::of_text(side));
        ingest_event(rig.source, record, 1000);
    };
    put({"1", 1, "A", 5}, true, nullptr);
    put({"2", 1, "A", 7}, false, "Sell");
    CHECK(rig.shown() == "A=5/5");
    put({"3", 1, "A", 2}, true, "Sell");
    CHECK(rig.shown() == "A=7/3");
    put({"2", 2, "A", 7}, true, "Sell");
    CHECK(rig.shown() == "A=14/-4");
    put({"2", 3, "A", 7}, false, "Sell");
    put({"1", 2, "B", 5}, true, nullptr);
    CHECK(rig.shown() == "A=2/-2 B=5/5");
}

TEST_CASE("SumsBelowWhat64BitsHoldAreNoValueEither") {
    Rig rig;
    rig.put({"1", 1, "A", INT64_MAX - 1}, "Sell");
    rig.put({"2", 1, "A", 5}, "Sell");
    CHECK(rig.shown() == "A=-/-");
    rig.put({"3", 1, "A", 6}, "Buy");
    CHECK(rig.shown() == "A=-/-9223372036854775805");
}

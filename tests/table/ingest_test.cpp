#include "table/ingest.h"

#include <doctest/doctest.h>

#include <string>

#include "base/limits.h"
#include "support/sample_table.h"

using namespace nats_blotter;
using namespace nats_blotter::table;
using support::record_of;
using support::SampleRow;

namespace {

struct Rig {
    Table table{support::sample_spec()};

    Outcome event(const SampleRow& row, feed::SessionMs at_ms) {
        return ingest_event(table, record_of(row), at_ms);
    }
    Outcome snapshot(const SampleRow& row, const feed::SnapshotRound& round) {
        return ingest_snapshot_row(table, record_of(row), round);
    }
    SweepCount sweep(const feed::SnapshotRound& round) {
        return sweep_after_snapshot(table, round, [](RowId) { return true; });
    }
    RowId find(const char* id) const { return table.find(record_of({id, 0, "", 0}).cells); }
    std::int64_t n_of(const char* id) const { return table.cell(find(id), 3).number; }
    bool is_phantom(const char* id) const { return table.provenance(find(id)).phantom; }
};

constexpr feed::SnapshotRound kFirst{1, 1000, 1000, false};
constexpr feed::SnapshotRound kReread{2, 1000, 4000, true};

}  // namespace

TEST_CASE("EventsArriveInAnyOrderAndTheNewestStays") {
    Rig rig;
    CHECK(rig.event({"a", 5, "S", 50}, 1001) == Outcome::Inserted);
    CHECK(rig.event({"a", 4, "S", 40}, 1002) == Outcome::Outdated);
    CHECK(rig.n_of("a") == 50);
    CHECK(rig.event({"a", 5, "S", 51}, 1003) == Outcome::Replaced);
    CHECK(rig.n_of("a") == 51);
}

TEST_CASE("SnapshotDoesNotTurnBackWhatStreamedMeanwhile") {
    Rig rig;
    rig.event({"a", 5, "S", 50}, 1500);
    CHECK(rig.snapshot({"a", 4, "S", 40}, kFirst) == Outcome::Outdated);
    CHECK(rig.n_of("a") == 50);
    CHECK(rig.sweep(kFirst).removed == 0);
}

TEST_CASE("UncommittedEventGivesWayAtTheReread") {
    Rig rig;
    rig.event({"a", 9, "S", 90}, 1500);
    rig.snapshot({"a", 4, "S", 40}, kFirst);
    CHECK(rig.n_of("a") == 90);
    CHECK(rig.snapshot({"a", 4, "S", 40}, kReread) == Outcome::Replaced);
    CHECK(rig.n_of("a") == 40);
}

TEST_CASE("WithoutAVersionTheLastToComeWins") {
    feed::TableSpec spec = support::sample_spec();
    spec.version_column = -1;
    Table table(spec);
    CHECK(ingest_event(table, record_of({"a", 9, "S", 1}), 1) == Outcome::Inserted);
    CHECK(ingest_event(table, record_of({"a", 3, "S", 2}), 2) == Outcome::Replaced);
    CHECK(table.version(0) == INT64_MIN);
    CHECK(table.cell(0, 3).number == 2);
}

TEST_CASE("ARowWithoutItsVersionIsOlderThanAnyOther") {
    Rig rig;
    const SampleRow row{"a", 0, "S", 1};
    feed::Record nameless = record_of(row);
    nameless.cells[static_cast<std::size_t>(rig.table.spec().version_column)] = feed::Cell{};
    CHECK(ingest_event(rig.table, nameless, 1) == Outcome::Inserted);
    CHECK(rig.event({"a", -5, "S", 2}, 2) == Outcome::Replaced);
    CHECK(ingest_event(rig.table, nameless, 3) == Outcome::Outdated);
    CHECK(rig.n_of("a") == 2);
}

TEST_CASE("ATextMayBeEmptyOrAbsent") {
    Rig rig;
    CHECK(rig.event({"a", 1, "", 1}, 1) == Outcome::Inserted);
    CHECK(rig.table.cell(rig.find("a"), 2).text.empty());
    CHECK_FALSE(rig.table.cell(rig.find("a"), 2).is_null());
    const SampleRow row{"a", 2, "", 1};
    feed::Record absent = record_of(row);
    absent.cells[2] = feed::Cell{};
    CHECK(ingest_event(rig.table, absent, 2) == Outcome::Replaced);
    CHECK(rig.table.cell(rig.find("a"), 2).is_null());
    absent.cells[0] = feed::Cell{};  // a key of its own
    CHECK(ingest_event(rig.table, absent, 3) == Outcome::Inserted);
    CHECK(rig.table.row_count() == 2);
}

TEST_CASE("RowGoneFromTheDatabaseIsRemovedAndCounted") {
    Rig rig;
    rig.snapshot({"old", 1, "S", 1}, kFirst);
    rig.snapshot({"kept", 1, "S", 1}, kFirst);
    const feed::SnapshotRound next{2, 9000, 9000, false};
    rig.snapshot({"kept", 1, "S", 1}, next);
    CHECK(rig.sweep(next).removed == 1);
    CHECK(rig.find("old") == kNoRow);
    CHECK(rig.find("kept") != kNoRow);
}

TEST_CASE("PhantomIsMarkedThenRemovedAtTheNextRound") {
    Rig rig;
    rig.event({"ghost", 1, "S", 1}, 1500);
    CHECK(rig.sweep(kFirst).not_yet_owed == 1);
    CHECK(rig.sweep(kReread).phantoms == 1);
    CHECK(rig.is_phantom("ghost"));
    const feed::SnapshotRound next{3, 9000, 9000, false};
    CHECK(rig.sweep(next).removed == 1);
    CHECK(rig.find("ghost") == kNoRow);
}

TEST_CASE("PhantomThatAnotherRereadMissesIsRemovedAndCountedOnce") {
    Rig rig;
    rig.event({"ghost", 1, "S", 1}, 1500);
    CHECK(rig.sweep(kReread).phantoms == 1);
    const SweepCount swept = rig.sweep({3, 1000, 60'000, true});
    CHECK(swept.phantoms == 0);
    CHECK(swept.removed == 1);
    CHECK(rig.find("ghost") == kNoRow);
}

TEST_CASE("PhantomThatTheDatabaseKnowsAfterAllIsOrdinaryAgain") {
    Rig rig;
    rig.event({"late", 1, "S", 1}, 1500);
    rig.sweep(kReread);
    REQUIRE(rig.is_phantom("late"));
    rig.table.clear_changes();
    const feed::SnapshotRound next{3, 9000, 9000, false};
    rig.snapshot({"late", 1, "S", 1}, next);
    CHECK_FALSE(rig.is_phantom("late"));
    CHECK(rig.table.changes().size() == 1);
    CHECK(rig.sweep(next).removed == 0);
}

TEST_CASE("SweepLeavesRowsItDoesNotCover") {
    Rig rig;
    rig.snapshot({"a", 1, "S", 1}, kFirst);
    const feed::SnapshotRound next{2, 9000, 9000, false};
    CHECK(sweep_after_snapshot(rig.table, next, [](RowId) { return false; }).removed == 0);
}

TEST_CASE("SnapshotRowsBeyondTheCapDoNotComeBack") {
    Table table(support::sample_spec(16));
    for (int i = 0; i < 40; ++i)
        ingest_event(table, record_of({"id" + std::to_string(i), i, "S", i}), 1500);
    const std::size_t rows = table.row_count();
    CHECK(rows <= 17);
    CHECK(table.evicted() == 40 - rows);
    CHECK(ingest_snapshot_row(table, record_of({"id0", 0, "S", 0}), kFirst) == Outcome::BeyondCap);
    CHECK(table.row_count() == rows);
}

// A table of two rows that a whole snapshot gave, of versions 10 and 20.
struct TwoRows : Rig {
    TwoRows() {
        snapshot({"old", 10, "S", 1}, kFirst);
        snapshot({"new", 20, "S", 2}, kFirst);
    }
};
constexpr feed::SnapshotRound kPartial{2, 9000, 9000, false};

TEST_CASE("APartialSnapshotConfirmsWhatItNeedNotRepeat") {
    TwoRows rig;
    rig.snapshot({"new", 21, "S", 3}, kPartial);
    rig.snapshot({"more", 22, "S", 4}, kPartial);
    CHECK(confirm_by_partial(rig.table, kPartial, {15, 3, 3}));
    CHECK(rig.sweep(kPartial).removed == 0);
    CHECK(rig.n_of("old") == 1);
    CHECK(rig.n_of("new") == 3);
}

TEST_CASE("APartialSnapshotOfAnotherNumberOfRowsConfirmsNothing") {
    struct Told {
        std::int64_t least;
        std::int64_t most;
        bool confirmed;
    };
    constexpr Told kTold[] = {{1, 1, false}, {3, 3, false}, {2, 2, true}, {1, 3, true}};
    for (const auto& [least, most, confirmed] : kTold) {
        TwoRows rig;
        rig.snapshot({"new", 20, "S", 2}, kPartial);
        CHECK(confirm_by_partial(rig.table, kPartial, {15, least, most}) == confirmed);
        // Nothing has changed when it says no: a whole snapshot judges as before.
        CHECK(rig.table.provenance(rig.find("old")).pass == (confirmed ? 2 : 1));
    }
}

TEST_CASE("ARowInRangeThatIsNotRepeatedConfirmsNothing") {
    TwoRows rig;
    CHECK_FALSE(confirm_by_partial(rig.table, kPartial, {20, 2, 2}));
    CHECK(confirm_by_partial(rig.table, kPartial, {21, 2, 2}));
}

TEST_CASE("ARowThatOnlyTheStreamHasShownIsNotCountedAndGoes") {
    TwoRows rig;
    rig.event({"ghost", 30, "S", 9}, 1500);
    rig.snapshot({"new", 20, "S", 2}, kPartial);
    CHECK(confirm_by_partial(rig.table, kPartial, {15, 2, 2}));
    CHECK(rig.sweep(kPartial).removed == 1);
    CHECK(rig.find("ghost") == kNoRow);
}

TEST_CASE("RebaseKeepsWhatIsOlderThanWhat") {
    Rig rig;
    rig.event({"a", 1, "S", 1}, 5000);
    rig.event({"b", 1, "S", 1}, 100);
    rig.snapshot({"c", 1, "S", 1}, kFirst);
    rebase_session_ms(rig.table, 4000);
    CHECK(rig.table.provenance(rig.find("a")).streamed_at_ms == 1000);
    CHECK(rig.table.provenance(rig.find("b")).streamed_at_ms == 1);
    CHECK(rig.table.provenance(rig.find("c")).streamed_at_ms == 0);
}

TEST_CASE("WhatIsReadFromAStreamsStartTakesThePlaceOfWhatWasHeld") {
    Rig rig;
    const auto replay = [&](const SampleRow& row, const feed::SnapshotRound& round) {
        return ingest_replayed(rig.table, record_of(row), round, round.fenced_at_ms);
    };
    constexpr feed::SnapshotRound kRead{1, 1000, 1000, false};
    CHECK(replay({"a", 7, "S", 70}, kRead) == Outcome::Inserted);
    CHECK(replay({"a", 6, "S", 60}, kRead) == Outcome::Outdated);  // of one read the newest stays
    CHECK(replay({"a", 7, "S", 71}, kRead) == Outcome::Replaced);
    CHECK(replay({"b", 1, "S", 10}, kRead) == Outcome::Inserted);
    CHECK(rig.sweep(kRead).removed == 0);
    rig.event({"a", 8, "S", 80}, 2000);
    rig.event({"c", 8, "S", 80}, 2000);
    // Made anew, the stream counts from 1 again; c and b are not in it.
    constexpr feed::SnapshotRound kAnew{2, 2001, 2001, false};
    CHECK(replay({"a", 1, "S", 11}, kAnew) == Outcome::Replaced);
    CHECK(rig.n_of("a") == 11);
    CHECK(rig.sweep(kAnew).removed == 2);
    CHECK(rig.table.row_count() == 1);
}

TEST_CASE("ADeletionOfAReplayTakesTheRowAway") {
    feed::TableSpec spec = support::sample_spec();
    spec.delete_column = 3;
    spec.delete_number = -1;
    Table table(spec);
    const auto replay = [&](const SampleRow& row) {
        return ingest_replayed(table, record_of(row), kFirst, 1000);
    };
    CHECK(replay({"a", 1, "S", -1}) == Outcome::Deleted);
    CHECK(replay({"a", 2, "S", 1}) == Outcome::Inserted);
    CHECK(replay({"a", 3, "S", -1}) == Outcome::Deleted);
    CHECK(table.row_count() == 0);
}

TEST_CASE("WithoutVersionsTheNewestRowsStay") {
    feed::TableSpec spec = support::sample_spec(16);
    spec.version_column = -1;
    Table table(spec);
    for (int i = 0; i < 40; ++i)
        CHECK(ingest_event(table, record_of({"id" + std::to_string(i), 0, "S", i}), 1500) ==
              Outcome::Inserted);
    CHECK(table.row_count() <= 17);
    CHECK(table.find(record_of({"id39", 0, "S", 0}).cells) != kNoRow);
    CHECK(table.find(record_of({"id0", 0, "S", 0}).cells) == kNoRow);
}

// A row id that is free counts for nothing in between.
TEST_CASE("AnErasedRowNeedsNoConfirmationAndIsNotMoved") {
    TwoRows rig;
    rig.snapshot({"gone", 5, "S", 0}, kFirst);
    rig.table.erase(rig.find("gone"));
    rig.snapshot({"new", 20, "S", 2}, kPartial);
    CHECK(confirm_by_partial(rig.table, kPartial, {15, 2, 2}));
    CHECK(rig.table.provenance(rig.find("old")).pass == kPartial.pass);
    rig.event({"live", 30, "S", 3}, 5000);
    rebase_session_ms(rig.table, 1000);
    CHECK(rig.table.provenance(rig.find("live")).streamed_at_ms == 4000);
    CHECK(rig.table.row_count() == 3);
}

// Wherever a row comes from, one whose symbol has no room is refused whole and said to be; the row
// that is held stays as it was.
TEST_CASE("ARecordThatBringsASymbolTooManyIsRefusedFromEverySide") {
    Rig rig;
    rig.snapshot({"a", 1, "S", 10}, kFirst);
    const RowId row = rig.find("a");
    std::string symbol;
    for (std::size_t i = 1; i < kSymbolsMax; ++i) {
        symbol = std::to_string(i);
        REQUIRE(rig.table.update(row, record_of({"a", 1, symbol, 10}).cells));
    }
    REQUIRE(rig.table.update(row, record_of({"a", 1, "S", 10}).cells));
    const SampleRow changed{"a", 2, "one more", 20};
    const SampleRow fresh{"b", 2, "one more", 20};
    CHECK(rig.event(changed, 2000) == Outcome::Full);
    CHECK(rig.event(fresh, 2000) == Outcome::Full);
    CHECK(rig.snapshot(changed, kReread) == Outcome::Full);
    CHECK(rig.snapshot(fresh, kReread) == Outcome::Full);
    CHECK(ingest_replayed(rig.table, record_of(changed), kReread, 2000) == Outcome::Full);
    CHECK(ingest_replayed(rig.table, record_of(fresh), kReread, 2000) == Outcome::Full);
    CHECK(rig.table.row_count() == 1);
    CHECK(rig.n_of("a") == 10);
    CHECK(rig.table.version(row) == 1);
    // Known symbols have room as ever.
    CHECK(rig.event({"b", 2, "77", 20}, 2000) == Outcome::Inserted);
    CHECK(rig.event({"a", 2, "78", 30}, 2000) == Outcome::Replaced);
    CHECK(rig.n_of("a") == 30);
}

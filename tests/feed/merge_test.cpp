#include "feed/merge.h"

#include <doctest/doctest.h>

using namespace nats_blotter::feed;

namespace {

Provenance streamed_at(SessionMs at_ms, SnapshotPass pass = 0) {
    Provenance row;
    row.streamed_at_ms = at_ms;
    row.from_stream = true;
    row.pass = pass;
    return row;
}

constexpr SessionMs kRequested = 10'000;
constexpr SnapshotRound kRound{7, 9'000, kRequested, false};

}  // namespace

TEST_CASE("EventWinsByVersionAndOnATie") {
    CHECK(merge_event(5, 6) == Merge::Replace);
    CHECK(merge_event(5, 5) == Merge::Replace);
    CHECK(merge_event(5, 4) == Merge::Keep);
}

TEST_CASE("SnapshotCompetesWithARecentEventByVersion") {
    const Provenance recent = streamed_at(kRequested + 1);
    CHECK(merge_snapshot(recent, 5, 6, kRound) == Merge::Replace);
    CHECK(merge_snapshot(recent, 5, 5, kRound) == Merge::Keep);
    CHECK(merge_snapshot(recent, 5, 4, kRound) == Merge::Keep);
}

// Found by the session's simulation, seed 4822: positions whose versions tie, and the event of the
// later one lost with the connection.
TEST_CASE("SnapshotWinsATieWithAnEventFromBeforeTheFence") {
    CHECK(merge_snapshot(streamed_at(8'999), 5, 5, kRound) == Merge::Replace);
    CHECK(merge_snapshot(streamed_at(8'999), 5, 4, kRound) == Merge::Keep);
    CHECK(merge_snapshot(streamed_at(9'000), 5, 5, kRound) == Merge::Keep);
}

// The event was never committed as it was published: the database knows better by now.
TEST_CASE("SnapshotBeatsAnEventOlderThanTheCommitLagEvenWithALowerVersion") {
    CHECK(merge_snapshot(streamed_at(kRequested - 2001), 9, 4, kRound) == Merge::Replace);
    CHECK(merge_snapshot(streamed_at(kRequested - 2000), 9, 4, kRound) == Merge::Keep);
}

TEST_CASE("LaterSnapshotBeatsAnEarlierOne") {
    Provenance row;
    row.pass = 1;
    CHECK(merge_snapshot(row, 9, 4, kRound) == Merge::Replace);
}

// Found by the session's simulation, seed 49921: an account that appeared was read for itself while
// the whole list, asked for before, still trickled in.
TEST_CASE("SnapshotAskedForEarlierDoesNotTurnALaterOneBack") {
    Provenance row;
    row.pass = 8;
    CHECK(merge_snapshot(row, 9, 4, kRound) == Merge::Keep);
    CHECK(merge_snapshot(row, 9, 9, kRound) == Merge::Keep);
    CHECK(merge_snapshot(row, 9, 10, kRound) == Merge::Replace);
    CHECK(merge_snapshot(streamed_at(kRequested - 2001, 8), 9, 4, kRound) == Merge::Keep);
}

TEST_CASE("RowInTheSnapshotIsConfirmed") {
    const SnapshotRound round{7, 9'000, kRequested, false};
    Provenance row;
    row.pass = 7;
    CHECK(verdict_after(round, row) == Verdict::Confirmed);
    row.pass = 8;  // a read that began later has shown it
    CHECK(verdict_after(round, row) == Verdict::Confirmed);
}

TEST_CASE("RowInNeitherSnapshotNorStreamSinceTheFenceIsRemoved") {
    const SnapshotRound round{7, 9'000, kRequested, false};
    Provenance row;
    row.pass = 6;
    CHECK(verdict_after(round, row) == Verdict::Remove);
    CHECK(verdict_after(round, streamed_at(8'999)) == Verdict::Remove);
    CHECK(verdict_after(round, streamed_at(9'000)) == Verdict::NotYetOwed);
}

TEST_CASE("RowOnlyOnTheStreamIsAPhantomAfterTheReread") {
    const SnapshotRound reread{8, 9'000, 12'500, true};
    CHECK(verdict_after(reread, streamed_at(9'100)) == Verdict::Phantom);
    CHECK(verdict_after(reread, streamed_at(10'600)) == Verdict::NotYetOwed);
    CHECK(verdict_after(reread, streamed_at(9'100, 8)) == Verdict::Confirmed);
    // Two reads of a committed state miss it: a check once a minute need not wait for a resync.
    Provenance phantom = streamed_at(9'100);
    phantom.phantom = true;
    CHECK(verdict_after(reread, phantom) == Verdict::Remove);
    // Seen by the first read and gone from the second: nothing speaks for it but an old event.
    CHECK(verdict_after(reread, streamed_at(8'000, 7)) == Verdict::Remove);
}

TEST_CASE("PassesCompareAcrossTheWrap") {
    CHECK(pass_reaches(1, 65'535));
    CHECK_FALSE(pass_reaches(65'535, 1));
    CHECK(pass_reaches(9, 9));
}

// What a partial answer that does not hold the row says of it.
TEST_CASE("APartialAnswerProvesWhatAnEarlierSnapshotGaveAndNobodyChanged") {
    const SnapshotRound round{9, 9'000, kRequested, false};
    Provenance from_snapshot;
    from_snapshot.pass = 7;
    CHECK(proof_of(round, from_snapshot, /*in_range=*/false) == Proof::Same);
    CHECK(proof_of(round, from_snapshot, /*in_range=*/true) == Proof::None);
    from_snapshot.pass = 9;  // this very answer holds it
    CHECK(proof_of(round, from_snapshot, /*in_range=*/true) == Proof::Same);
    from_snapshot.pass = 7;
    from_snapshot.phantom = true;
    CHECK(proof_of(round, from_snapshot, /*in_range=*/false) == Proof::None);
}

TEST_CASE("AnEventOlderThanTheCommitLagProvesNothingAboutAKnownRow") {
    const SnapshotRound round{9, 9'000, kRequested, false};
    const SessionMs lagging = kRequested - static_cast<SessionMs>(kCommitLagMs);
    constexpr bool kEither[] = {false, true};
    for (const bool in_range : kEither) {
        CHECK(proof_of(round, streamed_at(lagging - 1, 7), in_range) == Proof::None);
        CHECK(proof_of(round, streamed_at(lagging, 7), in_range) == Proof::Same);
        // No snapshot has shown it: rule 3 is for it alone.
        CHECK(proof_of(round, streamed_at(lagging - 1), in_range) == Proof::Same);
    }
}

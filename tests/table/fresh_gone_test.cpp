#include "table/fresh_gone.h"

#include <doctest/doctest.h>

#include "base/limits.h"

using nats_blotter::kFreshGoneMax;
using nats_blotter::table::FreshGone;

TEST_CASE("ASnapshotIsAwaitedToShowTheEventsOfShortlyBefore") {
    FreshGone gone;
    gone.await(500);
    CHECK_FALSE(gone.is_awaiting());
    gone.add(1, 1'000);
    gone.add(2, 2'500);
    gone.add(2, 2'600);  // the same row once more
    gone.add(3, 4'000);
    gone.await(4'500);  // the first was committed by then
    CHECK(gone.awaited() == 2);
    gone.note_shown(1);
    CHECK(gone.awaited() == 2);
    gone.note_shown(3);
    CHECK(gone.awaited() == 1);
    gone.note_shown(3);
    CHECK(gone.awaited() == 1);
    gone.await(4'600);
    CHECK(gone.awaited() == 2);
    gone.await(9'000);
    CHECK_FALSE(gone.is_awaiting());
    gone.add(4, 9'000);
    gone.await(9'000);
    gone.clear();
    CHECK_FALSE(gone.is_awaiting());
    gone.await(9'000);
    CHECK(gone.awaited() == 0);
}

TEST_CASE("TheLastEventsWithoutARowAreKnown") {
    FreshGone gone;
    for (std::uint64_t hash = 1; hash <= kFreshGoneMax + 10; ++hash) gone.add(hash, 1'000);
    gone.await(1'000);
    CHECK(gone.awaited() == kFreshGoneMax);
    for (std::uint64_t hash = 1; hash <= 10; ++hash) gone.note_shown(hash);  // forgotten
    CHECK(gone.awaited() == kFreshGoneMax);
    gone.note_shown(11);
    CHECK(gone.awaited() == kFreshGoneMax - 1);
}

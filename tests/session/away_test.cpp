#include "session/away.h"

#include <doctest/doctest.h>

#include <vector>

#include "session/ticket.h"
#include "support/session_rig.h"

using namespace nats_blotter;
using namespace nats_blotter::session;
using support::SessionRig;
using table::Change;

namespace {

constexpr AccountId kAccount = 22214;

std::vector<Change> one(table::RowId row, Change::Kind kind, std::uint64_t columns = 1) {
    return {{row, kind, columns}};
}

}  // namespace

TEST_CASE("ASpellIsOverWhenThePageIsLiveAndSeen") {
    Away away(1);
    away.note(0, one(1, Change::Kind::Inserted));  // nobody was away
    away.on_not_live(10);
    away.on_hidden(20);
    away.note(0, one(2, Change::Kind::Inserted));
    CHECK_FALSE(away.on_live(30));
    away.note(0, one(3, Change::Kind::Updated));
    CHECK(away.on_seen(40));
    CHECK_FALSE(away.on_seen(50));
    away.note(0, one(4, Change::Kind::Inserted));
    CHECK(away.report().added == 1);
    CHECK(away.report().changed == 1);
    CHECK(away.report().began_at == 10);
    CHECK(away.report().ended_at == 40);
    CHECK(away.mark(0, 1) == AwayMark::None);
    CHECK(away.mark(0, 2) == AwayMark::Added);
    CHECK(away.mark(0, 3) == AwayMark::Changed);
    CHECK(away.mark(0, 4) == AwayMark::None);
}

TEST_CASE("WhatOtherRowsOrTheTimeTellARowIsNoChangeOfIt") {
    Away away(1);
    away.on_hidden(0);
    away.note(0, one(1, Change::Kind::Updated, 0b1000), 0b11000);
    away.note(0, one(2, Change::Kind::Updated, 0b1100), 0b11000);
    CHECK(away.on_seen(1));
    CHECK(away.report().changed == 1);
    CHECK(away.mark(0, 1) == AwayMark::None);
    CHECK(away.mark(0, 2) == AwayMark::Changed);
}

TEST_CASE("ARowCountsOnceByWhatBecameOfIt") {
    Away away(1);
    away.on_not_live(0);
    away.note(0, one(1, Change::Kind::Inserted));
    away.note(0, one(1, Change::Kind::Updated));
    away.note(0, one(2, Change::Kind::Inserted));
    away.note(0, one(2, Change::Kind::Erased));
    away.note(0, one(3, Change::Kind::Updated));
    away.note(0, one(3, Change::Kind::Erased));
    away.note(0, one(4, Change::Kind::Erased));
    away.note(0, one(4, Change::Kind::Inserted));
    away.note(0, one(5, Change::Kind::Updated, 0));
    away.note(0, one(6, Change::Kind::Updated, table::kPhantomBit));
    CHECK(away.on_live(1));
    CHECK(away.report().added == 2);
    CHECK(away.report().changed == 0);
    CHECK(away.report().removed == 2);
    CHECK_FALSE(away.report().beyond);
}

TEST_CASE("MoreRowsThanAreRememberedAreSaidToBeMore") {
    Away away(1);
    away.on_hidden(0);
    for (table::RowId row = 0; row < kAwayRowsMax; ++row)
        away.note(0, one(row, Change::Kind::Inserted));
    CHECK_FALSE(away.report().beyond);
    away.note(0, one(kAwayRowsMax, Change::Kind::Inserted));
    CHECK(away.report().beyond);
    CHECK(away.report().added == kAwayRowsMax);
}

TEST_CASE("AResyncTellsWhatItBrought") {
    SessionRig rig;
    rig.book({"T1", kAccount, "IBM", "Buy", 100, 1000});
    rig.book({"T2", kAccount, "IBM", "Buy", 100, 1001});
    rig.start(kAccount);
    rig.advance_ms(3'000);
    REQUIRE(rig.status() == Status::Live);
    CHECK(rig.session.away_version() == 0);  // the first read is no resync
    rig.broker_up = false;
    rig.cut();
    rig.book({"T3", kAccount, "IBM", "Buy", 5, 2000}, false);
    rig.database.trades["T1"].quantity = 101;
    rig.database.trades["T1"].updated = 2001;
    rig.database.trades.erase("T2");
    rig.advance_ms(5'000);
    rig.broker_up = true;
    rig.advance_ms(10'000);
    REQUIRE(rig.status() == Status::Live);
    CHECK(rig.session.away_version() == 1);
    const AwayReport& report = rig.session.away();
    CHECK(report.added == 1);
    CHECK(report.changed == 2);  // a trade and the position
    CHECK(report.removed == 1);
    CHECK(report.was_gap);
    CHECK_FALSE(report.was_hidden);
}

TEST_CASE("WhatCameWhileNobodyLookedIsTold") {
    SessionRig rig;
    rig.start(kAccount);
    rig.advance_ms(3'000);
    rig.session.on_hidden(rig.now);
    rig.book({"T1", kAccount, "IBM", "Buy", 100, 1000});
    rig.advance_ms(100);
    rig.session.on_seen(rig.now);
    CHECK(rig.session.away_version() == 1);
    CHECK(rig.session.away().added == 2);  // a trade and its position
    CHECK_FALSE(rig.session.away().was_gap);
    rig.session.set_scope(52355, rig.now);
    rig.advance_ms(1'000);
    CHECK(rig.session.away().added == 0);
}

// Rule of truth 8: what is lost on a healthy link is found, and nothing else is.
#include "session/books.h"

#include <doctest/doctest.h>

#include <vector>

#include "feed/schema.h"
#include "support/session_rig.h"
#include "table/table.h"

using namespace nats_blotter;
using session::Books;
using support::SessionRig;

namespace {

constexpr session::AccountId kAccount = 22214;

// Ten shares held, settled and live.
void settle(SessionRig& rig) {
    rig.database.trades["t1"] = {"t1", kAccount, "IBM", "Buy", 10, 1000};
    rig.database.positions[{kAccount, "IBM"}] = {10, 1000};
    rig.start(kAccount);
    rig.advance_ms(10'000);
    REQUIRE(rig.session.status() == session::Status::Live);
    rig.publish_position(kAccount, "IBM", {10, 1000});
    rig.advance_ms(100);
}

// The database has another trade of five, of which only these events are heard.
void book_five(SessionRig& rig, bool tell_trade, bool tell_position) {
    rig.database.trades["t2"] = {"t2", kAccount, "IBM", "Buy", 5, 2000};
    rig.database.positions[{kAccount, "IBM"}] = {15, 2000};
    if (tell_trade) rig.publish_trade(rig.database.trades["t2"]);
    if (tell_position) rig.publish_position(kAccount, "IBM", {15, 2000});
}

bool agrees(SessionRig& rig) {
    const table::Table& positions = rig.session.table(1);
    return rig.session.table(0).row_count() == 2 && positions.row_count() == 1 &&
           positions.cell(0, 2).number == 15;
}

}  // namespace

TEST_CASE("WhatBalancesBreaksNothing") {
    SessionRig rig;
    settle(rig);
    book_five(rig, true, true);
    rig.advance_ms(200'000);
    CHECK(rig.session.stats(rig.now).breaks == 0);
    CHECK(rig.session.stats(rig.now).resyncs == 0);
    CHECK(rig.session.stats(rig.now).checks >= 3);
    CHECK(agrees(rig));
}

TEST_CASE("OneLostEventBreaksTheBooksAndIsReadAgain") {
    SessionRig rig;
    settle(rig);
    SUBCASE("trade") { book_five(rig, false, true); }
    SUBCASE("position") { book_five(rig, true, false); }
    rig.advance_ms(2'900);
    CHECK(rig.session.stats(rig.now).breaks == 0);
    rig.advance_ms(1'000);
    CHECK(rig.session.stats(rig.now).breaks == 1);
    rig.advance_ms(3'000);
    CHECK(rig.session.status() == session::Status::Live);
    CHECK(rig.session.stats(rig.now).resyncs == 1);
    CHECK(agrees(rig));
    CHECK_FALSE(rig.session.table(0).is_broken(0));
}

TEST_CASE("WhatNobodyHeardIsFoundWithin65Seconds") {
    SessionRig rig;
    settle(rig);
    book_five(rig, false, false);
    rig.advance_ms(65'000);
    CHECK(agrees(rig));
}

// A change that moves no balance: the books cannot tell, and a stock service offers no ?since=.
TEST_CASE("ALostChangeOfOneOfManyTradesIsFoundByALaterCheck") {
    SessionRig rig;
    for (std::size_t i = 0; i < kCheckRowsMax; ++i) {
        const std::string id = "old" + std::to_string(i);
        rig.database.trades[id] = {id, kAccount, "MS", "Buy", 1, 500};
    }
    settle(rig);
    REQUIRE(rig.session.table(0).row_count() == kCheckRowsMax + 1);
    rig.database.trades["old7"].updated = 3000;
    // The first check passes the table by, the second reads it.
    rig.advance_ms(2 * 65'000);
    CHECK(rig.session.stats(rig.now).checks >= 2);
    CHECK(rig.session.stats(rig.now).resyncs == 0);
    CHECK(rig.matches_database());
}

TEST_CASE("ATradeOfTheStreamThatTheCapKeepsOutBreaksNothing") {
    feed::Profile profile = feed::traderx_profile(feed::SubjectChoice::Slash);
    profile.tables[0].rows_max = 2;
    SessionRig rig(profile);
    settle(rig);
    const auto book = [&rig](const char* id, std::int64_t quantity, std::int64_t updated) {
        rig.database.trades[id] = {id, kAccount, "IBM", "Buy", quantity, updated};
        auto& held = rig.database.positions[{kAccount, "IBM"}];
        held = {held.quantity + quantity, held.updated + 1000};
        rig.publish_trade(rig.database.trades[id]);
        rig.publish_position(kAccount, "IBM", held);
        rig.advance_ms(100);
    };
    for (int i = 0; i < 4; ++i) book(("n" + std::to_string(i)).c_str(), 1, 5000 + i);
    REQUIRE(rig.session.stats(rig.now).evicted > 0);
    // Another writer's clock is behind: its trade is older than all that is held.
    book("late", 3, 2000);
    rig.publish_trade(rig.database.trades["late"]);  // told twice, counted once
    REQUIRE(rig.session.table(0).row_count() == 2);
    rig.advance_ms(20'000);
    CHECK(rig.session.stats(rig.now).breaks == 0);
    CHECK(rig.session.stats(rig.now).resyncs == 0);
}

TEST_CASE("ADifferenceThatGoesInTimeBreaksNothing") {
    SessionRig rig;
    settle(rig);
    book_five(rig, true, false);
    rig.advance_ms(2'500);
    rig.publish_position(kAccount, "IBM", {15, 2000});
    rig.advance_ms(20'000);
    CHECK(rig.session.stats(rig.now).breaks == 0);
}

// The source's own books: its trades do not reach back to the beginning.
TEST_CASE("WhatTheSourceDoesNotExplainIsItsBase") {
    SessionRig rig;
    rig.database.trades["t1"] = {"t1", kAccount, "IBM", "Buy", 10, 1000};
    rig.database.positions[{kAccount, "IBM"}] = {1'000, 1000};
    rig.start(kAccount);
    rig.advance_ms(20'000);
    rig.publish_position(kAccount, "IBM", {1'000, 1000});
    rig.advance_ms(20'000);
    CHECK(rig.session.stats(rig.now).breaks == 0);
    rig.database.trades["t2"] = {"t2", kAccount, "IBM", "Buy", 5, 2000};
    rig.database.positions[{kAccount, "IBM"}] = {1'005, 2000};
    rig.publish_position(kAccount, "IBM", {1'005, 2000});
    rig.advance_ms(4'000);
    CHECK(rig.session.stats(rig.now).breaks == 1);
}

// Seed 6079 of the simulation: the books were opened anew when the other account had been read, and
// took what had been lost before for their base.
TEST_CASE("ALossIsFoundAlthoughAnotherAccountIsReadMeanwhile") {
    SessionRig rig;
    rig.database.trades["t1"] = {"t1", kAccount, "IBM", "Buy", 10, 1000};
    rig.database.positions[{kAccount, "IBM"}] = {10, 1000};
    rig.start(session::kAllAccounts);
    rig.advance_ms(10'000);
    rig.publish_position(kAccount, "IBM", {10, 1000});
    rig.database.accounts.push_back(30'000);
    rig.database.trades["n1"] = {"n1", 30'000, "MS", "Buy", 7, 1500};
    rig.database.positions[{30'000, "MS"}] = {9, 1500};  // two of them are older than its trades
    rig.advance_ms(18'000);
    REQUIRE(rig.session.table(0).row_count() == 1);
    book_five(rig, false, true);
    rig.advance_ms(2'500);  // the list of accounts is read, and the new one
    REQUIRE(rig.session.table(0).row_count() == 2);
    CHECK(rig.session.stats(rig.now).breaks == 0);
    rig.advance_ms(7'000);
    CHECK(rig.session.stats(rig.now).breaks == 1);
    rig.advance_ms(3'000);
    CHECK(rig.session.table(0).row_count() == 3);
    // The new account's difference is its base, and stays one.
    rig.advance_ms(20'000);
    CHECK(rig.session.stats(rig.now).breaks == 1);
    CHECK(rig.status() == session::Status::Live);
}

TEST_CASE("NothingIsJudgedWhileItIsRead") {
    SessionRig rig;
    rig.database.trades["t1"] = {"t1", kAccount, "IBM", "Buy", 10, 1000};
    rig.database.positions[{kAccount, "IBM"}] = {10, 1000};
    rig.database.positions[{kAccount, "MS"}] = {7, 1000};
    rig.rest_held = true;
    rig.start(kAccount);
    rig.advance_ms(100);
    rig.publish_position(kAccount, "MS", {7, 1000});
    // Its position is in an answer that takes its time.
    rig.publish_trade(rig.database.trades["t1"]);
    rig.advance_ms(6'000);
    REQUIRE(rig.session.table(0).row_count() == 1);
    rig.rest_held = false;
    rig.release_rest();
    rig.advance_ms(15'000);
    CHECK(rig.status() == session::Status::Live);
    CHECK(rig.session.stats(rig.now).breaks == 0);
    CHECK(rig.session.stats(rig.now).resyncs == 0);
}

// Seed 323 of the simulation: a feed that had stalled made a base of what was on its way.
TEST_CASE("ABaseIsWhatADifferenceStillIsBehindAFence") {
    const feed::Profile profile = feed::traderx_profile(feed::SubjectChoice::Slash);
    table::Ledger ledger(*profile.books);
    table::Table trades(profile.tables[0]);
    table::Table positions(profile.tables[1]);
    trades.keep_books(&ledger, table::BookPage::Entries);
    positions.keep_books(&ledger, table::BookPage::Balances);
    using feed::Cell;
    const auto held = [](std::int64_t quantity, std::int64_t version) {
        return std::vector<Cell>{
            Cell::of_number(7),      Cell::of_text("MS"), Cell::of_number(quantity), Cell{}, Cell{},
            Cell::of_number(version)};
    };
    trades.insert(std::vector<Cell>{Cell::of_number(1), Cell::of_text("a"), Cell::of_number(7),
                                    Cell::of_text("MS"), Cell::of_text("Buy"), Cell::of_number(10),
                                    Cell::of_text("Settled"), Cell::of_number(1),
                                    Cell::of_number(10), Cell{}});
    positions.insert(held(4, 1));
    Books books(&ledger);
    books.open(0);
    CHECK(books.look(100'000) == Books::Finding::Nothing);
    CHECK(books.look(3'100'000) == Books::Finding::WantsFence);
    CHECK(positions.update(0, held(6, 2)));  // what had stalled comes before the fence
    CHECK(books.on_fence(3'200'000) == Books::Finding::Nothing);
    CHECK(ledger.key(0).base == 0);
    CHECK(ledger.key(0).weighing);
    // Six of ten from now on, and the majority of time says so in the end.
    MonotonicUs now = 3'300'000;
    Books::Finding found = Books::Finding::Nothing;
    for (; now < 20'000'000 && ledger.key(0).weighing; now += 100'000) {
        found = books.look(now);
        if (found == Books::Finding::WantsFence)
            CHECK(books.on_fence(now + 1) == Books::Finding::Nothing);
    }
    CHECK(now > 6'000'000);
    CHECK(ledger.key(0).base == static_cast<std::uint64_t>(-4));
    CHECK(ledger.key(0).difference() == 0);
    CHECK(books.breaks() == 0);
}

// The same where the link was silent for a while.
TEST_CASE("ALossIsFoundAlthoughTheBooksWerePaused") {
    const feed::Profile profile = feed::traderx_profile(feed::SubjectChoice::Slash);
    table::Ledger ledger(*profile.books);
    table::Table positions(profile.tables[1]);
    positions.keep_books(&ledger, table::BookPage::Balances);
    using feed::Cell;
    const auto hold = [&positions](const char* security, std::int64_t quantity) {
        positions.insert(std::vector<Cell>{Cell::of_number(7), Cell::of_text(security),
                                           Cell::of_number(quantity), Cell{}, Cell{},
                                           Cell::of_number(1)});
    };
    Books books(&ledger);
    hold("BAC", 2);
    books.open(0);  // BAC is weighed
    hold("MS", 4);
    books.pause();
    CHECK_FALSE(books.is_open());
    books.pause();  // nothing more
    hold("IBM", 3);
    books.open(10'000'000);  // MS is judged from now, BAC weighed from now, IBM weighed
    CHECK(books.look(12'900'000) == Books::Finding::Nothing);
    CHECK(ledger.different().size() == 3);
    CHECK(books.look(13'100'000) == Books::Finding::WantsFence);
    CHECK(books.on_fence(13'200'000) == Books::Finding::Break);
    CHECK(positions.is_broken(1));
    CHECK_FALSE(positions.is_broken(0));
    CHECK_FALSE(positions.is_broken(2));
    CHECK(ledger.different().size() == 1);  // the bases are found
    CHECK(books.look(13'400'000) == Books::Finding::Nothing);
    books.close();
    books.open(20'000'000);  // everything was read again: MS is weighed too
    CHECK(books.look(20'200'000) == Books::Finding::Nothing);
    CHECK(books.look(23'100'000) == Books::Finding::WantsFence);
    CHECK(books.look(23'300'000) == Books::Finding::Nothing);
    CHECK(books.on_fence(23'400'000) == Books::Finding::Nothing);
    CHECK(ledger.different().empty());
    CHECK(books.breaks() == 1);
}

// Lost between the second look and the opening of the books, so that the base held it; then a check
// shows it.
TEST_CASE("ABaseThatHeldALostTradeIsFoundAnewWhenASnapshotShowsIt") {
    feed::Profile profile = feed::traderx_profile(feed::SubjectChoice::Slash);
    bool kept_out = false;
    SUBCASE("with room for it") {}
    SUBCASE("beyond the row cap") { kept_out = true; }
    if (kept_out) profile.tables[0].rows_max = 2;
    SessionRig rig(profile);
    rig.database.trades["t1"] = {"t1", kAccount, "IBM", "Buy", 10, 1000};
    rig.database.positions[{kAccount, "IBM"}] = {15, 2000};
    rig.start(kAccount);
    rig.advance_ms(10'000);
    rig.publish_position(kAccount, "IBM", {15, 2000});
    rig.advance_ms(10'000);  // the base is five
    rig.database.trades["t2"] = {"t2", kAccount, "IBM", "Buy", 5, 2000};
    for (int i = 0; kept_out && i < 4; ++i) {
        const std::string id = "n" + std::to_string(i);
        rig.database.trades[id] = {id, kAccount, "MS", "Buy", 1, 5000 + i};
        rig.database.positions[{kAccount, "MS"}] = {1 + i, 5000 + i};
        rig.publish_trade(rig.database.trades[id]);
        rig.publish_position(kAccount, "MS", {1 + i, 5000 + i});
        rig.advance_ms(10);
    }
    rig.advance_ms(60'000);
    REQUIRE(rig.session.stats(rig.now).checks >= 1);
    CHECK(rig.session.stats(rig.now).breaks == 0);
    CHECK(rig.session.stats(rig.now).resyncs == 0);
    // The new base is right: the next loss is found.
    rig.database.positions[{kAccount, "IBM"}] = {16, 9000};
    rig.publish_position(kAccount, "IBM", {16, 9000});
    rig.advance_ms(4'000);
    CHECK(rig.session.stats(rig.now).breaks == 1);
}

TEST_CASE("AFeedOfTradesAloneHasNoBooks") {
    SessionRig rig;
    rig.start(kAccount);
    rig.advance_ms(10'000);
    rig.publish_trade({"t9", kAccount, "IBM", "Buy", 5, 2000});
    rig.advance_ms(120'000);
    CHECK(rig.session.stats(rig.now).breaks == 0);
    CHECK(rig.session.stats(rig.now).resyncs == 0);
    CHECK(rig.session.table(0).row_count() == 1);
}

TEST_CASE("BothRowsAreMarkedUntilTheyBalance") {
    const feed::Profile profile = feed::traderx_profile(feed::SubjectChoice::Slash);
    table::Ledger ledger(*profile.books);
    table::Table trades(profile.tables[0]);
    table::Table positions(profile.tables[1]);
    trades.keep_books(&ledger, table::BookPage::Entries);
    positions.keep_books(&ledger, table::BookPage::Balances);
    Books books(&ledger);
    books.open(0);
    using feed::Cell;
    trades.insert(std::vector<Cell>{Cell::of_number(1), Cell::of_text("a"), Cell::of_number(7),
                                    Cell::of_text("MS"), Cell::of_text("Sell"), Cell::of_number(4),
                                    Cell::of_text("Settled"), Cell::of_number(1),
                                    Cell::of_number(-4), Cell{}});
    CHECK(books.look(100'000) == Books::Finding::Nothing);
    CHECK(books.look(3'000'000) == Books::Finding::Nothing);
    CHECK(books.look(3'200'000) == Books::Finding::WantsFence);
    CHECK(books.on_fence(3'300'000) == Books::Finding::Break);
    CHECK(trades.is_broken(0));
    const auto held = [](std::int64_t quantity) {
        return std::vector<Cell>{
            Cell::of_number(7), Cell::of_text("MS"), Cell::of_number(quantity), Cell{}, Cell{},
            Cell::of_number(2)};
    };
    positions.insert(held(4));
    CHECK(positions.is_broken(0));
    CHECK(positions.update(0, held(-4)));
    CHECK(books.look(4'000'000) == Books::Finding::Nothing);
    CHECK_FALSE(trades.is_broken(0));
    CHECK_FALSE(positions.is_broken(0));
    CHECK(ledger.broken_count() == 0);
}

TEST_CASE("APositionShowsItsTradesAndWhatTheLastMinuteBrought") {
    SessionRig rig;
    settle(rig);
    const table::Table& positions = rig.session.table(1);
    const auto shown = [&](const char* field) {
        rig.session.refresh_views();
        const auto column = static_cast<std::size_t>(positions.spec().column_index(field));
        const feed::Cell cell = positions.cell(0, column);
        return cell.is_null() ? std::int64_t{-1} : cell.number;
    };
    CHECK(shown("trades") == 1);
    CHECK(shown("lastMinute") == 10);
    rig.book({"t2", kAccount, "IBM", "Sell", 4, rig.now / 1000});
    rig.settle();
    CHECK(shown("trades") == 2);
    CHECK(shown("lastMinute") == 6);
    // The first was made at the first second, this one ten seconds later.
    rig.advance_ms(52'000);
    CHECK(shown("lastMinute") == -4);
    const std::uint64_t before = positions.generation();
    rig.advance_ms(10'000);
    CHECK(positions.generation() > before);  // by itself, without an event
    CHECK(shown("lastMinute") == 0);
    CHECK(shown("trades") == 2);
    CHECK(rig.session.stats(rig.now).breaks == 0);
    // Another account, and back: counted anew.
    rig.session.set_scope(52'355, rig.now);
    rig.advance_ms(3'000);
    rig.session.set_scope(kAccount, rig.now);
    rig.advance_ms(3'000);
    CHECK(shown("trades") == 2);
    CHECK(shown("lastMinute") == 0);
}

TEST_CASE("NoBooksBreakNothing") {
    Books none(nullptr);
    none.open(0);
    CHECK_FALSE(none.is_open());
    CHECK(none.look(10'000'000) == Books::Finding::Nothing);
    CHECK(none.on_fence(10'000'000) == Books::Finding::Nothing);
    CHECK(none.next_deadline() == kNever);
}

TEST_CASE("ADifferenceThatWentWhileTheFenceWasAwaitedBreaksNothing") {
    const feed::Profile profile = feed::traderx_profile(feed::SubjectChoice::Slash);
    table::Ledger ledger(*profile.books);
    table::Table positions(profile.tables[1]);
    positions.keep_books(&ledger, table::BookPage::Balances);
    using feed::Cell;
    const auto held = [](const char* security, std::int64_t quantity, std::int64_t version) {
        return std::vector<Cell>{Cell::of_number(7),
                                 Cell::of_text(security),
                                 Cell::of_number(quantity),
                                 Cell{},
                                 Cell{},
                                 Cell::of_number(version)};
    };
    Books books(&ledger);
    books.open(0);
    positions.insert(held("MS", 4, 1));
    CHECK(books.look(100'000) == Books::Finding::Nothing);
    CHECK(books.look(3'200'000) == Books::Finding::WantsFence);
    SUBCASE("even for a moment") {
        CHECK(positions.update(0, held("MS", 0, 2)));
        CHECK(positions.update(0, held("MS", 4, 3)));
    }
    SUBCASE("even, and another one is new") {
        CHECK(positions.update(0, held("MS", 0, 2)));
        positions.insert(held("IBM", 5, 1));
    }
    SUBCASE("its balance was unloaded") { ledger.key(ledger.different()[0]).unjudged = true; }
    CHECK(books.on_fence(3'300'000) == Books::Finding::Nothing);
    CHECK(books.on_fence(3'400'000) == Books::Finding::Nothing);  // nothing is asked any more
    CHECK(books.look(3'500'000) == Books::Finding::Nothing);
    CHECK(books.breaks() == 0);
    books.open(3'600'000);  // it is open
    CHECK(books.is_open());
}

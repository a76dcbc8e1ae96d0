// A resync that costs what changed: what is asked of a service that offers it, and that nothing is
// believed which the answer does not prove.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "session/since.h"
#include "support/session_rig.h"

using namespace nats_blotter;
using session::Status;
using support::RestAnswer;
using support::SessionRig;
using support::TradeRow;

namespace {

constexpr std::int64_t kAccount = 22214;
constexpr std::int64_t kOffered = 5000;

TradeRow trade(const std::string& id, std::int64_t updated, std::int64_t account = kAccount) {
    return {id, account, "IBM", "Buy", 100, updated};
}

std::size_t asked_since(const SessionRig& rig) {
    return static_cast<std::size_t>(std::count_if(
        rig.fetched_urls.begin(), rig.fetched_urls.end(),
        [](const std::string& url) { return url.find("?since=") != std::string::npos; }));
}

bool fetched(const SessionRig& rig, const std::string& url) {
    return std::count(rig.fetched_urls.begin(), rig.fetched_urls.end(), url) > 0;
}

// A page that has read everything twice, from a service that offers kOffered, and holds one old row
// of each table and one row in range.
struct SettledPage {
    SessionRig rig;
    explicit SettledPage(session::AccountId account = kAccount) {
        rig.offered_since = kOffered;
        rig.book(trade("OLD", 1000));
        rig.book(trade("NEW", 6000));
        rig.start(account);
        rig.advance_ms(3000);
        REQUIRE(rig.status() == Status::Live);
        rig.fetched_urls.clear();
    }
    void cut_and_return() {
        rig.cut();
        rig.advance_ms(1100);
    }
};

}  // namespace

TEST_CASE("AServiceThatOffersNothingIsNeverAskedSince") {
    SessionRig rig;
    rig.book(trade("T1", 1000));
    rig.start(kAccount);
    rig.advance_ms(3000);
    rig.cut();
    rig.advance_ms(4000);
    CHECK(rig.status() == Status::Live);
    CHECK(asked_since(rig) == 0);
    CHECK(rig.stats().partial_reads == 0);
}

TEST_CASE("TheFirstReadIsWholeAndTheSecondAsksForWhatChanged") {
    SessionRig rig;
    rig.offered_since = kOffered;
    rig.book(trade("T1", 1000));
    rig.start(kAccount);
    rig.advance_ms(300);
    CHECK(asked_since(rig) == 0);
    rig.advance_ms(2700);
    CHECK(fetched(rig, "/position-service/trades/22214?since=5000"));
    CHECK(fetched(rig, "/position-service/positions/22214?since=5000"));
    CHECK(rig.matches_database());
    CHECK(rig.stats().removed == 0);
    CHECK(rig.stats().unproven_reads == 0);
}

TEST_CASE("AResyncReadsWhatChangedAndKeepsTheRest") {
    SettledPage page;
    SessionRig& rig = page.rig;
    rig.cut();
    rig.book(trade("MISSED", 7000));
    rig.advance_ms(1100);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.matches_database());
    CHECK(asked_since(rig) >= 2);
    CHECK_FALSE(fetched(rig, "/position-service/trades/22214"));
    CHECK(rig.stats().unproven_reads == 0);
}

TEST_CASE("ARowThatVanishedIsNoticedByTheCountAndReadInFull") {
    SettledPage page;
    SessionRig& rig = page.rig;
    rig.cut();
    rig.database.trades.erase("OLD");  // below what is asked for
    rig.advance_ms(1100);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.matches_database());
    CHECK(fetched(rig, "/position-service/trades/22214"));
    CHECK(rig.stats().unproven_reads >= 1);
    CHECK(rig.stats().removed == 1);
}

TEST_CASE("ARowThatShouldHaveBeenInTheAnswerIsReadInFull") {
    SettledPage page;
    SessionRig& rig = page.rig;
    rig.cut();
    rig.database.trades.erase("NEW");
    rig.database.trades["OTHER"] = trade("OTHER", 7000);  // the count is the same
    rig.advance_ms(1100);
    CHECK(rig.matches_database());
    CHECK(rig.stats().unproven_reads >= 1);
}

TEST_CASE("ARowThatCommittedLateAndBelowTheOfferIsNoticedByTheCount") {
    SettledPage page;
    SessionRig& rig = page.rig;
    rig.cut();
    rig.database.trades["LATE"] = trade("LATE", 4000);
    rig.advance_ms(1100);
    CHECK(rig.matches_database());
    CHECK(rig.stats().unproven_reads >= 1);
}

// An event whose transaction never committed changed a position that the database holds at an older
// version, which the answer does not repeat.
TEST_CASE("APositionThatWasNeverCommittedIsReadInFull") {
    SettledPage page;
    SessionRig& rig = page.rig;
    rig.publish_position(kAccount, "IBM", {999, 9000});
    rig.settle();
    CHECK_FALSE(rig.matches_database());
    rig.offered_since = 8000;
    rig.advance_ms(3000);
    rig.database.positions[{kAccount, "IBM"}].updated = 4000;
    page.cut_and_return();
    CHECK(rig.status() == Status::Live);
    CHECK(rig.rows("positions") == rig.database_positions());
    CHECK(rig.stats().unproven_reads >= 1);
}

TEST_CASE("ATradeThatWasNeverCommittedGoesWithoutAFullRead") {
    SettledPage page;
    SessionRig& rig = page.rig;
    rig.publish_trade(trade("GHOST", 9000));
    rig.settle();
    rig.advance_ms(3000);
    page.cut_and_return();
    CHECK(rig.matches_database());
    CHECK(rig.stats().unproven_reads == 0);
    CHECK(rig.stats().removed == 1);
}

TEST_CASE("AnEventDuringThePartialReadSurvivesIt") {
    SettledPage page;
    SessionRig& rig = page.rig;
    rig.rest_held = true;
    page.cut_and_return();
    rig.book(trade("T9", 9000));  // the answer on its way does not hold it
    rig.settle();
    rig.rest_held = false;
    rig.release_rest();
    rig.settle();
    CHECK(rig.status() == Status::Live);
    CHECK(rig.matches_database());
    rig.advance_ms(3000);
    CHECK(rig.matches_database());
}

TEST_CASE("AWholeAnswerToAQuestionSinceIsTakenAsWhole") {
    SettledPage page;
    SessionRig& rig = page.rig;
    rig.cut();
    rig.offered_since = -1;  // a stock service has taken the place of ours
    rig.database.trades.erase("OLD");
    rig.advance_ms(1100);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.matches_database());
    rig.fetched_urls.clear();
    page.cut_and_return();
    CHECK(asked_since(rig) == 0);
}

TEST_CASE("AHeaderThatMakesNoSenseFailsTheRead") {
    SettledPage page;
    SessionRig& rig = page.rig;
    for (const char* header : {"nonsense", "next=9000; rows=2-2; from=5000; cut=1"}) {
        rig.rest_override = [header](const std::string& url) -> std::optional<RestAnswer> {
            if (url.find("/trades/") == std::string::npos) return std::nullopt;
            return RestAnswer{200, "[]", header};
        };
        page.cut_and_return();
        CHECK(rig.status() == Status::Syncing);
        CHECK_FALSE(rig.session.cause().empty());
    }
    rig.rest_override = nullptr;
    rig.advance_ms(4000);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.matches_database());
}

TEST_CASE("AnAnswerThatBeginsElsewhereThanAskedIsReadInFull") {
    SettledPage page;
    SessionRig& rig = page.rig;
    rig.rest_override = [](const std::string& url) -> std::optional<RestAnswer> {
        if (url.find("/trades/22214?since") == std::string::npos) return std::nullopt;
        return RestAnswer{200, "[]", "next=9000; rows=2-2; from=6001"};
    };
    page.cut_and_return();
    CHECK(rig.status() == Status::Live);
    CHECK(rig.matches_database());
    CHECK(rig.stats().unproven_reads >= 1);
}

// The service's clock was set back: the position of a missed booking is older than what is asked
// since, and no count of positions tells of it.
TEST_CASE("AnOfferThatFallsIsReadInFull") {
    SettledPage page;
    SessionRig& rig = page.rig;
    rig.cut();
    rig.database.positions[{kAccount, "IBM"}] = {777, 4000};
    rig.offered_since = 4500;
    rig.advance_ms(1100);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.rows("positions") == rig.database_positions());
    CHECK(rig.stats().unproven_reads >= 1);
}

// The same where the clock had gone on again, and the trades, which would tell, are read in full.
TEST_CASE("WhereTheTradesAreReadInFullThePositionsAreToo") {
    feed::Profile profile = feed::traderx_profile(feed::SubjectChoice::Slash);
    profile.tables[0].rows_max = 3;
    SessionRig rig(profile);
    rig.offered_since = kOffered;
    for (int i = 1; i <= 9; ++i) rig.book(trade("T" + std::to_string(i), 1000 + i));
    rig.start(kAccount);
    rig.advance_ms(3000);
    REQUIRE(rig.stats().evicted > 0);
    rig.fetched_urls.clear();
    rig.cut();
    rig.database.positions[{kAccount, "IBM"}] = {777, 4000};
    rig.advance_ms(1100);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.rows("positions") == rig.database_positions());
    CHECK(asked_since(rig) == 0);
}

TEST_CASE("WhoeverAsksForAResyncGetsAWholeOne") {
    SettledPage page;
    SessionRig& rig = page.rig;
    rig.session.resync(rig.now);
    rig.settle();
    CHECK(asked_since(rig) == 0);
    CHECK(rig.matches_database());
}

TEST_CASE("AnotherScopeBeginsWithAWholeRead") {
    SettledPage page;
    SessionRig& rig = page.rig;
    rig.session.set_scope(session::kAllAccounts, rig.now);
    rig.settle();
    CHECK(asked_since(rig) == 0);
    rig.advance_ms(3000);
    CHECK(fetched(rig, "/position-service/trades/?since=5000"));
    CHECK(rig.matches_database());
}

TEST_CASE("NowAndThenAReadIsWholeAgain") {
    SettledPage page;
    SessionRig& rig = page.rig;
    for (int i = 0; i < session::kPartialReadsMax; ++i) {
        page.cut_and_return();
        rig.advance_ms(2100);
    }
    CHECK(rig.matches_database());
    const auto whole = std::count(rig.fetched_urls.begin(), rig.fetched_urls.end(),
                                  "/position-service/trades/22214");
    CHECK(whole >= 1);
    CHECK(whole <= 3);
    CHECK(rig.stats().unproven_reads == 0);
}

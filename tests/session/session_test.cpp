#include "session/session.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "session/ticket.h"
#include "support/session_rig.h"

using namespace nats_blotter;
using session::Status;
using support::RestAnswer;
using support::SessionRig;
using support::TradeRow;

namespace {

constexpr std::int64_t kAccount = 22214;
constexpr std::int64_t kOther = 52355;

TradeRow trade(const std::string& id, std::int64_t updated, std::int64_t account = kAccount) {
    return {id, account, "IBM", "Buy", 100, updated};
}

bool fetched(const SessionRig& rig, const std::string& url) {
    return std::count(rig.fetched_urls.begin(), rig.fetched_urls.end(), url) > 0;
}

// Lets the first dial and everything behind it happen.
void go_live(SessionRig& rig, session::AccountId account = kAccount) {
    rig.start(account);
    rig.advance_ms(300);
    REQUIRE(rig.status() == Status::Live);
}

}  // namespace

TEST_CASE("CountersAreTheStatsWithoutLatencies") {
    SessionRig rig;
    go_live(rig);
    rig.publish("/accounts/" + std::to_string(kAccount) + "/trades",
                R"({"date":1,"payload":)" + SessionRig::trade_json(trade("T1", 1000)) + "}");
    rig.settle();
    const session::Stats stats = rig.stats();
    const session::Stats counters = rig.session.counters(rig.now);
    CHECK(counters.events == 1);
    CHECK(counters.events == stats.events);
    CHECK(counters.link.messages_in == stats.link.messages_in);
    CHECK(counters.verified_age_us == stats.verified_age_us);
    CHECK(counters.last_message_age_us == stats.last_message_age_us);
    CHECK(stats.latency_p50_ms >= 0);
    CHECK(counters.latency_p50_ms == -1);
    CHECK(counters.latency_p99_ms == -1);
}

TEST_CASE("SnapshotAndStreamTogetherAreTheDatabase") {
    SessionRig rig;
    rig.book(trade("T1", 1000));
    go_live(rig);
    CHECK(rig.matches_database());
    rig.book(trade("T2", 2000));
    rig.settle();
    CHECK(rig.matches_database());
    CHECK(rig.stats().events == 2);
    CHECK(rig.session.cause().empty());
}

TEST_CASE("StatusGoesFromConnectingOverSyncingToLive") {
    SessionRig rig;
    rig.rest_held = true;
    rig.start(kAccount);
    CHECK(rig.status() == Status::Connecting);
    rig.advance_ms(300);
    CHECK(rig.status() == Status::Syncing);
    CHECK_FALSE(rig.session.cause().empty());
    CHECK(rig.session.loading(0));
    rig.release_rest();
    rig.settle();
    CHECK(rig.status() == Status::Live);
    CHECK_FALSE(rig.session.loading(0));
}

// The defect of the stock client: what arrives while the snapshot is being read is lost or
// reverted.
TEST_CASE("EventsDuringTheSnapshotSurviveIt") {
    SessionRig rig;
    rig.book(trade("T1", 1000));
    rig.rest_held = true;
    rig.start(kAccount);
    rig.advance_ms(300);
    rig.book(trade("T2", 2000));  // the answer on its way does not hold it
    rig.settle();
    rig.release_rest();
    rig.settle();
    CHECK(rig.status() == Status::Live);
    CHECK(rig.matches_database());
}

TEST_CASE("SubscriptionAndFenceComeBeforeTheSnapshot") {
    SessionRig rig;
    rig.broker_up = false;
    rig.start(kAccount);
    rig.advance_ms(2000);
    CHECK_FALSE(fetched(rig, "/position-service/trades/22214"));
    CHECK(rig.status() == Status::Offline);
    CHECK_FALSE(rig.session.cause().empty());
    rig.broker_up = true;
    rig.advance_ms(1100);
    CHECK(rig.status() == Status::Live);
    CHECK(fetched(rig, "/position-service/trades/22214"));
}

TEST_CASE("OutageIsHealedByASnapshot") {
    SessionRig rig;
    go_live(rig);
    rig.broker_up = false;
    rig.cut();
    CHECK(rig.status() == Status::Offline);
    CHECK(rig.stats().gaps == 1);
    rig.book(trade("T3", 3000));
    rig.advance_ms(1000);
    rig.broker_up = true;
    rig.advance_ms(1100);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.matches_database());
    CHECK(rig.stats().reconnects == 1);
    CHECK(rig.stats().resyncs == 1);
}

TEST_CASE("RowDeletedDuringAnOutageIsRemoved") {
    SessionRig rig;
    rig.book(trade("T1", 1000));
    go_live(rig);
    rig.cut();
    rig.database.trades.clear();
    rig.database.positions.clear();
    rig.advance_ms(1100);
    CHECK(rig.matches_database());
    CHECK(rig.stats().removed == 2);
}

TEST_CASE("RereadMarksWhatWasNeverCommitted") {
    SessionRig rig;
    rig.rest_held = true;
    rig.start(kAccount);
    rig.advance_ms(300);
    rig.publish_trade(trade("GHOST", 1000));
    rig.settle();
    rig.rest_held = false;
    rig.advance_ms(200);
    rig.release_rest();
    rig.settle();
    CHECK(rig.status() == Status::Live);
    CHECK(rig.rows("trades").size() == 1);
    rig.advance_ms(2500);
    const auto rows = rig.rows("trades");
    REQUIRE(rows.size() == 1);
    CHECK(rows[0][0] == '~');
    CHECK(rig.stats().phantoms == 1);
    rig.session.resync(rig.now);
    rig.settle();
    CHECK(rig.rows("trades").empty());
}

TEST_CASE("RereadSeesWhatWasCommittedLate") {
    SessionRig rig;
    go_live(rig);
    rig.book(trade("SILENT", 1000), false);  // committed, its event lost
    rig.advance_ms(2200);
    CHECK(rig.matches_database());
}

TEST_CASE("LateAnswerOfAnotherAccountChangesNothing") {
    SessionRig rig;
    rig.book(trade("A1", 1000, kAccount));
    rig.book(trade("B1", 1000, kOther));
    rig.rest_held = true;
    rig.start(kAccount);
    rig.advance_ms(300);
    rig.session.set_scope(kOther, rig.now);
    CHECK(rig.status() == Status::Syncing);
    CHECK(rig.rows("trades").empty());
    rig.settle();
    rig.release_rest();  // answers for both accounts, the first one's too late
    rig.settle();
    CHECK(rig.status() == Status::Live);
    CHECK(rig.matches_database());
}

TEST_CASE("AnswerOfAnOlderRoundIsDropped") {
    SessionRig rig;
    rig.book(trade("OLD", 1000), false);
    rig.rest_held = true;
    rig.start(kAccount);
    rig.advance_ms(300);
    rig.database = {};
    rig.book(trade("NEW", 2000), false);
    rig.session.resync(rig.now);
    rig.settle();
    rig.release_rest();
    rig.settle();
    CHECK(rig.status() == Status::Live);
    CHECK(rig.matches_database());
}

TEST_CASE("AnswerOfAnOlderConnectionIsDropped") {
    SessionRig rig;
    go_live(rig);
    rig.advance_ms(3000);
    rig.rest_held = true;
    rig.book(trade("T1", 1000), false);
    rig.session.resync(rig.now);
    rig.settle();
    rig.broker_up = false;
    rig.cut();
    rig.release_rest();
    rig.settle();
    CHECK(rig.status() == Status::Offline);
    CHECK(rig.rows("trades").empty());
}

TEST_CASE("ScopeChosenWhileOfflineIsTheOnlyOneSubscribedAfterwards") {
    SessionRig rig;
    go_live(rig);
    rig.broker_up = false;
    rig.cut();
    rig.session.set_scope(kOther, rig.now);
    CHECK(rig.status() == Status::Offline);
    const std::size_t before = rig.subscribed_subjects().size();
    rig.broker_up = true;
    rig.advance_ms(1100);
    const std::vector<std::string> since(
        rig.subscribed_subjects().begin() + static_cast<std::ptrdiff_t>(before),
        rig.subscribed_subjects().end());
    CHECK(since == std::vector<std::string>{"/accounts/52355/trades", "/accounts/52355/positions"});
    CHECK(rig.status() == Status::Live);
}

TEST_CASE("AccountThatDisappearedIsUnsubscribedAtTheNextResync") {
    SessionRig rig;
    go_live(rig, session::kAllAccounts);
    rig.database.accounts = {kAccount};
    rig.session.resync(rig.now);
    rig.settle();
    rig.publish_trade(trade("X", 1000, kOther));
    rig.settle();
    CHECK(rig.rows("trades").empty());
}

TEST_CASE("EventsOfTheOldScopeAreDropped") {
    SessionRig rig;
    go_live(rig);
    rig.publish_trade(trade("A1", 1000, kAccount));  // received, not yet pumped
    rig.session.set_scope(kOther, rig.now);
    rig.settle();
    CHECK(rig.status() == Status::Live);
    CHECK(rig.rows("trades").empty());
}

TEST_CASE("RecordOfAnotherAccountIsRejectedAndCounted") {
    SessionRig rig;
    go_live(rig);
    rig.publish("/accounts/22214/trades", SessionRig::trade_json(trade("X", 1000, kOther)));
    rig.publish("/accounts/22214/trades", "garbage");
    rig.settle();
    CHECK(rig.rows("trades").empty());
    const session::Stats stats = rig.stats();
    CHECK(stats.rejects[static_cast<std::size_t>(feed::Reject::WrongAccount)] == 1);
    CHECK(stats.rejects[static_cast<std::size_t>(feed::Reject::NotJson)] == 1);
    CHECK(rig.status() == Status::Live);
}

TEST_CASE("BothFamiliesCountEachRowOnce") {
    SessionRig rig(feed::SubjectChoice::Both);
    go_live(rig);
    rig.book(trade("T1", 1000));
    rig.settle();
    CHECK(rig.matches_database());
    CHECK(rig.rows("trades").size() == 1);
}

TEST_CASE("AllAccountsSubscribesEachAccountAndNoWildcard") {
    SessionRig rig;
    rig.book(trade("A1", 1000, kAccount));
    rig.book(trade("B1", 1000, kOther));
    go_live(rig, session::kAllAccounts);
    CHECK(rig.matches_database());
    for (const std::string& subject : rig.subscribed_subjects()) {
        CHECK(subject.find('*') == std::string::npos);
        CHECK(subject.find('>') == std::string::npos);
    }
    CHECK(rig.subscribed_subjects().size() == 4);
}

TEST_CASE("AccountThatAppearsIsSubscribedAndReadForItself") {
    SessionRig rig;
    go_live(rig, session::kAllAccounts);
    rig.database.accounts.push_back(65000);
    rig.book(trade("N1", 1000, 65000));
    rig.advance_ms(31'000);
    CHECK(rig.status() == Status::Live);
    CHECK(fetched(rig, "/position-service/trades/65000"));
    CHECK(rig.matches_database());
    rig.book(trade("N2", 2000, 65000));
    rig.settle();
    CHECK(rig.matches_database());
}

TEST_CASE("FailingServiceIsNamedAndTriedAgain") {
    SessionRig rig;
    rig.rest_override = [](const std::string& url) -> std::optional<RestAnswer> {
        if (url.find("/trades/") == std::string::npos) return std::nullopt;
        return RestAnswer{502, "<html>Bad Gateway</html>"};
    };
    rig.start(kAccount);
    rig.advance_ms(300);
    CHECK(rig.status() == Status::Syncing);
    CHECK(rig.session.cause() == "position-service answers 502");
    CHECK(rig.session.retry_at() != kNever);
    rig.rest_override = nullptr;
    rig.advance_ms(3000);
    CHECK(rig.status() == Status::Live);
}

TEST_CASE("HtmlInPlaceOfRecordsIsNotASnapshot") {
    SessionRig rig;
    rig.book(trade("T1", 1000));
    go_live(rig);
    rig.rest_override = [](const std::string&) { return RestAnswer{200, "<html></html>"}; };
    rig.cut();
    rig.advance_ms(1100);
    CHECK(rig.status() == Status::Syncing);
    CHECK(rig.rows("trades").size() == 1);  // nothing was removed on the word of a web page
    rig.rest_override = nullptr;
    rig.advance_ms(3000);
    CHECK(rig.status() == Status::Live);
}

TEST_CASE("RefusedSubscriptionIsNeverLive") {
    SessionRig rig;
    rig.denied_subjects = {"/accounts/22214/trades"};
    rig.start(kAccount);
    rig.advance_ms(5000);
    CHECK(rig.status() == Status::Syncing);
    CHECK(rig.session.cause().find("/accounts/22214/trades") != std::string::npos);
    rig.denied_subjects.clear();
    rig.advance_ms(4000);
    CHECK(rig.status() == Status::Live);
}

TEST_CASE("GarbageOnTheSocketEndsTheLinkAndHeals") {
    SessionRig rig;
    go_live(rig);
    rig.broker_sends("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    rig.settle();
    CHECK(rig.status() == Status::Offline);
    CHECK_FALSE(rig.session.cause().empty());
    rig.book(trade("T1", 1000));
    rig.advance_ms(1100);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.matches_database());
}

// Found by the session's simulation, seed 81671: long after a broker went, a dial is waited for up
// to half a minute; who slept meanwhile, and is told by nobody that he did, waits no more.
TEST_CASE("WhoSleptWhileWaitingToDialDialsAtOnce") {
    for (int i = 0; i < 8; ++i) {  // with a dial under way, or waited for
        SessionRig rig;
        go_live(rig);
        rig.dial_silent = true;
        rig.cut();
        rig.advance_ms(130'000 + 3'000 * i);
        REQUIRE(rig.status() == Status::Offline);
        rig.now += 100 * kSecondUs;
        rig.dial_silent = false;
        rig.advance_ms(1'000);
        CHECK(rig.status() == Status::Live);
    }
}

TEST_CASE("LongSleepCountsAsAGapAndIsReadAnew") {
    SessionRig rig;
    go_live(rig);
    rig.advance_ms(3000);
    rig.book(trade("T1", 1000), false);
    rig.now += 3600 * kSecondUs;
    rig.session.on_wake_up(rig.now);
    CHECK(rig.status() != Status::Live);
    rig.settle();
    CHECK(rig.stats().gaps == 1);
    CHECK(rig.status() == Status::Live);
    CHECK(rig.matches_database());
}

TEST_CASE("ClosedStaysClosed") {
    SessionRig rig;
    go_live(rig);
    rig.session.close(rig.now);
    rig.settle();
    CHECK(rig.status() == Status::Closed);
    rig.session.resync(rig.now);
    rig.session.set_scope(kOther, rig.now);
    rig.advance_ms(5000);
    CHECK(rig.status() == Status::Closed);
    CHECK(rig.session.next_deadline() == kNever);
}

TEST_CASE("ResyncWhileOfflineDialsAtOnce") {
    SessionRig rig;
    rig.broker_up = false;
    rig.start(kAccount);
    rig.advance_ms(130'000);  // redials are up to 30 s apart by now
    CHECK(rig.status() == Status::Offline);
    rig.broker_up = true;
    rig.session.resync(rig.now);
    rig.advance_ms(10);
    CHECK(rig.status() == Status::Live);
}

TEST_CASE("ResyncOnALiveLinkReadsAgain") {
    SessionRig rig;
    go_live(rig);
    rig.advance_ms(3000);
    rig.book(trade("LOST", 1000), false);
    CHECK_FALSE(rig.matches_database());
    rig.session.resync(rig.now);
    CHECK(rig.status() == Status::Syncing);
    rig.settle();
    CHECK(rig.status() == Status::Live);
    CHECK(rig.matches_database());
    CHECK(rig.stats().resyncs == 1);
}

TEST_CASE("SilenceIsStaleAndThenDead") {
    SessionRig rig;
    go_live(rig);
    rig.advance_ms(3000);
    rig.broker_sends("PING\r\n");
    rig.settle();
    // From here the broker hears nothing and says nothing, on an open socket.
    const auto deaf_until = rig.now + 22 * kSecondUs + 600 * kMillisecondUs;
    while (rig.now < deaf_until) {
        rig.now += 10 * kMillisecondUs;
        rig.session.on_deadline(rig.now);
        rig.session.pump(rig.now, 0, 64);
        rig.session.link().consume_output(rig.session.link().pending_output().size());
    }
    CHECK(rig.status() == Status::Stale);
    rig.broker_sends("PONG\r\n");
    rig.settle();
    CHECK(rig.status() == Status::Live);
}

TEST_CASE("EveryStatusHasAName") {
    using session::Status;
    for (const auto& [status, name] :
         {std::pair{Status::Connecting, "connecting"}, std::pair{Status::Syncing, "syncing"},
          std::pair{Status::Live, "live"}, std::pair{Status::Stale, "stale"},
          std::pair{Status::Offline, "offline"}, std::pair{Status::Closed, "closed"}})
        CHECK(session::status_name(status) == name);
}

TEST_CASE("WhatIsClosedStaysSo") {
    support::SessionRig rig;
    rig.start(22214);
    rig.advance_ms(300);
    CHECK(rig.status() == session::Status::Live);
    CHECK(rig.session.table_index("no such") == rig.session.table_count());
    rig.session.close(rig.now);
    rig.session.close(rig.now);
    rig.session.set_scope(52355, rig.now);
    rig.session.resync(rig.now);
    rig.session.on_wake_up(rig.now);
    rig.session.on_deadline(rig.now + 3600 * kSecondUs);
    rig.settle();
    CHECK(rig.status() == session::Status::Closed);
    CHECK(rig.session.cause() == "Closed");
    CHECK(rig.session.scope() == 22214);
    CHECK(rig.session.retry_at() == kNever);
    CHECK(rig.session.next_deadline() == kNever);
    CHECK(rig.session.send_order({22214, "IBM", session::Side::Buy, 1}, rig.now) ==
          "The blotter is closed.");
}

TEST_CASE("WithoutAnAccountNothingIsLoadedAndTheReasonIsSaid") {
    support::SessionRig rig;
    rig.rest_override = [](const std::string&) { return support::RestAnswer{503, ""}; };
    rig.session.start(rig.now);
    rig.advance_ms(300);
    CHECK(rig.status() == session::Status::Syncing);
    CHECK_FALSE(rig.session.loading(0));
    CHECK(rig.session.cause() == "account-service answers 503");
    CHECK(rig.session.retry_at() != kNever);
    rig.session.resync(rig.now);
    rig.rest_override = nullptr;
    rig.advance_ms(5000);
    CHECK(rig.session.cause() == "No account chosen");
}

TEST_CASE("AListOfAccountsWithABadOneHasTheOthers") {
    support::SessionRig rig;
    rig.rest_override = [](const std::string& url) -> std::optional<support::RestAnswer> {
        if (url.find("/account-service/") == std::string::npos) return std::nullopt;
        return support::RestAnswer{200, R"([{"id":"x"},{"id":22214,"displayName":"A"}])"};
    };
    rig.start(session::kAllAccounts);
    rig.advance_ms(1'000);  // read once more: it might have been spoilt on its way
    REQUIRE(rig.session.accounts().size() == 1);
    CHECK(rig.session.accounts()[0].id == 22214);
}

TEST_CASE("AScopeThatIsShownAnewIsLoadingUntilItsSnapshotIsIn") {
    support::SessionRig rig;
    rig.rest_held = true;
    rig.start(22214);
    rig.advance_ms(300);
    CHECK(rig.session.loading(0));
    rig.rest_held = false;
    rig.release_rest();
    rig.settle();
    CHECK_FALSE(rig.session.loading(0));
}

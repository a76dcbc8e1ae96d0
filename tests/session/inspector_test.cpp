#include "session/inspector.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "support/session_rig.h"

using namespace nats_blotter;
using session::Inspector;
using session::Status;
using support::SessionRig;

namespace {

constexpr std::int64_t kAccount = 22214;

struct World {
    SessionRig rig;
    Inspector& inspector;

    World() : inspector(rig.session.inspector()) {
        rig.start(kAccount);
        rig.advance_ms(500);
        REQUIRE(rig.status() == Status::Live);
    }
    bool asked(const std::string& subject) const {
        const std::vector<std::string>& all = rig.subscribed_subjects();
        return std::find(all.begin(), all.end(), subject) != all.end();
    }
    void publish(const std::string& subject, const std::string& payload) {
        rig.publish(subject, payload);
        rig.settle();
    }
};

}  // namespace

TEST_CASE("InspectorKeepsAndCountsWhatItListensTo") {
    World world;
    world.inspector.open();
    CHECK(world.inspector.watch("prices.ibm").empty());
    world.rig.settle();
    CHECK(world.asked("prices.ibm"));
    world.publish("prices.ibm", "{\"p\":1}");
    world.publish("prices.ibm", "{\"p\":2}");
    world.publish("prices.other", "no");
    REQUIRE(world.inspector.ring().size() == 2);
    CHECK(world.inspector.ring().at(2).payload == "{\"p\":2}");
    REQUIRE(world.inspector.subjects().size() == 1);
    CHECK(world.inspector.subjects()[0].subject == "prices.ibm");
    CHECK(world.inspector.subjects()[0].messages == 2);
    CHECK(world.inspector.subjects()[0].bytes == 14);
    CHECK(world.rig.stats().events == 0);
    CHECK(world.rig.matches_database());
}

TEST_CASE("InspectorThatIsClosedListensToNothing") {
    World world;
    CHECK(world.inspector.watch("prices.ibm").empty());
    world.rig.settle();
    CHECK_FALSE(world.asked("prices.ibm"));
    world.inspector.open();
    world.rig.settle();
    CHECK(world.asked("prices.ibm"));
    world.inspector.close();
    world.rig.settle();
    world.publish("prices.ibm", "late");
    CHECK(world.inspector.ring().size() == 0);
    world.inspector.open();
    world.rig.settle();
    world.publish("prices.ibm", "again");
    CHECK(world.inspector.ring().size() == 1);
    world.inspector.unwatch(0);
    world.rig.settle();
    world.publish("prices.ibm", "after");
    CHECK(world.inspector.ring().size() == 1);
}

TEST_CASE("InspectorStaysSubscribedOverAReconnect") {
    World world;
    world.inspector.open();
    CHECK(world.inspector.watch("prices.ibm").empty());
    world.rig.settle();
    world.rig.cut();
    world.rig.advance_ms(2000);
    REQUIRE(world.rig.status() == Status::Live);
    world.publish("prices.ibm", "{}");
    CHECK(world.inspector.ring().size() == 1);
}

TEST_CASE("WhatTheBrokerRefusesIsSaidAndTheTablesStayLive") {
    World world;
    world.rig.denied_subjects = {">"};
    world.inspector.open();
    CHECK(world.inspector.watch(">").empty());
    world.rig.settle();
    REQUIRE(world.inspector.subscriptions().size() == 1);
    CHECK(world.inspector.subscriptions()[0].refused.starts_with("The broker refuses: "));
    CHECK(world.inspector.subscriptions()[0].sid == 0);
    CHECK(world.rig.status() == Status::Live);
    // It may be asked again.
    world.rig.denied_subjects.clear();
    CHECK(world.inspector.watch(">").empty());
    world.rig.settle();
    CHECK(world.inspector.subscriptions()[0].refused.empty());
    CHECK(world.inspector.subscriptions()[0].sid != 0);
}

TEST_CASE("InspectorRefusesWhatIsNoSubjectAndMoreThanItsLimit") {
    World world;
    world.inspector.open();
    CHECK_FALSE(world.inspector.watch("a b").empty());
    CHECK_FALSE(world.inspector.watch("").empty());
    CHECK(world.inspector.subscriptions().empty());
    for (std::size_t i = 0; i < kInspectorSubscriptionsMax; ++i)
        CHECK(world.inspector.watch("s." + std::to_string(i)).empty());
    CHECK_FALSE(world.inspector.watch("one.more").empty());
    CHECK(world.inspector.watch("s.3").empty());
    CHECK(world.inspector.subscriptions().size() == kInspectorSubscriptionsMax);
}

TEST_CASE("InspectorThatIsPausedCountsAndKeepsNothing") {
    World world;
    world.inspector.open();
    CHECK(world.inspector.watch("a").empty());
    world.rig.settle();
    world.publish("a", "1");
    world.inspector.pause(true);
    world.publish("a", "2");
    world.inspector.pause(true);  // once more is no new pause
    world.publish("a", "3");
    CHECK(world.inspector.ring().size() == 1);
    CHECK(world.inspector.passed() == 2);
    CHECK(world.inspector.subjects()[0].messages == 3);
    world.inspector.pause(false);
    world.publish("a", "4");
    CHECK(world.inspector.ring().size() == 2);
    world.inspector.pause(true);
    CHECK(world.inspector.passed() == 0);
    world.inspector.clear();
    CHECK(world.inspector.ring().size() == 0);
    CHECK(world.inspector.subjects().empty());
}

TEST_CASE("WhatAFrameCopiesIsBounded") {
    World world;
    world.inspector.open();
    CHECK(world.inspector.watch("big").empty());
    world.rig.settle();
    const std::string payload(kInspectorMessageBytesMax, 'x');
    const std::size_t fits = kInspectorTurnBytesMax / kInspectorMessageBytesMax;
    for (std::size_t i = 0; i < fits + 5; ++i) world.publish("big", payload);
    CHECK(world.inspector.ring().size() == fits);
    CHECK(world.inspector.skipped() == 5);
    CHECK(world.inspector.subjects()[0].messages == fits + 5);
    world.rig.advance_ms(20);
    world.publish("big", payload);
    CHECK(world.inspector.ring().size() == fits + 1);
}

TEST_CASE("SubjectsBeyondTheLimitAreCountedTogether") {
    World world;
    world.inspector.open();
    for (std::size_t i = 0; i < kInspectorSubjectsMax + 3; ++i) {
        const std::string subject = "s." + std::to_string(i);
        CHECK(world.inspector.watch(subject).empty());
        world.rig.settle();
        world.publish(subject, "x");
        world.inspector.unwatch(0);
    }
    CHECK(world.inspector.subjects().size() == kInspectorSubjectsMax);
    CHECK(world.inspector.others().messages == 3);
}

TEST_CASE("RatesAreThoseOfTheLastWholeSecond") {
    session::InspectedSubject subject;
    CHECK(subject.rate(0) == 0);
    for (int i = 0; i < 5; ++i) subject.note(10, 10 * kSecondUs + i);
    CHECK(subject.rate(10 * kSecondUs) == 0);
    CHECK(subject.rate(11 * kSecondUs) == 5);
    CHECK(subject.rate(12 * kSecondUs) == 0);
    subject.note(10, 11 * kSecondUs);
    CHECK(subject.rate(11 * kSecondUs) == 5);
    CHECK(subject.rate(12 * kSecondUs) == 1);
    subject.note(10, 20 * kSecondUs);
    CHECK(subject.rate(20 * kSecondUs) == 0);
}

TEST_CASE("TheFilterLooksAtSomeBytesATime") {
    World world;
    world.inspector.open();
    CHECK(world.inspector.watch("a").empty());
    world.rig.settle();
    for (int i = 0; i < 100; ++i) world.publish("a", i % 10 == 3 ? "has NEEDLE" : "hay");
    CHECK(world.inspector.match_count() == 100);
    world.inspector.set_filter("needle");
    CHECK(world.inspector.match_count() == 0);
    int calls = 1;
    while (!world.inspector.match_some(100)) ++calls;
    CHECK(calls > 3);
    REQUIRE(world.inspector.match_count() == 10);
    CHECK(world.inspector.match(0) == 4);
    CHECK(world.inspector.match_from(5) == 1);
    CHECK(world.inspector.match_from(1000) == 10);
    CHECK(world.inspector.match_from(1) == 0);
    world.publish("a", "needle");
    CHECK(world.inspector.match_some(100));
    CHECK(world.inspector.match_count() == 11);
    world.inspector.set_filter("");
    CHECK(world.inspector.match_some(1));
    CHECK(world.inspector.match_count() == 101);
    CHECK(world.inspector.match_from(5) == 4);
    CHECK(world.inspector.match(4) == 5);
}

TEST_CASE("MatchesThatWereLetGoAreNoMatches") {
    World world;
    world.inspector.open();
    CHECK(world.inspector.watch("a").empty());
    world.rig.settle();
    world.inspector.set_filter("x");
    const std::string payload(kInspectorMessageBytesMax - 1, 'x');
    std::uint64_t sent = 0;
    while (world.inspector.ring().evicted() == 0) {
        world.publish("a", payload);
        world.rig.advance_ms(20);
        ++sent;
        CHECK(world.inspector.match_some(SIZE_MAX));
        CHECK(world.inspector.match_count() == world.inspector.ring().size());
    }
    CHECK(world.inspector.match(0) == world.inspector.ring().first());
    CHECK(world.inspector.match_from(1) == 0);
    CHECK(world.inspector.match_count() == sent - world.inspector.ring().evicted());
    world.inspector.set_filter("");
    CHECK(world.inspector.match_from(1) == 0);
}

TEST_CASE("OpeningAndClosingTwiceIsOnce") {
    World world;
    CHECK(world.inspector.watch("a").empty());
    CHECK(world.inspector.watch("a").empty());
    world.inspector.close();  // it is not open
    world.inspector.open();
    world.inspector.open();
    world.rig.settle();
    CHECK(world.inspector.watch("a").empty());
    world.rig.settle();
    const std::vector<std::string>& all = world.rig.subscribed_subjects();
    CHECK(std::count(all.begin(), all.end(), "a") == 1);
    world.publish("a", "1");
    CHECK(world.inspector.ring().size() == 1);
}

TEST_CASE("TheFilterLooksAtSubjectsAndHeadersToo") {
    World world;
    world.inspector.open();
    CHECK(world.inspector.watch("Prices.>").empty());
    CHECK(world.inspector.watch("other").empty());
    const auto send = [&world](std::size_t index, std::string_view subject,
                               std::string_view headers) {
        nats::Event event;
        event.sid = world.inspector.subscriptions()[index].sid;
        event.subject = subject;
        event.headers = headers;
        event.payload = "{}";
        return world.inspector.take(event, world.rig.now, 0);
    };
    CHECK(send(0, "Prices.ibm", ""));
    CHECK(send(1, "other", "NATS/1.0\r\nKind: price\r\n\r\n"));
    CHECK(send(1, "other", ""));
    const auto matches = [&world](std::string_view filter) {
        world.inspector.set_filter(filter);
        CHECK(world.inspector.match_some(SIZE_MAX));
        return world.inspector.match_count();
    };
    CHECK(matches("PRICE") == 2);
    CHECK(matches("ibm") == 1);
    CHECK(matches("kind") == 1);
    CHECK(matches("{}") == 3);
    CHECK(matches("nowhere") == 0);
    // Of a subscription of somebody else.
    nats::Event strange;
    strange.sid = 4711;
    CHECK_FALSE(world.inspector.take(strange, world.rig.now, 0));
    CHECK_FALSE(world.inspector.refuse(4711, "no"));
    CHECK(world.inspector.ring().size() == 3);
}

TEST_CASE("InspectorOffersTheSubjectsOfTheAccountThatIsShown") {
    const std::string of_no_account = "pricing.*\nsensors.*.readings";
    SessionRig rig;
    rig.session.start(rig.now);
    CHECK(rig.session.inspector_offers() == of_no_account);
    rig.session.set_scope(session::kAllAccounts, rig.now);
    CHECK(rig.session.inspector_offers() == of_no_account);
    rig.session.set_scope(kAccount, rig.now);
    const std::string offers = rig.session.inspector_offers();
    CHECK(offers.starts_with("/accounts/22214/trades\n/accounts/22214/positions\n"));
    CHECK(offers.find("trades.account.22214.updated") != std::string::npos);
    CHECK(offers.find("trades.submit") == std::string::npos);  // not a browser's
    CHECK(offers.ends_with("\n" + of_no_account));
}

TEST_CASE("OneSubscriptionIsRefusedAndTheOtherOnesListen") {
    World world;
    world.rig.denied_subjects = {"b"};
    world.inspector.open();
    for (const char* subject : {"a", "b", "c"}) CHECK(world.inspector.watch(subject).empty());
    world.rig.settle();
    CHECK(world.inspector.subscriptions()[0].refused.empty());
    CHECK_FALSE(world.inspector.subscriptions()[1].refused.empty());
    CHECK(world.inspector.subscriptions()[2].refused.empty());
    world.publish("c", "1");
    CHECK(world.inspector.ring().size() == 1);
    world.inspector.close();
    world.inspector.unwatch(1);
    world.inspector.open();
    world.rig.settle();
    world.publish("a", "2");
    CHECK(world.inspector.ring().size() == 2);
}

TEST_CASE("ATableIsMadeOfWhatASubscriptionBrings") {
    World world;
    Inspector& inspector = world.inspector;
    inspector.open();
    CHECK(inspector.subscription_of(0) == 0);  // as many as there are: none
    CHECK(inspector.watch("a.*").empty());
    CHECK(inspector.watch("b.*").empty());
    world.rig.settle();
    CHECK(inspector.subscription_of(0) == 1);
    CHECK(inspector.infer(0).words == "No message of a.* has come yet.");
    world.publish("a.x", R"({"n":1,"s":"one"})");
    world.publish("b.y", R"({"other":2})");
    world.publish("a.x", R"({"n":2,"s":"two"})");
    CHECK(inspector.subscription_of(1) == 0);
    CHECK(inspector.subscription_of(2) == 1);
    CHECK(inspector.subscription_of(99) == 1);  // no such message
    const feed::InferredProfile made = inspector.infer(0);
    CHECK(made.json.find("\"n\"") != std::string::npos);
    CHECK(made.json.find("\"other\"") == std::string::npos);
    CHECK(made.words.find("from 2 messages") != std::string::npos);
    // By a subscription that was taken off.
    inspector.unwatch(0);
    CHECK(inspector.subscription_of(1) == inspector.subscriptions().size());
}

// Subscriptions that end by themselves, and the drains.
#include <doctest/doctest.h>

#include <string>

#include "nats/error.h"
#include "support/scripted_broker.h"

using namespace nats_blotter;
using nats::NatsError;
using tests::count_of;
using tests::ScriptedBroker;
using tests::SeenEvent;
using Kind = nats::Event::Kind;

namespace {

struct ConnectedBroker : ScriptedBroker {
    explicit ConnectedBroker(nats::Options options = {}) : ScriptedBroker(std::move(options)) {
        client.start(clock.now());
        REQUIRE(*client.subscribe("a") == 1);
        REQUIRE(*client.subscribe("b", "workers") == 2);
        accept();
        REQUIRE(client.connected());
        take_events();
        take_written();
    }
    std::string written() {
        pump();
        return take_written();
    }
};

std::vector<Kind> kinds_of(const std::vector<SeenEvent>& events) {
    std::vector<Kind> kinds;
    for (const SeenEvent& event : events) kinds.push_back(event.kind);
    return kinds;
}
using Kinds = std::vector<Kind>;

constexpr std::string_view kMessage = "MSG a 1 1\r\nx\r\n";

}  // namespace

TEST_CASE("ASubscriptionEndsBehindItsLastMessage") {
    ConnectedBroker broker;
    broker.client.unsubscribe_after(1, 2);
    CHECK(broker.written() == "UNSUB 1 2\r\n");
    for (int i = 0; i < 3; ++i) broker.sends(kMessage);
    const auto events = broker.take_events();
    CHECK(kinds_of(events) == Kinds{Kind::Message, Kind::Message, Kind::SubscriptionEnded});
    CHECK(events.back().sid == 1);
    CHECK(broker.client.stats().unknown_sid == 1);
    CHECK(broker.written().empty());  // the broker has ended it by itself
    broker.closes();
    broker.accept();
    CHECK(count_of(broker.take_written(), "SUB a") == 0);
}

TEST_CASE("WhatIsLeftGoesOverToTheNextConnection") {
    ConnectedBroker broker;
    broker.sends(kMessage);
    broker.client.unsubscribe_after(1, 6);
    CHECK(broker.written() == "UNSUB 1 6\r\n");
    broker.sends(kMessage);
    broker.closes();
    broker.accept();
    CHECK(count_of(broker.take_written(), "SUB a 1\r\nUNSUB 1 4\r\n") == 1);
    broker.sends(kMessage);
    // Asked anew, the wire counts from this connection's SUB, and the owner from the first.
    broker.client.unsubscribe_after(1, 5);
    CHECK(broker.written() == "UNSUB 1 3\r\n");
    broker.sends(kMessage);
    CHECK(broker.count(Kind::SubscriptionEnded) == 0);
    broker.sends(kMessage);
    CHECK(broker.count(Kind::SubscriptionEnded) == 1);
}

TEST_CASE("OneThatHasEnoughAlreadyEndsAtOnce") {
    ConnectedBroker broker;
    broker.sends(kMessage);
    broker.sends(kMessage);
    broker.take_events();
    broker.client.unsubscribe_after(1, 2);
    CHECK(broker.written() == "UNSUB 1\r\n");
    CHECK(kinds_of(broker.take_events()) == Kinds{Kind::SubscriptionEnded});
    broker.client.unsubscribe_after(1, 2);
    broker.client.unsubscribe_after(99, 2);
    CHECK(broker.written().empty());
}

TEST_CASE("ALimitSetWhileDownIsSentWithTheSub") {
    ConnectedBroker broker;
    broker.closes();
    broker.client.unsubscribe_after(2, 3);
    broker.accept();
    CHECK(count_of(broker.take_written(), "SUB a 1\r\nSUB b workers 2\r\nUNSUB 2 3\r\n") == 1);
}

TEST_CASE("ADrainedSubscriptionEndsBehindWhatWasOnItsWay") {
    ConnectedBroker broker;
    broker.client.drain_subscription(1, broker.clock.now());
    broker.client.drain_subscription(1, broker.clock.now());
    CHECK(broker.written() == "UNSUB 1\r\nPING\r\n");
    broker.sends(kMessage);
    broker.client.unsubscribe(1);  // is on its way out already: no second UNSUB
    CHECK(broker.written().empty());
    broker.client.drain_subscription(2, broker.clock.now());
    broker.sends("MSG b 2 1\r\ny\r\nPONG\r\nPONG\r\n");
    const auto events = broker.take_events();
    CHECK(kinds_of(events) == Kinds{Kind::Message, Kind::Message, Kind::SubscriptionEnded});
    CHECK(events.back().sid == 2);
}

TEST_CASE("AConnectionThatEndsEndsWhatWasDraining") {
    ConnectedBroker broker;
    broker.client.drain_subscription(1, broker.clock.now());
    broker.closes();
    broker.client.drain_subscription(2, broker.clock.now());
    broker.pump();
    CHECK(kinds_of(broker.take_events()) ==
          Kinds{Kind::SubscriptionEnded, Kind::Disconnected, Kind::SubscriptionEnded});
    broker.accept();
    CHECK(count_of(broker.take_written(), "SUB ") == 0);
}

TEST_CASE("TheWholeConnectionDrainsInOrder") {
    ConnectedBroker broker;
    const MonotonicUs now = broker.clock.now();
    const auto request = broker.client.request("svc", "?", kSecondUs, now);
    REQUIRE(request.has_value());
    std::string out = broker.written();
    const std::size_t at = out.find("PUB svc ") + 8;
    const std::string reply = out.substr(at, out.find(' ', at) - at);
    broker.client.drain_and_close(now);
    broker.client.drain_and_close(now);
    CHECK(broker.written() == "UNSUB 1\r\nUNSUB 2\r\nPING\r\n");
    CHECK(broker.client.subscribe("c").error().code == static_cast<int>(NatsError::Draining));
    CHECK(broker.client.request("c", "", kSecondUs, now).error().code ==
          static_cast<int>(NatsError::Draining));
    CHECK(broker.client.publish("result", "1").has_value());
    broker.sends("MSG a 1 1\r\nx\r\nPONG\r\n");
    CHECK(kinds_of(broker.take_events()) ==
          Kinds{Kind::Message, Kind::SubscriptionEnded, Kind::SubscriptionEnded});
    broker.sends("MSG " + reply + " 3 2\r\nok\r\n");
    CHECK(broker.written() == "PUB result 1\r\n1\r\nPING\r\n");
    CHECK(broker.client.publish("late", "").error().code == static_cast<int>(NatsError::Draining));
    broker.sends("PONG\r\n");
    CHECK(kinds_of(broker.take_events()) == Kinds{Kind::Reply, Kind::HangUp, Kind::Closed});
    CHECK(broker.client.next_deadline() == kNever);
    CHECK(broker.client.confirmed_publish() == 1);
}

TEST_CASE("ADrainEndsAtItsTimeoutOrWithItsConnection") {
    {
        ConnectedBroker broker;
        broker.client.drain_and_close(broker.clock.now(), kSecondUs);
        broker.run_for_ms(999);
        CHECK(broker.take_events().empty());
        broker.run_for_ms(1);
        CHECK(kinds_of(broker.take_events()) ==
              Kinds{Kind::HangUp, Kind::SubscriptionEnded, Kind::SubscriptionEnded, Kind::Closed});
    }
    {
        ConnectedBroker broker;
        broker.client.drain_and_close(broker.clock.now());
        broker.closes();
        CHECK(kinds_of(broker.take_events()) == Kinds{Kind::SubscriptionEnded,
                                                      Kind::SubscriptionEnded, Kind::Disconnected,
                                                      Kind::Closed});
        broker.run_for_ms(60'000);
        CHECK_FALSE(broker.dialling());
    }
    {
        ConnectedBroker broker;
        broker.client.on_close(broker.generation(), {}, broker.clock.now());
        broker.client.drain_and_close(broker.clock.now());
        broker.pump();
        CHECK(kinds_of(broker.take_events()) == Kinds{Kind::Disconnected, Kind::Closed});
    }
    ScriptedBroker broker;
    broker.client.drain_and_close(broker.clock.now());
    broker.pump();
    CHECK(kinds_of(broker.take_events()) == Kinds{Kind::Closed});
}

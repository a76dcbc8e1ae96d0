// Ends, redials, generations, close().
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "base/limits.h"
#include "nats/error.h"
#include "support/scripted_broker.h"

using namespace nats_blotter;
using tests::count_of;
using tests::ScriptedBroker;
using Kind = nats::Event::Kind;
using nats::CauseClass;
using nats::Phase;

namespace {

struct ConnectedBroker : ScriptedBroker {
    ConnectedBroker() {
        client.start(clock.now());
        REQUIRE(client.subscribe("a").has_value());
        REQUIRE(client.subscribe("b").has_value());
        accept();
        REQUIRE(client.connected());
        take_events();
        take_written();
    }
};

}  // namespace

TEST_CASE("ABounceRestoresEverySubscriptionOnceUnderItsSid") {
    ConnectedBroker broker;
    broker.client.unsubscribe(1);
    REQUIRE(*broker.client.subscribe("c") == 3);
    for (std::uint32_t bounce = 0; bounce < 5; ++bounce) {
        broker.run_for_ms(5'000);
        broker.closes(1006);
        broker.pump();
        broker.take_written();
        CHECK(broker.run_until_dial() <= 250 * kMillisecondUs);
        broker.accept();
        const std::string written = broker.take_written();
        CHECK(count_of(written, "SUB ") == 2);
        CHECK(count_of(written, "SUB b 2\r\nSUB c 3\r\n") == 1);
        broker.sends("MSG c 3 1\r\nx\r\n");
        const auto events = broker.take_events();
        REQUIRE(events.size() == 3);
        CHECK(events[0].kind == Kind::Disconnected);
        CHECK(events[0].cause.cause_class == CauseClass::Network);
        CHECK(events[0].cause.phase == Phase::Connected);
        CHECK(events[1].kind == Kind::Connected);
        CHECK(events[1].epoch == bounce + 2);
        CHECK(events[2].kind == Kind::Message);
    }
    CHECK(broker.client.stats().connects == 6);
    CHECK(broker.client.stats().disconnects == 5);
}

TEST_CASE("WhatWasCompleteBeforeTheEndIsDeliveredBeforeDisconnected") {
    ConnectedBroker broker;
    broker.sends_without_pump("MSG a 1 1\r\n1\r\nMSG a 1 1\r\n2\r\nPING\r\nMSG a 1 9\r\nhalf");
    broker.closes(1001, "Server Shutdown", true);
    const auto events = broker.take_events();
    REQUIRE(events.size() == 3);
    CHECK(events[0].payload == "1");
    CHECK(events[1].payload == "2");
    CHECK(events[2].kind == Kind::Disconnected);
    CHECK(events[2].cause.cause_class == CauseClass::Shutdown);
    CHECK(broker.client.unread_bytes() == 0);
}

TEST_CASE("TheRedialWaitsUntilTheOwnerKnowsOfTheEnd") {
    ConnectedBroker broker;
    broker.client.on_close(broker.generation(), {}, broker.clock.now());
    broker.clock.advance_ms(60'000);
    broker.client.on_deadline(broker.clock.now());
    CHECK(broker.client.connected());
    CHECK(broker.client.next_event(broker.clock.now()).kind == Kind::Disconnected);
    CHECK_FALSE(broker.client.connected());
    broker.client.on_deadline(broker.clock.now());
    CHECK(broker.client.next_event(broker.clock.now()).kind == Kind::Dial);
}

TEST_CASE("AFenceAfterAnUntoldEndNeverPasses") {
    ConnectedBroker broker;
    broker.client.on_close(broker.generation(), {}, broker.clock.now());
    broker.client.fence(broker.clock.now());
    broker.pump();
    broker.accept();
    broker.sends("PONG\r\n");
    CHECK(broker.count(Kind::FencePassed) == 0);
}

TEST_CASE("OutputTakenAcrossAnEndIsForgotten") {
    ConnectedBroker broker;
    broker.client.fence(broker.clock.now());
    const std::size_t bytes = broker.client.pending_output().size();
    REQUIRE(bytes == 6);
    broker.client.on_close(broker.generation(), {}, broker.clock.now());
    CHECK(broker.client.pending_output().empty());
    broker.client.consume_output(bytes);
    broker.accept();
    CHECK(broker.take_written().substr(0, 8) == "CONNECT ");
}

TEST_CASE("AnOldGenerationIsNotHeard") {
    ConnectedBroker broker;
    const nats::Generation old = broker.generation();
    broker.closes();
    broker.accept();
    broker.take_events();
    const MonotonicUs now = broker.clock.now();
    broker.client.receive(old, "garbage", now);
    CHECK(broker.client.prepare(old, 10).empty());
    broker.client.commit(old, 5, now);
    broker.client.on_close(old, {}, now);
    broker.client.on_open(old, now);
    broker.pump();
    CHECK(broker.take_events().empty());
    CHECK(broker.client.connected());
}

TEST_CASE("NothingIsHeardOfATransportThatWasHungUp") {
    ConnectedBroker broker;
    broker.run_for_ms(5'000);
    broker.client.reconnect(CauseClass::Shutdown, "The broker announced its end.",
                            broker.clock.now());
    const nats::Generation ended = broker.generation();
    CHECK(broker.client.prepare(ended, 10).empty());
    broker.client.on_close(ended, {1002, true, "late"}, broker.clock.now());
    broker.pump();
    const auto events = broker.take_events();
    REQUIRE(events.size() == 2);
    CHECK(events[0].kind == Kind::HangUp);
    CHECK(events[0].generation == ended);
    CHECK(events[1].kind == Kind::Disconnected);
    CHECK(events[1].cause.cause_class == CauseClass::Shutdown);
    CHECK(events[1].cause.text == "The broker announced its end.");
    broker.client.reconnect(CauseClass::Shutdown, "again", broker.clock.now());
    broker.pump();
    CHECK(broker.take_events().empty());
    CHECK(broker.run_until_dial() <= 250 * kMillisecondUs);
}

TEST_CASE("GarbageBeforeTheCloseIsTheReason") {
    ConnectedBroker broker;
    broker.sends_without_pump("<html>");
    broker.closes(1006);
    const auto events = broker.take_events();
    REQUIRE(events.size() == 1);
    CHECK(events[0].cause.cause_class == CauseClass::Protocol);
    CHECK(events[0].cause.close_code == 1006);
    CHECK(broker.client.stats().protocol_errors == 1);
}

TEST_CASE("ACutWithoutAWordWhileWeWereBehindIsASuspectedSlowConsumer") {
    ConnectedBroker broker;
    broker.sends_without_pump("MSG a 1 1\r\n1\r\n");
    broker.clock.advance_ms(6'000);
    broker.sends_without_pump("MSG a 1 1\r\n2\r\n");
    broker.closes(1006);
    const auto events = broker.take_events();
    REQUIRE(events.size() == 3);
    CHECK(events[2].cause.cause_class == CauseClass::SlowConsumer);
}

TEST_CASE("WakingUpDialsAtOnce") {
    ConnectedBroker broker;
    broker.closes();
    for (int i = 0; i < 40; ++i) {
        broker.run_until_dial();
        broker.closes();
    }
    broker.take_events();
    broker.client.on_wake_up(broker.clock.now());
    broker.pump();
    CHECK(broker.dialling());
}

TEST_CASE("WakingUpDoesNotWaitForADialFromBeforeTheSleep") {
    ConnectedBroker broker;
    broker.closes();
    broker.run_until_dial();
    const nats::Generation before = broker.generation();
    broker.clock.advance_ms(3'600'000);
    broker.client.on_wake_up(broker.clock.now());
    CHECK(broker.run_until_dial() == 0);
    CHECK(broker.generation() == before + 1);
    CHECK(broker.count(Kind::HangUp) == 1);
}

TEST_CASE("RedialsStayWithinTheRuleForTenThousandClients") {
    std::size_t first_half = 0;
    for (std::uint64_t seed = 0; seed < 10'000; ++seed) {
        ScriptedBroker broker({}, seed);
        broker.client.start(broker.clock.now());
        const MonotonicUs start = broker.clock.now();
        REQUIRE(broker.run_until_dial() == 0);
        broker.closes();
        const MonotonicUs first = broker.run_until_dial();
        REQUIRE(first <= 250 * kMillisecondUs);
        if (first < 125 * kMillisecondUs) ++first_half;
        for (int dial = 0; dial < 3; ++dial) {
            broker.closes();
            REQUIRE(broker.run_until_dial() <= kSecondUs);
        }
        broker.clock.set(start + 60 * kSecondUs);
        broker.closes();
        REQUIRE(broker.run_until_dial() <= 5 * kSecondUs);
        broker.clock.set(start + 300 * kSecondUs);
        broker.closes();
        REQUIRE(broker.run_until_dial() <= 30 * kSecondUs);
    }
    CHECK(first_half > 4'700);
    CHECK(first_half < 5'300);
}

TEST_CASE("OnlyAnEndOfAConnectionStartsANewOutage") {
    ConnectedBroker broker;
    const MonotonicUs start = broker.clock.now();
    broker.closes();
    MonotonicUs longest = 0;
    while (broker.clock.now() < start + 300 * kSecondUs) {
        longest = std::max(longest, broker.run_until_dial());
        broker.closes();
    }
    CHECK(longest > 5 * kSecondUs);
    broker.accept();
    broker.run_for_ms(5'000);
    broker.closes();
    CHECK(broker.run_until_dial() <= 250 * kMillisecondUs);
}

TEST_CASE("ABrokerThatAcceptsAndCutsAtOnceIsDialledEverMoreSlowly") {
    ConnectedBroker broker;
    const MonotonicUs start = broker.clock.now();
    std::size_t dials = 0;
    MonotonicUs longest = 0;
    while (broker.clock.now() < start + 600 * kSecondUs) {
        broker.run_for_ms(4'999);
        broker.closes(1006);
        longest = std::max(longest, broker.run_until_dial());
        broker.accept();
        ++dials;
    }
    CHECK(longest > 15 * kSecondUs);
    CHECK(dials < 60);
    broker.run_for_ms(5'000);
    broker.closes(1006);
    CHECK(broker.run_until_dial() <= 250 * kMillisecondUs);
}

TEST_CASE("ADenialIsForgottenWithItsConnection") {
    ConnectedBroker broker;
    broker.sends("-ERR 'Permissions Violation for Subscription to \"a\"'\r\n");
    broker.client.unsubscribe(1);
    broker.sends("-ERR 'Permissions Violation for Subscription to \"b\"'\r\n");
    CHECK(broker.take_written().empty());  // the broker knows neither
    broker.closes();
    broker.accept();
    broker.take_written();
    broker.client.unsubscribe(2);
    broker.pump();
    CHECK(broker.take_written() == "UNSUB 2\r\n");
}

TEST_CASE("CloseHangsUpAndEndsForGood") {
    ConnectedBroker broker;
    broker.sends_without_pump("MSG a 1 1\r\nx\r\n");
    broker.client.close(broker.clock.now());
    broker.client.close(broker.clock.now());
    CHECK(broker.client.next_deadline() == kNever);
    CHECK(broker.client.unread_bytes() == 0);
    broker.pump();
    const auto events = broker.take_events();
    REQUIRE(events.size() == 2);
    CHECK(events[0].kind == Kind::HangUp);
    CHECK(events[1].kind == Kind::Closed);
    broker.client.start(broker.clock.now());
    broker.client.on_wake_up(broker.clock.now());
    broker.run_for_ms(100'000);
    CHECK(broker.take_events().empty());
    CHECK_FALSE(broker.dialling());
    CHECK(broker.client.subscribe("x").error().code ==
          static_cast<int>(nats::NatsError::ClientClosed));
}

TEST_CASE("CloseAtEveryStageTellsClosedOnce") {
    for (int stage = 0; stage < 6; ++stage) {
        CAPTURE(stage);
        ScriptedBroker broker;
        if (stage >= 1) broker.client.start(broker.clock.now());
        if (stage >= 2) broker.run_until_dial();
        if (stage >= 3) broker.open();
        if (stage >= 4) broker.sends(tests::kInfoLine);
        if (stage == 5) broker.client.on_close(broker.generation(), {}, broker.clock.now());
        broker.client.close(broker.clock.now());
        broker.pump();
        CHECK(broker.count(Kind::Closed) == 1);
        CHECK(broker.count(Kind::Disconnected) == 0);
        CHECK(broker.count(Kind::HangUp) == (stage >= 2 && stage < 5 ? 1 : 0));
    }
}

TEST_CASE("ADialThatWasNotTakenNeedsNoHangUp") {
    ScriptedBroker broker;
    broker.client.start(broker.clock.now());
    broker.clock.advance_ms(300);
    broker.client.on_deadline(broker.clock.now());
    broker.client.close(broker.clock.now());
    broker.pump();
    CHECK_FALSE(broker.dialling());
    CHECK(broker.count(Kind::HangUp) == 0);
    CHECK(broker.count(Kind::Closed) == 1);
}

TEST_CASE("AnOwnerThatNeverPullsCannotMakeItGrow") {
    ScriptedBroker broker;
    broker.client.start(broker.clock.now());
    for (int i = 0; i < 1'000; ++i) {
        broker.clock.advance_ms(60'000);
        broker.client.on_deadline(broker.clock.now());
        broker.client.on_wake_up(broker.clock.now());
    }
    broker.pump();
    CHECK(broker.take_events().size() <= 2);
}

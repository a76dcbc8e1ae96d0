#include <doctest/doctest.h>

#include <string>

#include "nats/client_state.h"
#include "support/scripted_broker.h"

using namespace nats_blotter;
using tests::count_of;
using tests::kInfoLine;
using tests::ScriptedBroker;
using Kind = nats::Event::Kind;
using nats::CauseClass;
using nats::Phase;

namespace {

struct StartedBroker : ScriptedBroker {
    StartedBroker() { client.start(clock.now()); }
};

// The one Disconnected among the events, and a redial within the rule.
nats::Cause disconnected_and_redialled(ScriptedBroker& broker) {
    const auto events = broker.take_events();
    nats::Cause cause;
    int disconnects = 0;
    for (const tests::SeenEvent& event : events) {
        if (event.kind != Kind::Disconnected) continue;
        cause = event.cause;
        ++disconnects;
    }
    CHECK(disconnects == 1);
    CHECK(broker.client.redial_at() != kNever);
    CHECK(broker.run_until_dial() <= kSecondUs);
    return cause;
}

}  // namespace

TEST_CASE("ConnectAndPingLeaveInOneWriteAndThePongConnects") {
    StartedBroker broker;
    CHECK(broker.run_until_dial() <= 250 * kMillisecondUs);
    broker.open();
    CHECK(broker.take_written().empty());
    broker.sends(kInfoLine);
    const std::string written = broker.take_written();
    CHECK(written.substr(0, 8) == "CONNECT ");
    CHECK(written.substr(written.size() - 8) == "\r\nPING\r\n");
    CHECK(broker.writes == 1);
    CHECK_FALSE(broker.client.connected());
    broker.clock.advance_ms(12);
    broker.sends("PONG\r\n");
    CHECK(broker.client.connected());
    CHECK(broker.client.stats().rtt_us == 12'000);
    CHECK(broker.client.server_info().server_name == "test");
    const auto events = broker.take_events();
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == Kind::Connected);
    CHECK(events[0].epoch == 1);
}

TEST_CASE("TheHandshakeIsTheSameHoweverItIsCut") {
    const std::string wire = std::string(kInfoLine) + "PING\r\nPONG\r\nINFO {\"ldm\":false} \r\n";
    for (std::size_t at = 1; at < wire.size(); ++at) {
        StartedBroker broker;
        broker.run_until_dial();
        broker.open();
        broker.sends(std::string_view(wire).substr(0, at));
        broker.sends(std::string_view(wire).substr(at));
        CHECK(broker.client.connected());
        CHECK(count_of(broker.take_written(), "\r\nPONG\r\n") == 1);
    }
}

TEST_CASE("SubscriptionsLeaveInTheSameWriteRightBehindThePing") {
    StartedBroker broker;
    REQUIRE(broker.client.subscribe("a").has_value());
    REQUIRE(broker.client.subscribe("b.*", "q").has_value());
    broker.run_until_dial();
    broker.open();
    broker.sends(kInfoLine);
    CHECK(broker.writes == 1);
    const std::string written = broker.take_written();
    CHECK(written.find("PING\r\nSUB a 1\r\nSUB b.* q 2\r\n") != std::string::npos);
}

TEST_CASE("ASubscriptionMadeWhileThePongIsAwaitedIsSentOnce") {
    StartedBroker broker;
    broker.run_until_dial();
    broker.open();
    broker.sends(kInfoLine);
    REQUIRE(broker.client.subscribe("late").has_value());
    broker.sends("PONG\r\n");
    CHECK(count_of(broker.take_written(), "SUB late 1\r\n") == 1);
}

TEST_CASE("RefusedCredentialsAreNamedAndTriedAgain") {
    StartedBroker broker;
    for (int attempt = 0; attempt < 3; ++attempt) {
        broker.run_until_dial();
        broker.open();
        broker.sends(kInfoLine);
        broker.sends("-ERR 'Authorization Violation'\r\n");
        CHECK(broker.count(Kind::ServerError) == 0);
        broker.closes(1008, "Authentication Failure", true);
        const nats::Cause cause = disconnected_and_redialled(broker);
        CHECK(cause.cause_class == CauseClass::Authentication);
        CHECK(cause.phase == Phase::AwaitPong);
        CHECK(cause.close_code == 1008);
        CHECK(cause.was_clean);
        CHECK(cause.close_reason == "Authentication Failure");
        CHECK(cause.last_error == "Authorization Violation");
    }
}

TEST_CASE("AnErrorReadOnlyAfterTheCloseStillSaysWhy") {
    StartedBroker broker;
    broker.run_until_dial();
    broker.open();
    broker.sends_without_pump(std::string(kInfoLine) + "-ERR 'Authorization Violation'\r\n");
    broker.closes(1006);
    CHECK(disconnected_and_redialled(broker).cause_class == CauseClass::Authentication);
}

TEST_CASE("AFatalErrorWithoutACloseIsHungUpAfterTwoSeconds") {
    StartedBroker broker;
    broker.run_until_dial();
    broker.open();
    broker.sends(kInfoLine);
    broker.sends("-ERR 'Authorization Violation'\r\n");
    broker.run_for_ms(1'999);
    CHECK(broker.is_open());
    broker.run_for_ms(1);
    CHECK_FALSE(broker.is_open());
    CHECK(broker.count(Kind::HangUp) == 1);
    CHECK(disconnected_and_redialled(broker).cause_class == CauseClass::Authentication);
}

TEST_CASE("AnErrorBehindTheFatalOneDoesNotHideIt") {
    StartedBroker broker;
    broker.accept();
    broker.take_events();
    broker.sends("-ERR 'Stale Connection'\r\n-ERR 'new words'\r\n");
    broker.run_for_ms(2'000);
    const nats::Cause cause = disconnected_and_redialled(broker);
    CHECK(cause.cause_class == CauseClass::Stale);
    CHECK(cause.last_error == "Stale Connection");
    CHECK_FALSE(cause.text.empty());
}

TEST_CASE("GarbageAtEveryPhaseEndsTheConnectionAndRedials") {
    for (const std::string_view garbage :
         {"HTTP/1.1 502 Bad Gateway\r\n", "\x16\x03\x01", "{}", "MSG a 1 1\r\nxy",
          "INFO nonsense\r\n", "INFO {\"version\":1}\r\n"}) {
        for (const Phase phase : {Phase::AwaitInfo, Phase::AwaitPong, Phase::Connected}) {
            StartedBroker broker;
            broker.run_until_dial();
            broker.open();
            if (phase != Phase::AwaitInfo) broker.sends(kInfoLine);
            if (phase == Phase::Connected) broker.sends("PONG\r\n");
            broker.sends(garbage);
            CHECK(broker.count(Kind::HangUp) == 1);
            const nats::Cause cause = disconnected_and_redialled(broker);
            CHECK(cause.cause_class == CauseClass::Protocol);
            CHECK(cause.phase == phase);
            CHECK(broker.client.stats().protocol_errors == 1);
            broker.accept();
            CHECK(broker.client.connected());
        }
    }
}

TEST_CASE("LinesThatCannotComeYetAreABreach") {
    for (const std::string_view line : {"PING\r\n", "PONG\r\n", "+OK\r\n", "MSG a 1 0\r\n\r\n"}) {
        StartedBroker broker;
        broker.run_until_dial();
        broker.open();
        broker.sends(line);
        CHECK(disconnected_and_redialled(broker).cause_class == CauseClass::Protocol);
    }
    StartedBroker broker;
    broker.run_until_dial();
    broker.open();
    broker.sends(std::string(kInfoLine) + "MSG a 1 0\r\n\r\n");
    CHECK(disconnected_and_redialled(broker).cause_class == CauseClass::Protocol);
}

TEST_CASE("ADialThatNeverOpensTimesOut") {
    StartedBroker broker;
    broker.run_until_dial();
    broker.run_for_ms(9'999);
    CHECK(broker.dialling());
    broker.run_for_ms(1);
    CHECK_FALSE(broker.dialling());
    const nats::Cause cause = disconnected_and_redialled(broker);
    CHECK(cause.cause_class == CauseClass::Network);
    CHECK(cause.phase == Phase::Dialling);
}

TEST_CASE("AHandshakeThatStallsTimesOut") {
    for (const bool greeted : {false, true}) {
        StartedBroker broker;
        broker.run_until_dial();
        broker.clock.advance_ms(4'000);
        broker.open();
        if (greeted) broker.sends(kInfoLine);
        broker.run_for_ms(5'999);
        CHECK(broker.is_open());
        broker.run_for_ms(1);
        CHECK_FALSE(broker.is_open());
        CHECK(disconnected_and_redialled(broker).phase ==
              (greeted ? Phase::AwaitPong : Phase::AwaitInfo));
    }
}

TEST_CASE("ARefusedDialIsReportedAndTriedForEver") {
    StartedBroker broker;
    for (int attempt = 0; attempt < 200; ++attempt) {
        const MonotonicUs waited = broker.run_until_dial();
        CHECK(waited <= 30 * kSecondUs);
        broker.closes(1006);
        CHECK(broker.count(Kind::Disconnected) == static_cast<std::size_t>(attempt + 1));
    }
}

TEST_CASE("ASecondInfoBehindThePongIsNews") {
    StartedBroker broker;
    broker.run_until_dial();
    broker.open();
    broker.sends(kInfoLine);
    broker.sends("PONG\r\nINFO {\"connect_info\":true,\"server_name\":\"second\"} \r\n");
    CHECK(broker.client.connected());
    CHECK(broker.client.server_info().server_name == "second");
}

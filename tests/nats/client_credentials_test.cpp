// Who we are: credentials asked before every dial, nonces signed, refusals counted.
#include <doctest/doctest.h>

#include <string>

#include "nats/client_state.h"
#include "support/scripted_broker.h"

using namespace nats_blotter;
using nats::CauseClass;
using nats::Phase;
using tests::count_of;
using tests::ScriptedBroker;
using Kind = nats::Event::Kind;

namespace {

constexpr std::string_view kNonceInfo = "INFO {\"headers\":true,\"nonce\":\"n0nce\"} \r\n";

nats::Options asking() {
    nats::Options options;
    options.ask_credentials = true;
    return options;
}
nats::Options signing() {
    nats::Options options;
    options.sign_nonce = true;
    options.nkey = "UPUBLIC";
    return options;
}

struct Started : ScriptedBroker {
    explicit Started(nats::Options options) : ScriptedBroker(std::move(options)) {
        client.start(clock.now());
    }
    void run_until_asked() {
        while (count(Kind::CredentialsNeeded) == 0) {
            clock.set(client.next_deadline());
            client.on_deadline(clock.now());
            pump();
        }
        asked = take_events().back().generation;
    }
    void provide(std::string token) {
        nats::Credentials credentials;
        credentials.token = std::move(token);
        client.provide_credentials(asked, credentials, clock.now());
        pump();
    }
    void refuses() {
        open();
        sends(tests::kInfoLine);
        sends("-ERR 'Authorization Violation'\r\n");
        closes(1008, "Authentication Failure", true);
    }

    nats::Generation asked = 0;
};

}  // namespace

TEST_CASE("CredentialsAreAskedForBeforeEveryDial") {
    Started broker(asking());
    for (int i = 0; i < 3; ++i) {
        broker.run_until_asked();
        CHECK_FALSE(broker.dialling());
        broker.clock.advance_ms(3'000);
        broker.provide("token" + std::to_string(i));
        CHECK(broker.dialling());
        CHECK(broker.generation() == broker.asked);
        broker.open();
        broker.sends(tests::kInfoLine);
        const std::string token = "\"auth_token\":\"token" + std::to_string(i) + "\"";
        CHECK(count_of(broker.take_written(), token) == 1);
        broker.sends("PONG\r\n");
        CHECK(broker.client.connected());
        broker.closes();
        broker.take_events();
    }
    CHECK(broker.client.stats().dials == 3);
}

TEST_CASE("AProviderThatFailsOrHangsIsAskedAgain") {
    Started broker(asking());
    broker.run_until_asked();
    broker.client.fail_credentials(broker.asked, "The log-in page is down.", broker.clock.now());
    broker.pump();
    auto events = broker.take_events();
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == Kind::Disconnected);
    CHECK(events[0].cause.phase == Phase::AwaitCredentials);
    CHECK(events[0].cause.cause_class == CauseClass::Authentication);
    CHECK(events[0].cause.text == "The log-in page is down.");
    broker.run_until_asked();
    const MonotonicUs asked_at = broker.clock.now();
    CHECK(broker.client.next_deadline() == asked_at + nats::kCredentialsTimeoutUs);
    broker.run_until(asked_at + nats::kCredentialsTimeoutUs);
    events = broker.take_events();
    REQUIRE_FALSE(events.empty());
    CHECK(events[0].kind == Kind::Disconnected);
    CHECK(broker.client.stats().dials == 0);
    const nats::Generation late = broker.asked;
    broker.client.provide_credentials(late, {}, broker.clock.now());
    broker.client.fail_credentials(late, "late", broker.clock.now());
    broker.pump();
    CHECK_FALSE(broker.dialling());
}

TEST_CASE("ClosingWhileCredentialsAreAwaitedNeedsNoHangUp") {
    for (const bool told : {false, true}) {
        Started broker(asking());
        if (told) broker.run_until_asked();
        if (!told) {
            broker.clock.advance_ms(300);
            broker.client.on_deadline(broker.clock.now());
        }
        broker.client.close(broker.clock.now());
        broker.pump();
        CHECK(broker.count(Kind::CredentialsNeeded) == 0);
        CHECK(broker.count(Kind::HangUp) == 0);
        CHECK(broker.count(Kind::Closed) == 1);
    }
}

TEST_CASE("ANonceIsSignedByTheOwnerBeforeConnect") {
    Started broker(signing());
    broker.run_until_dial();
    broker.open();
    broker.sends(kNonceInfo);
    auto events = broker.take_events();
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == Kind::SignatureNeeded);
    CHECK(events[0].text == "n0nce");
    CHECK(broker.take_written().empty());
    // The broker may ask before we may answer: nothing but CONNECT may come first.
    broker.sends("PING\r\n");
    CHECK(broker.take_written().empty());
    broker.client.provide_signature(broker.generation(), {"c2ln", "a.jwt", {}}, broker.clock.now());
    broker.pump();
    const std::string written = broker.take_written();
    CHECK(written.substr(0, 8) == "CONNECT ");
    CHECK(count_of(written, "\"jwt\":\"a.jwt\",\"nkey\":\"UPUBLIC\",\"sig\":\"c2ln\"") == 1);
    CHECK(count_of(written, "}\r\nPONG\r\nPING\r\n") == 1);
    broker.client.provide_signature(broker.generation(), {"again", {}, {}}, broker.clock.now());
    broker.sends("PONG\r\n");
    CHECK(broker.client.connected());
    CHECK(broker.take_written().empty());
}

TEST_CASE("WithoutANonceNothingIsSigned") {
    Started broker(signing());
    broker.accept();
    CHECK(broker.client.connected());
    CHECK(broker.count(Kind::SignatureNeeded) == 0);
}

TEST_CASE("ASignatureThatFailsOrNeverComesEndsTheAttempt") {
    for (const bool fails : {false, true}) {
        Started broker(signing());
        broker.run_until_dial();
        broker.open();
        broker.sends(kNonceInfo);
        if (fails)
            broker.client.fail_credentials(broker.generation(), "No key.", broker.clock.now());
        broker.run_for_ms(fails ? 0 : 10'000);
        const auto events = broker.take_events();
        REQUIRE(events.size() >= 3);
        CHECK(events[1].kind == Kind::HangUp);
        CHECK(events[2].cause.phase == Phase::AwaitSignature);
        CHECK(events[2].cause.cause_class == CauseClass::Authentication);
    }
}

TEST_CASE("RefusalsNeverEndTheClientByDefault") {
    Started broker({});
    for (int i = 0; i < 50; ++i) {
        broker.run_until_dial();
        broker.refuses();
    }
    CHECK(broker.count(Kind::Closed) == 0);
    broker.accept();
    CHECK(broker.client.connected());
    CHECK(broker.client.servers()[0].auth_failures == 0);
}

// e-7: an asynchronous provider before every dial; given up only after so many refusals in a row by
// the same server; accepted, refused, accepted, refused goes on.
TEST_CASE("E7AuthDoneRight") {
    nats::Options options = asking();
    options.auth_failures_max = 2;
    Started broker(options);
    for (int round = 0; round < 5; ++round) {
        broker.run_until_asked();
        broker.provide("good");
        broker.open();
        broker.sends(tests::kInfoLine);
        broker.sends("PONG\r\n");
        REQUIRE(broker.client.connected());
        broker.sends("-ERR 'User Authentication Expired'\r\n");
        broker.closes(1008, "Authentication Expired", true);
        broker.run_until_asked();
        broker.provide("bad");
        broker.refuses();
        // A network failure between two refusals neither counts nor makes up for one.
        broker.run_until_asked();
        broker.provide("good");
        broker.closes(1006);
    }
    CHECK(broker.count(Kind::Closed) == 0);
    broker.run_until_asked();
    broker.provide("bad");
    broker.refuses();
    const auto events = broker.take_events();
    REQUIRE(events.size() == 2);
    CHECK(events[0].kind == Kind::Disconnected);
    CHECK(events[1].kind == Kind::Closed);
    CHECK(events[1].cause.cause_class == CauseClass::Authentication);
    CHECK(events[1].cause.last_error == "Authorization Violation");
    CHECK(broker.client.next_deadline() == kNever);
}

TEST_CASE("OneServerThatRefusesDoesNotEndTheOthers") {
    nats::Options options;
    options.servers = {"ws://a", "ws://b"};
    options.randomize_servers = false;
    options.auth_failures_max = 1;
    Started broker(options);
    broker.run_until_dial();
    CHECK(broker.dialled_url == "ws://a");
    broker.refuses();
    for (int i = 0; i < 4; ++i) {
        broker.run_until_dial();
        CHECK(broker.dialled_url == "ws://b");
        broker.closes();
    }
    broker.run_until_dial();
    broker.refuses();
    CHECK(broker.count(Kind::Closed) == 1);
}

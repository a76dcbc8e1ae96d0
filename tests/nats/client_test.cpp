// The connected client: messages, fences, errors, limits, keep-alive. Handshake and endings have
// files of their own.
#include "nats/client.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <string>

#include "base/limits.h"
#include "nats/error.h"
#include "support/scripted_broker.h"

using namespace nats_blotter;
using tests::count_of;
using tests::ScriptedBroker;
using Kind = nats::Event::Kind;
using nats::CauseClass;

namespace {

struct ConnectedBroker : ScriptedBroker {
    ConnectedBroker() {
        client.start(clock.now());
        accept();
        REQUIRE(client.connected());
        take_events();
        take_written();
    }
};

}  // namespace

TEST_CASE("AMessageCarriesAllItsParts") {
    ConnectedBroker broker;
    REQUIRE(*broker.client.subscribe("a.*") == 1);
    broker.sends("MSG a.b 1 5\r\nhello\r\nHMSG a.c 1 re 12 14\r\nNATS/1.0\r\n\r\nhi\r\n");
    const auto events = broker.take_events();
    REQUIRE(events.size() == 2);
    CHECK(events[0].kind == Kind::Message);
    CHECK(events[0].sid == 1);
    CHECK(events[0].subject == "a.b");
    CHECK(events[0].reply.empty());
    CHECK(events[0].headers.empty());
    CHECK(events[0].payload == "hello");
    CHECK(events[1].reply == "re");
    CHECK(events[1].headers == "NATS/1.0\r\n\r\n");
    CHECK(events[1].payload == "hi");
    CHECK(broker.client.stats().messages_in == 2);
    CHECK(broker.client.stats().payload_bytes_in == 7);
    CHECK(broker.client.unread_bytes() == 0);
}

TEST_CASE("MessagesOfUnknownSubscriptionsAreCountedAndDropped") {
    ConnectedBroker broker;
    const nats::Sid sid = *broker.client.subscribe("a");
    broker.client.unsubscribe(sid);
    broker.client.unsubscribe(sid);
    broker.pump();
    CHECK(broker.take_written() == "SUB a 1\r\nUNSUB 1\r\n");
    broker.sends(
        "MSG a 1 1\r\nx\r\nMSG a abc 1\r\nx\r\nMSG a 99 1\r\nx\r\n"
        "MSG a 0 1\r\nx\r\nMSG a 18446744073709551617 1\r\nx\r\n");
    CHECK(broker.take_events().empty());
    CHECK(broker.client.stats().unknown_sid == 5);
    CHECK(broker.client.stats().messages_in == 0);
}

// The same wire, cut alike, to an owner that asks for events alone and to one that asks for
// messages first: the same sequence, the same counters.
TEST_CASE("MessagesAskedForFirstAreTheEventsInTheirOrder") {
    const std::string wire =
        "MSG a.b 1 5\r\nhello\r\nMSG a.c 1 re 2\r\nhi\r\nMSG a.d 1 0\r\n\r\nPONG\r\n"
        "HMSG a.e 1 12 14\r\nNATS/1.0\r\n\r\nhi\r\nMSG a.f 9 1\r\nx\r\nMSG b 2 1\r\n1\r\n"
        "MSG a.g 1 1\r\nx\r\nMSG b 2 1\r\n2\r\nMSG b 2 1\r\n3\r\nPING\r\n"
        "-ERR 'Permissions Violation for Subscription to \"a.*\"'\r\nMSG a.h 1 1\r\ny\r\n";
    std::size_t plain = 0;
    for (std::size_t piece = 1; piece <= wire.size(); piece += piece < 40 ? 1 : 17) {
        std::array<std::vector<std::string>, 2> seen;
        std::array<nats::Stats, 2> stats;
        for (const bool first : {false, true}) {
            ConnectedBroker broker;
            nats::Client& client = broker.client;
            REQUIRE(*client.subscribe("a.*") == 1);
            REQUIRE(*client.subscribe("b") == 2);
            client.unsubscribe_after(2, 2);
            client.fence(broker.clock.now());
            for (std::size_t at = 0; at < wire.size(); at += piece) {
                broker.sends_without_pump(std::string_view(wire).substr(at, piece));
                for (;;) {
                    nats::Message message;
                    if (first && client.next_message(broker.clock.now(), message)) {
                        ++plain;
                        seen[1].push_back("message " + std::to_string(message.sid) + " " +
                                          std::string(message.subject) + " " +
                                          std::string(message.payload));
                        continue;
                    }
                    const nats::Event event = client.next_event(broker.clock.now());
                    if (event.kind == Kind::NeedMore) break;
                    const bool is_plain =
                        event.kind == Kind::Message && event.reply.empty() && event.headers.empty();
                    const auto kind = std::to_string(static_cast<int>(event.kind));
                    seen[first ? 1 : 0].push_back(
                        (is_plain ? "message" : kind) + " " + std::to_string(event.sid) + " " +
                        std::string(event.subject) + " " + std::string(event.payload));
                }
            }
            stats[first ? 1 : 0] = client.stats();
        }
        CHECK(seen[0].size() > 8);
        CHECK(seen[0] == seen[1]);
        CHECK(stats[0].messages_in == stats[1].messages_in);
        CHECK(stats[0].payload_bytes_in == stats[1].payload_bytes_in);
        CHECK(stats[0].unknown_sid == stats[1].unknown_sid);
    }
    CHECK(plain > 0);
}

TEST_CASE("FencesPassInOrderAndMeasureTheRoundTrip") {
    ConnectedBroker broker;
    const nats::FenceId first = broker.client.fence(broker.clock.now());
    broker.clock.advance_ms(5);
    const nats::FenceId second = broker.client.fence(broker.clock.now());
    broker.pump();
    CHECK(broker.take_written() == "PING\r\nPING\r\n");
    broker.clock.advance_ms(10);
    broker.sends("PONG\r\n");
    CHECK(broker.client.stats().rtt_us == 15'000);
    broker.sends("PONG\r\nPONG\r\n");
    const auto events = broker.take_events();
    REQUIRE(events.size() == 2);
    CHECK(events[0].fence == first);
    CHECK(events[1].fence == second);
}

TEST_CASE("AFenceBehindAKeepAlivePingPassesWithItsOwnPong") {
    ConnectedBroker broker;
    broker.run_for_ms(20'000);
    CHECK(broker.take_written() == "PING\r\n");
    broker.client.fence(broker.clock.now());
    broker.sends("PONG\r\n");
    CHECK(broker.count(Kind::FencePassed) == 0);
    broker.sends("PONG\r\n");
    CHECK(broker.count(Kind::FencePassed) == 1);
}

TEST_CASE("AServerPingIsAnswered") {
    ConnectedBroker broker;
    broker.sends("PING\r\nPING\r\n");
    CHECK(broker.take_written() == "PONG\r\nPONG\r\n");
    CHECK(broker.take_events().empty());
}

TEST_CASE("ADeniedSubscriptionIsNamedAndTriedAgainOnTheNextConnection") {
    ConnectedBroker broker;
    const nats::Sid allowed = *broker.client.subscribe("allowed");
    const nats::Sid denied = *broker.client.subscribe("secret");
    broker.pump();
    broker.take_written();
    broker.sends("-ERR 'Permissions Violation for Subscription to \"secret\"'\r\n");
    auto events = broker.take_events();
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == Kind::Denied);
    CHECK(events[0].sid == denied);
    CHECK(events[0].text == "Permissions Violation for Subscription to \"secret\"");
    broker.sends("-ERR 'permissions violation for subscription to \"x\" (sid \"1\")'\r\n");
    events = broker.take_events();
    REQUIRE(events.size() == 1);
    CHECK(events[0].sid == allowed);
    broker.sends("-ERR 'Permissions Violation for Subscription to \"never asked\"'\r\n");
    CHECK(broker.take_events().at(0).sid == 0);
    CHECK(broker.client.connected());
    broker.closes();
    broker.accept();
    CHECK(count_of(broker.take_written(), "SUB secret 2\r\n") == 1);
}

TEST_CASE("OtherErrorsThatKeepTheConnectionAreTold") {
    ConnectedBroker broker;
    for (const std::string_view text :
         {"Invalid Subject", "maximum subscriptions exceeded", "words of next year",
          "Permissions Violation for Publish to \"a\""}) {
        broker.sends(std::string("-ERR '").append(text).append("'\r\n"));
        const auto events = broker.take_events();
        REQUIRE(events.size() == 1);
        CHECK(events[0].kind == Kind::ServerError);
        CHECK(events[0].text == text);
    }
    broker.run_for_ms(5'000);
    CHECK(broker.client.connected());
    CHECK(broker.client.stats().server_errors == 4);
}

TEST_CASE("TheLameDuckIsToldOnceAConnection") {
    ConnectedBroker broker;
    broker.sends("INFO {\"ldm\":true} \r\nINFO {\"ldm\":true} \r\n");
    CHECK(broker.count(Kind::LameDuck) == 1);
    broker.closes(1001, "Server Shutdown");
    broker.run_until_dial();
    broker.open();
    broker.sends("INFO {\"ldm\":true} \r\nPONG\r\n");
    CHECK(broker.count(Kind::LameDuck) == 2);
}

TEST_CASE("OkIsIgnored") {
    ConnectedBroker broker;
    broker.sends("+OK\r\n+OK\r\n");
    CHECK(broker.take_events().empty());
    CHECK(broker.client.connected());
}

TEST_CASE("BadSubscriptionsAreRefusedBeforeTheyAreSent") {
    ConnectedBroker broker;
    CHECK(broker.client.subscribe("a..b").error().code ==
          static_cast<int>(nats::NatsError::BadSubject));
    broker.pump();
    CHECK(broker.take_written().empty());
}

TEST_CASE("TooMuchOutputEndsTheConnectionInWords") {
    ConnectedBroker broker;
    const std::string subject(4000, 's');
    std::size_t made = 0;
    // Nothing takes the output, and each UNSUB makes room for a SUB.
    while (broker.client.pending_output().size() > 0 || made == 0) {
        const auto sid = broker.client.subscribe(subject);
        REQUIRE(sid.has_value());
        broker.client.unsubscribe(*sid);
        REQUIRE(++made < 2'000);
    }
    broker.pump();
    const auto events = broker.take_events();
    REQUIRE(events.size() == 2);
    CHECK(events[0].kind == Kind::HangUp);
    CHECK(events[1].kind == Kind::Disconnected);
    CHECK(events[1].cause.cause_class == CauseClass::Limit);
    CHECK_FALSE(events[1].cause.text.empty());
}

TEST_CASE("AnInboxThatIsNotReadEndsTheConnectionInWordsAndLosesNothingComplete") {
    ConnectedBroker broker;
    REQUIRE(broker.client.subscribe("a").has_value());
    broker.pump();
    const std::string message = "MSG a 1 1048576\r\n" + std::string(1024 * 1024, 'x') + "\r\n";
    std::size_t taken = 0;
    while (broker.client.prepare(broker.generation(), message.size()).size() > 0) {
        broker.sends_without_pump(message);
        ++taken;
    }
    CHECK(taken == 2 * kInboxBytesMax / message.size());
    CHECK(broker.client.stats().intake_refused == 1);
    CHECK(broker.client.prepare(broker.generation(), 1).empty());
    broker.pump();
    CHECK(broker.count(Kind::Message) == taken);
    const auto events = broker.take_events();
    CHECK(events.front().kind == Kind::HangUp);
    CHECK(events.back().kind == Kind::Disconnected);
    CHECK(events.back().cause.cause_class == CauseClass::Limit);
}

TEST_CASE("AMessageOfTheLargestSizeIsNotRefused") {
    ConnectedBroker broker;
    REQUIRE(broker.client.subscribe("a").has_value());
    broker.sends("MSG a 1 " + std::to_string(kPayloadBytesMax) + "\r\n");
    const std::string piece(16 * 1024 * 1024, 'x');
    for (std::size_t fed = 0; fed < kPayloadBytesMax; fed += piece.size()) broker.sends(piece);
    CHECK(broker.client.unread_bytes() == 0);
    broker.sends("\r\n");
    REQUIRE(broker.count(Kind::Message) == 1);
    CHECK(broker.take_events()[0].payload.size() == kPayloadBytesMax);
}

TEST_CASE("ASilentLinkIsSuspectedAndEndedToTheMillisecond") {
    ConnectedBroker broker;
    const MonotonicUs start = broker.clock.now();
    broker.run_until(start + 25 * kSecondUs - 1);
    CHECK(broker.take_written() == "PING\r\nPING\r\n");
    auto events = broker.take_events();
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == Kind::Suspect);
    CHECK(events[0].at == start + 22'500 * kMillisecondUs);
    broker.run_until(start + 25 * kSecondUs);
    events = broker.take_events();
    REQUIRE(events.size() == 2);
    CHECK(events[0].kind == Kind::HangUp);
    CHECK(events[1].kind == Kind::Disconnected);
    CHECK(events[1].at == start + 25 * kSecondUs);
    CHECK(events[1].cause.cause_class == CauseClass::Stale);
    CHECK(broker.run_until_dial() <= 250 * kMillisecondUs);
}

TEST_CASE("AHalfMessageIsALifeSign") {
    ConnectedBroker broker;
    broker.run_for_ms(19'999);
    broker.sends("MSG a 1 5\r\nhe");
    broker.run_for_ms(19'999);
    CHECK(broker.take_written().empty());
}

TEST_CASE("AliveFollowsSuspect") {
    ConnectedBroker broker;
    broker.run_for_ms(23'000);
    CHECK(broker.count(Kind::Suspect) == 1);
    broker.sends("PONG\r\n");
    CHECK(broker.count(Kind::Alive) == 1);
    broker.run_for_ms(19'000);
    CHECK(broker.client.connected());
}

TEST_CASE("ASuspicionThatWasNotToldIsTakenBack") {
    ConnectedBroker broker;
    broker.run_for_ms(20'000);
    broker.clock.advance_ms(2'500);
    broker.client.on_deadline(broker.clock.now());
    broker.sends("PONG\r\n");
    CHECK(broker.take_events().empty());
}

TEST_CASE("WakingUpPingsAtOnceAndFindsTheDeadLinkInFiveSeconds") {
    ConnectedBroker broker;
    broker.clock.advance_ms(3'600'000);
    broker.client.on_wake_up(broker.clock.now());
    broker.pump();
    CHECK(broker.take_written() == "PING\r\n");
    broker.run_for_ms(4'999);
    CHECK(broker.client.connected());
    CHECK(broker.take_events().empty());
    broker.run_for_ms(1);
    CHECK_FALSE(broker.client.connected());
}

TEST_CASE("AJumpOfTheClockDoesNotEndAHealthyLink") {
    ConnectedBroker broker;
    broker.clock.advance_ms(7'200'000);
    broker.client.on_deadline(broker.clock.now());
    broker.pump();
    CHECK(broker.take_written() == "PING\r\n");
    broker.clock.advance_ms(300);
    broker.sends("PONG\r\n");
    broker.run_for_ms(19'000);
    CHECK(broker.client.connected());
    CHECK(broker.take_events().empty());
}

TEST_CASE("PingsWithoutPongsHaveALimit") {
    ConnectedBroker broker;
    for (int i = 0; i < 5'000; ++i) {
        broker.client.fence(broker.clock.now());
        broker.pump();
    }
    const auto events = broker.take_events();
    REQUIRE(events.size() == 2);
    CHECK(events[1].cause.cause_class == CauseClass::Limit);
}

TEST_CASE("AStreamCutAtRandomGivesEveryMessageOnce") {
    const std::uint64_t seed = 424'242;
    std::printf("client random cuts: seed %llu\n", static_cast<unsigned long long>(seed));
    Random random(seed);
    for (int round = 0; round < 50; ++round) {
        ConnectedBroker broker;
        REQUIRE(broker.client.subscribe("s").has_value());
        std::string wire;
        for (int i = 0; i < 200; ++i) {
            const std::string payload =
                std::to_string(i) + std::string(static_cast<std::size_t>(random.below(400)), ' ');
            wire += "MSG s 1 " + std::to_string(payload.size()) + "\r\n" + payload + "\r\n";
            if (random.below(9) == 0) wire += "PING\r\n";
        }
        for (std::string_view rest = wire; !rest.empty();) {
            const std::string_view piece =
                rest.substr(0, static_cast<std::size_t>(1 + random.below(5'000)));
            rest.remove_prefix(piece.size());
            if (random.below(3) == 0)
                broker.sends_without_pump(piece);
            else
                broker.sends(piece);
        }
        broker.pump();
        const auto events = broker.take_events();
        REQUIRE(events.size() == 200);
        for (std::size_t i = 0; i < events.size(); ++i)
            CHECK(std::stoi(events[i].payload) == static_cast<int>(i));
    }
}

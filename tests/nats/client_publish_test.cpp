// Publishing through the client: what is written, refused, held, reported and confirmed.
#include <doctest/doctest.h>

#include <string>

#include "base/limits.h"
#include "base/random.h"
#include "nats/error.h"
#include "nats/headers.h"
#include "support/scripted_broker.h"
#include "support/seed.h"

using namespace nats_blotter;
using nats::NatsError;
using tests::count_of;
using tests::ScriptedBroker;
using Kind = nats::Event::Kind;

namespace {

struct ConnectedBroker : ScriptedBroker {
    explicit ConnectedBroker(nats::Options options = {}) : ScriptedBroker(std::move(options)) {
        client.start(clock.now());
        accept();
        REQUIRE(client.connected());
        take_events();
        take_written();
    }
};

nats::Options holding() {
    nats::Options options;
    options.publish_while_down = nats::WhileDown::Hold;
    return options;
}

NatsError error_of(const Result<nats::PublishId>& result) {
    return result ? NatsError{} : static_cast<NatsError>(result.error().code);
}

// Whether the payload that begins with this id went out to its end, at least once.
bool is_whole(const std::string& wire, std::size_t id) {
    const std::string start = "\r\nid" + std::to_string(id);
    for (std::size_t at = wire.find(start); at != wire.npos; at = wire.find(start, at + 1)) {
        const std::size_t end = wire.find_first_not_of('.', at + start.size());
        if (end != wire.npos && wire.compare(end, 2, "\r\n") == 0) return true;
    }
    return false;
}

}  // namespace

TEST_CASE("PublishesAreWrittenAsTheWireWantsThem") {
    ConnectedBroker broker;
    nats::HeaderWriter headers;
    REQUIRE(headers.add("K", "v"));
    CHECK(*broker.client.publish("a", "hello") == 1);
    CHECK(*broker.client.publish("a", "Soci\xC3\xA9t\xC3\xA9", "re.ply") == 2);
    CHECK(*broker.client.publish("a", "", {}, headers.block()) == 3);
    CHECK(*broker.client.publish("a", "hi", "r", headers.block()) == 4);
    broker.pump();
    CHECK(broker.take_written() ==
          "PUB a 5\r\nhello\r\nPUB a re.ply 9\r\nSoci\xC3\xA9t\xC3\xA9\r\n"
          "HPUB a 18 18\r\nNATS/1.0\r\nK: v\r\n\r\n\r\n"
          "HPUB a r 18 20\r\nNATS/1.0\r\nK: v\r\n\r\nhi\r\n");
    CHECK(broker.client.stats().messages_out == 4);
    CHECK(broker.client.stats().payload_bytes_out == 5 + 9 + 18 + 20);
    CHECK(broker.client.stats().publishes_accepted == 4);
}

TEST_CASE("ThePayloadLimitOfTheBrokerIsKept") {
    ConnectedBroker broker;
    const std::string largest(1'048'576, 'x');
    CHECK(broker.client.publish("a", largest).has_value());
    CHECK(error_of(broker.client.publish("a", largest + "x")) == NatsError::MessageTooBig);
    broker.sends("INFO {\"headers\":true,\"max_payload\":10} \r\n");
    CHECK(error_of(broker.client.publish("a", "12345678901")) == NatsError::MessageTooBig);
    CHECK(broker.client.publish("a", "1234567890").has_value());
    broker.sends("INFO {\"headers\":true,\"max_payload\":-1} \r\n");
    CHECK(broker.client.publish("a", largest).has_value());
    CHECK(broker.client.stats().publishes_rejected == 2);
}

TEST_CASE("APublishWhileDownIsRefusedByDefault") {
    ScriptedBroker broker;
    CHECK(error_of(broker.client.publish("a", "x")) == NatsError::NotConnected);
    broker.client.start(broker.clock.now());
    broker.run_until_dial();
    broker.open();
    CHECK(error_of(broker.client.publish("a", "x")) == NatsError::NotConnected);
    broker.sends(tests::kInfoLine);
    CHECK(error_of(broker.client.publish("a", "x")) == NatsError::NotConnected);
    broker.sends("PONG\r\n");
    CHECK(broker.client.publish("a", "x").has_value());
    broker.client.on_close(broker.generation(), {}, broker.clock.now());
    CHECK(error_of(broker.client.publish("a", "x")) == NatsError::NotConnected);
    broker.client.close(broker.clock.now());
    CHECK(error_of(broker.client.publish("a", "x")) == NatsError::ClientClosed);
}

TEST_CASE("WhatTheEndCaughtUnsentIsReportedBeforeDisconnected") {
    ConnectedBroker broker;
    broker.choked = true;
    CHECK(*broker.client.publish("a", "1") == 1);
    CHECK(*broker.client.publish("a", "2") == 2);
    broker.closes();
    const auto events = broker.take_events();
    REQUIRE(events.size() == 2);
    CHECK(events[0].kind == Kind::PublishesUnsent);
    CHECK(events[0].first_publish == 1);
    CHECK(events[0].last_publish == 2);
    CHECK_FALSE(events[0].text.empty());
    CHECK(events[1].kind == Kind::Disconnected);
    CHECK(broker.client.stats().publishes_unsent == 2);
}

TEST_CASE("HeldPublishesFollowTheSubscriptionsOfTheNextConnection") {
    ScriptedBroker broker(holding());
    REQUIRE(broker.client.subscribe("s").has_value());
    broker.client.start(broker.clock.now());
    REQUIRE(broker.client.publish("a", "1").has_value());
    broker.accept();
    REQUIRE(broker.client.publish("a", "2").has_value());
    broker.pump();
    std::string written = broker.take_written();
    CHECK(written.find("SUB s 1\r\n") < written.find("PUB a 1\r\n1\r\nPUB a 1\r\n2\r\n"));
    broker.closes();
    REQUIRE(broker.client.publish("a", "3").has_value());
    broker.accept();
    written = broker.take_written();
    CHECK(count_of(written, "PUB a") == 1);
    CHECK(count_of(written, "PUB a 1\r\n3\r\n") == 1);
    CHECK(broker.count(Kind::PublishesUnsent) == 0);
}

TEST_CASE("WhatIsHeldAtTheCloseIsReportedBeforeClosed") {
    ScriptedBroker broker(holding());
    REQUIRE(broker.client.publish("a", "1").has_value());
    broker.client.close(broker.clock.now());
    broker.pump();
    const auto events = broker.take_events();
    REQUIRE(events.size() == 2);
    CHECK(events[0].kind == Kind::PublishesUnsent);
    CHECK(events[1].kind == Kind::Closed);
}

TEST_CASE("AFullOutputRefusesThePublishAndKeepsTheConnection") {
    ConnectedBroker broker;
    broker.choked = true;
    const std::string payload(200'000, 'p');
    std::size_t accepted = 0;
    while (broker.client.publish("a", payload).has_value()) ++accepted;
    CHECK(accepted == 10);
    CHECK(error_of(broker.client.publish("a", payload)) == NatsError::OutputFull);
    REQUIRE(broker.client.subscribe("still.room").has_value());
    broker.client.fence(broker.clock.now());
    broker.pump();
    CHECK(broker.client.connected());
    broker.choked = false;
    broker.pump();
    CHECK(broker.client.publish("a", payload).has_value());
    CHECK(broker.client.stats().messages_out == 10);
}

TEST_CASE("APongConfirmsWhatWasPublishedBeforeItsPing") {
    ConnectedBroker broker;
    REQUIRE(broker.client.publish("a", "1").has_value());
    broker.client.fence(broker.clock.now());
    REQUIRE(broker.client.publish("a", "2").has_value());
    broker.pump();
    CHECK(broker.client.confirmed_publish() == 0);
    broker.sends("PONG\r\n");
    CHECK(broker.client.confirmed_publish() == 1);
    broker.closes();
    CHECK(broker.client.stats().publishes_in_doubt == 1);
}

// e-10: accepted + rejected = total; every accepted one was sent or reported, and none twice; what
// the broker has is at least what was confirmed.
TEST_CASE("E10PublishesNeverVanish") {
    NB_SEEDED_RANDOM(random);
    for (const bool hold : {false, true}) {
        ScriptedBroker broker(hold ? holding() : nats::Options{});
        broker.client.start(broker.clock.now());
        std::uint64_t calls = 0;
        std::vector<bool> accepted(1), reported(1), written(1);
        std::string wire;
        const auto settle = [&] {
            broker.pump();
            wire += broker.take_written();
            for (const tests::SeenEvent& event : broker.take_events()) {
                if (event.kind != Kind::PublishesUnsent) continue;
                const auto last = static_cast<std::size_t>(event.last_publish);
                for (auto id = static_cast<std::size_t>(event.first_publish); id <= last; ++id) {
                    CHECK(accepted.at(id));
                    CHECK_FALSE(reported.at(id));
                    reported[id] = true;
                }
            }
        };
        for (int round = 0; round < 300; ++round) {
            for (std::uint64_t i = random.below(20); i > 0; --i) {
                ++calls;
                const std::string payload =
                    "id" + std::to_string(accepted.size()) +
                    std::string(static_cast<std::size_t>(random.below(200)), '.');
                const auto id = broker.client.publish("p", payload);
                if (!id) continue;
                REQUIRE(*id == accepted.size());
                accepted.push_back(true);
                reported.push_back(false);
            }
            // The transport takes some bytes, perhaps up to the middle of a message.
            const std::string_view output = broker.client.pending_output();
            const std::size_t taken = static_cast<std::size_t>(random.below(output.size() + 1));
            wire.append(output.substr(0, taken));
            broker.client.consume_output(taken);
            broker.choked = random.below(2) == 0;
            settle();
            if (broker.is_open() && random.below(3) == 0) broker.sends("PONG\r\n");
            if (random.below(4) == 0) {
                broker.closes();
                settle();
                // What was cut off in the middle never became a message.
                wire += "#cut#";
            }
            broker.choked = false;
            if (random.below(3) == 0 && !broker.client.connected()) {
                broker.accept();
                settle();
            }
        }
        broker.client.close(broker.clock.now());
        settle();
        std::uint64_t sent = 0;
        for (std::size_t id = 1; id < accepted.size(); ++id) {
            const bool whole = is_whole(wire, id);
            sent += whole ? 1 : 0;
            CHECK(whole != reported[id]);
            if (id <= broker.client.confirmed_publish()) CHECK((whole || reported[id]));
        }
        const nats::Stats& stats = broker.client.stats();
        CHECK(stats.publishes_accepted + stats.publishes_rejected == calls);
        CHECK(stats.publishes_accepted == stats.messages_out + stats.publishes_unsent);
        CHECK(stats.messages_out == sent);
        CHECK(sent > 100);
    }
}

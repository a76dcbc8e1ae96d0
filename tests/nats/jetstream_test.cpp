#include "nats/jetstream.h"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string>

#include "nats/error.h"
#include "support/scripted_jetstream.h"

using namespace nats_blotter;
using nats::JetStreamFailure;
using nats::NatsError;
using tests::ScriptedJetStream;
using Kind = nats::JetStreamEvent::Kind;

TEST_CASE("EveryFailureHasAText") {
    std::set<std::string_view> texts;
    constexpr int kFailures = static_cast<int>(JetStreamFailure::ConsumerGone) + 1;
    for (int i = 0; i < kFailures; ++i)
        texts.insert(nats::jetstream_failure_text(static_cast<JetStreamFailure>(i)));
    CHECK(texts.size() == kFailures);
}

TEST_CASE("APublishIsAcknowledged") {
    ScriptedJetStream server;
    nats::PublishConditions conditions;
    conditions.message_id = "m7";
    conditions.stream = "S";
    conditions.last_message_id = "m6";
    conditions.last_sequence = 41;
    conditions.last_subject_sequence = 0;
    const std::array<nats::Header, 1> headers{nats::Header{"K", "v"}};
    const auto id =
        server.jetstream.publish("s.a", "hello", server.clock.now(), conditions, headers);
    REQUIRE(id.has_value());
    auto line = server.take_line("HPUB", "s.a");
    CHECK(line.payload == "hello");
    CHECK(line.headers ==
          "NATS/1.0\r\nK: v\r\nNats-Msg-Id: m7\r\nNats-Expected-Stream: S\r\n"
          "Nats-Expected-Last-Msg-Id: m6\r\nNats-Expected-Last-Sequence: 41\r\n"
          "Nats-Expected-Last-Subject-Sequence: 0\r\n\r\n");
    const auto again = server.jetstream.publish("s.a", "hello", server.clock.now());
    REQUIRE(again.has_value());
    REQUIRE(server.answers("s.a", R"({"stream":"S","seq":42,"duplicate":true})"));
    REQUIRE(server.told.size() == 1);
    CHECK(server.told[0].kind == Kind::Published);
    CHECK(server.told[0].request == *again);
    CHECK(server.told[0].sequence == 42);
    CHECK(server.told[0].duplicate);
}

TEST_CASE("EveryPublishEndsExactlyOnce") {
    ScriptedJetStream server;
    const auto publish = [&] {
        server.told.clear();
        return *server.jetstream.publish("s.a", "x", server.clock.now());
    };
    const auto only = [&](nats::RequestId id, JetStreamFailure failure) {
        server.run_ms(6'000);
        REQUIRE(server.told.size() == 1);
        CHECK(server.told[0].kind == Kind::Failed);
        CHECK(server.told[0].request == id);
        CHECK(server.told[0].failure == failure);
    };
    nats::RequestId id = publish();
    REQUIRE(server.answers(
        "s.a", R"({"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 6"},)"
               R"("stream":"S","seq":0})"));
    CHECK(server.told[0].error_code == nats::kWrongLastSequence);
    CHECK(server.told[0].description == "wrong last sequence: 6");
    only(id, JetStreamFailure::Refused);
    id = publish();
    REQUIRE(server.nobody_answers("s.a"));
    only(id, JetStreamFailure::NoStream);
    id = publish();
    REQUIRE(server.answers("s.a", "pong"));
    only(id, JetStreamFailure::BadAnswer);
    id = publish();
    only(id, JetStreamFailure::Timeout);
    server.take_line("PUB", "s.a");
    id = publish();
    server.pump();
    server.closes();
    only(id, JetStreamFailure::Disconnected);
    const auto refused = server.jetstream.publish("s.a", "x", server.clock.now());
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == static_cast<std::int32_t>(NatsError::NotConnected));
    server.connect_again();
    id = publish();
    server.client.close(server.clock.now());
    server.pump();
    only(id, JetStreamFailure::Closed);
}

TEST_CASE("PublishesKeepToTheClientsLimits") {
    ScriptedJetStream server;
    const std::string big(2 * 1024 * 1024, 'b');
    const auto refused = server.jetstream.publish("s.a", big, server.clock.now());
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == static_cast<std::int32_t>(NatsError::MessageTooBig));
    CHECK_FALSE(server.jetstream.publish("s.*", "x", server.clock.now()).has_value());
    nats::PublishConditions broken;
    broken.message_id = "a\r\nb";
    CHECK_FALSE(server.jetstream.publish("s.a", "x", server.clock.now(), broken).has_value());
    server.choked = true;
    std::size_t accepted = 0;
    while (server.jetstream.publish("s.a", "x", server.clock.now()).has_value()) ++accepted;
    CHECK(accepted >= 1'000);
    server.closes();
    server.run_ms(0);
    CHECK(server.told.size() == accepted);
}

TEST_CASE("ACallOfTheApiIsAnsweredOrRefused") {
    ScriptedJetStream server;
    const auto id = server.jetstream.request("STREAM.NAMES", "{}", server.clock.now());
    REQUIRE(server.answers("$JS.API.STREAM.NAMES", R"({"streams":["S"]})"));
    REQUIRE(server.told.size() == 1);
    CHECK(server.told[0].kind == Kind::Answer);
    CHECK(server.told[0].request == *id);
    CHECK(server.told[0].payload == R"({"streams":["S"]})");
    REQUIRE(server.jetstream.request("STREAM.NAMES", "{}", server.clock.now()).has_value());
    REQUIRE(server.answers("$JS.API.STREAM.NAMES", R"({"error":{"code":503,"err_code":10039}})"));
    CHECK(server.told[1].failure == JetStreamFailure::Refused);
    CHECK(server.told[1].error_code == 10039);
    REQUIRE(server.jetstream.request("STREAM.NAMES", "{}", server.clock.now()).has_value());
    REQUIRE(server.nobody_answers("$JS.API.STREAM.NAMES"));
    CHECK(server.told[2].failure == JetStreamFailure::NotEnabled);
    REQUIRE(server.jetstream.request("STREAM.NAMES", "{}", server.clock.now()).has_value());
    REQUIRE(server.answers("$JS.API.STREAM.NAMES", "words"));
    CHECK(server.told[3].failure == JetStreamFailure::BadAnswer);
}

TEST_CASE("AnotherDomainHasItsOwnPrefix") {
    ScriptedJetStream server;
    nats::JetStream hub(server.client, {.domain = "hub", .timeout_us = kSecondUs}, 1);
    CHECK(hub.api_prefix() == "$JS.hub.API");
    REQUIRE(hub.request("INFO", {}, server.clock.now()).has_value());
    CHECK(server.wrote("PUB", "$JS.hub.API.INFO"));
}

TEST_CASE("OnlyOurOwnEventsAreOurs") {
    ScriptedJetStream server;
    const auto other = server.client.request("service", "?", kSecondUs, server.clock.now());
    REQUIRE(server.answers("service", "!"));
    CHECK(server.told.empty());
    nats::Event event;
    event.kind = nats::Event::Kind::Reply;
    event.request = *other;
    CHECK_FALSE(server.jetstream.take(event, server.clock.now()));
    event.kind = nats::Event::Kind::Connected;
    CHECK_FALSE(server.jetstream.take(event, server.clock.now()));
    event.kind = nats::Event::Kind::Message;
    event.sid = 77;
    CHECK_FALSE(server.jetstream.take(event, server.clock.now()));
}

TEST_CASE("NamesAreCheckedBeforeAConsumerBegins") {
    ScriptedJetStream server;
    nats::OrderedConsumerOptions options;
    options.stream = "a.b";
    const auto bad_name = server.jetstream.consume(options, server.clock.now());
    REQUIRE_FALSE(bad_name.has_value());
    CHECK(bad_name.error().code == static_cast<std::int32_t>(NatsError::BadStreamName));
    options.stream = "S";
    options.filter_subject = "a..b";
    CHECK_FALSE(server.jetstream.consume(options, server.clock.now()).has_value());
}

TEST_CASE("ConsumersOfOneConnectionDoNotDisturbEachOther") {
    ScriptedJetStream server;
    nats::OrderedConsumerOptions options;
    options.stream = "S";
    const auto first = server.jetstream.consume(options, server.clock.now());
    REQUIRE(server.answers_info(1, 2));
    REQUIRE(server.answers_create(2, 0));
    server.message(1, 1, 1);
    const auto second = server.jetstream.consume(options, server.clock.now());
    REQUIRE(server.answers_info(1, 2));
    REQUIRE(server.answers_create(2, 0));
    server.message(1, 1, 1);
    server.message(2, 2, 0);
    REQUIRE(server.told.size() == 4);
    CHECK(server.told[0].consumer == *first);
    for (int i = 1; i < 4; ++i) CHECK(server.told[static_cast<std::size_t>(i)].consumer == *second);
    server.jetstream.stop(*second, server.clock.now());
    CHECK(server.jetstream.consumer(*first)->next_sequence() == 2);
}

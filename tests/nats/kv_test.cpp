#include "nats/kv.h"

#include <doctest/doctest.h>

#include <string>

#include "support/scripted_jetstream.h"

using namespace nats_blotter;
using nats::JetStreamFailure;
using nats::KvEvent;
using nats::KvOperation;
using tests::ScriptedJetStream;
using Kind = nats::KvEvent::Kind;

namespace {

// A bucket over scripted JetStream events: translate() is all that stands between.
struct Bucket {
    explicit Bucket(bool direct = true) : bucket(server.jetstream, "prices", direct) {}

    nats::JetStreamEvent of_watch(nats::JetStreamEvent::Kind kind, nats::ConsumerId id) {
        nats::JetStreamEvent event;
        event.kind = kind;
        event.consumer = id;
        return event;
    }
    nats::JetStreamEvent message(nats::ConsumerId id, std::string_view headers = {}) {
        nats::JetStreamEvent event = of_watch(nats::JetStreamEvent::Kind::Message, id);
        event.subject = "$KV.prices.equity.IBM";
        event.payload = "187.24";
        event.headers = headers;
        event.metadata.stream_sequence = 9;
        event.metadata.stored_at = 5;
        return event;
    }
    // The last event that the JetStream told, translated from what was kept of it.
    KvEvent translate_told() {
        seen = server.told.back();
        nats::JetStreamEvent event;
        event.kind = seen.kind;
        event.request = seen.request;
        event.failure = seen.failure;
        event.payload = seen.payload;
        event.headers = seen.headers;
        ack.sequence = seen.sequence;
        error.error_code = seen.error_code;
        error.code = seen.error_code == nats::kNoMessageFound ? 404 : 400;
        event.ack = &ack;
        event.error = &error;
        return bucket.translate(event);
    }

    ScriptedJetStream server;
    nats::KvBucket bucket;
    tests::SeenJetStreamEvent seen;
    nats::PublishAck ack;
    nats::JetStreamError error;
};

constexpr std::string_view kFoundHeaders =
    "NATS/1.0\r\nNats-Stream: KV_prices\r\nNats-Subject: $KV.prices.k\r\nNats-Sequence: 2\r\n"
    "Nats-Time-Stamp: 1970-01-01T00:00:01.000000007Z\r\n\r\n";

}  // namespace

TEST_CASE("BucketsAndKeysAreChecked") {
    for (const char* name : {"prices", "A-b_9"}) CHECK(nats::is_bucket_name(name));
    for (const char* name : {"", "a.b", "a b", "a/b", "\xC3\xA9"})
        CHECK_FALSE(nats::is_bucket_name(name));
    for (const char* key : {"k", "equity.IBM", "a/b=c_d-1"}) CHECK(nats::is_key(key));
    for (const char* key : {"", ".k", "k.", "a..b", "a b", "*", "a.>", "a$"})
        CHECK_FALSE(nats::is_key(key));
}

TEST_CASE("AWatchAsksForTheNewestOfEachKey") {
    Bucket test;
    REQUIRE(test.bucket.watch("equity.*", test.server.clock.now()).has_value());
    REQUIRE(test.server.answers("$JS.API.STREAM.INFO.KV_prices",
                                R"({"created":"c","state":{"first_seq":1,"last_seq":9}})"));
    REQUIRE(test.server.takes_create());
    const std::string& json = test.server.create_json;
    CHECK(json.find("\"deliver_policy\":\"last_per_subject\"") != std::string::npos);
    CHECK(json.find("\"filter_subject\":\"$KV.prices.equity.*\"") != std::string::npos);
}

TEST_CASE("EntriesAreTold") {
    Bucket test;
    const auto id = *test.bucket.watch(">", test.server.clock.now());
    KvEvent told = test.bucket.translate(test.message(id));
    CHECK(told.kind == Kind::Entry);
    CHECK(told.watch == id);
    CHECK(told.entry.key == "equity.IBM");
    CHECK(told.entry.value == "187.24");
    CHECK(told.entry.revision == 9);
    CHECK(told.entry.stored_at == 5);
    CHECK(told.entry.operation == KvOperation::Put);
    told = test.bucket.translate(test.message(id, "NATS/1.0\r\nKV-Operation: DEL\r\n\r\n"));
    CHECK(told.entry.operation == KvOperation::Delete);
    told = test.bucket.translate(test.message(id, "NATS/1.0\r\nKV-Operation: PURGE\r\n\r\n"));
    CHECK(told.entry.operation == KvOperation::Purge);
    // ADR-8: "really any value other than unset".
    told = test.bucket.translate(test.message(id, "NATS/1.0\r\nKV-Operation: NEW\r\n\r\n"));
    CHECK(told.entry.operation == KvOperation::Delete);
    told =
        test.bucket.translate(test.message(id, "NATS/1.0\r\nNats-Marker-Reason: MaxAge\r\n\r\n"));
    CHECK(told.entry.operation == KvOperation::Purge);  // it ran out
    CHECK(test.bucket.translate(test.message(id + 1)).kind == Kind::None);
}

TEST_CASE("DeletesAreIgnoredWhereThatIsWanted") {
    Bucket test;
    nats::KvWatchOptions options;
    options.ignore_deletes = true;
    const auto id = *test.bucket.watch(">", test.server.clock.now(), options);
    const auto deleted = test.message(id, "NATS/1.0\r\nKV-Operation: DEL\r\n\r\n");
    CHECK(test.bucket.translate(deleted).kind == Kind::None);
    CHECK(test.bucket.translate(test.message(id)).kind == Kind::Entry);
}

TEST_CASE("TheInitialStateEndsOnceUntilAReset") {
    Bucket test;
    const auto id = *test.bucket.watch(">", test.server.clock.now());
    using From = nats::JetStreamEvent::Kind;
    const auto translated = [&](From kind) {
        return test.bucket.translate(test.of_watch(kind, id)).kind;
    };
    CHECK(translated(From::CaughtUp) == Kind::InitialDone);
    CHECK(translated(From::Interrupted) == Kind::Interrupted);
    CHECK(translated(From::CaughtUp) == Kind::CaughtUp);
    CHECK(translated(From::Gap) == Kind::None);
    CHECK(translated(From::Reset) == Kind::Reset);
    CHECK(translated(From::CaughtUp) == Kind::InitialDone);
    test.bucket.stop(id, test.server.clock.now());
    CHECK(translated(From::CaughtUp) == Kind::None);
}

TEST_CASE("CallsEndInOneEventEach") {
    Bucket test;
    const MonotonicUs now = test.server.clock.now();
    const auto put = test.bucket.put("k", "v", now, 3);
    const auto line = test.server.take_line("HPUB", "$KV.prices.k");
    CHECK(line.headers == "NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: 3\r\n\r\n");
    REQUIRE(test.bucket.put("k", "v", now).has_value());
    REQUIRE(test.server.answers("$KV.prices.k", R"({"stream":"KV_prices","seq":4})"));
    KvEvent told = test.translate_told();
    CHECK(told.kind == Kind::Stored);
    CHECK(told.entry.revision == 4);
    CHECK(test.translate_told().kind == Kind::None);
    REQUIRE(test.bucket.put("k", "v", now, 0).has_value());
    REQUIRE(
        test.server.answers("$KV.prices.k", R"({"error":{"code":400,"err_code":10071},"seq":0})"));
    CHECK(test.translate_told().kind == Kind::Conflict);

    REQUIRE(test.bucket.remove("k", now, 4).has_value());
    CHECK(test.server.take_line("HPUB", "$KV.prices.k").headers ==
          "NATS/1.0\r\nKV-Operation: DEL\r\nNats-Expected-Last-Subject-Sequence: 4\r\n\r\n");
    REQUIRE(test.bucket.purge("k", now).has_value());
    CHECK(test.server.take_line("HPUB", "$KV.prices.k").headers ==
          "NATS/1.0\r\nKV-Operation: PURGE\r\nNats-Rollup: sub\r\n\r\n");
    for (const char* key : {"", "a b", "*"}) {
        CHECK_FALSE(test.bucket.put(key, "v", now).has_value());
        CHECK_FALSE(test.bucket.get(key, now).has_value());
        CHECK_FALSE(test.bucket.remove(key, now).has_value());
        CHECK_FALSE(test.bucket.purge(key, now).has_value());
    }
    test.server.run_ms(10'000);
    CHECK(put.has_value());
    CHECK(test.translate_told().kind == Kind::Failed);
}

TEST_CASE("AKeyIsReadDirectly") {
    Bucket test;
    const MonotonicUs now = test.server.clock.now();
    const auto ask = [&](std::string_view payload, std::string_view headers) {
        REQUIRE(test.bucket.get("k", now).has_value());
        REQUIRE(test.server.answers("$JS.API.DIRECT.GET.KV_prices.$KV.prices.k", payload, headers));
        return test.translate_told();
    };
    KvEvent told = ask("1", kFoundHeaders);
    CHECK(told.kind == Kind::Found);
    CHECK(told.entry.key == "k");
    CHECK(told.entry.value == "1");
    CHECK(told.entry.revision == 2);
    CHECK(told.entry.stored_at == 1'000'000'007);
    CHECK(ask("", "NATS/1.0 404 Message Not Found\r\n\r\n").kind == Kind::NotFound);
    std::string deleted(kFoundHeaders);
    deleted.insert(10, "KV-Operation: DEL\r\n");
    told = ask("", deleted);
    CHECK(told.kind == Kind::NotFound);
    CHECK(told.entry.revision == 2);
    told = ask("what", "NATS/1.0\r\nK: v\r\n\r\n");
    CHECK(told.kind == Kind::Failed);
    CHECK(told.failure == JetStreamFailure::BadAnswer);
}

TEST_CASE("AKeyIsReadFromABucketWithoutDirectReads") {
    Bucket test(false);
    const MonotonicUs now = test.server.clock.now();
    const auto ask = [&](std::string_view payload) {
        REQUIRE(test.bucket.get("k", now).has_value());
        REQUIRE(test.server.answers("$JS.API.STREAM.MSG.GET.KV_prices", payload));
        return test.translate_told();
    };
    const KvEvent told = ask(R"({"message":{"subject":"$KV.prices.k","seq":7,"data":"MQ=="}})");
    CHECK(told.kind == Kind::Found);
    CHECK(told.entry.key == "k");
    CHECK(told.entry.value == "1");
    CHECK(told.entry.revision == 7);
    CHECK(ask(R"({"error":{"code":404,"err_code":10037}})").kind == Kind::NotFound);
    CHECK(ask(R"({"error":{"code":404,"err_code":10059}})").failure == JetStreamFailure::Refused);
    CHECK(ask(R"({"message":{"subject":"x","seq":7}})").kind == Kind::Failed);
    CHECK(ask("nonsense").failure == JetStreamFailure::BadAnswer);
}

TEST_CASE("ADirectAnswerThatDoesNotSayWhereItWasIsNone") {
    Bucket test;
    const MonotonicUs now = test.server.clock.now();
    const auto with = [&](std::string_view line, std::string_view in_place) {
        std::string headers(kFoundHeaders);
        const std::size_t at = headers.find(line);
        REQUIRE(at != std::string::npos);
        headers.replace(at, headers.find("\r\n", at) + 2 - at, in_place);
        REQUIRE(test.bucket.get("k", now).has_value());
        REQUIRE(test.server.answers("$JS.API.DIRECT.GET.KV_prices.$KV.prices.k", "1", headers));
        return test.translate_told();
    };
    for (const auto& [line, in_place] :
         {std::pair{"Nats-Subject", ""}, std::pair{"Nats-Sequence", ""},
          std::pair{"Nats-Subject", "Nats-Subject: $KV.prices.\r\n"},
          std::pair{"Nats-Sequence", "Nats-Sequence: x\r\n"},
          std::pair{"Nats-Sequence", "Nats-Sequence: 0\r\n"}}) {
        const KvEvent told = with(line, in_place);
        CHECK(told.kind == Kind::Failed);
        CHECK(told.failure == JetStreamFailure::BadAnswer);
    }
    // When is not needed.
    for (const char* in_place : {"", "Nats-Time-Stamp: yesterday\r\n"}) {
        const KvEvent told = with("Nats-Time-Stamp", in_place);
        CHECK(told.kind == Kind::Found);
        CHECK(told.entry.revision == 2);
        CHECK(told.entry.stored_at == 0);
    }
}

TEST_CASE("AWatchOfUpdatesBeginsAtTheEnd") {
    Bucket test;
    nats::KvWatchOptions options;
    options.updates_only = true;
    REQUIRE(test.bucket.watch(">", test.server.clock.now(), options).has_value());
    REQUIRE(test.server.answers("$JS.API.STREAM.INFO.KV_prices",
                                R"({"created":"c","state":{"first_seq":1,"last_seq":9}})"));
    REQUIRE(test.server.takes_create());
    CHECK(test.server.create_json.find("last_per_subject") == std::string::npos);
}

TEST_CASE("WhatIsNeitherOfAWatchNorOfACallIsNothing") {
    Bucket test;
    CHECK(test.bucket.translate({}).kind == Kind::None);
    nats::JetStreamEvent foreign;
    foreign.request = 99;
    CHECK(test.bucket.translate(foreign).kind == Kind::None);
}

TEST_CASE("ARefusedPutIsAConflictOnlyWhenTheRevisionIs") {
    Bucket test;
    REQUIRE(test.bucket.put("k", "v", test.server.clock.now(), 1).has_value());
    REQUIRE(
        test.server.answers("$KV.prices.k", R"({"error":{"code":400,"err_code":10054},"seq":0})"));
    const KvEvent told = test.translate_told();
    CHECK(told.kind == Kind::Failed);
    CHECK(told.failure == JetStreamFailure::Refused);
}

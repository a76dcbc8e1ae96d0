#include "nats/jetstream_api.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

using namespace nats_blotter;

TEST_CASE("ADomainIsPartOfThePrefix") {
    CHECK(nats::jetstream_api_prefix_of_domain("") == "$JS.API");
    CHECK(nats::jetstream_api_prefix_of_domain("hub") == "$JS.hub.API");
}

TEST_CASE("NamesAreOneToken") {
    for (const char* name : {"S", "KV_prices", "a-b_c", "\xC3\xA9"})
        CHECK(nats::is_stream_name(name));
    for (const char* name : {"", "a.b", "a b", "*", ">", "a/b", "a\\b", "a\tb"})
        CHECK_FALSE(nats::is_stream_name(name));
}

TEST_CASE("AnOrderedConsumerIsAskedFor") {
    nats::ConsumerRequest request;
    request.stream = "TRADES";
    request.name = "n1";
    request.deliver_subject = "_INBOX.n1";
    request.filter_subject = "trades.22214";
    request.start = nats::StartAt::Sequence;
    request.start_sequence = 43;
    request.heartbeat_us = 5 * kSecondUs;
    request.inactive_threshold_us = 5 * kSecondUs;
    CHECK(nats::consumer_create_subject("$JS.API", request) ==
          "$JS.API.CONSUMER.CREATE.TRADES.n1.trades.22214");
    const auto sent = nlohmann::json::parse(nats::consumer_create_json(request));
    const auto wanted = nlohmann::json::parse(R"({"stream_name":"TRADES","config":{
        "name":"n1","deliver_subject":"_INBOX.n1","filter_subject":"trades.22214",
        "deliver_policy":"by_start_sequence","opt_start_seq":43,"idle_heartbeat":5000000000,
        "inactive_threshold":5000000000,"ack_policy":"none","replay_policy":"instant",
        "max_deliver":1,"num_replicas":1,"mem_storage":true,"flow_control":true}})");
    CHECK(sent == wanted);

    // A filter with wildcards cannot be part of a subject that is published to.
    request.filter_subject = "trades.>";
    request.start = nats::StartAt::Time;
    request.start_time = 1784737884468'999'999;
    request.headers_only = true;
    CHECK(nats::consumer_create_subject("$JS.hub.API", request) ==
          "$JS.hub.API.CONSUMER.CREATE.TRADES.n1");
    const auto by_time = nlohmann::json::parse(nats::consumer_create_json(request))["config"];
    CHECK(by_time["deliver_policy"] == "by_start_time");
    CHECK(by_time["opt_start_time"] == "2026-07-22T16:31:24.468+00:00");
    CHECK(by_time["headers_only"] == true);
    CHECK(by_time.count("opt_start_seq") == 0);
}

TEST_CASE("AMadeConsumerIsRead") {
    // Of nats-server 2.9.10, without half of its configuration.
    const auto made = nats::consumer_created_from_json(
        R"({"type":"io.nats.jetstream.api.v1.consumer_create_response","stream_name":"S",)"
        R"("name":"8u7Y2JPG","created":"2026-11-21T02:35:32.4Z","config":{"ack_wait":1},)"
        R"("delivered":{"consumer_seq":0,"stream_seq":2},"ack_floor":{"consumer_seq":0,)"
        R"("stream_seq":0},"num_pending":4,"push_bound":true})");
    REQUIRE(made);
    CHECK(made->error.code == 0);
    CHECK(made->name == "8u7Y2JPG");
    CHECK(made->pending == 4);
    CHECK(made->delivered_stream == 2);
    CHECK(made->delivered_consumer == 0);
    const auto refused = nats::consumer_created_from_json(
        R"({"type":"x","error":{"code":404,"err_code":10059,"description":"stream not found"}})");
    REQUIRE(refused);
    CHECK(refused->error.error_code == 10059);
    CHECK(refused->error.description == "stream not found");
    for (const char* text : {"", "{}", "[]", "hello", R"({"name":7})"})
        CHECK_FALSE(nats::consumer_created_from_json(text));
}

TEST_CASE("AStreamsStateIsRead") {
    const auto info = nats::stream_info_from_json(
        R"({"type":"x","config":{"name":"S"},"created":"2026-11-21T02:35:31.25051099Z","state":{)"
        R"("messages":6,"first_seq":7,"first_ts":"1970-01-01T00:00:00.5Z","last_seq":12,)"
        R"("last_ts":"0001-01-01T00:00:00Z","consumer_count":1}})");
    REQUIRE(info);
    CHECK(info->created == "2026-11-21T02:35:31.25051099Z");
    CHECK(info->messages == 6);
    CHECK(info->first_sequence == 7);
    CHECK(info->last_sequence == 12);
    CHECK(info->first_time == 500'000'000);
    const auto empty = nats::stream_info_from_json(
        R"({"created":"c","state":{"messages":0,"first_ts":"0001-01-01T00:00:00Z"}})");
    REQUIRE(empty);
    CHECK(empty->first_time == 0);
    for (const char* text : {"", "{}", R"({"state":{}})", R"({"created":"c","state":7})"})
        CHECK_FALSE(nats::stream_info_from_json(text));
}

TEST_CASE("AStoredMessageIsRead") {
    CHECK(nats::message_get_subject("$JS.API", "S") == "$JS.API.STREAM.MSG.GET.S");
    CHECK(nats::message_get_json("s.\"a") == R"({"last_by_subj":"s.\"a"})");
    const auto message = nats::stored_message_from_json(
        R"({"type":"x","message":{"subject":"s.a","seq":7,"data":"YWZ0ZXItcHVyZ2U=",)"
        R"("hdrs":"TkFUUy8xLjANCg0K","time":"1970-01-01T00:00:01Z"}})");
    REQUIRE(message);
    CHECK(message->subject == "s.a");
    CHECK(message->sequence == 7);
    CHECK(message->payload == "after-purge");
    CHECK(message->headers == "NATS/1.0\r\n\r\n");
    CHECK(message->stored_at == 1'000'000'000);
    CHECK_FALSE(nats::stored_message_from_json(R"({"message":{"seq":1,"data":"Y"}})"));
    CHECK_FALSE(nats::stored_message_from_json(R"({"message":{}})"));
}

TEST_CASE("Base64IsReadAsGoWritesIt") {
    CHECK(nats::bytes_from_base64("") == "");
    CHECK(nats::bytes_from_base64("YQ==") == "a");
    CHECK(nats::bytes_from_base64("YWI=") == "ab");
    CHECK(nats::bytes_from_base64("YWJj") == "abc");
    CHECK(nats::bytes_from_base64("+/+/") == "\xFB\xFF\xBF");
    for (const char* text : {"Y", "YQ", "YQ=", "====", "Y===", "YW J", "YQ==YQ==", "-_-_"})
        CHECK_FALSE(nats::bytes_from_base64(text));
}

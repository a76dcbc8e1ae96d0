#include "nats/publish_ack.h"

#include <doctest/doctest.h>

using namespace nats_blotter;
using nats::publish_ack_from_json;

TEST_CASE("AnAcknowledgementIsRead") {
    const auto ack = publish_ack_from_json(
        R"({"stream":"TRADES","domain":"hub","seq":42,"duplicate":true,"new":[1,{}]})");
    REQUIRE(ack);
    CHECK(ack->stored());
    CHECK(ack->stream == "TRADES");
    CHECK(ack->domain == "hub");
    CHECK(ack->sequence == 42);
    CHECK(ack->duplicate);
}

TEST_CASE("ARefusalOfTheStreamIsRead") {
    const auto ack = publish_ack_from_json(
        R"({"type":"x","error":{"code":503,"err_code":10077,"description":"full","more":null},)"
        R"("stream":"TRADES","seq":0})");
    REQUIRE(ack);
    CHECK_FALSE(ack->stored());
    CHECK(ack->error.code == 503);
    CHECK(ack->error.error_code == 10077);
    CHECK(ack->error.description == "full");
}

TEST_CASE("WhatIsNoAcknowledgementIsRefused") {
    for (const char* text :
         {"", "hello", "{}", "[]", R"({"stream":"S"})", R"({"seq":1})", R"({"stream":"","seq":1})",
          R"({"stream":"S","seq":"1"})", R"({"stream":"S","seq":1} x)", R"({"error":{}})",
          R"({"error":"words"})"}) {
        CAPTURE(text);
        CHECK_FALSE(publish_ack_from_json(text));
    }
}

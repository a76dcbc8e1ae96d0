// The table of endings in docs/wire-nats.md, row by row.
#include "nats/cause.h"

#include <doctest/doctest.h>

#include <string>

using namespace nats_blotter;
using nats::Cause;
using nats::CauseClass;
using nats::ErrorEffect;
using nats::permission_violation_from_text;
using nats::Phase;

namespace {

CauseClass class_of(std::string_view last_error, std::uint16_t code, std::string_view reason,
                    Phase phase = Phase::Connected) {
    Cause cause;
    cause.last_error = last_error;
    cause.close_code = code;
    cause.close_reason = reason;
    cause.phase = phase;
    nats::classify(cause);
    CHECK_FALSE(cause.text.empty());
    return cause.cause_class;
}

ErrorEffect effect_of(std::string_view text) { return nats::meaning_of_error(text).effect; }

}  // namespace

TEST_CASE("EveryKnownEndingHasItsClass") {
    using enum CauseClass;
    CHECK(class_of("Authorization Violation", 1008, "Authentication Failure") == Authentication);
    CHECK(class_of("authorization violation", 0, "") == Authentication);
    CHECK(class_of("", 1008, "Authentication Failure") == Authentication);
    CHECK(class_of("Authentication Timeout", 1008, "Authentication Timeout") == Authentication);
    CHECK(class_of("", 1008, "Authentication Timeout") == Authentication);
    CHECK(class_of("User Authentication Expired", 1008, "Authentication Expired") ==
          Authentication);
    CHECK(class_of("Account Authentication Expired", 0, "") == Authentication);
    CHECK(class_of("User Authentication Revoked", 1008, "Credentials Revoked") == Authentication);
    CHECK(class_of("", 1008, "Credentials Revoked") == Authentication);
    CHECK(class_of("", 1002, "Protocol Violation") == Protocol);
    CHECK(class_of("Unknown Protocol Operation", 1002, "") == Protocol);
    CHECK(class_of("invalid client protocol", 1002, "") == Protocol);
    CHECK(class_of("no responders requires headers support", 1011, "") == Protocol);
    CHECK(class_of("maximum control line exceeded", 1008, "Maximum Control Line Exceeded") ==
          TooBig);
    CHECK(class_of("Maximum Payload Violation", 1009, "Maximum Message Payload Exceeded") ==
          TooBig);
    CHECK(class_of("", 1009, "") == TooBig);
    CHECK(class_of("maximum connections exceeded", 1008, "") == Limit);
    CHECK(class_of("maximum account active connections exceeded", 1008, "") == Limit);
    CHECK(class_of("Connection throttling is active. Please try again later.", 1008, "") == Limit);
    CHECK(class_of("", 1001, "Server Shutdown") == Shutdown);
    CHECK(class_of("", 1001, "") == Shutdown);
    CHECK(class_of("Stale Connection", 1006, "") == Stale);
    CHECK(class_of("", 1006, "") == Network);
    CHECK(class_of("", 0, "") == Network);
    CHECK(class_of("", 1008, "") == Permission);
    CHECK(class_of("something new", 4999, "something else") == Network);
}

TEST_CASE("AnErrorThatKeptTheConnectionIsNotItsEnd") {
    CHECK(class_of("Permissions Violation for Subscription to \"a\"", 1006, "") ==
          CauseClass::Network);
    CHECK(effect_of("Permissions Violation for Publish to \"a\"") == ErrorEffect::KeepsConnection);
    CHECK(effect_of("Invalid Subject") == ErrorEffect::KeepsConnection);
    CHECK(effect_of("Invalid Publish Subject") == ErrorEffect::KeepsConnection);
    CHECK(effect_of("maximum subscriptions exceeded") == ErrorEffect::KeepsConnection);
    CHECK(effect_of("AUTHORIZATION VIOLATION for you") == ErrorEffect::EndsConnection);
    CHECK(effect_of("brand new words") == ErrorEffect::Unknown);
    CHECK(effect_of("") == ErrorEffect::Unknown);
}

TEST_CASE("ANetworkEndingSaysHowFarItCame") {
    Cause dialling;
    nats::classify(dialling);
    Cause connected;
    connected.phase = Phase::Connected;
    nats::classify(connected);
    CHECK(dialling.text != connected.text);
}

TEST_CASE("APermissionViolationNamesItsSubject") {
    auto plain = permission_violation_from_text(
        "Permissions Violation for Subscription to \"/accounts/22214/trades\"");
    REQUIRE(plain);
    CHECK(plain->of_subscription);
    CHECK(plain->sid == 0);
    CHECK(plain->subject == "/accounts/22214/trades");
    CHECK(plain->queue_group.empty());

    auto queue = permission_violation_from_text(
        "permissions violation for subscription to \"a\" using queue \"q 1\" (sid \"7\")");
    REQUIRE(queue);
    CHECK(queue->subject == "a");
    CHECK(queue->queue_group == "q 1");
    CHECK(queue->sid == 7);

    auto tokens = permission_violation_from_text(
        "Permissions Violation for Subscription to \"a.b\", too many tokens");
    REQUIRE(tokens);
    CHECK(tokens->subject == "a.b");

    auto publish = permission_violation_from_text("Permissions Violation for Publish to \"x\"");
    REQUIRE(publish);
    CHECK_FALSE(publish->of_subscription);
    auto reply =
        permission_violation_from_text("Permissions Violation for Publish with Reply of \"r\"");
    REQUIRE(reply);
    CHECK_FALSE(reply->of_subscription);
    CHECK(reply->subject == "r");
    CHECK_FALSE(permission_violation_from_text("Authorization Violation"));
}

TEST_CASE("AQuotedSubjectIsUnescapedExactly") {
    auto escaped = permission_violation_from_text(
        R"(Permissions Violation for Subscription to "a\"b\\c\x01\u00e9\U0001F600\a" (sid "3"))");
    REQUIRE(escaped);
    CHECK(escaped->subject ==
          "a\"b\\c\x01"
          "\xC3\xA9\xF0\x9F\x98\x80\a");
    CHECK(escaped->sid == 3);
    // A subject cannot pose as another's sid.
    auto posing = permission_violation_from_text(
        R"-(Permissions Violation for Subscription to "a(sid \"9\")")-");
    REQUIRE(posing);
    CHECK(posing->sid == 0);
    CHECK(posing->subject == "a(sid \"9\")");
}

TEST_CASE("ABrokenViolationIsStillOne") {
    for (const std::string_view rest :
         {"", "\"", "\"a", "\"a\\", "\"a\\x1\"", "\"a\\x1", "\"a\\xzz\"", "\"a\\uD800\"",
          "\"a\\UFFFFFFFF\"", "\"a\\q\"", "no quotes"}) {
        const auto violation = permission_violation_from_text(
            std::string("Permissions Violation for Subscription to ").append(rest));
        REQUIRE(violation);
        CHECK(violation->subject.empty());
        CHECK(violation->sid == 0);
    }
    CHECK(permission_violation_from_text(
              "Permissions Violation for Subscription to \"a\" (sid \"x\")")
              ->sid == 0);
}

TEST_CASE("ASidIsDecimalAndOfTheQuotedNamesAlone") {
    const auto sid_of = [](std::string_view rest) {
        return permission_violation_from_text(
                   std::string("Permissions Violation for Subscription to \"a\" ").append(rest))
            ->sid;
    };
    CHECK(sid_of("(sid \"123456789012345678\")") == 123'456'789'012'345'678);
    for (const std::string_view wrong :
         {"(sid \"-1\")", "(sid \"1:\")", "(sid \"1234567890123456789\")", "(sid \"\")", "(sid 7)"})
        CHECK(sid_of(wrong) == 0);
    CHECK(sid_of("(sid \"7") == 7);  // cut off behind it
}

TEST_CASE("AQueueGroupWithoutQuotesIsNone") {
    const auto violation = permission_violation_from_text(
        "Permissions Violation for Subscription to \"a\" using queue q");
    REQUIRE(violation);
    CHECK(violation->subject == "a");
    CHECK(violation->queue_group.empty());
}

TEST_CASE("WhatIsNotQuotedStaysAsItIs") {
    for (const std::string_view before : {"", "x", "'a'"}) {
        std::string_view text = before;
        CHECK_FALSE(nats::take_go_quoted(text));
        CHECK(text == before);
    }
    std::string_view text = "\"a\" rest";
    CHECK(nats::take_go_quoted(text) == "a");
    CHECK(text == " rest");
}

TEST_CASE("AnEndingWithoutAWordSaysWhatWasWaitedFor") {
    const auto words = [](Phase phase) {
        Cause cause;
        cause.phase = phase;
        nats::classify(cause);
        CHECK(cause.cause_class == CauseClass::Network);
        return std::string(cause.text);
    };
    CHECK(words(Phase::AwaitCredentials) == "There are no credentials.");
    CHECK(words(Phase::Dialling) == "The broker cannot be reached.");
    CHECK(words(Phase::AwaitInfo) == "The connection ended before the broker greeted.");
    CHECK(words(Phase::AwaitSignature) == words(Phase::AwaitPong));
    CHECK(words(Phase::AwaitPong) == "The connection ended before the broker accepted it.");
    CHECK(words(Phase::Connected) == "The connection to the broker was lost.");
}

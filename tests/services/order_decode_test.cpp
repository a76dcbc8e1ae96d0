// tests/services/order_decode_test.cpp - JSON to orders and accounts.
#include "services/order_decode.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <set>

using namespace nats_blotter;
using namespace nats_blotter::services;

namespace {

std::string body_with(const std::string& member) {
    return R"({"security":"IBM","accountId":22214,"side":"Buy",)" + member + "}";
}

DecodeError refusal(const Result<Order>& result) {
    REQUIRE_FALSE(result.has_value());
    return static_cast<DecodeError>(result.error().code);
}

std::string event_with(const std::string& payload, const std::string& type = "TradeOrder") {
    return R"({"topic":"/trades","payload":)" + payload + R"(,"date":1,"from":"x","type":")" +
           type + "\"}";
}

}  // namespace

TEST_CASE("AnOrderIsReadWhole") {
    const Result<Order> order =
        order_from_body(R"({"id":"a","state":"New","security":"IBM","quantity":100,)"
                        R"("accountId":22214,"side":"Sell"})");
    REQUIRE(order.has_value());
    CHECK(order->id == "a");
    CHECK(order->state == "New");
    CHECK(order->security == "IBM");
    CHECK(order->account_id == 22214);
    CHECK(order->side == Side::Sell);
    CHECK(order->quantity == 100);
}

TEST_CASE("NumbersFollowTheStockServices") {
    CHECK(order_from_body(body_with(R"("quantity":1.9)"))->quantity == 1);
    CHECK(order_from_body(body_with(R"("quantity":"12")"))->quantity == 12);
    CHECK(order_from_body(body_with(R"("quantity":1e3)"))->quantity == 1000);
    CHECK(order_from_body(body_with(R"("quantity":2147483647)"))->quantity == 2147483647);
    const Result<Order> alias =
        order_from_body(R"({"security":"IBM","accountID":"7","quantity":1,"unknown":[{}]})");
    REQUIRE(alias.has_value());
    CHECK(alias->account_id == 7);
    CHECK_FALSE(alias->side.has_value());
}

TEST_CASE("AQuantityThatCannotBeBookedIsRefused") {
    for (const char* quantity : {"0", "-1", "0.9", "2147483648", "-2147483649", "1e300", "null",
                                 "true", "\"x\"", "\"\"", "[]", "18446744073709551615"}) {
        CAPTURE(quantity);
        CHECK(refusal(order_from_body(body_with(std::string("\"quantity\":") + quantity))) ==
              DecodeError::BadQuantity);
    }
    CHECK(refusal(order_from_body("{}")) == DecodeError::BadQuantity);
}

TEST_CASE("WhatIsNotAnOrderIsRefused") {
    for (const char* body : {"", "null", "[]", "1", "{", "{\"a\":1}x", "\xff\xfe"})
        CHECK(refusal(order_from_body(body)) == DecodeError::NotJson);
    CHECK(refusal(order_from_body(std::string(100000, '['))) == DecodeError::NotJson);
    std::string deep = "{\"a\":";
    for (int level = 0; level < 5000; ++level) deep += "{\"a\":";
    CHECK(refusal(order_from_body(deep)) == DecodeError::NotJson);
    for (const char* member : {R"("side":"BUY","quantity":1)", R"("security":1,"quantity":1)",
                               R"("accountId":"x","quantity":1)", R"("id":{},"quantity":1)"}) {
        CHECK(refusal(order_from_body("{" + std::string(member) + "}")) == DecodeError::BadField);
    }
}

TEST_CASE("AnEventMustBeAnOrderAndNothingMore") {
    const std::string payload =
        R"({"security":"IBM","quantity":100,"accountId":22214,"side":"Buy"})";
    CHECK(order_from_event(event_with(payload)).has_value());
    CHECK(refusal(order_from_event(event_with(payload, "Trade"))) == DecodeError::WrongType);
    CHECK(refusal(order_from_event(event_with("null"))) == DecodeError::WrongType);
    CHECK(refusal(order_from_event(payload)) == DecodeError::UnknownProperty);
    CHECK(refusal(order_from_event(event_with(R"({"quantity":1,"extra":1})"))) ==
          DecodeError::UnknownProperty);
}

TEST_CASE("AccountBodiesMakeOrRename") {
    CHECK(account_from_body(R"({"displayName":"A"})")->id == 0);
    CHECK(account_from_body(R"({"id":null,"displayName":"A"})")->id == 0);
    CHECK(account_from_body(R"({"id":-3,"displayName":"A"})")->id == 0);
    CHECK(account_from_body(R"({"id":"5","displayName":"A"})")->id == 5);
    CHECK_FALSE(account_from_body(R"({"id":"x"})").has_value());
    CHECK(account_user_from_body(R"({"accountId":1,"username":"u"})")->username == "u");
    CHECK_FALSE(account_user_from_body(R"({"accountId":1})").has_value());
}

TEST_CASE("EveryDecodeErrorHasItsText") {
    std::set<std::string_view> texts;
    for (std::int32_t code = 1; code <= kDecodeErrorCount; ++code)
        texts.insert(decode_error_text(static_cast<DecodeError>(code)));
    CHECK(texts.size() == static_cast<std::size_t>(kDecodeErrorCount));
    CHECK(texts.count("unknown") == 0);
}

// PostgreSQL could not store it, and an order that cannot be stored would be tried for ever.
TEST_CASE("ATextWithAZeroByteIsRefused") {
    CHECK(refusal(order_from_body(
              R"({"security":"I\u0000M","quantity":1,"accountId":22214,"side":"Buy"})")) ==
          DecodeError::BadField);
    CHECK(refusal(order_from_event(
              event_with(R"({"id":"\u0000","security":"IBM","quantity":1,"accountId":22214})"))) ==
          DecodeError::BadField);
    CHECK_FALSE(account_from_body(R"({"displayName":"a\u0000"})").has_value());
    CHECK_FALSE(account_user_from_body(R"({"accountId":1,"username":"\u0000"})").has_value());
}

TEST_CASE("NothingMayHideBehindAZeroByte") {
    const std::string body = R"({"security":"IBM","quantity":1})";
    CHECK(order_from_body(body).has_value());
    for (const std::string_view tail : {std::string_view("\0", 1), std::string_view("\0{}", 3)})
        CHECK_FALSE(order_from_body(body + std::string(tail)).has_value());
}

TEST_CASE("AnOrderIdHasAMostLength") {
    const auto with_id = [](std::size_t bytes) {
        return order_from_body(
            body_with("\"quantity\":1,\"id\":\"" + std::string(bytes, 'x') + "\""));
    };
    CHECK(with_id(kOrderIdBytesMax).has_value());
    CHECK(refusal(with_id(kOrderIdBytesMax + 1)) == DecodeError::BadField);
}

TEST_CASE("OnlyTheStockRuleAdmitsQuantitiesThatAreNotPositive") {
    for (const char* quantity : {"0", "-5"}) {
        const std::string body = body_with(std::string("\"quantity\":") + quantity);
        CHECK(refusal(order_from_body(body)) == DecodeError::BadQuantity);
        CHECK(order_from_body(body, QuantityRule::Any)->quantity == std::atoi(quantity));
        CHECK(order_from_event(event_with(body), QuantityRule::Any).has_value());
    }
    CHECK(refusal(order_from_body(body_with("\"quantity\":3000000000"), QuantityRule::Any)) ==
          DecodeError::BadQuantity);
}

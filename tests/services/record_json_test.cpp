// tests/services/record_json_test.cpp - REST bodies and events, letter by letter.
#include "services/record_json.h"

#include <doctest/doctest.h>

using namespace nats_blotter::services;

namespace {

const Trade kTrade{"T-1", 22214, "IBM", Side::Buy, "Settled", 100, 1784737884468, 1784737884461};
const Position kPosition{22214, "IBM", -100, 1784737884468};

template <typename Record>
std::string written(void (*append)(std::string&, const Record&), const Record& record) {
    std::string out;
    append(out, record);
    return out;
}

}  // namespace

TEST_CASE("RestWritesIsoDatesAndNulls") {
    CHECK(written(append_trade, kTrade) ==
          R"({"id":"T-1","accountId":22214,"security":"IBM","side":"Buy","state":"Settled",)"
          R"("quantity":100,"updated":"2026-07-22T16:31:24.468+00:00",)"
          R"("created":"2026-07-22T16:31:24.461+00:00"})");
    Trade without_side = kTrade;
    without_side.side.reset();
    CHECK(written(append_trade, without_side).find("\"side\":null") != std::string::npos);
    CHECK(written(append_position, kPosition) ==
          R"({"accountId":22214,"security":"IBM","quantity":-100,)"
          R"("updated":"2026-07-22T16:31:24.468+00:00"})");
    Order order;
    order.security = "IBM";
    order.quantity = 5;
    CHECK(written(append_order_echo, order) ==
          R"({"id":null,"state":null,"security":"IBM","quantity":5,"accountId":null,"side":null})");
}

TEST_CASE("EventsWriteEpochMillisecondsAndLeaveNullsOut") {
    CHECK(written(append_trade_event, kTrade) ==
          R"({"id":"T-1","accountId":22214,"security":"IBM","side":"Buy","state":"Settled",)"
          R"("quantity":100,"updated":1784737884468,"created":1784737884461})");
    Trade without_side = kTrade;
    without_side.side.reset();
    CHECK(written(append_trade_event, without_side).find("side") == std::string::npos);
    Order order;
    order.security = "IBM";
    order.account_id = 1;
    order.quantity = 5;
    CHECK(written(append_order_event, order) == R"({"security":"IBM","quantity":5,"accountId":1})");
}

TEST_CASE("TheEnvelopeHoldsThePayloadAsItIs") {
    CHECK(
        envelope("/trades", "{}", 7, "trade-service", "TradeOrder") ==
        R"({"topic":"/trades","payload":{},"date":7,"from":"trade-service","type":"TradeOrder"})");
}

TEST_CASE("TextIsEscaped") {
    CHECK(written(append_account, Account{1, "a\"b\\\n"}) ==
          R"({"id":1,"displayName":"a\"b\\\n"})");
}

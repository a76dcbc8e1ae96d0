// tests/services/jetstream_layout_test.cpp - the identity of a stored message, and what streams
// take.
#include "services/jetstream_layout.h"

#include <doctest/doctest.h>

using namespace nats_blotter::services;

TEST_CASE("AStoredMessageIsTheSameAtEveryDelivery") {
    // Deliveries and the consumer's own count differ from one to the next.
    CHECK(*stored_message_id("$JS.ACK.TRADERX_ORDERS.trade-processor.1.42.7.1784737884468.3") ==
          "js-42-1784737884468");
    CHECK(*stored_message_id("$JS.ACK.TRADERX_ORDERS.trade-processor.2.42.9.1784737884468.0") ==
          "js-42-1784737884468");
    // With a domain and an account hash in front, and a token behind.
    CHECK(*stored_message_id(
              "$JS.ACK.hub.ACCHASH.TRADERX_ORDERS.trade-processor.1.42.7.1784737884468.3") ==
          "js-42-1784737884468");
    CHECK(*stored_message_id(
              "$JS.ACK._.ACCHASH.TRADERX_ORDERS.trade-processor.1.42.7.1784737884468.3.xyz") ==
          "js-42-1784737884468");
    for (const char* other :
         {"", "_INBOX.a.b", "$JS.ACK.", "$JS.ACK.a.b.c", "$JS.ACKS.1.2.3.4.5.6.7"})
        CHECK_FALSE(stored_message_id(other).has_value());
}

TEST_CASE("TheEventsStreamTakesEveryAccountAndNoOrders") {
    CHECK(events_stream().subjects ==
          std::vector<std::string>{"trades.account.*.updated", "positions.account.*.updated"});
    CHECK(orders_stream().subjects == std::vector<std::string>{"/trades", "trades.new"});
    CHECK(orders_consumer().stream == orders_stream().name);
}

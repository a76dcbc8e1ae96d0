#include "session/ticket.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace nats_blotter;
using namespace nats_blotter::session;

namespace {

constexpr AccountId kAccount = 22214;
constexpr MonotonicUs kStart = 1'000 * kSecondUs;

struct Desk {
    Tickets tickets;
    MonotonicUs now = kStart;

    std::string send(std::int64_t quantity = 100, const std::string& id = "order-1") {
        return tickets.send({kAccount, "IBM", Side::Buy, quantity}, id, now);
    }
    void answer(int status, std::string_view words = {}) {
        tickets.on_answer(tickets.history().back().number, status, words, now);
    }
    void trade(const std::string& id, std::int64_t quantity = 100,
               std::string_view payload = "{}") {
        tickets.on_trade({id, kAccount, "IBM", "Buy", quantity, payload}, now);
    }
    void wait_ms(std::int64_t ms) {
        now += ms * kMillisecondUs;
        if (tickets.next_deadline() <= now) tickets.on_deadline(now);
    }
    const Ticket& last() const { return tickets.history().back(); }
    std::string line() const { return ticket_line(last()); }
};

std::string refusal(std::string_view text) {
    const QuantityText read = quantity_from_text(text);
    CHECK_FALSE(read.quantity.has_value());
    return read.words;
}

}  // namespace

TEST_CASE("QuantitiesAreReadAsTradersWriteThem") {
    const auto read = [](std::string_view text) {
        return quantity_from_text(text).quantity.value_or(-1);
    };
    CHECK(read("100") == 100);
    CHECK(read(" 7 ") == 7);
    CHECK(read("1k") == 1'000);
    CHECK(read("1 K") == 1'000);
    CHECK(read("2.5m") == 2'500'000);
    CHECK(read("2.5M") == 2'500'000);
    CHECK(read("0.001k") == 1);
    CHECK(read("12,500") == 12'500);
    CHECK(read("1,250.5k") == 1'250'500);
    CHECK(read("100.0") == 100);
    CHECK(read("007") == 7);
    CHECK(read("2147483647") == kQuantityMax);
    CHECK(read("2147.483647m") == kQuantityMax);
}

TEST_CASE("WhatIsNoQuantityIsSaidInWords") {
    CHECK(refusal("") == "Enter a quantity.");
    CHECK(refusal("0") == "The quantity must be at least 1.");
    CHECK(refusal("0k") == "The quantity must be at least 1.");
    CHECK(refusal("-5") == "The quantity must be at least 1.");
    CHECK(refusal("1.5") == "The quantity must be a whole number.");
    CHECK(refusal("1.0005k") == "The quantity must be a whole number.");
    CHECK(refusal("2147483648") == "The quantity must be at most 2,147,483,647.");
    CHECK(refusal("99999999999999999999999999") == "The quantity must be at most 2,147,483,647.");
    CHECK(refusal("3000m") == "The quantity must be at most 2,147,483,647.");
    for (const std::string_view text :
         {"abc", "1e3", "k", "1.", ".5k", "12,50", "1,2345", ",100", "1kk", "0x10", "1 000 kg"})
        CHECK(refusal(text) == "That is not a quantity: write 100, 1k or 2.5m.");
}

TEST_CASE("ATicketIsSentThenAcceptedThenSeen") {
    Desk desk;
    CHECK(desk.send().empty());
    const std::optional<TicketRequest> request = desk.tickets.next_request();
    REQUIRE(request.has_value());
    CHECK(request->body ==
          R"({"id":"order-1","security":"IBM","quantity":100,"accountId":22214,"side":"Buy"})");
    CHECK_FALSE(desk.tickets.next_request().has_value());
    CHECK(desk.line() == "Buy 100 IBM: sending");
    desk.wait_ms(12);
    desk.answer(200);
    CHECK(desk.line() == "Buy 100 IBM: accepted 12 ms");
    desk.wait_ms(29);
    desk.trade("T-9");
    CHECK(desk.last().phase == TicketPhase::MatchSeen);
    CHECK(desk.last().trade_id == "T-9");
    CHECK(desk.line() == "Buy 100 IBM: accepted 12 ms → matching trade seen 41 ms");
}

TEST_CASE("ATradeThatCarriesTheOrdersIdIsTheBookingWhateverItLooksLike") {
    Desk desk;
    desk.send(100, "0f3a-1");
    desk.answer(200);
    desk.wait_ms(600);
    desk.send(100, "0f3a-2");
    desk.answer(200);
    desk.wait_ms(41);
    desk.trade("T-2", 100, R"({"payload":{"id":"T-2","orderId":"0f3a-2"}})");
    CHECK(desk.last().phase == TicketPhase::Booked);
    CHECK(desk.line() == "Buy 100 IBM: accepted <1 ms → booked 41 ms");
    CHECK(desk.tickets.history().front().phase == TicketPhase::Accepted);
}

TEST_CASE("TheTradeMayComeBeforeTheAnswer") {
    Desk desk;
    desk.send();
    desk.wait_ms(8);
    desk.trade("T-1");
    CHECK(desk.line() == "Buy 100 IBM: sending → matching trade seen 8 ms");
    desk.wait_ms(4);
    desk.answer(200);
    CHECK(desk.line() == "Buy 100 IBM: accepted 12 ms → matching trade seen 8 ms");
    CHECK_FALSE(desk.last().is_open());
}

TEST_CASE("EachTradeIsMatchedToOneTicketTheOldestFirst") {
    Desk desk;
    desk.send(100, "a");
    desk.answer(200);
    desk.wait_ms(600);
    desk.send(100, "b");
    desk.answer(200);
    desk.trade("T-1");
    CHECK(desk.tickets.history().front().trade_id == "T-1");
    CHECK(desk.last().trade_id.empty());
    desk.trade("T-2");
    CHECK(desk.last().trade_id == "T-2");
    desk.trade("T-3");
    CHECK(desk.last().trade_id == "T-2");
    CHECK_FALSE(desk.tickets.watches(desk.now));
}

TEST_CASE("OtherTradesAreNotTakenForIt") {
    Desk desk;
    desk.send();
    desk.answer(200);
    desk.trade("T-1", 101);
    desk.tickets.on_trade({"T-2", kAccount, "IBM", "Sell", 100, "{}"}, desk.now);
    desk.tickets.on_trade({"T-3", kAccount, "MS", "Buy", 100, "{}"}, desk.now);
    desk.tickets.on_trade({"T-4", 52355, "IBM", "Buy", 100, "{}"}, desk.now);
    CHECK(desk.last().phase == TicketPhase::Accepted);
}

TEST_CASE("AcceptedAndNotSeenIsSaidAfterThreeSeconds") {
    Desk desk;
    desk.send();
    desk.wait_ms(12);
    desk.answer(200);
    desk.wait_ms(2'999);
    CHECK(desk.line() == "Buy 100 IBM: accepted 12 ms");
    desk.wait_ms(1);
    CHECK(desk.line() == "Buy 100 IBM: accepted 12 ms, not yet seen on the bus");
    CHECK(desk.tickets.next_deadline() == kNever);
    desk.wait_ms(988);
    desk.trade("T-1");
    CHECK(desk.line() == "Buy 100 IBM: accepted 12 ms → matching trade seen 4000 ms");
}

TEST_CASE("ARefusalIsSaidInWordsAndNoTradeIsWaitedFor") {
    Desk desk;
    desk.send();
    desk.answer(404);
    CHECK(desk.line() ==
          "Buy 100 IBM: refused: trade-service knows no such ticker or account (404)");
    desk.trade("T-1");
    CHECK(desk.last().phase == TicketPhase::Refused);
    desk.wait_ms(600);
    desk.send();
    desk.answer(400);
    CHECK(desk.line() == "Buy 100 IBM: refused: trade-service does not take such an order (400)");
}

TEST_CASE("WithoutAnAnswerNobodyKnows") {
    Desk desk;
    desk.send();
    desk.answer(502);
    CHECK(desk.line() ==
          "Buy 100 IBM: unknown, check before sending again: trade-service is down or lacks what "
          "it needs (502)");
    desk.wait_ms(600);
    desk.send(200);
    desk.answer(0, "trade-service does not answer");
    CHECK(desk.last().phase == TicketPhase::Unknown);
    desk.wait_ms(600);
    desk.send(300);
    desk.wait_ms(9'999);
    CHECK(desk.last().phase == TicketPhase::Sending);
    CHECK(desk.tickets.next_cancelled() == 0);
    desk.wait_ms(1);
    CHECK(desk.line() ==
          "Buy 300 IBM: unknown, check before sending again: no answer from trade-service in 10 s");
    CHECK(desk.tickets.next_cancelled() == desk.last().number);
    desk.answer(200);  // too late: it was given up
    CHECK(desk.last().phase == TicketPhase::Unknown);
    desk.trade("T-1", 300);
    CHECK(desk.last().phase == TicketPhase::MatchSeen);
}

TEST_CASE("TwoPressesAreOneTicket") {
    Desk desk;
    CHECK(desk.send(100, "a").empty());
    desk.wait_ms(499);
    CHECK_FALSE(desk.send(100, "b").empty());
    CHECK(desk.tickets.sent() == 1);
    desk.wait_ms(1);
    CHECK(desk.send(100, "c").empty());
    CHECK(desk.tickets.sent() == 2);
}

TEST_CASE("TwentyTicketsAreKeptAndNoneIsForgottenThatIsOpen") {
    Desk desk;
    for (int i = 0; i < 25; ++i) {
        CHECK(desk.send(100 + i, "order-" + std::to_string(i)).empty());
        desk.answer(i == 7 ? 404 : 200);
        desk.trade("T-" + std::to_string(i), 100 + i);
        desk.wait_ms(600);
    }
    CHECK(desk.tickets.history().size() == kTicketsKept);
    CHECK(desk.tickets.history().front().number == 6);
    CHECK(desk.last().number == 25);

    Desk slow;
    for (std::size_t i = 0; i < kTicketsKept; ++i) {
        CHECK(slow.send(100, "order-" + std::to_string(i)).empty());
        slow.now += kDoubleSendUs;  // nobody calls for deadlines
    }
    CHECK(slow.send(100, "one more") ==
          "Too many tickets without an answer: wait for one of them.");
    slow.wait_ms(10'000);
    CHECK(slow.send(100, "one more").empty());
}

TEST_CASE("ATicketIsNotMatchedForEver") {
    Desk desk;
    desk.send();
    desk.answer(200);
    desk.wait_ms(119'000);
    CHECK(desk.tickets.watches(desk.now));
    desk.wait_ms(1'000);
    CHECK_FALSE(desk.tickets.watches(desk.now));
    desk.trade("T-1");
    CHECK(desk.last().phase == TicketPhase::Unseen);
}

TEST_CASE("GroupsOfDigitsAreThreeAndTheFirstIsNotEmpty") {
    for (const char* text : {",100", "1000,000", "1,00,000", "1,000,0", "1.", "1.x", "x", "."})
        CHECK_FALSE(quantity_from_text(text).quantity.has_value());
    CHECK(quantity_from_text("1,234,567").quantity == 1'234'567);
}

TEST_CASE("AnAnswerThatIsTooLateOrOfNobodyChangesNothing") {
    Desk desk;
    CHECK(desk.send().empty());
    desk.wait_ms(kTicketAnswerUs / kMillisecondUs);
    CHECK(desk.last().phase == TicketPhase::Unknown);
    const std::uint64_t version = desk.tickets.version();
    desk.answer(200);
    desk.tickets.on_answer(4711, 200, {}, desk.now);
    CHECK(desk.tickets.version() == version);
    CHECK(desk.tickets.next_cancelled() == desk.last().number);
    CHECK(desk.tickets.next_cancelled() == 0);
}

TEST_CASE("NoAnswerToAnOrderIsSaidInTheWordsThereAre") {
    Desk desk;
    CHECK(desk.send().empty());
    desk.answer(0);
    CHECK(desk.last().trouble == "trade-service does not answer");
    desk.wait_ms(1000);
    CHECK(desk.send(200, "order-2").empty());
    desk.answer(0, "connection lost");
    CHECK(desk.last().trouble == "connection lost");
}

TEST_CASE("AnOrderThatWasSeenIsNotDoubtedByALateOrLostAnswer") {
    Desk desk;
    CHECK(desk.send().empty());
    desk.trade("t-1", 100, "order-1");
    CHECK(desk.last().phase == TicketPhase::Booked);
    desk.answer(500);
    CHECK(desk.last().phase == TicketPhase::Booked);
    CHECK(desk.line() ==
          "Buy 100 IBM: trade-service is down or lacks what it needs (500) → booked <1 ms");
    desk.wait_ms(1000);
    CHECK(desk.send(300, "order-2").empty());
    desk.trade("t-1", 300, "order-2");  // an id that was there before
    CHECK(desk.tickets.owns("t-1"));
    desk.wait_ms(kTicketAnswerUs / kMillisecondUs);
    CHECK(desk.last().phase == TicketPhase::Booked);
    desk.wait_ms(1000);
    CHECK(desk.send(400, "order-3").empty());
    desk.wait_ms(20);
    desk.trade("t-3", 400, "order-3");
    desk.answer(200);
    CHECK(desk.last().phase == TicketPhase::Booked);
    desk.wait_ms(1000);
    CHECK(desk.send(500, "order-4").empty());
    desk.now += 12 * kSecondUs;
    desk.answer(200);
    CHECK(desk.line() == "Buy 500 IBM: accepted 12 s");
}

TEST_CASE("AnOrderIsAnsweredOnce") {
    Desk desk;
    CHECK(desk.send().empty());
    desk.answer(200);
    desk.answer(404);
    CHECK(desk.last().phase == TicketPhase::Accepted);
}

TEST_CASE("EachOrderWaitsForItself") {
    Desk desk;
    CHECK(desk.send(100, "a").empty());
    desk.wait_ms(600);
    CHECK(desk.send(200, "b").empty());
    desk.wait_ms(600);
    CHECK(desk.send(300, "c").empty());
    desk.answer(200);
    desk.wait_ms(600);
    CHECK(desk.send(400, "d").empty());
    desk.answer(200);
    const auto phase = [&desk](std::size_t at) { return desk.tickets.history()[at].phase; };
    desk.wait_ms(2'400);
    CHECK(phase(2) == TicketPhase::Unseen);
    CHECK(phase(3) == TicketPhase::Accepted);
    desk.wait_ms(5'800);
    CHECK(phase(0) == TicketPhase::Unknown);
    CHECK(phase(1) == TicketPhase::Sending);
    CHECK(phase(3) == TicketPhase::Unseen);
    desk.wait_ms(600);
    CHECK(phase(1) == TicketPhase::Unknown);
}

TEST_CASE("TradesOfItsOwnAreForgottenBeyondAThousand") {
    Desk desk;
    for (std::size_t i = 0; i <= kOwnTradesKept; ++i) {
        CHECK(desk.send(100, "order-" + std::to_string(i)).empty());
        desk.answer(200);
        desk.trade("T-" + std::to_string(i));
        desk.wait_ms(600);
    }
    CHECK_FALSE(desk.tickets.owns("T-0"));
    CHECK(desk.tickets.owns("T-1"));
    CHECK(desk.tickets.owns("T-" + std::to_string(kOwnTradesKept)));
}

// session/ticket.h - orders of this page, from the fields of the ticket to the trade on the bus.
//
// Before this: web/panels/ticket_panel (or a test) hands over what is in the fields.
// After this:  the session sends the requests of next_request() to trade-service, and tells what it
//              answers and which new trades the stream brings.
// Unknown here: sockets, the screen, where the list of securities comes from.
//
// A 200 of trade-service means "published", never "booked"; the trade on the bus says that. It is
// matched by the order's id where the payload carries it, else by account, security, side and
// quantity, which says no more than that such a trade was seen.
//
// Invariants (tests/session/ticket_test.cpp):
//   1. At most kTicketsKept tickets are held; the oldest one that nothing is owed for goes first.
//   2. A trade is matched to one ticket, and a ticket to one trade.
//   3. At most kOwnTradesKept trades are remembered as this page's own.
//   4. What is final stays as it is, but for a trade that is seen after all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "session/session.h"

namespace nats_blotter::session {

enum class Side : std::uint8_t { Buy, Sell };
std::string_view side_name(Side side);  // "Buy", as the services spell it

// What trade-service and the database hold: 32 bits, and a trade has at least one.
inline constexpr std::int64_t kQuantityMax = 2'147'483'647;

// "100", "12,500", "1k", "2.5m": the number, or nothing with the sentence that says why not.
struct QuantityText {
    std::optional<std::int64_t> quantity;
    std::string words;
};
QuantityText quantity_from_text(std::string_view text);

struct Order {
    AccountId account = kAllAccounts;
    std::string security;
    Side side = Side::Buy;
    std::int64_t quantity = 0;
};
std::string order_words(const Order& order);  // "Buy 1,500 IBM"

enum class TicketPhase : std::uint8_t {
    Sending,    // no answer yet
    Accepted,   // published; the bus is watched
    Unseen,     // published, and not on the bus in kTicketSeenUs
    Booked,     // a trade carries this order's id
    MatchSeen,  // a trade that looks like it
    Refused,    // for certain not accepted; `trouble` says why
    Unknown,    // it may have been accepted or not; `trouble` says what happened
};

struct Ticket {
    std::uint32_t number = 0;  // from 1, of this page
    Order order;
    std::string order_id;  // sent as the order's `id`
    MonotonicUs sent_at = 0;
    TicketPhase phase = TicketPhase::Sending;
    MonotonicUs answered_us = -1;  // after it was sent, also where it was given up
    MonotonicUs seen_us = -1;      // after it was sent
    bool seen_by_id = false;
    std::string trade_id;
    std::string trouble;

    bool is_open() const;
};

// "Buy 100 IBM: sending → accepted 12 ms → booked 41 ms"
std::string ticket_line(const Ticket& ticket);

// Tickets that are held, as history and to be matched.
inline constexpr std::size_t kTicketsKept = 20;
// Trades of tickets that are marked as such: more than anybody sends by hand in a day.
inline constexpr std::size_t kOwnTradesKept = 1'000;
// Two presses of a key, or a mouse that clicks twice, are closer together than this.
inline constexpr MonotonicUs kDoubleSendUs = 500 * kMillisecondUs;
// trade-service answers within milliseconds, and within 2 s while the broker is frozen.
inline constexpr MonotonicUs kTicketAnswerUs = 10 * kSecondUs;
// An order is booked within milliseconds; one that is not on the bus by then is worth a word.
inline constexpr MonotonicUs kTicketSeenUs = 3 * kSecondUs;

struct TicketRequest {
    std::uint32_t ticket = 0;
    std::string body;  // JSON, for POST
};

// A trade that the stream has brought and that no table held before.
struct SeenTrade {
    std::string_view id;
    AccountId account = 0;
    std::string_view security;
    std::string_view side;
    std::int64_t quantity = 0;
    std::string_view payload;  // the whole message
};

class Tickets {
  public:
    // Empty, or why this order is not sent now. `order_id` is this order's alone.
    std::string send(const Order& order, std::string order_id, MonotonicUs now);

    std::optional<TicketRequest> next_request();
    // The answer to a request; `http_status` 0 with words when there was none.
    void on_answer(std::uint32_t ticket, int http_status, std::string_view words, MonotonicUs now);
    void on_trade(const SeenTrade& trade, MonotonicUs now);

    MonotonicUs next_deadline() const;
    void on_deadline(MonotonicUs now);
    // A request whose answer nobody waits for any more, 0 when there is none.
    std::uint32_t next_cancelled();

    // True while a trade could be matched: the caller need not tell of trades otherwise.
    bool watches(MonotonicUs now) const;

    // Whether a ticket of this page was matched to this trade.
    bool owns(std::string_view trade_id) const;

    // Oldest first.
    const std::deque<Ticket>& history() const { return history_; }
    std::uint64_t version() const { return version_; }  // rises with every change
    std::uint64_t sent() const { return last_number_; }

  private:
    Ticket* find(std::uint32_t number);
    void remember(std::string_view trade_id);
    void check_invariants() const;

    std::deque<Ticket> history_;
    std::deque<TicketRequest> requests_;
    std::deque<std::uint32_t> cancelled_;
    std::set<std::string, std::less<>> own_trades_;
    std::deque<std::string> own_in_order_;
    std::uint32_t last_number_ = 0;
    MonotonicUs last_sent_at_ = INT64_MIN / 2;
    std::uint64_t version_ = 1;
};

}  // namespace nats_blotter::session

#include "session/ticket.h"

#include <algorithm>

#include "base/assert.h"
#include "base/json_text.h"
#include "base/number_text.h"

namespace nats_blotter::session {
namespace {

constexpr int kHttpOk = 200;

// A trade of the past may be told again: a ticket is not matched for ever.
constexpr MonotonicUs kMatchedWithinUs = 120 * kSecondUs;

bool is_watched(const Ticket& ticket, MonotonicUs now) {
    return ticket.seen_us < 0 && ticket.phase != TicketPhase::Refused &&
           now - ticket.sent_at < kMatchedWithinUs;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

// Digits with commas between groups of three, or without any: as digits alone.
std::optional<std::string> whole_digits(std::string_view text) {
    std::string digits;
    std::size_t group = 0;
    bool grouped = false;
    for (const char c : text) {
        if (c == ',') {
            if (group == 0 || group > 3 || (grouped && group != 3)) return std::nullopt;
            grouped = true;
            group = 0;
        } else if (is_digit(c)) {
            digits += c;
            ++group;
        } else {
            return std::nullopt;
        }
    }
    if (digits.empty() || (grouped && group != 3)) return std::nullopt;
    return digits;
}

void append_grouped(std::string& out, std::int64_t value) {
    std::string digits;
    append_int(digits, value);
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
        out += digits[i];
    }
}

void append_ms(std::string& out, MonotonicUs time_us) {
    const std::int64_t ms = time_us / kMillisecondUs;
    if (ms < 1) {
        out += "<1 ms";
    } else if (ms < 10'000) {
        append_int(out, ms);
        out += " ms";
    } else {
        append_int(out, ms / 1000);
        out += " s";
    }
}

std::string order_json(const Order& order, const std::string& id) {
    std::string json = "{\"id\":";
    append_json_string(json, id);
    json += ",\"security\":";
    append_json_string(json, order.security);
    json += ",\"quantity\":";
    append_int(json, order.quantity);
    json += ",\"accountId\":";
    append_int(json, order.account);
    json += ",\"side\":";
    append_json_string(json, side_name(order.side));
    json += '}';
    return json;
}

// What an answer other than 200 means to whoever sent the order.
void judge(Ticket& ticket, int http_status, std::string_view words) {
    const std::string number = std::to_string(http_status);
    ticket.phase = TicketPhase::Refused;
    if (http_status == 404) {
        ticket.trouble = "trade-service knows no such ticker or account (404)";
    } else if (http_status >= 400 && http_status < 500) {
        ticket.trouble = "trade-service does not take such an order (" + number + ")";
    } else {
        ticket.phase = TicketPhase::Unknown;
        if (http_status >= 500)
            ticket.trouble = "trade-service is down or lacks what it needs (" + number + ")";
        else
            ticket.trouble =
                words.empty() ? std::string("trade-service does not answer") : std::string(words);
    }
}

}  // namespace

std::string_view side_name(Side side) { return side == Side::Buy ? "Buy" : "Sell"; }

QuantityText quantity_from_text(std::string_view text) {
    constexpr std::size_t kNone = std::string_view::npos;
    const std::string_view typed = trimmed(text);
    if (typed.empty()) return {std::nullopt, "Enter a quantity."};
    if (typed.front() == '-') return {std::nullopt, "The quantity must be at least 1."};
    std::string_view number = typed;
    int zeros = 0;
    const char unit = number.back();
    if (unit == 'k' || unit == 'K') zeros = 3;
    if (unit == 'm' || unit == 'M') zeros = 6;
    if (zeros > 0) number = trimmed(number.substr(0, number.size() - 1));
    const std::size_t point = number.find('.');
    const std::string_view fraction = point == kNone ? "" : number.substr(point + 1);
    std::optional<std::string> digits = whole_digits(number.substr(0, point));
    if (!digits || !std::all_of(fraction.begin(), fraction.end(), is_digit) ||
        (point != kNone && fraction.empty())) {
        return {std::nullopt, "That is not a quantity: write 100, 1k or 2.5m."};
    }
    for (std::size_t i = 0; i < fraction.size(); ++i) {
        if (i < static_cast<std::size_t>(zeros)) {
            *digits += fraction[i];
        } else if (fraction[i] != '0') {
            return {std::nullopt, "The quantity must be a whole number."};
        }
    }
    const std::size_t given = std::min(fraction.size(), static_cast<std::size_t>(zeros));
    digits->append(static_cast<std::size_t>(zeros) - given, '0');
    digits->erase(0, std::min(digits->find_first_not_of('0'), digits->size() - 1));
    constexpr std::size_t kDigitsMax = 10;
    const Result<std::int64_t> value = digits->size() > kDigitsMax
                                           ? Result<std::int64_t>(kQuantityMax + 1)
                                           : int_from_text(*digits);
    NB_ASSERT(value.has_value());
    if (*value > kQuantityMax) {
        std::string words = "The quantity must be at most ";
        append_grouped(words, kQuantityMax);
        return {std::nullopt, words + '.'};
    }
    if (*value < 1) return {std::nullopt, "The quantity must be at least 1."};
    return {*value, {}};
}

std::string order_words(const Order& order) {
    std::string words(side_name(order.side));
    words += ' ';
    append_grouped(words, order.quantity);
    return words + ' ' + order.security;
}

bool Ticket::is_open() const {
    return phase == TicketPhase::Sending || phase == TicketPhase::Accepted;
}

std::string ticket_line(const Ticket& ticket) {
    std::string line = order_words(ticket.order);
    line += ": ";
    if (ticket.phase == TicketPhase::Refused) return line + "refused: " + ticket.trouble;
    if (ticket.phase == TicketPhase::Unknown)
        return line + "unknown, check before sending again: " + ticket.trouble;
    if (ticket.answered_us < 0) line += "sending";
    if (ticket.answered_us >= 0 && ticket.trouble.empty()) {
        line += "accepted ";
        append_ms(line, ticket.answered_us);
    } else if (!ticket.trouble.empty()) {
        line += ticket.trouble;
    }
    if (ticket.phase == TicketPhase::Unseen) line += ", not yet seen on the bus";
    if (ticket.seen_us >= 0) {
        line += ticket.seen_by_id ? " → booked " : " → matching trade seen ";
        append_ms(line, ticket.seen_us);
    }
    return line;
}

std::string Tickets::send(const Order& order, std::string order_id, MonotonicUs now) {
    NB_ASSERT(order.account != kAllAccounts && !order.security.empty());
    NB_ASSERT(order.quantity >= 1 && order.quantity <= kQuantityMax);
    if (now - last_sent_at_ < kDoubleSendUs)
        return "A ticket was sent just now: press again for another one.";
    if (history_.size() == kTicketsKept) {
        const auto settled = std::find_if(history_.begin(), history_.end(),
                                          [](const Ticket& ticket) { return !ticket.is_open(); });
        if (settled == history_.end())
            return "Too many tickets without an answer: wait for one of them.";
        history_.erase(settled);
    }
    last_sent_at_ = now;
    Ticket ticket;
    ticket.number = ++last_number_;
    ticket.order = order;
    ticket.sent_at = now;
    requests_.push_back({ticket.number, order_json(order, order_id)});
    ticket.order_id = std::move(order_id);
    history_.push_back(std::move(ticket));
    ++version_;
    check_invariants();
    return {};
}

std::optional<TicketRequest> Tickets::next_request() {
    if (requests_.empty()) return std::nullopt;
    TicketRequest request = std::move(requests_.front());
    requests_.pop_front();
    return request;
}

std::uint32_t Tickets::next_cancelled() {
    if (cancelled_.empty()) return 0;
    const std::uint32_t ticket = cancelled_.front();
    cancelled_.pop_front();
    return ticket;
}

Ticket* Tickets::find(std::uint32_t number) {
    const auto found =
        std::find_if(history_.begin(), history_.end(),
                     [number](const Ticket& ticket) { return ticket.number == number; });
    return found == history_.end() ? nullptr : &*found;
}

void Tickets::on_answer(std::uint32_t number, int http_status, std::string_view words,
                        MonotonicUs now) {
    Ticket* ticket = find(number);
    if (ticket == nullptr || ticket->answered_us >= 0) return;
    ++version_;
    ticket->answered_us = now - ticket->sent_at;
    const bool seen = ticket->seen_us >= 0;
    if (http_status == kHttpOk) {
        if (!seen) ticket->phase = TicketPhase::Accepted;
        return;
    }
    const TicketPhase before = ticket->phase;
    judge(*ticket, http_status, words);
    // The bus knows better than an answer that was lost on its way.
    if (seen) ticket->phase = before;
    check_invariants();
}

void Tickets::on_trade(const SeenTrade& trade, MonotonicUs now) {
    const auto looks_like_it = [&trade](const Ticket& ticket) {
        return ticket.order.account == trade.account && ticket.order.security == trade.security &&
               side_name(ticket.order.side) == trade.side &&
               ticket.order.quantity == trade.quantity;
    };
    Ticket* match = nullptr;
    bool by_id = false;
    for (Ticket& ticket : history_) {
        if (!is_watched(ticket, now)) continue;
        if (trade.payload.find(ticket.order_id) != std::string_view::npos) {
            match = &ticket;
            by_id = true;
            break;
        }
        if (match == nullptr && looks_like_it(ticket)) match = &ticket;
    }
    if (match == nullptr) return;
    match->seen_us = now - match->sent_at;
    match->seen_by_id = by_id;
    match->phase = by_id ? TicketPhase::Booked : TicketPhase::MatchSeen;
    match->trade_id = trade.id;
    remember(trade.id);
    ++version_;
    check_invariants();
}

void Tickets::remember(std::string_view trade_id) {
    if (!own_trades_.emplace(trade_id).second) return;
    own_in_order_.emplace_back(trade_id);
    if (own_in_order_.size() <= kOwnTradesKept) return;
    own_trades_.erase(own_in_order_.front());
    own_in_order_.pop_front();
}

bool Tickets::owns(std::string_view trade_id) const { return own_trades_.contains(trade_id); }

bool Tickets::watches(MonotonicUs now) const {
    return std::any_of(history_.begin(), history_.end(),
                       [now](const Ticket& ticket) { return is_watched(ticket, now); });
}

MonotonicUs Tickets::next_deadline() const {
    MonotonicUs deadline = kNever;
    for (const Ticket& ticket : history_) {
        if (ticket.answered_us < 0) deadline = std::min(deadline, ticket.sent_at + kTicketAnswerUs);
        if (ticket.phase == TicketPhase::Accepted)
            deadline = std::min(deadline, ticket.sent_at + ticket.answered_us + kTicketSeenUs);
    }
    return deadline;
}

void Tickets::on_deadline(MonotonicUs now) {
    for (Ticket& ticket : history_) {
        if (ticket.answered_us < 0 && now - ticket.sent_at >= kTicketAnswerUs) {
            ticket.answered_us = now - ticket.sent_at;
            ticket.trouble = "no answer from trade-service in ";
            append_int(ticket.trouble, kTicketAnswerUs / kSecondUs);
            ticket.trouble += " s";
            if (ticket.seen_us < 0) ticket.phase = TicketPhase::Unknown;
            cancelled_.push_back(ticket.number);
            ++version_;
        }
        if (ticket.phase == TicketPhase::Accepted &&
            now >= ticket.sent_at + ticket.answered_us + kTicketSeenUs) {
            ticket.phase = TicketPhase::Unseen;
            ++version_;
        }
    }
    check_invariants();
}

void Tickets::check_invariants() const {
    NB_ASSERT(history_.size() <= kTicketsKept);
    NB_ASSERT(own_trades_.size() <= kOwnTradesKept && own_trades_.size() == own_in_order_.size());
    for (const Ticket& ticket : history_) {
        const bool seen =
            ticket.phase == TicketPhase::Booked || ticket.phase == TicketPhase::MatchSeen;
        NB_ASSERT(seen == (ticket.seen_us >= 0));
        NB_ASSERT(ticket.phase != TicketPhase::Unknown || ticket.answered_us >= 0);
    }
}

}  // namespace nats_blotter::session

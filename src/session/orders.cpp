// session/orders.cpp - what the page asks of the services besides reading: orders, the list of
// securities, changes of accounts.
#include <algorithm>

#include "base/limits.h"
#include "session/state.h"

namespace nats_blotter::session {
namespace {

constexpr int kHttpOk = 200;

// 32 hexadecimal digits in five groups, as services expect an id to look.
std::string make_order_id(Random& random) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string id;
    std::uint64_t bits = 0;
    for (std::size_t digit = 0; digit < 32; ++digit) {
        if (digit % 16 == 0) bits = random.next();
        if (digit == 8 || digit == 12 || digit == 16 || digit == 20) id += '-';
        id += kHex[bits & 15];
        bits >>= 4;
    }
    return id;
}

}  // namespace

void Session::State::push_requests() {
    while (std::optional<TicketRequest> request = tickets.next_request()) {
        Fetching fetching;
        fetching.purpose = Purpose::Ticket;
        fetching.ticket = request->ticket;
        start_request("POST", profile.orders_url, std::move(request->body), std::move(fetching));
    }
    if (std::optional<AdminRequest> request = admin.next_request()) {
        Fetching fetching;
        fetching.purpose = Purpose::Admin;
        fetching.step = request->step;
        start_request(request->method, std::move(request->url), std::move(request->body),
                      std::move(fetching));
    }
    while (const std::uint32_t ticket = tickets.next_cancelled()) {
        for (const auto& [id, fetching] : fetches) {
            if (fetching.purpose != Purpose::Ticket || fetching.ticket != ticket) continue;
            FetchId waiting = id;
            cancel_fetch(waiting);
            break;
        }
    }
}

void Session::State::end_request(const Fetching& fetching, int http_status, std::string_view words,
                                 MonotonicUs now) {
    switch (fetching.purpose) {
        case Purpose::Ticket: return tickets.on_answer(fetching.ticket, http_status, words, now);
        case Purpose::Securities: return end_securities(fetching, http_status, now);
        case Purpose::Admin:
            admin.on_answer(fetching.step, http_status, words, fetching.body);
            if (admin.take_changed()) ask_accounts();
            return;
        case Purpose::Snapshot:
        case Purpose::Accounts: return;
    }
}

void Session::State::want_securities(MonotonicUs now) {
    if (securities.known() || securities_fetch != 0 || profile.securities_url.empty()) return;
    if (securities_due_at != kNever && now < securities_due_at) return;
    securities_due_at = kNever;
    Fetching fetching;
    fetching.purpose = Purpose::Securities;
    securities_fetch = start_fetch(profile.securities_url, std::move(fetching));
}

void Session::State::end_securities(const Fetching& fetching, int http_status, MonotonicUs now) {
    securities_fetch = 0;
    if (http_status == 0) {
        securities_trouble = fetching.service + " does not answer";
    } else if (http_status != kHttpOk) {
        securities_trouble = fetching.service + " answers " + std::to_string(http_status);
    } else if (fetching.too_long || !securities.read(fetching.body)) {
        securities_trouble = fetching.service + " answered something that is not a list";
    } else {
        securities_trouble.clear();
        securities_failures = 0;
        return;
    }
    securities_due_at = now + retry_wait_us(++securities_failures);
}

void Session::State::on_order_deadline(MonotonicUs now) {
    if (tickets.next_deadline() <= now) tickets.on_deadline(now);
    if (securities_due_at <= now) want_securities(now);
}

// Of a row that was not there before.
void Session::State::watch_trade(const LiveTable& live, const feed::Record& record,
                                 std::string_view payload, MonotonicUs now) {
    const feed::TableSpec& spec = live.table.spec();
    if (!tickets.watches(now)) return;
    const auto cell = [&](std::string_view field) {
        const std::int32_t column = spec.column_index(field);
        return column < 0 ? feed::Cell{} : record.cells[static_cast<std::size_t>(column)];
    };
    if (spec.column_index("side") < 0) return;  // not the table of trades
    tickets.on_trade({cell("id").text, cell("accountId").number, cell("security").text,
                      cell("side").text, cell("quantity").number, payload},
                     now);
}

// ---- the public face

bool Session::takes_orders() const { return !state_->profile.orders_url.empty(); }

std::string Session::send_order(const Order& order, MonotonicUs now) {
    State& s = *state_;
    if (!takes_orders()) return "No service takes orders here.";
    if (s.closed) return "The blotter is closed.";
    return s.tickets.send(order, make_order_id(s.random), now);
}

const Tickets& Session::tickets() const { return state_->tickets; }
void Session::want_securities(MonotonicUs now) { state_->want_securities(now); }
const Securities& Session::securities() const { return state_->securities; }
const std::string& Session::securities_trouble() const { return state_->securities_trouble; }
AccountAdmin& Session::admin() { return state_->admin; }

}  // namespace nats_blotter::session

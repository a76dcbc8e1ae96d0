// The network, the broker and what is published; faults of all three.
#include <algorithm>
#include <array>

#include "session_sim/session_world.h"
#include "session_sim/session_world_state.h"

namespace nats_blotter::sim {
namespace {

// A silent link is noticed by then (rule 6), and its owner's timers may be late.
constexpr MonotonicUs kDeadAfterUs = 25 * kSecondUs;
constexpr MonotonicUs kHandshakeUs = 10 * kSecondUs;
// A publisher that lost its broker is back a little after it.
constexpr MonotonicUs kPublisherBackUs = 300'000;
constexpr std::array<std::string_view, 4> kGarbage = {
    "HTTP/1.1 502 Bad Gateway\r\n\r\nx", "<html>\r\nx", "\r\nx", std::string_view("\0\0\0\0x", 5)};

}  // namespace

// ---- transports

void SessionWorld::dial(Page& page, nats::Generation generation) {
    auto wire = std::make_shared<Wire>();
    wire->page = &page;
    wire->generation = generation;
    page.wires.push_back(wire);
    page.oracle.link_is_new();
    trace([&] { return page.name + ": dials " + std::to_string(generation); });
    const MonotonicUs arrives = now_ + 2 * faults_->delay + between(0, faults_->jitter);
    if (!peace_ && faults_->refusals && chance(3)) {
        const bool silent = chance(4);
        disturb(page, silent ? now_ + kHandshakeUs : arrives);
        if (silent) return;  // nothing ever answers
        at(arrives, [this, wire] { ended(wire, 1006, ""); });
        return;
    }
    at(arrives, [this, wire] { opened(wire); });
}

void SessionWorld::opened(const std::shared_ptr<Wire>& wire) {
    if (now_ < broker_down_until_) return ended(wire, 1006, "");
    if (wire->page_ended) return;
    wire->connection = broker_->connect(now_);
    wire->open_at_broker = true;
    when_awake(*wire->page, [this, wire] {
        if (wire->page_ended) return;
        wire->opened = true;
        wire->page->session.link().on_open(wire->generation, now_);
        pump(*wire->page);
    });
    collect();
}

void SessionWorld::ended(const std::shared_ptr<Wire>& wire, std::uint16_t code,
                         std::string reason) {
    Page& page = *wire->page;
    if (now_ < page.asleep_until)
        return when_awake(page, [this, wire, code, reason] { ended(wire, code, reason); });
    if (wire->gone && wire->open_at_broker) return;
    trace([&] {
        return page.name + ": end of " + std::to_string(wire->generation) + " with " +
               std::to_string(code) + (wire->page_ended ? " (late)" : "");
    });
    // Late reports of transports that were given up must do nothing.
    if (!wire->page_ended) disturb(page, now_);
    wire->page_ended = true;
    page.session.link().on_close(wire->generation, {code, code != 1006, reason}, now_);
    pump(page);
}

void SessionWorld::hang_up(Page& page, nats::Generation generation) {
    for (const std::shared_ptr<Wire>& wire : page.wires) {
        if (wire->generation != generation) continue;
        wire->page_ended = true;
        disturb(page, now_);
        at(now_ + faults_->delay, [this, wire] {
            wire->end_sent = true;
            if (wire->connection != 0) broker_->lose(wire->connection);
        });
    }
}

void SessionWorld::carry_up(const std::shared_ptr<Wire>& wire, std::string bytes) {
    if (wire->gone) return;
    wire->up_at = std::max(
        {wire->up_at, now_ + faults_->delay + between(0, faults_->jitter), wire->stalled_until});
    at(wire->up_at, [this, wire, bytes = std::move(bytes)] {
        if (wire->gone || wire->connection == 0) return;
        broker_->receive(wire->connection, bytes, now_);
        broker_->take_heard(wire->connection);
        collect();
    });
}

void SessionWorld::collect() {
    for (auto& page : pages_)
        if (!page->wires.empty()) {
            const std::shared_ptr<Wire>& wire = page->wires.back();
            if (wire->open_at_broker && !wire->end_sent) carry_down(wire);
        }
    const MonotonicUs next = broker_->next_time();
    if (next < broker_timer_at_) {
        broker_timer_at_ = next;
        at(next, [this] { broker_time(); });
    }
}

void SessionWorld::broker_time() {
    broker_timer_at_ = kNever;
    broker_->on_time(now_);
    collect();
}

void SessionWorld::carry_down(const std::shared_ptr<Wire>& wire) {
    std::string bytes = broker_->take_output(wire->connection);
    const auto put = [&](std::string piece) {
        wire->down_at =
            std::max(wire->down_at, now_ + faults_->delay + between(0, faults_->jitter));
        wire->down.push_back({wire->down_at, std::move(piece)});
    };
    if (!bytes.empty() && faults_->garbage && !peace_ && !wire->tainted && chance(40)) {
        trace([&] { return wire->page->name + ": garbage"; });
        wire->tainted = true;
        garbled_ = true;
        // Where it looks like the beginning of something it is noticed with what comes behind it.
        wire->page->oracle.tolerate_until(kNever);
        disturb(*wire->page, now_ + kDeadAfterUs);
        // One draw after another: in a call, each compiler has an order of its own.
        const std::size_t place = below(bytes.size() + 1);
        bytes.insert(place, kGarbage[below(kGarbage.size())]);
    }
    while (!bytes.empty()) {
        std::size_t piece = bytes.size();
        if (faults_->splits) piece = std::min(piece, 1 + below(chance(4) ? 4 : 200));
        put(bytes.substr(0, piece));
        bytes.erase(0, piece);
    }
    if (const auto& close = broker_->closed(wire->connection); close && !wire->end_sent) {
        wire->end_sent = true;
        const MonotonicUs told_at = std::max({wire->down_at, now_, wire->stalled_until});
        disturb(*wire->page, told_at);
        at(told_at,
           [this, wire, code = close->code, reason = close->reason] { ended(wire, code, reason); });
    }
    if (!wire->delivery_planned && !wire->down.empty()) {
        wire->delivery_planned = true;
        at(wire->down.front().at, [this, wire] { deliver(wire); });
    }
}

void SessionWorld::deliver(const std::shared_ptr<Wire>& wire) {
    wire->delivery_planned = false;
    Page& page = *wire->page;
    if (wire->gone || wire->down.empty()) return;
    const MonotonicUs not_before = std::max(wire->stalled_until, page.asleep_until);
    if (not_before <= now_) {
        std::string bytes = std::move(wire->down.front().bytes);
        wire->down.pop_front();
        while (!faults_->splits && !wire->down.empty() && wire->down.front().at <= now_) {
            bytes += wire->down.front().bytes;
            wire->down.pop_front();
        }
        page.session.link().receive(wire->generation, bytes, now_);
        pump(page);
    }
    if (wire->down.empty() || wire->delivery_planned) return;
    wire->delivery_planned = true;
    at(std::max(wire->down.front().at, not_before), [this, wire] { deliver(wire); });
}

// ---- what is booked and published

void SessionWorld::book() {
    at(now_ + between(1, faults_->pace), [this] {
        if (books_closed_) return;
        for (std::uint64_t i = chance(8) ? 1 + random_.below(6) : 1; i > 0; --i)
            for (const Told& told : books_->book(now_))
                at(told.at, [this, told] { publish(told); });
        if (faults_->new_accounts && books_->accounts().size() < 5 && chance(10)) create_account();
        book();
    });
}

void SessionWorld::publish(const Told& told) {
    if (now_ < broker_down_until_) {
        if (books_->options().stock) return;  // lost; nobody was listening
        at(broker_down_until_ + kPublisherBackUs, [this, told] { publish(told); });
        for (auto& page : pages_)
            page->oracle.tolerate_until(broker_down_until_ + kPublisherBackUs + kGraceUs);
        return;
    }
    if (faults_->swallows && !peace_ && chance(12)) {
        trace([&] { return "swallows " + books_->event_json(told, now_); });
        swallowed_ = true;
        ++swallows_;
        for (auto& page : pages_) page->oracle.tolerate_until(now_ + kUnseenUs);
        return;
    }
    const std::string json = books_->event_json(told, now_);
    const BookRow& row = told.trade ? books_->trades()[told.row] : books_->positions()[told.row];
    const feed::Stream stream =
        told.trade ? feed::Stream::AccountTrades : feed::Stream::AccountPositions;
    trace([&] { return "publishes " + json; });
    for (const feed::SubjectFamily family :
         {feed::SubjectFamily::Slash, feed::SubjectFamily::Dotted})
        broker_->publish(feed::subject_for(stream, family, row.account), json);
    collect();
    if (faults_->duplicates && !books_->options().stock && !peace_ && chance(5))
        at(now_ + between(0, 2 * kSecondUs), [this, told] { publish(told); });
}

void SessionWorld::create_account() {
    books_->create_account(now_);
    const session::AccountId account = books_->accounts().back().id;
    trace([&] { return "account " + std::to_string(account) + " is created"; });
    if (!faults_->denials || !chance(2)) return;
    std::vector<std::string>& denied = broker_->config().users[0].subscribe_deny;
    for (const feed::SubjectFamily family :
         {feed::SubjectFamily::Slash, feed::SubjectFamily::Dotted}) {
        denied.push_back(feed::subject_for(feed::Stream::AccountTrades, family, account));
        denied.push_back(feed::subject_for(feed::Stream::AccountPositions, family, account));
    }
    const MonotonicUs allowed_at = now_ + between(0, 40 * kSecondUs);
    disturb_all(allowed_at);
    at(allowed_at, [this] { broker_->config().users[0].subscribe_deny.clear(); });
}

// ---- faults

void SessionWorld::make_fault() {
    at(now_ + between(1, 8 * kSecondUs), [this] {
        if (peace_) return;
        const Faults& f = *faults_;
        fault_on(*pages_[below(pages_.size())]);
        if (f.restarts && chance(6)) {
            trace([] { return std::string("broker: restarts"); });
            broker_down_until_ = now_ + (chance(4) ? between(20 * kSecondUs, 60 * kSecondUs)
                                                   : between(0, 5 * kSecondUs));
            disturb_all(broker_down_until_);
            broker_->shut_down();
        }
        if (f.lame_ducks && chance(5)) {
            trace([] { return std::string("broker: lame duck"); });
            disturb_all(now_ + kSecondUs);
            broker_->lame_duck(now_);
        }
        if (f.services_clock && chance(4)) {
            constexpr std::array<std::int64_t, 4> kJumps = {-60'000, -3'000, 3'000, 60'000};
            const std::int64_t by = kJumps[below(kJumps.size())];
            // A stock clock that goes back makes versions fall: nothing to be promised of that.
            if (!books_->options().stock || by > 0) books_->shift_clock(by);
            trace([&] { return "services: clock jumps " + std::to_string(by); });
        }
        collect();
        make_fault();
    });
}

void SessionWorld::cut(const std::shared_ptr<Wire>& wire, bool lose_what_is_under_way) {
    trace([&] { return "network: cuts " + std::to_string(wire->generation); });
    wire->end_sent = true;
    broker_->lose(wire->connection);
    if (lose_what_is_under_way) wire->down.clear();
    const MonotonicUs told_at =
        std::max(lose_what_is_under_way ? now_ + between(0, faults_->delay) : wire->down_at,
                 wire->stalled_until);
    disturb(*wire->page, told_at);
    at(told_at, [this, wire] { ended(wire, 1006, ""); });
}

void SessionWorld::fault_on(Page& page) {
    const Faults& f = *faults_;
    if (f.page_clock && chance(3)) {
        page.clock_shift_ms += between(-4'000'000, 4'000'000);
        trace([&] { return page.name + ": its clock jumps"; });
    }
    if (f.sleeps && chance(3) && now_ >= page.asleep_until) send_to_sleep(page);
    if (page.wires.empty()) return;
    const std::shared_ptr<Wire> wire = page.wires.back();
    if (!wire->open_at_broker || wire->end_sent) return;
    switch (random_.below(4)) {
        case 0:
            if (f.cuts) cut(wire, chance(2));
            return;
        case 1:
            if (!f.half_open) return;
            trace([&] { return page.name + ": half-open"; });
            wire->gone = true;
            page.oracle.tolerate_until(kNever);
            disturb(page, now_ + kDeadAfterUs);
            return;
        case 2: {
            if (!f.stalls) return;
            trace([&] { return page.name + ": stall"; });
            const MonotonicUs until = now_ + between(0, 40 * kSecondUs);
            wire->stalled_until = std::max(wire->stalled_until, until);
            page.oracle.tolerate_until(until + kGraceUs);
            at(until, [&page, until] { page.oracle.link_resumed(until); });
            disturb(page, until);
            return;
        }
        default:
            if (!f.broker_ends) return;
            trace([&] { return page.name + ": the broker ends its link"; });
            if (chance(2))
                broker_->end(wire->connection, "", 1001, "Server Shutdown");
            else
                broker_->end(wire->connection, "", 1006, "");  // as a slow consumer
    }
}

}  // namespace nats_blotter::sim

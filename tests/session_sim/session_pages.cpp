// Pages: what a browser and its user do around a session.
#include <algorithm>

#include "session_sim/session_world.h"
#include "session_sim/session_world_state.h"

namespace nats_blotter::sim {
namespace {

// What a page may need beyond the faults themselves: a retry of a read (3 s at most), a handshake.
constexpr MonotonicUs kRecoveryUs = 5 * kSecondUs;
// Redials come within 1 s, later in an outage within 5 s and then 30 s (rule 7).
constexpr MonotonicUs kShortOutageUs = 18 * kSecondUs;
constexpr MonotonicUs kLongOutageUs = 110 * kSecondUs;

}  // namespace

void SessionWorld::disturb(Page& page, MonotonicUs until) {
    const Faults& f = *faults_;
    const MonotonicUs outage = until - page.live_at;
    MonotonicUs recovery =
        kRecoveryUs + 10 * (f.delay + f.jitter) + 6 * f.rest_delay + 4 * f.lateness + kSecondUs;
    if (outage > kShortOutageUs) recovery += 5 * kSecondUs;
    if (outage > kLongOutageUs) recovery += 25 * kSecondUs;
    if (f.slow_pump) recovery += 8 * kSecondUs;
    page.oracle.calm_from(until + recovery);
}

void SessionWorld::disturb_all(MonotonicUs until) {
    for (auto& page : pages_) disturb(*page, until);
}

void SessionWorld::when_awake(Page& page, std::function<void()> act) {
    if (now_ >= page.asleep_until) return act();
    at(page.asleep_until, [this, &page, act] { when_awake(page, act); });
}

void SessionWorld::pump(Page& page) {
    const bool slow = faults_->slow_pump && !peace_;
    const std::size_t budget = slow ? 1 + below(4) : 1000;
    const EpochMs epoch = BooksModel::kEpochMs + now_ / kMillisecondUs + page.clock_shift_ms;
    const bool more = page.session.pump(now_, epoch, budget);
    serve(page);
    if (!more || page.pump_planned) return;
    page.pump_planned = true;
    at(now_ + (slow ? between(1, 60'000) : 1), [this, &page] {
        when_awake(page, [this, &page] {
            page.pump_planned = false;
            pump(page);
        });
    });
}

void SessionWorld::serve(Page& page) {
    for (;;) {
        const session::Action action = page.session.next_action();
        if (action.kind == session::Action::Kind::None) break;
        switch (action.kind) {
            case session::Action::Kind::Dial: dial(page, action.generation); break;
            case session::Action::Kind::HangUp: hang_up(page, action.generation); break;
            case session::Action::Kind::Fetch: fetch(page, action.fetch, action.url); break;
            case session::Action::Kind::CancelFetch: {
                const auto found = page.readings.find(action.fetch);
                if (found == page.readings.end()) break;
                found->second->cancelled = true;
                found->second->deaf = !faults_->late_answers || chance(3);
                break;
            }
            default: break;
        }
    }
    if (!page.wires.empty()) {
        const std::shared_ptr<Wire> wire = page.wires.back();
        const std::string output(page.session.link().pending_output());
        page.session.link().consume_output(output.size());
        if (!output.empty() && wire->opened && !wire->page_ended) carry_up(wire, output);
    }
    const bool live = page.session.status() == session::Status::Live;
    if (live) page.live_at = now_;
    if (live != page.was_live) {
        trace([&] {
            return page.name + ": " + std::string(session::status_name(page.session.status())) +
                   " " + page.session.cause();
        });
        page.was_live = live;
        if (page.session.cause().starts_with("The books did not balance")) {
            const bool expected = swallowed_ || garbled_ || books_->options().phantom_one_in != 0;
            if (!expected) page.oracle.fail("the books break, and nothing was lost");
            ++breaks_;
            disturb(page, now_);
        }
        if (live && !page.pump_planned) page.oracle.look(now_);
        // A link that was lost while the feed was behind is not dialled at once; and the feed of
        // services whose clock was set back looks as if it were.
        const std::uint64_t slow_cuts = page.session.stats(now_).slow_cuts;
        if (slow_cuts != page.slow_cuts && page.session.retry_at() != kNever)
            disturb(page, page.session.retry_at());
        page.slow_cuts = slow_cuts;
    }
    arm_timer(page);
}

void SessionWorld::arm_timer(Page& page) {
    const MonotonicUs deadline = page.session.next_deadline();
    if (deadline == page.timer_for) return;
    page.timer_for = deadline;
    const std::uint64_t timer = ++page.timer;
    if (deadline == kNever) return;
    // A throttled page is woken in a grid; a new timer does not put that off.
    MonotonicUs due = std::max(deadline, now_);
    if (faults_->lateness > 0) {
        const MonotonicUs past = (due - page.grid_phase) % faults_->lateness;
        if (past > 0) due += faults_->lateness - past;
    }
    at(due, [this, &page, timer] {
        when_awake(page, [this, &page, timer] {
            if (timer != page.timer) return;
            page.timer_for = kNever;
            page.session.on_deadline(now_);
            pump(page);
        });
    });
}

void SessionWorld::set_scope(Page& page, session::AccountId account) {
    trace([&] { return page.name + ": scope " + std::to_string(account); });
    disturb(page, now_);
    page.session.set_scope(account, now_);
    page.oracle.scope_changed();
    if (page.session.status() == session::Status::Live)
        page.oracle.fail("live before anything of the new scope was read");
    page.oracle.look(now_);
    pump(page);
}

void SessionWorld::user_acts(Page& page) {
    at(now_ + between(1, 8 * kSecondUs), [this, &page] {
        if (peace_) return;
        if (faults_->users && now_ >= page.asleep_until) act_once(page);
        user_acts(page);
    });
}

void SessionWorld::act_once(Page& page) {
    switch (random_.below(5)) {
        case 0:
            return set_scope(page, chance(3)
                                       ? session::kAllAccounts
                                       : books_->accounts()[below(books_->accounts().size())].id);
        case 1:
            trace([&] { return page.name + ": resync"; });
            disturb(page, now_);
            page.session.resync(now_);
            return pump(page);
        case 2:
            trace([&] { return page.name + ": shown"; });
            page.session.on_wake_up(now_);
            return pump(page);
        case 3:
            // Calls that come too early do nothing.
            page.session.on_deadline(now_);
            return pump(page);
        default: return;
    }
}

void SessionWorld::send_to_sleep(Page& page) {
    page.asleep_until = now_ + (chance(2) ? between(kSecondUs, 10 * kSecondUs)
                                          : between(kSecondUs, 200 * kSecondUs));
    trace([&] { return page.name + ": sleeps"; });
    const bool told = chance(2);
    disturb(page, page.asleep_until);
    page.oracle.tolerate_until(page.asleep_until + kGraceUs);
    at(page.asleep_until, [this, &page, told] {
        if (now_ < page.asleep_until) return;
        trace([&] { return page.name + ": awake"; });
        disturb(page, now_);
        page.oracle.link_resumed(now_);
        page.oracle.nobody_looked();
        if (told) page.session.on_wake_up(now_);
        pump(page);
    });
}

}  // namespace nats_blotter::sim

#include "sim/simulation.h"

#include <algorithm>
#include <array>

namespace nats_blotter::sim {
namespace {

constexpr std::array<std::string_view, 8> kPatterns = {"a.b", "a.c", "a.*",    "a.>",
                                                       "x",   ">",   "deny.1", "svc"};
// `svc` is answered by a client that subscribes to it, `inside.svc` by the broker's own, some
// times; the others by nobody.
constexpr std::array<std::string_view, 5> kServices = {"svc", "inside.svc", "inside.svc", "deny.1",
                                                       "nobody"};
constexpr std::array<std::string_view, 2> kServers = {"ws://one/nats-ws", "ws://two/nats-ws"};
constexpr std::array<std::string_view, 5> kSubjects = {"a.b", "a.c", "a.d.e", "x", "deny.1"};
constexpr std::string_view kHeaders = "NATS/1.0\r\nKey: value\r\n\r\n";
constexpr std::array<std::string_view, 4> kGarbage = {
    "HTTP/1.1 502 Bad Gateway\r\n\r\n", "<html>\r\n", "\r\n", std::string_view("\0\0\0\0", 4)};

}  // namespace

// What may go wrong in this seed at all; a run with everything at once hides what few faults do.
struct Simulation::Faults {
    MonotonicUs delay = 0;     // one way, at least
    MonotonicUs jitter = 0;    // and at most so much more
    MonotonicUs lateness = 0;  // of timers
    bool splits = false;       // bytes arrive in small pieces
    bool cuts = false;         // connections end, told to the client
    bool half_open = false;    // and not told
    bool stalls = false;
    bool garbage = false;
    bool refusals = false;      // of dials
    bool silent_dials = false;  // nothing ever answers
    bool broker_ends = false;   // -ERR and close codes
    bool lost_closes = false;   // an -ERR whose close never comes
    bool restarts = false;
    bool lame_ducks = false;
    bool sleeps = false;
    bool wake_ups = false;
    bool late_callbacks = false;  // of links that have ended
    bool slow_transport = false;  // takes the output in parts
    bool slow_owner = false;      // reads few events at a time
    bool reconnects = false;      // asked for by the owner
    bool password = false;        // changes for a while
    bool broker_is_busy = false;
    bool late_credentials = false;
};

// A transport of one dial, with the bytes under way.
struct Simulation::Wire {
    Owner* owner = nullptr;
    Link link;
    MonotonicUs delay = 0;
    bool open_at_broker = false;
    bool gone = false;      // nothing moves any more and nobody will be told
    bool end_sent = false;  // the end is under way or told
    MonotonicUs stalled_until = 0;
    MonotonicUs up_at = 0;  // when the last bytes sent arrive
    MonotonicUs down_at = 0;
    std::uint64_t down_bytes = 0;  // put on the wire
    struct Piece {
        MonotonicUs at = 0;
        std::string bytes;
    };
    std::deque<Piece> down;
    bool delivery_planned = false;
};

struct Simulation::Owner {
    Owner(nats::Options options, std::uint64_t seed, const BrokerModel& broker,
          const std::string& the_name)
        : client(std::move(options), seed), oracle(client, broker, the_name), name(the_name) {}

    nats::Client client;
    Oracle oracle;
    std::string name;
    std::vector<std::shared_ptr<Wire>> wires;  // the last is the current one
    MonotonicUs asleep_until = 0;
    MonotonicUs timer_for = kNever;  // the deadline the timer was made for
    std::uint64_t timer = 0;
    MonotonicUs grid_phase = 0;  // of throttled timers
    bool hold = false;
    bool pump_planned = false;

    Link* link() { return wires.empty() ? nullptr : &wires.back()->link; }
};

Simulation::Simulation(std::uint64_t seed, RedialSpread* spread, Trace* trace)
    : random_(seed * 0x9E3779B97F4A7C15u + 1), spread_(spread), trace_(trace) {
    choose_faults();
    BrokerConfig config;
    config.first_ping = between(kSecondUs, 3 * kSecondUs);
    config.ping_interval = chance(2) ? 120 * kSecondUs : between(5 * kSecondUs, 30 * kSecondUs);
    config.headers = !chance(5);
    config.nonce = chance(8);
    if (chance(4)) config.version = "2.14.0";
    if (chance(6)) config.max_payload = 256;
    config.served = {"inside.svc"};
    if (chance(3)) config.connect_urls = {"10.0.0.1:9222", "10.0.0.2:9222"};
    config.lame_duck_grace = between(kSecondUs, 10 * kSecondUs);
    if (faults_->password || chance(2)) {
        BrokerUser user{"u", "p", {}, {}, {}, {}};
        if (chance(2)) user.subscribe_deny = user.publish_deny = {"deny.>"};
        config.users.push_back(user);
    }
    broker_ = std::make_unique<BrokerModel>(config);
    const std::size_t clients = chance(3) ? 1 + below(3) : 1;
    for (std::size_t i = 0; i < clients; ++i) make_owner(i);
}

Simulation::~Simulation() = default;

void Simulation::choose_faults() {
    faults_ = std::make_unique<Faults>();
    Faults& f = *faults_;
    constexpr std::array<MonotonicUs, 4> kDelays = {100, 5'000, 60'000, 400'000};
    constexpr std::array<MonotonicUs, 6> kLateness = {0,       0,         4'000,
                                                      100'000, kSecondUs, 60 * kSecondUs};
    f.delay = kDelays[below(kDelays.size())];
    f.jitter = chance(2) ? 0 : f.delay;
    f.lateness = kLateness[below(kLateness.size())];
    const bool calm = chance(12);  // nothing at all: nothing may happen
    const auto maybe = [&](std::uint64_t one_in) { return !calm && chance(one_in); };
    f.splits = chance(2);
    f.cuts = maybe(2);
    f.half_open = maybe(3);
    f.stalls = maybe(3);
    f.garbage = maybe(4);
    f.refusals = maybe(3);
    f.silent_dials = maybe(5);
    f.broker_ends = maybe(3);
    f.lost_closes = maybe(5);
    f.restarts = maybe(3);
    f.lame_ducks = maybe(4);
    f.sleeps = maybe(4);
    f.wake_ups = maybe(3);
    f.late_callbacks = maybe(2);
    f.slow_transport = maybe(4);
    f.slow_owner = maybe(8);
    f.reconnects = maybe(5);
    f.password = maybe(5);
    f.broker_is_busy = maybe(5);
    f.late_credentials = maybe(2);
}

MonotonicUs Simulation::between(MonotonicUs low, MonotonicUs high) {
    return low +
           static_cast<MonotonicUs>(random_.below(static_cast<std::uint64_t>(high - low + 1)));
}

void Simulation::at(MonotonicUs when, std::function<void()> act) {
    queue_.push_back({std::max(when, now_), ++order_, std::move(act)});
    std::push_heap(queue_.begin(), queue_.end(), [](const Timed& a, const Timed& b) {
        return a.at != b.at ? a.at > b.at : a.order > b.order;
    });
}

void Simulation::run_until(MonotonicUs end) {
    while (!queue_.empty() && queue_.front().at <= end && !failed()) {
        std::pop_heap(queue_.begin(), queue_.end(), [](const Timed& a, const Timed& b) {
            return a.at != b.at ? a.at > b.at : a.order > b.order;
        });
        Timed next = std::move(queue_.back());
        queue_.pop_back();
        now_ = next.at;
        ++steps_;
        next.act();
    }
    if (!failed()) now_ = end;
}

bool Simulation::failed() const {
    return std::any_of(owners_.begin(), owners_.end(),
                       [](const auto& owner) { return !owner->oracle.failure().empty(); });
}

template <typename Say>
void Simulation::trace(Say say) {
    if (trace_ != nullptr && trace_->on) trace_->add(now_, say());
}

template <typename Say>
void Simulation::trace(const Owner& owner, Say say) {
    if (trace_ != nullptr && trace_->on) trace_->add(now_, owner.name + ": " + say());
}

Outcome Simulation::run() {
    for (auto& owner : owners_) {
        Owner& o = *owner;
        at(now_ + between(0, kSecondUs), [this, &o] {
            o.client.start(now_);
            o.oracle.started(now_);
            pump(o);
            owner_acts(o);
            watch(o);
        });
    }
    publish_inside();
    make_fault();
    run_until(now_ + between(5 * kSecondUs, 90 * kSecondUs));
    if (!failed()) check_peace();
    if (failed()) trace([] { return std::string("failed"); });
    Outcome outcome;
    outcome.steps = steps_;
    for (const auto& owner : owners_) {
        if (outcome.failure.empty()) outcome.failure = owner->oracle.failure();
        outcome.messages += owner->oracle.messages();
        outcome.dials += owner->client.stats().dials;
    }
    return outcome;
}

// ---- owners

void Simulation::make_owner(std::size_t index) {
    nats::Options options;
    options.user = "u";
    options.password = "p";
    options.echo = !chance(4);
    options.verbose = chance(8);
    const bool hold = chance(2);
    if (hold) options.publish_while_down = nats::WhileDown::Hold;
    if (chance(4)) options.held_messages_max = 3;
    options.ask_credentials = chance(4);
    options.sign_nonce = chance(2);
    options.move_on_lame_duck = !chance(3);
    const bool servers = chance(3);
    if (servers) options.servers.assign(kServers.begin(), kServers.end());
    const bool moves = options.move_on_lame_duck;
    owners_.push_back(std::make_unique<Owner>(options, random_.next(), *broker_,
                                              "client " + std::to_string(index)));
    Owner& owner = *owners_.back();
    owner.hold = hold;
    owner.grid_phase = between(0, 60 * kSecondUs);
    owner.oracle.set_lateness(faults_->lateness);
    owner.oracle.set_spread(spread_);
    owner.oracle.set_slow(faults_->slow_owner);
    owner.oracle.set_move_on_lame_duck(moves);
    if (servers) owner.oracle.set_servers({kServers.begin(), kServers.end()});
}

void Simulation::owner_acts(Owner& owner) {
    if (peace_ || owner.oracle.closing()) return;
    at(now_ + between(1, 3 * kSecondUs), [this, &owner] {
        if (peace_) return;
        if (now_ >= owner.asleep_until) {
            act_once(owner);
            pump(owner);
        }
        owner_acts(owner);
    });
}

void Simulation::act_once(Owner& owner) {
    switch (random_.below(15)) {
        case 0:
        case 1: return subscribe(owner);
        case 2: {
            const auto& live = owner.oracle.live();
            if (live.empty()) return;
            auto chosen = live.begin();
            std::advance(chosen, static_cast<std::ptrdiff_t>(below(live.size())));
            const nats::Sid sid = chosen->first;
            trace(owner, [&] { return "unsubscribe " + std::to_string(sid); });
            owner.oracle.unsubscribed(sid);
            owner.client.unsubscribe(sid);
            return;
        }
        case 3:
        case 4: return fence(owner);
        case 5:
        case 6:
        case 7:
            for (std::uint64_t i = random_.below(5); i > 0; --i) publish(owner);
            return;
        case 8:
            if (!faults_->wake_ups) return;
            trace(owner, [] { return std::string("wake-up"); });
            owner.oracle.woken(now_);
            owner.client.on_wake_up(now_);
            return;
        case 9:
            if (!faults_->reconnects || !chance(3)) return;
            trace(owner, [] { return std::string("reconnect"); });
            owner.oracle.reconnect_asked(owner.link());
            owner.client.reconnect(nats::CauseClass::Network, "asked to", now_);
            return;
        case 10:
            if (faults_->sleeps && chance(3)) send_to_sleep(owner);
            return;
        case 11:
        case 12: return request(owner);
        case 13: return end_subscription(owner);
        default:
            if (chance(40)) close(owner);
    }
}

void Simulation::close(Owner& owner) {
    if (chance(2)) {
        trace(owner, [] { return std::string("close"); });
        owner.oracle.close_asked();
        owner.client.close(now_);
        return;
    }
    trace(owner, [] { return std::string("drain and close"); });
    owner.oracle.drain_and_close_asked(owner.link());
    owner.client.drain_and_close(now_);
}

void Simulation::end_subscription(Owner& owner) {
    const auto& live = owner.oracle.live();
    if (live.empty()) return;
    auto chosen = live.begin();
    std::advance(chosen, static_cast<std::ptrdiff_t>(below(live.size())));
    const nats::Sid sid = chosen->first;
    if (chosen->second.draining || chosen->second.messages_max != 0) return;
    if (chance(2)) {
        trace(owner, [&] { return "drain " + std::to_string(sid); });
        owner.oracle.drain_asked(sid);
        owner.client.drain_subscription(sid, now_);
        return;
    }
    const std::uint64_t messages_max = 1 + random_.below(40);
    trace(owner,
          [&] { return "end " + std::to_string(sid) + " after " + std::to_string(messages_max); });
    owner.oracle.ends_after(sid, messages_max);
    owner.client.unsubscribe_after(sid, messages_max);
}

void Simulation::request(Owner& owner) {
    if (!owner.oracle.requests().empty() && chance(5)) {
        const nats::RequestId id = owner.oracle.requests().begin()->first;
        trace(owner, [&] { return "cancel " + std::to_string(id); });
        owner.oracle.cancelled(id);
        owner.client.cancel_request(id);
        return;
    }
    const std::string payload = "<q" + std::to_string(++tokens_) + ">";
    const std::string_view subject = kServices[below(kServices.size())];
    const MonotonicUs timeout = between(100'000, 8 * kSecondUs);
    const Result<nats::RequestId> id = owner.client.request(subject, payload, timeout, now_);
    trace(owner, [&] {
        return "request " + (id ? std::to_string(*id) : "refused") + " " + std::string(subject);
    });
    if (id) owner.oracle.requested(*id, now_ + timeout);
}

void Simulation::answer(Owner& owner, const nats::Event& event) {
    if (event.subject != "svc" || event.reply.substr(0, 7) != "_INBOX.") return;
    const std::string reply(event.reply);
    at(now_ + between(0, 300'000), [this, &owner, reply] {
        if (now_ < owner.asleep_until || owner.oracle.closing()) return;
        const std::string token = "<" + std::to_string(++tokens_) + ">";
        owner.oracle.published(token, owner.client.publish(reply, token), owner.hold);
        pump(owner);
    });
}

void Simulation::answer_inside(const BrokerHeard& heard) {
    if (heard.subject != "inside.svc" || heard.reply.empty() || chance(4)) return;
    at(now_ + between(0, chance(4) ? 9 * kSecondUs : 100'000), [this, reply = heard.reply] {
        broker_->publish(reply, "answer " + std::to_string(++tokens_));
        collect();
    });
}

void Simulation::answer_credentials(Owner& owner, nats::Generation generation) {
    const bool late = faults_->late_credentials && !peace_ && chance(2);
    const bool never = late && chance(3);
    const bool refused = late && chance(3);
    if (never) return;
    at(now_ + between(0, late ? 20 * kSecondUs : 500'000), [this, &owner, generation, refused] {
        when_awake(owner, [this, &owner, generation, refused] {
            const std::shared_ptr<Wire> wire = owner.wires.back();
            if (refused && wire->link.generation == generation && !wire->link.dialled)
                owner.oracle.credentials_refused(wire->link, now_);
            if (refused) {
                owner.client.fail_credentials(generation, "none today", now_);
            } else {
                nats::Credentials credentials;
                credentials.user = "u";
                credentials.password = "p";
                owner.client.provide_credentials(generation, credentials, now_);
            }
            pump(owner);
        });
    });
}

void Simulation::answer_signature(Owner& owner, nats::Generation generation) {
    const bool late = faults_->late_credentials && !peace_ && chance(2);
    if (late && chance(3)) return;
    at(now_ + between(0, late ? 4 * kSecondUs : 200'000), [this, &owner, generation] {
        when_awake(owner, [this, &owner, generation] {
            if (owner.link()->generation == generation) owner.link()->signature_at = kNever;
            owner.client.provide_signature(generation, {"signed", {}, {}}, now_);
            pump(owner);
        });
    });
}

void Simulation::subscribe(Owner& owner) {
    if (owner.oracle.live().size() >= 8) return;
    const std::string_view pattern = kPatterns[below(kPatterns.size())];
    const std::string_view queue_group = chance(6) ? "q" : "";
    const Result<nats::Sid> sid = owner.client.subscribe(pattern, queue_group);
    if (!sid) return owner.oracle.fail("a good subscription was refused");
    trace(owner, [&] { return "subscribe " + std::to_string(*sid) + " " + std::string(pattern); });
    owner.oracle.subscribed(*sid, pattern, queue_group);
}

void Simulation::publish(Owner& owner) {
    const std::string token = "<" + std::to_string(++tokens_) + ">";
    std::string payload = token;
    payload.append(below(chance(20) ? 400 : 30), '.');
    const bool with_headers = chance(5);
    const bool with_reply = chance(6);
    const Result<nats::PublishId> id = owner.client.publish(
        kSubjects[below(kSubjects.size())], payload, with_reply ? "nobody.1" : "",
        with_headers ? kHeaders : std::string_view{});
    trace(owner, [&] { return "publish " + token + (id ? "" : " refused"); });
    owner.oracle.published(token, id, owner.hold);
}

void Simulation::fence(Owner& owner) {
    Link* link = owner.link();
    const std::size_t before = link == nullptr ? 0 : owner.oracle.pings_in_output(*link);
    const nats::FenceId id = owner.client.fence(now_);
    const std::size_t after = link == nullptr ? 0 : owner.oracle.pings_in_output(*link);
    owner.oracle.fence_asked(id);
    // No PING written: a fence of no connection, which never passes.
    if (after > before) link->fences[link->pings + after] = id;
    trace(owner,
          [&] { return "fence " + std::to_string(id) + (after > before ? "" : " (of nothing)"); });
}

void Simulation::pump(Owner& owner, bool deadline_met) {
    const bool slow = faults_->slow_owner && !peace_;
    std::uint64_t budget = slow ? 1 + random_.below(4) : UINT64_MAX;
    for (;;) {
        if (budget-- == 0) {
            take_output(owner);
            arm_timer(owner);
            if (owner.pump_planned) return;
            owner.pump_planned = true;
            at(now_ + (chance(10) ? 6 * kSecondUs : between(1, 50'000)), [this, &owner] {
                owner.pump_planned = false;
                when_awake(owner, [this, &owner] { pump(owner); });
            });
            return;
        }
        const nats::Event event = owner.client.next_event(now_);
        if (event.kind == nats::Event::Kind::NeedMore) break;
        seen(owner, event);
        if (failed()) return;
    }
    take_output(owner);
    Link* link = owner.link();
    if (!faults_->slow_owner)
        owner.oracle.settled(link, link != nullptr && link->opened, deadline_met, now_);
    if (owner.oracle.closed()) {
        const nats::Event event = owner.client.next_event(now_);
        if (event.kind != nats::Event::Kind::NeedMore) owner.oracle.fail("an event after Closed");
    }
    arm_timer(owner);
}

void Simulation::seen(Owner& owner, const nats::Event& event) {
    using Kind = nats::Event::Kind;
    trace(owner, [&] {
        std::string line = "event " + std::to_string(static_cast<int>(event.kind)) +
                           " generation " + std::to_string(event.generation);
        if (event.request != 0) line += " request " + std::to_string(event.request);
        if (!event.text.empty()) line += " " + std::string(event.text);
        if (event.kind == Kind::Message)
            line = "Message of " + std::to_string(event.sid) + " " + std::string(event.subject) +
                   " " + std::string(event.payload.substr(0, 20));
        if (event.kind == Kind::Dial) line = "Dial " + std::to_string(event.generation);
        if (event.kind == Kind::HangUp) line = "HangUp " + std::to_string(event.generation);
        if (event.kind == Kind::Connected) line = "Connected " + std::to_string(event.generation);
        if (event.kind == Kind::FencePassed) line = "FencePassed " + std::to_string(event.fence);
        if (event.kind == Kind::Disconnected && event.cause != nullptr)
            line = "Disconnected " + std::to_string(event.generation) + ": " + event.cause->text;
        return line;
    });
    const bool begins =
        event.kind == Kind::CredentialsNeeded ||
        (event.kind == Kind::Dial &&
         (owner.wires.empty() || owner.wires.back()->link.generation != event.generation));
    if (begins) {
        auto wire = std::make_shared<Wire>();
        wire->owner = &owner;
        wire->link.generation = event.generation;
        owner.wires.push_back(wire);
    }
    owner.oracle.event(event, owner.link(), now_);
    if (event.kind == Kind::Dial) return dial(owner, owner.wires.back());
    if (event.kind == Kind::CredentialsNeeded) return answer_credentials(owner, event.generation);
    if (event.kind == Kind::SignatureNeeded) return answer_signature(owner, event.generation);
    if (event.kind == Kind::Message) answer(owner, event);
    if (event.kind == Kind::HangUp) {
        const std::shared_ptr<Wire> wire = owner.wires.back();
        at(now_ + wire->delay, [this, wire] {
            if (wire->link.connection != 0) broker_->lose(wire->link.connection);
        });
    }
}

void Simulation::take_output(Owner& owner) {
    if (owner.wires.empty()) return;
    const std::shared_ptr<Wire> wire = owner.wires.back();
    const std::string_view pending = owner.client.pending_output();
    if (pending.empty()) return;
    if (!wire->link.opened || wire->link.client_ended) {
        if (!faults_->slow_owner) owner.oracle.fail("output for a transport that is not open");
        return;
    }
    std::size_t bytes = pending.size();
    if (faults_->slow_transport && !peace_) {
        bytes = below(bytes + 1);
        at(now_ + between(1, 300'000),
           [this, &owner] { when_awake(owner, [this, &owner] { take_output(owner); }); });
    }
    const std::string taken(pending.substr(0, bytes));
    owner.oracle.output_taken(wire->link, taken, now_);
    owner.client.consume_output(bytes);
    if (!taken.empty()) carry_up(wire, taken);
}

void Simulation::arm_timer(Owner& owner) {
    const MonotonicUs deadline = owner.client.next_deadline();
    if (deadline == owner.timer_for) return;
    owner.timer_for = deadline;
    const std::uint64_t timer = ++owner.timer;
    if (deadline == kNever) return;
    // Now and then somebody calls too early; that must do nothing.
    if (now_ < deadline && chance(10)) owner.client.on_deadline(now_);
    // A throttled page is woken in a grid; a new timer does not put that off.
    MonotonicUs due = std::max(deadline, now_);
    if (faults_->lateness > 0) {
        const MonotonicUs past = (due - owner.grid_phase) % faults_->lateness;
        if (past > 0) due += faults_->lateness - past;
    }
    at(due, [this, &owner, timer] {
        when_awake(owner, [this, &owner, timer] {
            if (timer != owner.timer) return;
            owner.timer_for = kNever;
            trace(owner, [] { return std::string("timer"); });
            owner.client.on_deadline(now_);
            pump(owner, true);
        });
    });
}

void Simulation::watch(Owner& owner) {
    at(now_ + kSecondUs, [this, &owner] {
        if (now_ >= owner.asleep_until && !owner.oracle.closing())
            owner.oracle.watch(owner.link(), now_);
        watch(owner);
    });
}

void Simulation::send_to_sleep(Owner& owner) {
    owner.asleep_until = now_ + (chance(2) ? between(kSecondUs, 10 * kSecondUs)
                                           : between(kSecondUs, 300 * kSecondUs));
    trace(owner, [] { return std::string("sleeps"); });
    const bool told = chance(2);
    owner.oracle.was_away(owner.asleep_until);
    at(owner.asleep_until, [this, &owner, told] {
        if (now_ < owner.asleep_until) return;
        trace(owner, [] { return std::string("awake"); });
        if (told) {
            owner.oracle.woken(now_);
            owner.client.on_wake_up(now_);
        }
        pump(owner);
    });
}

void Simulation::when_awake(Owner& owner, std::function<void()> act) {
    if (now_ >= owner.asleep_until) return act();
    at(owner.asleep_until, [this, &owner, act] { when_awake(owner, act); });
}

// ---- network

void Simulation::dial(Owner& owner, const std::shared_ptr<Wire>& wire) {
    wire->delay = faults_->delay;
    // A PING that leaves in parts may take longer than a keep-alive waits.
    if (faults_->slow_transport) wire->link.disturbed = true;
    const MonotonicUs arrives = now_ + 2 * wire->delay + between(0, faults_->jitter);
    if (!peace_ && faults_->silent_dials && chance(4)) {
        wire->link.disturbed = wire->gone = true;
        if (chance(2))
            at(arrives + between(0, 30 * kSecondUs), [this, &owner, wire] {
                ended(owner, wire, 1006, "");  // long after the client gave up, or not
            });
        return;
    }
    if (!peace_ && faults_->refusals && chance(3)) {
        wire->link.disturbed = true;
        at(arrives, [this, &owner, wire] { ended(owner, wire, 1006, ""); });
        return;
    }
    at(arrives, [this, &owner, wire] { opened(owner, wire); });
}

void Simulation::opened(Owner& owner, const std::shared_ptr<Wire>& wire) {
    if (now_ < broker_down_until_) {
        wire->link.disturbed = true;
        return ended(owner, wire, 1006, "");
    }
    if (wire->link.client_ended && !faults_->late_callbacks) return;
    when_awake(owner, [this, &owner, wire] {
        trace(owner, [&] { return "opened " + std::to_string(wire->link.generation); });
        owner.client.on_open(wire->link.generation, now_);
        if (!wire->link.client_ended) wire->link.opened = true;
        pump(owner);
    });
    wire->link.connection = broker_->connect(now_);
    wire->open_at_broker = true;
    trace(owner, [&] {
        return "broker: connection " + std::to_string(wire->link.connection) + " for " +
               std::to_string(wire->link.generation);
    });
    collect();
}

void Simulation::ended(Owner& owner, const std::shared_ptr<Wire>& wire, std::uint16_t code,
                       std::string reason) {
    if (now_ < owner.asleep_until) {
        return when_awake(owner,
                          [this, &owner, wire, code, reason] { ended(owner, wire, code, reason); });
    }
    if (wire->link.client_ended && !faults_->late_callbacks) return;
    if (wire->gone && !wire->link.client_ended && wire->open_at_broker) return;
    const bool current = owner.link() == &wire->link && !wire->link.client_ended;
    trace(owner, [&] {
        return "ended " + std::to_string(wire->link.generation) + " with " + std::to_string(code) +
               " " + reason + (current ? "" : " (late)");
    });
    // With events still unread the client may have ended it itself already.
    owner.client.on_close(wire->link.generation, {code, code != 1006, reason}, now_);
    owner.oracle.reported_end(wire->link, code, reason, current, now_);
    pump(owner);
}

void Simulation::carry_up(const std::shared_ptr<Wire>& wire, std::string bytes) {
    if (wire->gone) return;
    wire->up_at = std::max(wire->up_at, now_ + wire->delay + between(0, faults_->jitter));
    wire->up_at = std::max(wire->up_at, wire->stalled_until);
    at(wire->up_at, [this, wire, bytes = std::move(bytes)] {
        if (wire->gone || wire->link.connection == 0) return;
        trace(*wire->owner, [&] { return "broker hears " + std::to_string(bytes.size()); });
        broker_->receive(wire->link.connection, bytes, now_);
        for (const BrokerHeard& heard : broker_->take_heard(wire->link.connection)) {
            if (heard.kind != BrokerHeard::Kind::Pub) continue;
            const std::string token = heard.payload.substr(0, heard.payload.find('>') + 1);
            wire->owner->oracle.broker_heard(token);
            answer_inside(heard);
        }
        collect();
    });
}

// Puts what the broker has to say on the wires.
void Simulation::collect() {
    for (auto& owner : owners_)
        for (auto& wire : owner->wires)
            if (wire->open_at_broker && !wire->end_sent) carry_down(wire);
    const MonotonicUs next = broker_->next_time();
    if (next < broker_timer_at_) {
        broker_timer_at_ = next;
        at(next, [this] { broker_time(); });
    }
}

void Simulation::broker_time() {
    broker_timer_at_ = kNever;
    broker_->on_time(now_);
    collect();
}

void Simulation::carry_down(const std::shared_ptr<Wire>& wire) {
    Link& link = wire->link;
    std::string bytes = broker_->take_output(link.connection);
    const auto put = [&](std::string piece) {
        MonotonicUs arrives = now_ + wire->delay + between(0, faults_->jitter);
        if (faults_->broker_is_busy && !peace_) arrives += between(0, 200'000);
        wire->down_at = std::max(wire->down_at, arrives);
        wire->down_bytes += piece.size();
        wire->down.push_back({wire->down_at, std::move(piece)});
    };
    if (!bytes.empty() && faults_->garbage && !peace_ && link.connected_told && chance(60) &&
        link.tainted_at == UINT64_MAX) {
        link.tainted_at = wire->down_bytes;
        link.disturbed = true;
        if (chance(2)) {
            // Between two lines, as a proxy would.
            link.garbage_is_plain = true;
            put(std::string(kGarbage[below(kGarbage.size())]) + "x");
            trace(*wire->owner,
                  [&] { return "network: garbage on " + std::to_string(link.generation); });
        } else {
            const auto place = below(bytes.size());
            bytes[place] = static_cast<char>(bytes[place] ^ (1 << random_.below(8)));
            trace(*wire->owner,
                  [&] { return "network: a bit on " + std::to_string(link.generation); });
            // What a changed size swallows is noticed by nobody; the broken network ends it too.
            at(now_ + between(kSecondUs, 40 * kSecondUs), [this, wire] {
                if (wire->end_sent) return;
                wire->end_sent = true;
                broker_->lose(wire->link.connection);
                ended(*wire->owner, wire, 1006, "");
            });
        }
    }
    while (!bytes.empty()) {
        std::size_t piece = bytes.size();
        if (faults_->splits) piece = std::min(piece, 1 + below(chance(4) ? 4 : 60));
        put(bytes.substr(0, piece));
        bytes.erase(0, piece);
    }
    if (const auto& close = broker_->closed(link.connection); close && !wire->end_sent) {
        wire->end_sent = true;
        if (close->reason == "Protocol Violation") {
            wire->owner->oracle.fail("the broker finds fault with what the client wrote");
        }
        link.disturbed = true;
        if (!(faults_->lost_closes && chance(2) && !peace_)) {
            at(wire->down_at, [this, wire, code = close->code, reason = close->reason] {
                // Behind everything that is still under way.
                const auto last = [this, wire, code, reason] {
                    ended(*wire->owner, wire, code, reason);
                };
                if (wire->stalled_until > now_)
                    at(wire->stalled_until, last);
                else
                    last();
            });
        }
    }
    if (!wire->delivery_planned && !wire->down.empty()) {
        wire->delivery_planned = true;
        at(wire->down.front().at, [this, wire] { deliver(wire); });
    }
}

void Simulation::deliver(const std::shared_ptr<Wire>& wire) {
    wire->delivery_planned = false;
    Owner& owner = *wire->owner;
    Link& link = wire->link;
    if (wire->gone || wire->down.empty()) return;
    if (link.client_ended && !faults_->late_callbacks) return;
    const MonotonicUs not_before = std::max(wire->stalled_until, owner.asleep_until);
    if (not_before <= now_) {
        std::string bytes = std::move(wire->down.front().bytes);
        wire->down.pop_front();
        while (!faults_->splits && !wire->down.empty() && wire->down.front().at <= now_) {
            bytes += wire->down.front().bytes;
            wire->down.pop_front();
        }
        const std::uint64_t before = owner.client.stats().bytes_in;
        owner.client.receive(link.generation, bytes, now_);
        const bool accepted = owner.client.stats().bytes_in != before;
        trace(*wire->owner, [&] {
            return "bytes for " + std::to_string(link.generation) + ": " +
                   std::to_string(bytes.size()) + (accepted ? "" : " (refused)");
        });
        const bool wanted = owner.link() == &link && link.opened && !link.client_ended;
        owner.oracle.bytes_taken(link, bytes.size(), accepted, now_);
        pump(owner);
        if (wanted && !accepted && !link.client_ended && !faults_->slow_owner)
            owner.oracle.fail("bytes of the live link were refused");
    }
    if (wire->down.empty()) return;
    wire->delivery_planned = true;
    at(std::max(wire->down.front().at, not_before), [this, wire] { deliver(wire); });
}

// ---- faults

void Simulation::publish_inside() {
    at(now_ + between(1, kSecondUs), [this] {
        for (std::uint64_t i = random_.below(chance(10) ? 30 : 3); i > 0; --i) {
            const std::string payload = "m" + std::to_string(++tokens_);
            // One draw after another: in a call, each compiler has an order of its own.
            const std::string_view subject = kSubjects[below(kSubjects.size())];
            const bool with_reply = chance(8);
            const bool with_headers = chance(5);
            broker_->publish(subject, payload, with_reply ? "r.1" : "",
                             with_headers ? kHeaders : std::string_view{});
        }
        collect();
        if (!peace_) publish_inside();
    });
}

void Simulation::make_fault() {
    at(now_ + between(1, 12 * kSecondUs), [this] {
        if (peace_) return;
        Owner& owner = *owners_[below(owners_.size())];
        if (!owner.wires.empty()) fault_on(owner.wires.back());
        if (faults_->restarts && chance(6)) {
            trace([] { return std::string("broker: restarts"); });
            broker_down_until_ = now_ + (chance(3) ? between(20 * kSecondUs, 60 * kSecondUs)
                                                   : between(0, 5 * kSecondUs));
            broker_->shut_down();
        }
        if (faults_->lame_ducks && chance(6)) {
            trace([] { return std::string("broker: lame duck"); });
            broker_->lame_duck(now_);
        }
        if (faults_->password && chance(4)) {
            trace([] { return std::string("broker: another password for a while"); });
            broker_->config().users[0].password = "changed";
            at(now_ + between(0, 8 * kSecondUs),
               [this] { broker_->config().users[0].password = "p"; });
        }
        collect();
        make_fault();
    });
}

void Simulation::fault_on(const std::shared_ptr<Wire>& wire) {
    Link& link = wire->link;
    const auto generation = std::to_string(link.generation);
    const bool at_broker = wire->open_at_broker && !wire->end_sent;
    switch (random_.below(5)) {
        case 0:
            if (!faults_->cuts || !at_broker) return;
            trace(*wire->owner, [&] { return "network: cut " + generation; });
            link.disturbed = wire->end_sent = true;
            broker_->lose(link.connection);
            if (chance(2)) wire->down.clear();
            at(now_ + between(0, wire->delay),
               [this, wire] { ended(*wire->owner, wire, 1006, ""); });
            return;
        case 1:
            if (!faults_->half_open) return;
            trace(*wire->owner, [&] { return "network: half-open " + generation; });
            link.disturbed = wire->gone = true;
            return;
        case 2:
            if (!faults_->stalls) return;
            wire->stalled_until = std::max(wire->stalled_until, now_ + between(0, 40 * kSecondUs));
            trace(*wire->owner, [&] { return "network: stall " + generation; });
            link.disturbed = true;
            return;
        case 3:
            if (!faults_->broker_ends || !at_broker) return;
            trace(*wire->owner, [&] { return "broker: ends " + generation; });
            if (chance(3))
                broker_->end(link.connection, "User Authentication Expired", 1008,
                             "Authentication Expired");
            else if (chance(2))
                broker_->end(link.connection, "", 1001, "Server Shutdown");
            else
                broker_->end(link.connection, "", 1006, "");  // as a slow consumer
            return;
        default: return;
    }
}

void Simulation::stop_faults() {
    peace_ = true;
    broker_down_until_ = 0;
    if (!broker_->config().users.empty()) broker_->config().users[0].password = "p";
}

// Everything is well again: 25 s until a dead link is noticed, 30 s until the next dial, 10 s for a
// handshake that began before, and timers as late as they are.
void Simulation::check_peace() {
    trace([] { return std::string("peace"); });
    stop_faults();
    MonotonicUs last = now_;
    for (auto& owner : owners_) {
        last = std::max(last, owner->asleep_until);
        for (auto& wire : owner->wires) last = std::max(last, wire->stalled_until);
    }
    run_until(last + 70 * kSecondUs + 6 * faults_->lateness);
    if (failed()) return;
    for (auto& owner : owners_) {
        if (owner->oracle.closing()) continue;
        fence(*owner);
        pump(*owner);
    }
    for (const std::string_view subject : kSubjects) broker_->publish(subject, "at peace");
    collect();
    run_until(now_ + 3 * kSecondUs);
    if (failed()) return;
    for (auto& owner : owners_) {
        if (owner->oracle.closing()) {
            if (!owner->oracle.closed()) owner->oracle.fail("Closed was never told");
            continue;
        }
        owner->oracle.at_peace(owner->link());
    }
}

}  // namespace nats_blotter::sim

#include "nats/client.h"

#include <algorithm>
#include <cstring>

#include "nats/client_state.h"
#include "nats/encoder.h"
#include "nats/error.h"

namespace nats_blotter::nats {

Client::Client(Options options, std::uint64_t seed)
    : state_(std::make_unique<State>(std::move(options), seed)) {}
Client::~Client() = default;

void Client::start(MonotonicUs now) {
    State& s = *state_;
    s.now = now;
    if (s.stage != State::Stage::Idle) return;
    s.stage = State::Stage::Waiting;
    s.redial.outage_begins(now);
    s.redial_at = now;
    s.check_invariants();
}

void Client::on_open(Generation generation, MonotonicUs now) {
    State& s = *state_;
    s.now = now;
    if (!s.is_current(generation) || s.stage != State::Stage::Dialling) return;
    s.stage = State::Stage::AwaitInfo;
    s.phase = Phase::AwaitInfo;
    s.check_invariants();
}

void Client::on_close(Generation generation, const CloseReport& report, MonotonicUs now) {
    State& s = *state_;
    s.now = now;
    if (!s.is_current(generation)) return;
    s.end_by_peer(report, now);
    s.check_invariants();
}

std::span<char> Client::prepare(Generation generation, std::size_t bytes) {
    State& s = *state_;
    if (!s.is_current(generation) || s.stage == State::Stage::Dialling) return {};
    constexpr std::size_t kUnreadBytesMax = 2 * kInboxBytesMax;
    const std::size_t unread = s.parser.backlog_bytes();
    if (bytes > kUnreadBytesMax || unread > kUnreadBytesMax - bytes) {
        ++s.stats.intake_refused;
        s.end_by_us(CauseClass::Limit, "More was received than could be worked off.", s.now);
        s.check_invariants();
        return {};
    }
    return s.parser.prepare(bytes);
}

void Client::commit(Generation generation, std::size_t bytes, MonotonicUs now) {
    State& s = *state_;
    s.now = now;
    if (!s.is_current(generation) || bytes == 0) return;
    s.parser.commit(bytes);
    s.stats.bytes_in += bytes;
    s.stats.last_byte_at = now;
    if (s.keep_alive.heard(now)) {
        if (s.queued(Event::Kind::Suspect))
            s.drop_queued(Event::Kind::Suspect);
        else
            s.push(Event::Kind::Alive);
    }
    s.note_backlog(now);
    s.check_invariants();
}

void Client::receive(Generation generation, std::string_view bytes, MonotonicUs now) {
    state_->now = now;
    if (bytes.empty()) return;
    const std::span<char> tail = prepare(generation, bytes.size());
    if (tail.empty()) return;
    std::memcpy(tail.data(), bytes.data(), bytes.size());
    commit(generation, bytes.size(), now);
}

std::string_view Client::pending_output() const {
    return state_->open() ? state_->output.pending() : std::string_view{};
}

void Client::consume_output(std::size_t bytes) {
    if (!state_->open()) return;  // it ended meanwhile, and its output with it
    state_->output.consume(bytes);
    state_->stats.bytes_out += bytes;
    state_->publishes.taken(state_->output);
    if (state_->stage == State::Stage::Connected)
        state_->publishes.feed(state_->output, state_->info);
    state_->check_invariants();
}

std::size_t Client::unread_bytes() const {
    return state_->stage == State::Stage::Closed ? 0 : state_->parser.backlog_bytes();
}

MonotonicUs Client::next_deadline() const { return state_->next_deadline(); }

void Client::on_deadline(MonotonicUs now) {
    state_->now = now;
    state_->on_deadline(now);
    state_->check_invariants();
}

void Client::on_wake_up(MonotonicUs now) {
    state_->now = now;
    state_->on_wake_up(now);
    state_->check_invariants();
}

Event Client::next_event(MonotonicUs now) {
    state_->now = now;
    Event event;
    state_->next_event(now, event);
    state_->check_invariants();
    return event;
}

bool Client::next_message(MonotonicUs now, Message& message) {
    state_->now = now;
    return state_->next_message(message);  // none of the invariants speaks of it
}

FenceId Client::fence(MonotonicUs now) {
    State& s = *state_;
    s.now = now;
    const FenceId id = ++s.last_fence;
    // A connection may have ended while its Disconnected is still to be read: that fence is dead.
    if (s.stage == State::Stage::Connected) s.send_ping({.fence = id}, now);
    s.check_invariants();
    return id;
}

void Client::reconnect(CauseClass cause_class, std::string_view text, MonotonicUs now) {
    State& s = *state_;
    s.now = now;
    if (s.linked()) s.end_by_us(cause_class, text, now);
    s.check_invariants();
}

void Client::hold_redial(MonotonicUs until) {
    State& s = *state_;
    if (s.stage == State::Stage::Waiting) s.redial_at = std::max(s.redial_at, until);
    s.check_invariants();
}

void Client::close(MonotonicUs now) {
    state_->now = now;
    state_->close_for_good();
    state_->check_invariants();
}

bool Client::connected() const { return state_->told_connected; }
const ServerInfo& Client::server_info() const { return state_->info; }
const Stats& Client::stats() const { return state_->stats; }

const std::vector<Server>& Client::servers() const { return state_->pool.servers(); }

MonotonicUs Client::redial_at() const { return state_->redial_at; }

// ---- State

bool Client::State::connect_sent() const {
    return stage == Stage::AwaitPong || stage == Stage::Connected;
}

bool Client::State::linked() const { return stage >= Stage::Dialling && stage <= Stage::Connected; }

bool Client::State::open() const { return linked() && stage != Stage::Dialling; }

bool Client::State::is_current(Generation generation_of_call) const {
    return linked() && generation_of_call == generation;
}

MonotonicUs Client::State::next_deadline() const {
    switch (stage) {
        case Stage::Idle:
        case Stage::Closed: return kNever;
        case Stage::Waiting:
        case Stage::Ending: return redial_at;
        case Stage::AwaitCredentials:
        case Stage::Dialling:
        case Stage::AwaitInfo:
        case Stage::AwaitSignature:
        case Stage::AwaitPong: return std::min(handshake_until, hang_up_at);
        case Stage::Connected:
            return std::min({keep_alive.next_deadline(), hang_up_at, requests.next_deadline(),
                             drain_until, move_at});
    }
    return kNever;
}

void Client::State::on_deadline(MonotonicUs at) {
    if (at < next_deadline()) return;
    if (stage == Stage::Waiting) return begin_attempt(at);
    if (!trying()) return;
    if (stage != Stage::Connected) return on_handshake_deadline(at);
    requests.on_deadline(at);
    if (at >= hang_up_at) return hang_up_after_error(at);
    if (at >= drain_until) return close_for_good();
    if (at >= move_at)
        return end_by_us(CauseClass::Shutdown, "The broker announced its end; moving on.", at);
    act(keep_alive.on_deadline(at), at);
}

void Client::State::on_handshake_deadline(MonotonicUs at) {
    if (at >= hang_up_at) return hang_up_after_error(at);
    switch (stage) {
        case Stage::AwaitCredentials:
            return end_by_us(CauseClass::Authentication, "No credentials came in time.", at);
        case Stage::AwaitSignature:
            return end_by_us(CauseClass::Authentication, "No signature came in time.", at);
        case Stage::Dialling:
            return end_by_us(CauseClass::Network, "The broker cannot be reached in time.", at);
        default: return end_by_us(CauseClass::Network, "The broker did not answer in time.", at);
    }
}

void Client::State::hang_up_after_error(MonotonicUs at) {
    const ErrorMeaning meaning = meaning_of_error(last_error);
    end_by_us(meaning.cause_class, meaning.sentence, at);
}

void Client::State::on_wake_up(MonotonicUs at) {
    if (stage == Stage::Connected) {
        act(keep_alive.on_wake_up(at), at);
        return;
    }
    // A dial from before the sleep is not waited for.
    if (trying() && at >= next_deadline()) on_deadline(at);
    if (stage != Stage::Waiting && stage != Stage::Ending) return;
    redial_at = at;
    on_deadline(at);
}

void Client::State::act(KeepAlive::Action action, MonotonicUs at) {
    switch (action) {
        case KeepAlive::Action::None: return;
        case KeepAlive::Action::Dead:
            end_by_us(CauseClass::Stale, "Nothing was heard from the broker in time.", at);
            return;
        case KeepAlive::Action::PingAndSuspect:
            if (queued(Event::Kind::Alive))
                drop_queued(Event::Kind::Alive);
            else
                push(Event::Kind::Suspect);
            break;
        case KeepAlive::Action::Ping: break;
    }
    send_ping({}, at);
}

void Client::State::send_ping(Ping ping, MonotonicUs at) {
    if (pings.size() == kPingsOutstandingMax) {
        end_by_us(CauseClass::Limit, "The broker left too many questions unanswered.", at);
        return;
    }
    ping.sent_at = at;
    ping.publishes = publishes.mark();
    pings.push_back(ping);
    append_ping(output.tail());
    check_output(at);
}

void Client::State::check_output(MonotonicUs at) {
    if (output.pending_bytes() > kOutputBytesMax)
        end_by_us(CauseClass::Limit, "Too much waits to be sent to the broker.", at);
}

void Client::State::note_backlog(MonotonicUs at) {
    if (parser.backlog_bytes() == 0)
        backlog_since = kNever;
    else if (backlog_since == kNever)
        backlog_since = at;
}

void Client::State::push(Event::Kind kind) {
    NB_ASSERT(queue_count < queue.size());
    Event& event = queue[queue_count++];
    event = Event{};
    event.kind = kind;
    event.generation = generation;
    event.epoch = epoch;
    if (kind == Event::Kind::Disconnected) event.cause = &cause;
    if (kind != Event::Kind::Dial) return;
    event.server = pool.current().id;
    event.text = pool.current().url;
}

bool Client::State::queued(Event::Kind kind) const {
    for (std::size_t i = 0; i < queue_count; ++i)
        if (queue[i].kind == kind) return true;
    return false;
}

void Client::State::drop_queued(Event::Kind kind) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < queue_count; ++i)
        if (queue[i].kind != kind) queue[kept++] = queue[i];
    queue_count = kept;
}

void Client::State::check_invariants() const {
    NB_ASSERT(output.pending_bytes() <= kOutputBytesMax);
    NB_ASSERT(open() || output.pending_bytes() == 0);
    NB_ASSERT((next_deadline() == kNever) == (stage == Stage::Idle || stage == Stage::Closed));
    NB_ASSERT(stage != Stage::Connected || told_connected);
    NB_ASSERT(!told_connected || stage == Stage::Connected || stage == Stage::Ending);
    NB_ASSERT(stage != Stage::Waiting || queue_count == 0);
    NB_ASSERT(pings.size() <= kPingsOutstandingMax);
    NB_ASSERT((redial_at != kNever) == (stage == Stage::Waiting || stage == Stage::Ending));
}

}  // namespace nats_blotter::nats

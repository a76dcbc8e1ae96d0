// next_event: what the broker sent, one operation at a time, and what the owner must be told of it.
#include <algorithm>

#include "nats/client_state.h"
#include "nats/encoder.h"
#include "nats/error.h"

namespace nats_blotter::nats {
namespace {

using Kind = ParsedOp::Kind;

// Ours are decimal; whatever else came is a subscription we never made.
Sid sid_from_text(std::string_view text) {
    constexpr std::size_t kDigitsMax = 18;
    if (text.empty() || text.size() > kDigitsMax) return 0;
    Sid sid = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return 0;
        sid = sid * 10 + static_cast<Sid>(c - '0');
    }
    return sid;
}

}  // namespace

// `event` is as new. Filled in place: it is large, and there is one for each message.
void Client::State::next_event(MonotonicUs at, Event& event) {
    if (queue_count > 0) {
        event = queue[0];
        std::copy(queue.begin() + 1, queue.begin() + static_cast<std::ptrdiff_t>(queue_count),
                  queue.begin());
        --queue_count;
        return;
    }
    if (has_leftover() && take_leftover(event)) return;
    while (open()) {
        const ParsedOp op = parser.next();
        if (op.kind == Kind::NeedMore) {
            backlog_since = kNever;
            requests.expire(at);
            continue_drain(at);
            if (queue_count > 0) return next_event(at, event);
            take_leftover(event);
            return;
        }
        if (op.kind == Kind::Failed)
            end_by_breach(parser.error().text, at);
        else if (take_op(op, at, event))
            return;
        if (queue_count > 0) {
            event = Event{};
            return next_event(at, event);
        }
    }
    if (stage == Stage::Ending) {
        if (drain(event)) return;
        requests.fail_all(RequestFailure::Disconnected);
        for (const Sid sid : subscriptions.take_draining()) ended_sids.push_back(sid);
        if (take_leftover(event)) return;
        finish_ending();
        event = Event{};
        return next_event(at, event);
    }
    take_closed(event);
}

bool Client::State::has_leftover() const {
    return publishes.has_unsent() || requests.has_failed() || !ended_sids.empty();
}

// What was accepted and came to nothing, told as soon as that is certain.
bool Client::State::take_leftover(Event& event) {
    if (const std::optional<UnsentPublishes> unsent = publishes.next_unsent()) {
        event.kind = Event::Kind::PublishesUnsent;
        event.first_publish = unsent->first;
        event.last_publish = unsent->last;
        event.text = unsent->why;
        return true;
    }
    if (!ended_sids.empty()) {
        event.kind = Event::Kind::SubscriptionEnded;
        event.generation = generation;
        event.epoch = epoch;
        event.sid = ended_sids.front();
        ended_sids.pop_front();
        return true;
    }
    return take_failed_request(event);
}

// The last event of all.
bool Client::State::take_closed(Event& event) {
    if (!closed_to_tell) return false;
    closed_to_tell = false;
    if (closed_by_refusal) event.cause = &cause;
    event.kind = Event::Kind::Closed;
    event.generation = generation;
    event.epoch = epoch;
    return true;
}

// True when there is something to tell.
bool Client::State::take_op(const ParsedOp& op, MonotonicUs at, Event& event) {
    event.generation = generation;
    event.epoch = epoch;
    if (stage == Stage::Connected) return take_op_connected(op, at, event);
    switch (op.kind) {
        case Kind::Info: return take_info(op, at, event);
        case Kind::Err: return take_error(op, at, event);
        case Kind::Ok:
            if (stage == Stage::AwaitPong) return false;
            break;
        case Kind::Ping:
            // The broker takes nothing before CONNECT; its PING may come first all the same.
            if (stage == Stage::AwaitSignature) pong_owed = true;
            if (stage == Stage::AwaitSignature) return false;
            if (stage != Stage::AwaitPong) break;
            append_pong(output.tail());
            check_output(at);
            return false;
        case Kind::Pong:
            if (stage != Stage::AwaitPong) break;
            take_pong(at, event);
            event = connected_event(at);
            return true;
        default: break;
    }
    end_by_breach(nats_error_text(NatsError::OutOfOrder), at);
    return false;
}

bool Client::State::take_op_connected(const ParsedOp& op, MonotonicUs at, Event& event) {
    switch (op.kind) {
        case Kind::Msg:
        case Kind::Hmsg: return take_message(op, event);
        case Kind::Pong: return take_pong(at, event);
        case Kind::Info: return take_info(op, at, event);
        case Kind::Err: return take_error(op, at, event);
        case Kind::Ping:
            append_pong(output.tail());
            check_output(at);
            return false;
        default: return false;
    }
}

// A whole plain message of a subscription that goes on, for an owner that is owed nothing else.
bool Client::State::next_message(Message& message) {
    if (stage != Stage::Connected || queue_count > 0 || has_leftover()) return false;
    PlainMessage plain;
    if (!parser.peek_plain(plain) || plain.sid_number == inbox_sid) return false;
    Subscription* const subscription = subscriptions.find(plain.sid_number);
    if (subscription == nullptr || subscription->received + 1 == subscription->messages_max)
        return false;
    parser.take_plain(plain);
    ++subscription->received;
    ++stats.messages_in;
    stats.payload_bytes_in += plain.payload.size();
    message = {plain.sid_number, plain.subject, plain.payload};
    return true;
}

// False for one of a subscription that we do not have.
bool Client::State::count_message(Sid sid, std::size_t payload_bytes) {
    Subscription* const subscription = subscriptions.find(sid);
    if (subscription == nullptr) {
        ++stats.unknown_sid;
        return false;
    }
    // The last one it is to have: the broker has ended it by itself, or was told to.
    if (++subscription->received == subscription->messages_max) end_subscription(sid);
    ++stats.messages_in;
    stats.payload_bytes_in += payload_bytes;
    return true;
}

bool Client::State::take_message(const ParsedOp& op, Event& event) {
    const Sid sid = sid_from_text(op.sid);
    if (!count_message(sid, op.payload.size())) return false;
    if (sid == inbox_sid) return take_reply(op, event);
    event.kind = Event::Kind::Message;
    event.sid = sid;
    event.subject = op.subject;
    event.reply = op.reply;
    event.headers = op.headers;
    event.payload = op.payload;
    return true;
}

// PONGs come in the order of the PINGs. One that nobody asked for says nothing.
bool Client::State::take_pong(MonotonicUs at, Event& event) {
    if (pings.empty()) return false;
    const Ping ping = pings.front();
    pings.pop_front();
    publishes.confirmed(ping.publishes);
    // It was heard by the last byte at the latest, however late it is read.
    stats.rtt_us = std::max<MonotonicUs>(0, std::min(at, stats.last_byte_at) - ping.sent_at);
    if (ping.drained_sid != 0 && subscriptions.find(ping.drained_sid) != nullptr) {
        end_subscription(ping.drained_sid);
        return take_leftover(event);
    }
    if (ping.of_drain) {
        if (drain_step == DrainStep::Subscriptions) {
            drain_step = DrainStep::Answers;
            for (const Sid sid : subscriptions.take_draining()) ended_sids.push_back(sid);
            return take_leftover(event);
        }
        close_for_good();
        return false;
    }
    if (ping.fence == 0) return false;
    event.kind = Event::Kind::FencePassed;
    event.fence = ping.fence;
    event.rtt_us = stats.rtt_us;
    return true;
}

// The first opens the handshake; later ones are news: gossip, an account's name, the lame duck.
bool Client::State::take_info(const ParsedOp& op, MonotonicUs at, Event& event) {
    Result<ServerInfo> read = server_info_from_json(op.text);
    if (!read) {
        end_by_breach(read.error().text, at);
        return false;
    }
    const bool new_nonce = read->nonce != info.nonce;
    info = std::move(*read);
    if (stage == Stage::AwaitInfo) return take_first_info(at, event);
    if (stage == Stage::AwaitSignature && new_nonce) return take_first_info(at, event);
    if (stage != Stage::Connected) return false;
    pool.learn(info.connect_urls);
    publishes.feed(output, info);
    if (!info.lame_duck || told_lame_duck) return false;
    note_lame_duck(at);
    event.kind = Event::Kind::LameDuck;
    return true;
}

bool Client::State::take_error(const ParsedOp& op, MonotonicUs at, Event& event) {
    ++stats.server_errors;
    // The first fatal one is the cause of what follows; what comes behind it does not hide it.
    if (meaning_of_error(last_error).effect != ErrorEffect::EndsConnection) last_error = op.text;
    const ErrorMeaning meaning = meaning_of_error(op.text);
    if (meaning.effect == ErrorEffect::EndsConnection) {
        if (linked()) hang_up_at = std::min(hang_up_at, at + kFatalErrorGraceUs);
        return false;
    }
    event.text = op.text;
    event.kind = Event::Kind::ServerError;
    const std::optional<PermissionViolation> violation = permission_violation_from_text(op.text);
    if (!violation) return true;
    if (violation->of_subscription) {
        event.kind = Event::Kind::Denied;
        event.sid = subscriptions.find(violation->sid) != nullptr
                        ? violation->sid
                        : subscriptions.find_for_denial(violation->subject, violation->queue_group);
        subscriptions.mark_denied(event.sid);
    }
    if (!fail_denied_request(*violation, event.sid)) return true;
    event = Event{};
    return take_failed_request(event);
}

// After the end: complete messages still count, as does the last -ERR, which often says why.
bool Client::State::drain(Event& event) {
    for (;;) {
        const ParsedOp op = parser.next();
        if (op.kind == Kind::NeedMore) return false;
        if (op.kind == Kind::Failed) {
            if (!ended_by_us) end_by_breach(parser.error().text, now);
            return false;
        }
        event.generation = generation;
        event.epoch = epoch;
        if (take_drained_op(op, event)) return true;
    }
}

bool Client::State::take_drained_op(const ParsedOp& op, Event& event) {
    if (op.kind == Kind::Err) return take_error(op, now, event) && told_connected;
    if (!told_connected) return false;
    if (op.kind == Kind::Msg || op.kind == Kind::Hmsg) return take_message(op, event);
    return false;
}

}  // namespace nats_blotter::nats

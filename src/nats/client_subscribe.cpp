// Subscriptions: made, ended at once, after some messages, or drained; and the drain of them all.
#include "nats/client_state.h"
#include "nats/encoder.h"
#include "nats/error.h"

namespace nats_blotter::nats {

Result<Sid> Client::subscribe(std::string_view subject, std::string_view queue_group) {
    const Result<Sid> sid = state_->subscribe(subject, queue_group);
    state_->check_invariants();
    return sid;
}

void Client::unsubscribe(Sid sid) {
    State& s = *state_;
    const Subscription* subscription = s.owners_subscription(sid);
    if (subscription == nullptr) return;
    s.send_unsub(*subscription, sid);
    s.subscriptions.remove(sid);
    s.check_invariants();
}

void Client::unsubscribe_after(Sid sid, std::uint64_t messages_max) {
    State& s = *state_;
    NB_ASSERT(messages_max > 0);
    Subscription* subscription = s.owners_subscription(sid);
    if (subscription == nullptr || subscription->draining) return;
    if (subscription->received >= messages_max) {
        s.send_unsub(*subscription, sid);
        s.end_subscription(sid);
    } else {
        s.subscriptions.set_messages_max(sid, messages_max);
        if (s.connect_sent() && !subscription->denied) {
            append_unsub_after(s.output.tail(), sid, subscription->messages_max_on_wire());
            s.check_output(s.now);
        }
    }
    s.check_invariants();
}

void Client::drain_subscription(Sid sid, MonotonicUs now) {
    State& s = *state_;
    s.now = now;
    Subscription* subscription = s.owners_subscription(sid);
    if (subscription == nullptr || subscription->draining) return;
    const bool something_may_come = s.stage == State::Stage::Connected && !subscription->denied;
    s.send_unsub(*subscription, sid);
    if (something_may_come && s.stage == State::Stage::Connected) {
        subscription->draining = true;
        s.send_ping({.drained_sid = sid}, now);
    } else {
        s.end_subscription(sid);
    }
    s.check_invariants();
}

void Client::drain_and_close(MonotonicUs now, MonotonicUs timeout_us) {
    State& s = *state_;
    s.now = now;
    if (s.stage == State::Stage::Connected)
        s.begin_drain(now + timeout_us, now);
    else if (s.stage != State::Stage::Ending)
        s.close_for_good();
    else if (s.drain_step == State::DrainStep::None)
        s.drain_step = State::DrainStep::Flush;  // what was received is handed out, then it closes
    s.check_invariants();
}

// ---- State ------------------------------------------------------------------------------------

Result<Sid> Client::State::subscribe(std::string_view subject, std::string_view queue_group) {
    if (stage == Stage::Closed) return nats_error(NatsError::ClientClosed);
    if (drain_step != DrainStep::None) return nats_error(NatsError::Draining);
    const Result<Sid> sid = subscriptions.add(subject, queue_group);
    if (sid && connect_sent()) {
        append_sub(output.tail(), subject, queue_group, *sid);
        check_output(now);
    }
    return sid;
}

// The inbox is ours: no sid that an owner makes up ends it.
Subscription* Client::State::owners_subscription(Sid sid) {
    return sid == inbox_sid ? nullptr : subscriptions.find(sid);
}

// The broker does not know one that it denied, nor one that is drained already.
void Client::State::send_unsub(const Subscription& subscription, Sid sid) {
    if (!connect_sent() || subscription.denied || subscription.draining) return;
    append_unsub(output.tail(), sid);
    check_output(now);
}

void Client::State::end_subscription(Sid sid) {
    subscriptions.remove(sid);
    ended_sids.push_back(sid);
}

void Client::State::begin_drain(MonotonicUs until, MonotonicUs at) {
    if (drain_step != DrainStep::None) return;
    drain_step = DrainStep::Subscriptions;
    drain_until = until;
    for (const Sid sid : subscriptions.sids()) {
        if (sid == inbox_sid) continue;
        Subscription& subscription = *subscriptions.find(sid);
        send_unsub(subscription, sid);
        subscription.draining = true;
    }
    if (stage == Stage::Connected) send_ping({.of_drain = true}, at);
}

// Called whenever everything received was looked at.
void Client::State::continue_drain(MonotonicUs at) {
    if (drain_step != DrainStep::Answers || stage != Stage::Connected) return;
    if (requests.pending() > 0 || publishes.waiting() > 0) return;
    drain_step = DrainStep::Flush;
    send_ping({.of_drain = true}, at);
}

}  // namespace nats_blotter::nats

// From Dial to Connected: INFO, then CONNECT, PING and every SUB in one write, then PONG.
#include "nats/client_state.h"
#include "nats/encoder.h"

namespace nats_blotter::nats {

void Client::State::begin_dial(MonotonicUs at) {
    ++generation;
    ++stats.dials;
    stage = Stage::Dialling;
    phase = Phase::Dialling;
    redial_at = kNever;
    handshake_until = at + kHandshakeTimeoutUs;
    hang_up_at = backlog_since = kNever;
    told_lame_duck = ended_by_us = false;
    last_error.clear();
    pings.clear();
    output.clear();
    parser.reset();
    push(Event::Kind::Dial);
}

// The SUB lines follow the PING in the same write: the broker answers the PING before it looks at
// them, so that no message and no permission error can come before Connected.
void Client::State::send_connect(MonotonicUs at) {
    append_connect(output.tail(), options, info);
    stage = Stage::AwaitPong;
    phase = Phase::AwaitPong;
    send_ping(0, at);
    subscriptions.forget_denials();
    subscriptions.append_all(output.tail());
    check_output(at);
}

Event Client::State::connected_event(MonotonicUs at) {
    stage = Stage::Connected;
    phase = Phase::Connected;
    handshake_until = kNever;
    told_connected = true;
    ++epoch;
    ++stats.connects;
    keep_alive.start(at);
    publishes.feed(output, info);
    if (info.lame_duck) {
        told_lame_duck = true;
        push(Event::Kind::LameDuck);
    }
    Event event;
    event.kind = Event::Kind::Connected;
    event.generation = generation;
    event.epoch = epoch;
    return event;
}

}  // namespace nats_blotter::nats

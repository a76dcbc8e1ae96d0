// From the due redial to Connected: credentials where they are asked for, Dial, INFO, a signature
// where one is wanted; CONNECT, PING and every SUB in one write; PONG.
#include "nats/client_state.h"
#include "nats/encoder.h"

namespace nats_blotter::nats {

void Client::provide_credentials(Generation generation, Credentials credentials, MonotonicUs now) {
    State& s = *state_;
    s.now = now;
    if (s.stage != State::Stage::AwaitCredentials || generation != s.generation) return;
    s.options.user = std::move(credentials.user);
    s.options.password = std::move(credentials.password);
    s.options.token = std::move(credentials.token);
    s.options.jwt = std::move(credentials.jwt);
    s.options.nkey = std::move(credentials.nkey);
    s.drop_queued(Event::Kind::CredentialsNeeded);
    s.begin_dial(now);
    s.check_invariants();
}

void Client::provide_signature(Generation generation, const Signature& signature, MonotonicUs now) {
    State& s = *state_;
    s.now = now;
    if (s.stage != State::Stage::AwaitSignature || generation != s.generation) return;
    if (!signature.jwt.empty()) s.options.jwt = signature.jwt;
    if (!signature.nkey.empty()) s.options.nkey = signature.nkey;
    s.send_connect(signature.signature, now);
    s.check_invariants();
}

void Client::fail_credentials(Generation generation, std::string_view words, MonotonicUs now) {
    State& s = *state_;
    s.now = now;
    const bool waits =
        s.stage == State::Stage::AwaitCredentials || s.stage == State::Stage::AwaitSignature;
    if (waits && generation == s.generation) s.end_by_us(CauseClass::Authentication, words, now);
    s.check_invariants();
}

// ---- State ------------------------------------------------------------------------------------

void Client::State::begin_attempt(MonotonicUs at) {
    ++generation;
    redial_at = kNever;
    handshake_until = hang_up_at = backlog_since = move_at = kNever;
    told_lame_duck = ended_by_us = pong_owed = false;
    last_error.clear();
    pings.clear();
    output.clear();
    parser.reset();
    pool.next();
    if (!options.ask_credentials) return begin_dial(at);
    stage = Stage::AwaitCredentials;
    phase = Phase::AwaitCredentials;
    handshake_until = at + kCredentialsTimeoutUs;
    push(Event::Kind::CredentialsNeeded);
}

void Client::State::begin_dial(MonotonicUs at) {
    ++stats.dials;
    stage = Stage::Dialling;
    phase = Phase::Dialling;
    handshake_until = at + kHandshakeTimeoutUs;
    push(Event::Kind::Dial);
}

bool Client::State::take_first_info(MonotonicUs at, Event& event) {
    if (!options.sign_nonce || info.nonce.empty()) {
        send_connect({}, at);
        return false;
    }
    stage = Stage::AwaitSignature;
    phase = Phase::AwaitSignature;
    event.kind = Event::Kind::SignatureNeeded;
    event.text = info.nonce;
    return true;
}

// The SUB lines follow the PING in the same write: the broker answers the PING before it looks at
// them, so that no message and no permission error can come before Connected.
void Client::State::send_connect(std::string_view signature, MonotonicUs at) {
    append_connect(output.tail(), options, info, signature);
    if (pong_owed) append_pong(output.tail());
    stage = Stage::AwaitPong;
    phase = Phase::AwaitPong;
    send_ping({}, at);
    subscriptions.forget_denials();
    subscriptions.append_all(output.tail());
    check_output(at);
}

Event Client::State::connected_event(MonotonicUs at) {
    stage = Stage::Connected;
    phase = Phase::Connected;
    handshake_until = kNever;
    connected_at = at;
    told_connected = true;
    ++epoch;
    ++stats.connects;
    pool.connected();
    pool.learn(info.connect_urls);
    keep_alive.start(at);
    publishes.feed(output, info);
    if (info.lame_duck) {
        note_lame_duck(at);
        push(Event::Kind::LameDuck);
    }
    Event event;
    event.kind = Event::Kind::Connected;
    event.generation = generation;
    event.epoch = epoch;
    event.server = pool.current().id;
    return event;
}

void Client::State::note_lame_duck(MonotonicUs at) {
    told_lame_duck = true;
    ++stats.lame_ducks;
    if (options.move_on_lame_duck) move_at = redial.lame_duck_move_at(at);
}

}  // namespace nats_blotter::nats

// Every way a connection ends: by the peer, by us, by a breach of the protocol, for good.
#include "base/utf8.h"
#include "nats/client_state.h"

namespace nats_blotter::nats {
namespace {

// A peer writes the reason and the -ERR; more than a line of it says nothing new.
constexpr std::size_t kCloseReasonBytesMax = 1024;

}  // namespace

void Client::State::end_by_peer(const CloseReport& report, MonotonicUs at) {
    ended_by_us = false;
    cause = Cause{};
    cause.close_code = report.close_code;
    cause.was_clean = report.was_clean;
    cause.close_reason = utf8_lossy(report.reason.substr(0, kCloseReasonBytesMax));
    begin_ending(at);
}

void Client::State::end_by_us(CauseClass cause_class, std::string_view text, MonotonicUs at) {
    if (!trying()) return;
    ended_by_us = true;
    cause = Cause{};
    cause.cause_class = cause_class;
    cause.text = text;
    // Where nothing was opened nothing is to be closed.
    if (linked() && !queued(Event::Kind::Dial)) push(Event::Kind::HangUp);
    drop_queued(Event::Kind::Dial);
    drop_queued(Event::Kind::CredentialsNeeded);
    begin_ending(at);
}

void Client::State::end_by_breach(std::string_view what, MonotonicUs at) {
    ++stats.protocol_errors;
    std::string text = "The broker broke the protocol: ";
    text.append(what).push_back('.');
    if (linked()) {
        end_by_us(CauseClass::Protocol, text, at);
    } else if (!ended_by_us) {
        // Found among the last bytes before the peer's own end: that is the better reason.
        ended_by_us = true;
        cause.cause_class = CauseClass::Protocol;
        cause.text = std::move(text);
    }
}

void Client::State::begin_ending(MonotonicUs at) {
    const bool was_connected = stage == Stage::Connected;
    const bool slow = backlog_since != kNever && at - backlog_since >= kSlowReadingUs;
    const bool wordless = cause.close_code == 0 || cause.close_code == 1006;
    if (!ended_by_us && was_connected && slow && wordless) {
        ended_by_us = true;  // keeps the verdict
        cause.cause_class = CauseClass::SlowConsumer;
        cause.text = "The broker seems to have cut us for reading too slowly.";
    }
    stage = Stage::Ending;
    keep_alive.stop();
    drop_queued(Event::Kind::Suspect);
    drop_queued(Event::Kind::Alive);
    publishes.connection_ended();
    output.clear();
    pings.clear();
    handshake_until = hang_up_at = drain_until = move_at = kNever;
    if (was_connected && at - connected_at >= kConnectionHeldUs) redial.outage_begins(at);
    redial_at = redial.next_dial_at(at);
}

// Everything complete was handed out, the last -ERR included, so now the cause is known.
void Client::State::finish_ending() {
    cause.phase = phase;
    cause.last_error = utf8_lossy(last_error);
    cause.server = pool.current().url;
    cause.server_name = phase > Phase::AwaitInfo ? info.server_name : std::string();
    if (!ended_by_us) classify(cause);
    const bool handshake = phase == Phase::AwaitPong || phase == Phase::AwaitSignature;
    if (handshake && cause.cause_class == CauseClass::Authentication && !last_error.empty())
        pool.auth_failed(options.auth_failures_max);
    stage = Stage::Waiting;
    told_connected = false;
    backlog_since = kNever;
    ++stats.disconnects;
    parser.reset();
    push(Event::Kind::Disconnected);
    closed_by_refusal = pool.exhausted();
    if (closed_by_refusal || drain_step != DrainStep::None) close_for_good();
}

void Client::State::close_for_good() {
    if (stage == Stage::Closed) return;
    const bool dialled = linked() && !queued(Event::Kind::Dial);
    drop_queued(Event::Kind::Dial);
    drop_queued(Event::Kind::CredentialsNeeded);
    drop_queued(Event::Kind::Suspect);
    drop_queued(Event::Kind::Alive);
    drop_queued(Event::Kind::LameDuck);
    if (dialled) push(Event::Kind::HangUp);
    stage = Stage::Closed;
    told_connected = false;
    keep_alive.stop();
    redial_at = handshake_until = hang_up_at = drain_until = move_at = kNever;
    publishes.connection_ended();
    publishes.close();
    requests.fail_all(RequestFailure::Closed);
    for (const Sid sid : subscriptions.take_draining()) ended_sids.push_back(sid);
    output.clear();
    pings.clear();
    parser.reset();
    closed_to_tell = true;
}

}  // namespace nats_blotter::nats

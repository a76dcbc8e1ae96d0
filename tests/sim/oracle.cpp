#include "sim/oracle.h"

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "nats/client_state.h"
#include "nats/redial.h"

namespace nats_blotter::sim {
namespace {

using nats::CauseClass;
using nats::Event;
using Kind = nats::Event::Kind;

// The broker closes behind these; nothing is told but the ending.
struct Fatal {
    std::string_view text;
    CauseClass cause_class;
};
constexpr std::array kFatal = {
    Fatal{"Authorization Violation", CauseClass::Authentication},
    Fatal{"Authentication Timeout", CauseClass::Authentication},
    Fatal{"User Authentication Expired", CauseClass::Authentication},
    Fatal{"Stale Connection", CauseClass::Stale},
    Fatal{"maximum connections exceeded", CauseClass::Limit},
    Fatal{"Maximum Payload Violation", CauseClass::TooBig},
    Fatal{"maximum control line exceeded", CauseClass::TooBig},
    Fatal{"Unknown Protocol Operation", CauseClass::Protocol},
};

const Fatal* fatal_of(std::string_view text) {
    for (const Fatal& row : kFatal)
        if (row.text == text) return &row;
    return nullptr;
}

std::string kind_name(Kind kind) { return "event " + std::to_string(static_cast<int>(kind)); }

nats::Sid number_of(std::string_view digits) {
    nats::Sid number = 0;
    for (const char c : digits) number = number * 10 + static_cast<nats::Sid>(c - '0');
    return number;
}

// The request that a subject under the inbox answers.
nats::RequestId request_of(std::string_view reply) {
    return number_of(reply.substr(reply.rfind('.') + 1));
}

bool is_refusal(const BrokerOp& op) {
    return op.kind == BrokerOp::Kind::Err && op.text.rfind("Permissions Violation", 0) == 0;
}

std::size_t count_of(std::string_view text, std::string_view piece) {
    std::size_t count = 0;
    for (std::size_t at = text.find(piece); at != std::string_view::npos;
         at = text.find(piece, at + piece.size()))
        ++count;
    return count;
}

}  // namespace

void Oracle::fail(const std::string& what) {
    if (failure_.empty()) failure_ = name_ + ": " + what;
}

// ---- the owner's calls

void Oracle::started(MonotonicUs now) {
    outage_since_ = waiting_since_ = now;
    dial_expected_ = true;
    first_of_outage_ = false;  // that is the one that waits now
    const MonotonicUs delay = client_.redial_at() - now;
    if (delay < 0 || delay > 250 * kMillisecondUs) fail("the first dial is outside its window");
}

void Oracle::subscribed(nats::Sid sid, std::string_view subject, std::string_view queue_group) {
    if (all_.count(sid) != 0) fail("a sid was given out twice");
    Subscription& subscription = live_[sid];
    subscription.subject = subject;
    subscription.queue_group = queue_group;
    all_[sid] = subscription;
}

std::size_t Oracle::pings_in_output(const Link& link) const {
    return count_of(link.output_rest + std::string(client_.pending_output()), "PING\r\n");
}

void Oracle::fence_asked(nats::FenceId id) {
    if (id <= last_fence_) fail("a fence id was given out twice");
    last_fence_ = id;
}

void Oracle::published(const std::string& token, const Result<nats::PublishId>& id, bool may_hold) {
    if (!id) return;
    if (*id != last_publish_ + 1) fail("publish ids do not rise by one");
    last_publish_ = *id;
    if (!may_hold && !client_.connected()) fail("a publish was accepted while down");
    publishes_[token].id = *id;
    by_id_[*id] = token;
}

void Oracle::reconnect_asked(Link* link) {
    if (link != nullptr) link->reconnect_asked = true;
}

void Oracle::unsubscribed(nats::Sid sid) {
    const auto found = live_.find(sid);
    if (found == live_.end()) return;
    if (found->second.draining || found->second.messages_max != 0) may_still_end_.insert(sid);
    live_.erase(found);
}

void Oracle::ends_after(nats::Sid sid, std::uint64_t messages_max) {
    live_[sid].messages_max = messages_max;
}

void Oracle::requested(nats::RequestId id, MonotonicUs deadline) {
    if (id <= last_request_) fail("a request id was given out twice");
    last_request_ = id;
    requests_[id] = deadline;
}

void Oracle::credentials_refused(Link& link, MonotonicUs now) {
    if (link.client_ended) return;
    if (!link.dialled) link.client_ended = true;
    link.reconnect_asked = true;
    link.ended_at = now;
}

// As far as the connection lasts: behind its end, close() is what it comes to.
void Oracle::drain_and_close_asked(const Link* link) {
    close_asked_ = true;
    if (!client_.connected() || link == nullptr || link->client_ended) return;
    for (auto& [sid, subscription] : live_) subscription.draining = true;
}

// ---- the transport's

void Oracle::bytes_taken(Link& link, std::size_t bytes, bool accepted, MonotonicUs now) {
    if (!accepted) return;
    if (link.client_ended) return fail("bytes of an ended link were taken");
    if (!link.opened) return fail("bytes were taken before the transport opened");
    link.received += bytes;
    link.heard_at = now;
}

void Oracle::reported_end(Link& link, std::uint16_t code, std::string_view reason, bool accepted,
                          MonotonicUs now) {
    if (!accepted || link.client_ended) return;
    link.client_ended = link.reported = true;
    link.report_code = code;
    link.report_reason = reason;
    link.ended_at = now;
}

void Oracle::output_taken(Link& link, std::string_view bytes, MonotonicUs) {
    link.output_rest.append(bytes);
    std::string_view rest = link.output_rest;
    for (;;) {
        const std::size_t end = rest.find("\r\n");
        if (end == std::string_view::npos) break;
        const std::string_view line = rest.substr(0, end);
        std::size_t body_bytes = 0;
        const bool with_body = line.starts_with("PUB ") || line.starts_with("HPUB ");
        if (with_body) {
            for (const char c : line.substr(line.rfind(' ') + 1))
                body_bytes = body_bytes * 10 + static_cast<std::size_t>(c - '0');
            if (rest.size() < end + 2 + body_bytes + 2) break;
        }
        take_line(link, line, rest.substr(end + 2, body_bytes));
        rest.remove_prefix(end + 2 + (with_body ? body_bytes + 2 : 0));
    }
    link.output_rest = std::string(rest);
}

void Oracle::take_line(Link& link, std::string_view line, std::string_view body) {
    const std::size_t ordinal = link.lines++;
    const bool connects = line.starts_with("CONNECT ");
    if ((ordinal == 0) != connects) return fail("CONNECT is not the first line, once");
    if (ordinal == 1 && line != "PING") return fail("PING does not follow CONNECT");
    if (line == "PING") {
        ++link.pings;
        return;
    }
    if (connects || line == "PONG") return;
    if (line.starts_with("SUB ") || line.starts_with("UNSUB ")) {
        const bool ends = line[0] == 'U';
        const std::string_view fields = line.substr(ends ? 6 : 0);
        const nats::Sid sid =
            number_of(ends ? fields.substr(0, fields.find(' ')) : line.substr(line.rfind(' ') + 1));
        if (line.starts_with("SUB _INBOX.") && all_.count(sid) == 0) {
            if (inbox_ != 0) fail("a second inbox");
            inbox_ = sid;
            all_[sid].subject = line.substr(4, line.rfind(' ') - 4);
        }
        if (ends) {
            if (link.subs_sent.count(sid) == 0) fail("UNSUB of a sid that was not sent");
            return;
        }
        const auto found = all_.find(sid);
        if (found == all_.end()) return fail("SUB of a sid that nobody made");
        std::string wanted = "SUB " + found->second.subject + " ";
        if (!found->second.queue_group.empty()) wanted += found->second.queue_group + " ";
        if (line != wanted + std::to_string(sid)) return fail("SUB differs: " + std::string(line));
        if (!link.subs_sent.insert(sid).second)
            fail("SUB " + std::to_string(sid) + " was sent twice on one connection");
        return;
    }
    if (!line.starts_with("PUB ") && !line.starts_with("HPUB "))
        return fail("a line that no client sends: " + std::string(line));
    const std::size_t start = body.find("<");
    const std::size_t end = body.find(">");
    if (start == std::string_view::npos || end == std::string_view::npos)
        return fail("a publish without its token");
    if (body.substr(start, 2) == "<q") return;  // of a request
    const auto found = publishes_.find(std::string(body.substr(start, end - start + 1)));
    if (found == publishes_.end()) return fail("a publish that was not accepted was sent");
    Publish& publish = found->second;
    if (++publish.taken > 1) return fail("publish " + std::to_string(publish.id) + " sent twice");
    if (publish.reported) fail("a publish was sent after it was reported");
    if (publish.id <= last_taken_) fail("publishes were sent out of order");
    last_taken_ = publish.id;
    publish.taken_on = link.generation;
}

void Oracle::broker_heard(const std::string& token) {
    const auto found = publishes_.find(token);
    if (found != publishes_.end()) found->second.heard = true;
}

// ---- the broker's stream

// Whether passing over it in silence would be a loss.
bool Oracle::must_be_told(const Link& link, const BrokerOp& op) const {
    switch (op.kind) {
        case Op::Msg:
        case Op::Hmsg: {
            const nats::Sid sid = number_of(op.sid);
            if (sid == inbox_ && inbox_ != 0)
                return link.connected_told && requests_.count(request_of(op.subject)) != 0;
            return link.connected_told && live_.count(sid) != 0;
        }
        case Op::Err: return link.connected_told && fatal_of(op.text) == nullptr;
        case Op::Pong: return !link.client_ended && link.fences.count(link.pongs_passed + 1) != 0;
        case Op::Info:
            return !link.client_ended && link.connected_told && op.lame_duck &&
                   !link.lame_duck_told;
        default: return false;
    }
}

void Oracle::pass(Link& link, const BrokerOp& op) {
    ++link.next_op;
    if (op.kind == Op::Pong) ++link.pongs_passed;
    if (op.lame_duck) link.lame_duck_heard = true;
}

// Goes on in the broker's stream to the operation an event stands for.
template <typename Fits>
void Oracle::advance(Link& link, const char* what, Fits fits) {
    if (link.connection == 0) return fail(std::string(what) + " without a connection");
    const auto& ops = broker_.ops(link.connection);
    while (link.next_op < ops.size()) {
        const BrokerOp& op = ops[link.next_op];
        if (op.end > link.tainted_at) return;  // from here on the stream was not the broker's
        if (op.end > link.received) break;
        if (fits(op)) return pass(link, op);
        if (must_be_told(link, op))
            return fail(std::string(what) + " came where another was due: " + op.text + op.sid +
                        " " + op.subject + " " + op.payload);
        pass(link, op);
    }
    if (link.received > link.tainted_at) return;
    fail(std::string(what) + " that the broker did not send, or that came early or twice");
}

// ---- events

void Oracle::event(const Event& event, Link* link, MonotonicUs now) {
    if (closed_told_) return fail("an event after Closed");
    if (event.kind == Kind::PublishesUnsent) return on_unsent(event);
    if (event.kind == Kind::RequestFailed) return on_request_failed(event, link);
    if (event.kind == Kind::SubscriptionEnded) return on_subscription_ended(event, link);
    if (event.kind == Kind::Closed) {
        if (!close_asked_) fail("Closed though nobody asked");
        if (!requests_.empty()) fail("Closed, and a request never ended");
        for (const auto& [sid, subscription] : live_)
            if (subscription.draining) fail("Closed, and a drained subscription never ended");
        closed_told_ = true;
        return;
    }
    if (link == nullptr || link->generation != event.generation || link->end_told)
        return fail(kind_name(event.kind) + " of no live generation");
    switch (event.kind) {
        case Kind::CredentialsNeeded:
            if (link->dialled || !dial_expected_)
                fail("credentials asked for a link that is there");
            dial_expected_ = false;
            link->tried_at = now;
            return;
        case Kind::SignatureNeeded:
            if (link->lines > 0 || link->client_ended) fail("a signature asked for too late");
            link->signature_at = now;
            return;
        case Kind::Reply: return on_reply(event, *link);
        case Kind::Dial: return on_dial(event, *link, now);
        case Kind::HangUp: return on_hang_up(*link, now);
        case Kind::Connected: return on_connected(event, *link, now);
        case Kind::Disconnected: return on_disconnected(event, *link, now);
        case Kind::Message: return on_message(event, *link);
        case Kind::FencePassed: return on_fence(event, *link);
        case Kind::ServerError:
        case Kind::Denied: return on_error(event, *link);
        case Kind::Suspect:
            if (link->suspect || !link->connected_told) fail("Suspect twice or too early");
            if (now - link->heard_at < 22 * kSecondUs) fail("Suspect before 22.5 s");
            link->suspect = true;
            return;
        case Kind::Alive:
            if (!link->suspect) fail("Alive without Suspect");
            link->suspect = false;
            return;
        case Kind::LameDuck:
            if (link->lame_duck_told) fail("LameDuck twice");
            // One that came before Connected is told behind it.
            if (!link->lame_duck_heard)
                advance(*link, "LameDuck", [](const BrokerOp& op) { return op.lame_duck; });
            link->lame_duck_told = true;
            link->lame_duck_at = now;
            return;
        default: return fail("an event that the oracle does not know");
    }
}

void Oracle::on_dial(const Event& event, Link& link, MonotonicUs now) {
    if ((!dial_expected_ && link.tried_at == 0) || link.dialled || link.client_ended)
        fail("Dial while a link is there");
    if (event.generation <= last_generation_) fail("a generation was used twice");
    if (!servers_.empty() &&
        std::find(servers_.begin(), servers_.end(), event.text) == servers_.end())
        fail("a server that nobody named: " + std::string(event.text));
    last_generation_ = event.generation;
    dial_expected_ = false;
    link.dialled = true;
    if (link.tried_at == 0) link.tried_at = now;
    link.dialled_at = link.heard_at = now;
}

void Oracle::on_hang_up(Link& link, MonotonicUs now) {
    if (link.client_ended) return fail("HangUp of a link that has ended");
    link.client_ended = true;
    link.ended_at = now;
    const bool garbage = link.received > link.tainted_at;
    const bool handshake_late =
        !link.connected_told && now - link.dialled_at >= nats::kHandshakeTimeoutUs;
    const bool away = away_until_ > link.heard_at || lateness_ > 2 * kSecondUs;
    if (!link.disturbed && !garbage && !handshake_late && !link.reconnect_asked && !close_asked_ &&
        !away && link.fatal_error_at == kNever && !(moves_ && link.lame_duck_told) &&
        link.signature_at == kNever)
        fail("hung up a healthy link");
}

void Oracle::on_connected(const Event& event, Link& link, MonotonicUs now) {
    if (link.connected_told || link.client_ended) fail("Connected twice, or after the end");
    if (event.epoch != ++epoch_) fail("epochs do not count connections");
    advance(link, "Connected", [](const BrokerOp& op) { return op.kind == Op::Pong; });
    link.connected_told = true;
    link.connected_at = now;
}

void Oracle::on_disconnected(const Event& event, Link& link, MonotonicUs now) {
    if (!link.dialled && !link.client_ended) {
        // Credentials that did not come in time.
        link.client_ended = true;
        link.ended_at = now;
        if (!close_asked_ && !link.reconnect_asked &&
            now - link.tried_at < nats::kCredentialsTimeoutUs)
            fail("credentials were not waited for");
    }
    if (!link.client_ended) return fail("Disconnected without an end");
    if (!requests_.empty()) fail("Disconnected, and a request is still pending");
    link.end_told = true;
    // Complete: nothing that came in before the end was left out.
    if (link.connection != 0) {
        for (; link.next_op < broker_.ops(link.connection).size();) {
            const BrokerOp& op = broker_.ops(link.connection)[link.next_op];
            if (op.end > link.received || op.end > link.tainted_at) break;
            if (must_be_told(link, op))
                fail("received but never told: " + op.text + op.sid + " " + op.payload);
            pass(link, op);
        }
    }
    if (event.cause == nullptr || event.cause->text.empty())
        fail("Disconnected without words");
    else
        check_cause(*event.cause, link);
    if (link.connected_told && !slow_ &&
        link.ended_at - link.connected_at >= nats::kConnectionHeldUs) {
        outage_since_ = link.ended_at;
        first_of_outage_ = true;
    }
    dial_expected_ = true;
    waiting_since_ = link.ended_at;
    check_redial(link, now);
}

void Oracle::check_cause(const nats::Cause& cause, const Link& link) {
    if (link.received > link.tainted_at || slow_) return;
    if ((cause.phase == nats::Phase::Connected) != link.connected_told) fail("a wrong phase");
    if (!link.reported) return;
    if (cause.close_code != link.report_code) fail("a close code was lost");
    CauseClass wanted = CauseClass::Network;
    if (const Fatal* fatal = fatal_of(link.fatal_error))
        wanted = fatal->cause_class;
    else if (link.report_code == 1001)
        wanted = CauseClass::Shutdown;
    else if (const Fatal* by_reason = fatal_of(link.report_reason))
        wanted = by_reason->cause_class;
    else if (link.report_code != 1006)
        return;
    if (cause.cause_class != wanted && cause.cause_class != CauseClass::SlowConsumer)
        fail("a wrong cause: " + cause.text);
}

void Oracle::check_redial(const Link& link, MonotonicUs now) {
    if (close_asked_) return;
    const MonotonicUs due = client_.redial_at();
    if (due == kNever) return fail("nothing redials");
    if (slow_ || woken_at_ >= link.ended_at || now != link.ended_at) {
        first_of_outage_ = false;
        return;
    }
    const MonotonicUs outage = link.ended_at - outage_since_;
    const MonotonicUs window = first_of_outage_           ? 250 * kMillisecondUs
                               : outage < 20 * kSecondUs  ? kSecondUs
                               : outage < 120 * kSecondUs ? 5 * kSecondUs
                                                          : 30 * kSecondUs;
    const MonotonicUs delay = due - link.ended_at;
    if (delay < 0 || delay > window) fail("a redial outside its window");
    if (spread_ != nullptr)
        (first_of_outage_ ? spread_->first : spread_->later)
            .push_back(static_cast<double>(delay) / static_cast<double>(window));
    first_of_outage_ = false;
}

void Oracle::on_message(const Event& event, Link& link) {
    ++messages_;
    if (!link.connected_told) return fail("a message before Connected");
    const auto subscription = live_.find(event.sid);
    if (subscription == live_.end()) return fail("a message of a sid that is not subscribed");
    const std::uint64_t received = ++subscription->second.received;
    if (subscription->second.messages_max != 0 && received > subscription->second.messages_max)
        return fail("more messages than were wanted");
    const std::string sid = std::to_string(event.sid);
    bool differs = false;
    advance(link, "Message", [&](const BrokerOp& op) {
        if ((op.kind != Op::Msg && op.kind != Op::Hmsg) || op.sid != sid) return false;
        differs = op.subject != event.subject || op.reply != event.reply ||
                  op.headers != event.headers || op.payload != event.payload;
        return true;
    });
    if (differs) fail("a message was changed");
}

void Oracle::on_fence(const Event& event, Link& link) {
    if (link.client_ended) return fail("a fence of an ended link passed");
    const auto found = std::find_if(link.fences.begin(), link.fences.end(),
                                    [&](const auto& entry) { return entry.second == event.fence; });
    if (found == link.fences.end()) {
        if (link.received <= link.tainted_at)
            fail("a fence passed twice, or on a connection that is not its own");
        return;
    }
    const std::size_t ordinal = found->first;
    advance(link, "FencePassed", [&](const BrokerOp& op) {
        return op.kind == Op::Pong && link.pongs_passed + 1 == ordinal;
    });
    link.fences.erase(ordinal);
}

void Oracle::on_error(const Event& event, Link& link) {
    constexpr std::string_view kStart = "Permissions Violation for Subscription to \"";
    Subscription refused;
    advance(link, "an error", [&](const BrokerOp& op) {
        if (op.kind != Op::Err || op.text != event.text) return false;
        if (op.text.rfind(kStart, 0) == 0) {
            const std::size_t end = op.text.find('"', kStart.size());
            refused.subject = op.text.substr(kStart.size(), end - kStart.size());
            const std::size_t queue = op.text.find("queue \"");
            if (queue != std::string::npos)
                refused.queue_group = op.text.substr(queue + 7, op.text.size() - queue - 8);
        }
        return true;
    });
    if (refused.subject.empty()) return;
    if (event.kind != Kind::Denied) return fail("a refused subscription was not told as such");
    const auto is_refused = [&](const auto& entry) {
        return entry.second.subject == refused.subject &&
               entry.second.queue_group == refused.queue_group;
    };
    // It may have been unsubscribed meanwhile.
    const auto found = all_.find(event.sid);
    const bool good = event.sid == 0 ? std::none_of(live_.begin(), live_.end(), is_refused)
                                     : found != all_.end() && is_refused(*found);
    if (!good) fail("a refusal was pinned on the wrong subscription");
}

void Oracle::on_unsent(const Event& event) {
    if (event.first_publish == 0 || event.last_publish < event.first_publish)
        return fail("PublishesUnsent without publishes");
    for (nats::PublishId id = event.first_publish; id <= event.last_publish; ++id) {
        const auto token = by_id_.find(id);
        if (token == by_id_.end()) return fail("a publish was reported that was never accepted");
        Publish& publish = publishes_[token->second];
        if (publish.reported) return fail("a publish was reported twice");
        if (publish.taken > 0) return fail("a publish was reported unsent though it was sent");
        publish.reported = true;
    }
}

void Oracle::on_subscription_ended(const Event& event, const Link* link) {
    if (may_still_end_.erase(event.sid) != 0) return;
    const auto found = live_.find(event.sid);
    if (found == live_.end()) return fail("SubscriptionEnded twice, or of none");
    const Subscription& subscription = found->second;
    const bool had_all =
        subscription.messages_max != 0 && subscription.received >= subscription.messages_max;
    if (!had_all && !subscription.draining) return fail("SubscriptionEnded too early");
    if (!had_all && link != nullptr && link->connection != 0 && link->connected_told &&
        !link->end_told) {
        const auto& ops = broker_.ops(link->connection);
        for (std::size_t i = link->next_op; i < ops.size(); ++i) {
            if (ops[i].end > link->tainted_at) break;
            if (link->client_ended && ops[i].end > link->received) break;
            if (ops[i].sid == std::to_string(event.sid) && !closed_told_ && client_.connected())
                return fail("SubscriptionEnded before its last message");
        }
    }
    live_.erase(found);
}

void Oracle::finish_request(nats::RequestId id) {
    if (requests_.erase(id) == 0) fail("a request ended twice, or was never made");
}

void Oracle::on_reply(const Event& event, Link& link) {
    bool differs = false;
    advance(link, "Reply", [&](const BrokerOp& op) {
        if (number_of(op.sid) != inbox_ || op.subject != event.subject) return false;
        differs = op.payload != event.payload || op.headers != event.headers;
        return true;
    });
    if (differs) fail("an answer was changed");
    if (request_of(event.subject) != event.request && link.received <= link.tainted_at)
        fail("an answer for another request");
    finish_request(event.request);
}

void Oracle::on_request_failed(const Event& event, Link* link) {
    using nats::RequestFailure;
    const bool clean = link != nullptr && link->received <= link->tainted_at;
    if (link != nullptr && event.failure == RequestFailure::NoResponders)
        advance(*link, "NoResponders", [&](const BrokerOp& op) {
            return op.kind == Op::Hmsg && number_of(op.sid) == inbox_ &&
                   request_of(op.subject) == event.request;
        });
    if (link != nullptr && event.failure == RequestFailure::Denied)
        advance(*link, "Denied", [](const BrokerOp& op) { return is_refusal(op); });
    if (event.failure == RequestFailure::Disconnected && clean && !link->client_ended)
        fail("a request failed for an end that was not");
    if (event.failure == RequestFailure::Closed && !close_asked_)
        fail("a request failed for a close that was not");
    finish_request(event.request);
}

// ---- between events

void Oracle::settled(Link* link, bool output_is_open, bool deadline_met, MonotonicUs now) {
    if (client_.pending_output().size() > kOutputBytesMax) fail("the output is above its limit");
    if (client_.unread_bytes() > 2 * kInboxBytesMax) fail("the inbox is above its limit");
    // Once in 250,000 draws a redial is due at once.
    if (deadline_met && client_.next_deadline() <= now && client_.redial_at() != now)
        fail("a deadline stays in the past");
    if (client_.next_deadline() == kNever && !closed_told_) fail("nothing will ever happen");
    if (closed_told_ && client_.next_deadline() != kNever) fail("a deadline after Closed");
    check_confirmed(link);
    if (link == nullptr || link->client_ended) {
        if (!client_.pending_output().empty()) fail("output without a link");
        if (client_.connected()) fail("connected without a link");
        return;
    }
    if (client_.connected() != link->connected_told) fail("connected() is wrong");
    if (link->received > link->tainted_at && link->garbage_is_plain)
        fail("garbage was heard and the link goes on");
    // The fatal -ERR was read by now.
    if (link->connection != 0 && link->fatal_error_at == kNever) {
        const auto& ops = broker_.ops(link->connection);
        for (std::size_t i = link->next_op; i < ops.size(); ++i) {
            if (ops[i].end > link->received || ops[i].end > link->tainted_at) break;
            if (ops[i].kind != Op::Err || fatal_of(ops[i].text) == nullptr) continue;
            link->fatal_error_at = now;
            link->fatal_error = ops[i].text;
            break;
        }
    }
    if (!output_is_open || !client_.pending_output().empty() || link->lines == 0) return;
    for (const auto& [sid, subscription] : live_)
        if (link->subs_sent.count(sid) == 0)
            fail("SUB " + std::to_string(sid) + " was not sent on this connection");
}

// What a PONG has proved to be with the broker is with the broker.
void Oracle::check_confirmed(const Link* link) {
    const nats::PublishId confirmed = client_.confirmed_publish();
    if (confirmed < last_confirmed_) fail("confirmed_publish() went back");
    for (nats::PublishId id = last_confirmed_ + 1; id <= confirmed; ++id) {
        const auto token = by_id_.find(id);
        if (token == by_id_.end()) return fail("a publish was confirmed that was never accepted");
        const Publish& publish = publishes_[token->second];
        const bool here = link != nullptr && publish.taken_on == link->generation;
        if (here && !publish.heard && link->received <= link->tainted_at)
            fail("a publish was confirmed that the broker does not have");
    }
    last_confirmed_ = confirmed;
}

void Oracle::watch(const Link* link, MonotonicUs now) {
    if (close_asked_ || slow_) return;
    // The first PING and the two calls that follow it may each be late (nats/keep_alive.h).
    const MonotonicUs late = 3 * lateness_ + kSecondUs;
    const MonotonicUs called = std::max(away_until_, woken_at_);
    if (link == nullptr || link->end_told) {
        const MonotonicUs due = client_.redial_at();
        if (due == kNever) return fail("nothing redials");
        if (now > std::max(due, called) + late) fail("a redial is overdue");
        if (due - waiting_since_ > 30 * kSecondUs) fail("the next redial is too far away");
        return;
    }
    for (const auto& [id, deadline] : requests_)
        if (now > std::max(deadline, called) + late) return fail("a request waits too long");
    if (!link->dialled) {
        if (now > std::max(link->tried_at + nats::kCredentialsTimeoutUs, called) + late)
            fail("credentials are waited for too long");
        return;
    }
    if (moves_ && link->lame_duck_told &&
        now > std::max(link->lame_duck_at + nats::kLameDuckMoveMaxUs, called) + late)
        return fail("a lame duck was not left");
    if (!link->connected_told) {
        if (now > std::max(link->dialled_at + nats::kHandshakeTimeoutUs, called) + late)
            fail("a handshake is waited for beyond ten seconds");
        return;
    }
    const MonotonicUs silence_from = std::max(link->heard_at, link->connected_at);
    if (now > std::max(silence_from + 25 * kSecondUs, called + 5 * kSecondUs) + late)
        fail("deaf: a silent link is still believed in");
    const bool left_alone = called < link->heard_at;
    if (left_alone && !link->suspect && now > silence_from + 22'500 * kMillisecondUs + late)
        fail("a silent link is not suspect");
    if (link->fatal_error_at != kNever &&
        now > std::max(link->fatal_error_at + nats::kFatalErrorGraceUs, called) + late)
        fail("a link that the broker has given up is still believed in");
}

void Oracle::at_peace(Link* link) {
    if (link == nullptr || !link->connected_told || link->client_ended)
        return fail("not connected though all faults are over");
    if (link->suspect) fail("still suspect though all faults are over");
    if (!link->fences.empty()) fail("a fence never passed");
    std::map<std::string, std::string> there = broker_.subscriptions(link->connection);
    if (inbox_ != 0 && there.erase(std::to_string(inbox_)) == 0) fail("the inbox was not restored");
    for (const auto& [sid, subscription] : live_) {
        const std::string text = std::to_string(sid);
        if (there.count(text) == 0 && subscription.subject.rfind("deny.", 0) != 0)
            fail("subscription " + text + " was not restored");
        there.erase(text);
    }
    if (!there.empty()) fail("the broker has a subscription that nobody wants");
    for (const auto& [token, publish] : publishes_)
        if (publish.taken == 0 && !publish.reported)
            fail("publish " + std::to_string(publish.id) + " vanished");
    if (!requests_.empty()) fail("a request never ended");
}

}  // namespace nats_blotter::sim

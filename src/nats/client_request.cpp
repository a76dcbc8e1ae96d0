// Requests: one publish out with a reply subject under our inbox, one answer or failure in.
#include "nats/client_state.h"
#include "nats/encoder.h"
#include "nats/error.h"
#include "nats/headers.h"

namespace nats_blotter::nats {
namespace {

// ADR-4; newer servers add a Nats-Subject header, so only the status tells.
constexpr std::int32_t kNoRespondersStatus = 503;

}  // namespace

std::string_view request_failure_text(RequestFailure failure) {
    switch (failure) {
        case RequestFailure::None: return "Nothing failed.";
        case RequestFailure::NoResponders: return "Nobody answers on this subject.";
        case RequestFailure::Timeout: return "No answer came in time.";
        case RequestFailure::Disconnected: return "The connection ended before an answer came.";
        case RequestFailure::Denied: return "The broker does not permit the request.";
        case RequestFailure::Closed: return "The client was closed before an answer came.";
    }
    return "The request failed.";
}

Result<RequestId> Client::request(std::string_view subject, std::string_view payload,
                                  MonotonicUs timeout_us, MonotonicUs now,
                                  std::string_view headers) {
    State& s = *state_;
    s.now = now;
    const Result<RequestId> id = s.request({subject, payload, {}, headers, true}, now + timeout_us);
    s.check_invariants();
    return id;
}

void Client::cancel_request(RequestId request) {
    state_->requests.cancel(request);
    state_->check_invariants();
}

std::string Client::new_inbox() { return state_->requests.new_inbox(); }

Result<RequestId> Client::State::request(const Outgoing& message, MonotonicUs deadline) {
    if (stage == Stage::Closed) return nats_error(NatsError::ClientClosed);
    if (stage != Stage::Connected) return nats_error(NatsError::NotConnected);
    if (drain_step != DrainStep::None) return nats_error(NatsError::Draining);
    if (requests.full()) return nats_error(NatsError::TooManyRequests);
    if (inbox_sid == 0) {
        const Result<Sid> sid = subscribe(requests.inbox_pattern(), {});
        if (!sid) return sid.error();
        inbox_sid = *sid;
        if (stage != Stage::Connected) return nats_error(NatsError::OutputFull);
    }
    if (subscriptions.find(inbox_sid)->denied) return nats_error(NatsError::InboxDenied);
    const std::string reply = requests.reply_subject(requests.next_id());
    Outgoing with_reply = message;
    with_reply.reply = reply;
    if (Result<PublishId> sent = publish(with_reply); !sent) return sent.error();
    ++stats.requests;
    return requests.begin(message.subject, deadline);
}

bool Client::State::take_reply(const ParsedOp& op, Event& event) {
    const RequestId request = requests.find_by_reply(op.subject);
    if (request == 0) {
        ++stats.late_replies;
        return false;
    }
    const bool nobody = op.payload.empty() && !op.headers.empty() &&
                        HeaderReader(op.headers).status() == kNoRespondersStatus;
    if (nobody) {
        requests.fail(request, RequestFailure::NoResponders);
        return take_failed_request(event);
    }
    requests.finish(request);
    ++stats.replies;
    event.kind = Event::Kind::Reply;
    event.request = request;
    event.subject = op.subject;
    event.reply = op.reply;
    event.headers = op.headers;
    event.payload = op.payload;
    return true;
}

bool Client::State::take_failed_request(Event& event) {
    const std::optional<FailedRequest> failed = requests.next_failed();
    if (!failed) return false;
    ++stats.requests_failed;
    event.kind = Event::Kind::RequestFailed;
    event.generation = generation;
    event.epoch = epoch;
    event.request = failed->request;
    event.failure = failed->failure;
    event.text = request_failure_text(failed->failure);
    return true;
}

// True when a permission error was about requests, which then fail. A plain publish to the same
// subject cannot be told from a request there; neither is permitted.
bool Client::State::fail_denied_request(const PermissionViolation& violation, Sid sid) {
    if (violation.of_subscription) {
        if (sid == 0 || sid != inbox_sid) return false;
        requests.fail_all(RequestFailure::Denied);
        return true;
    }
    RequestId request = requests.find_by_reply(violation.subject);
    if (request == 0) request = requests.find_by_subject(violation.subject);
    if (request == 0) return false;
    requests.fail(request, RequestFailure::Denied);
    return true;
}

}  // namespace nats_blotter::nats

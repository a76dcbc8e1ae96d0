#include "nats/jetstream.h"

#include <algorithm>

#include "base/number_text.h"
#include "nats/error.h"
#include "nats/json_fields.h"
#include "nats/subject.h"

namespace nats_blotter::nats {
namespace {

using Kind = JetStreamEvent::Kind;

JetStreamFailure failure_from(RequestFailure failure) {
    switch (failure) {
        case RequestFailure::None: return JetStreamFailure::None;
        case RequestFailure::NoResponders: return JetStreamFailure::NotEnabled;
        case RequestFailure::Timeout: return JetStreamFailure::Timeout;
        case RequestFailure::Disconnected: return JetStreamFailure::Disconnected;
        case RequestFailure::Denied: return JetStreamFailure::Denied;
        case RequestFailure::Closed: return JetStreamFailure::Closed;
    }
    return JetStreamFailure::BadAnswer;
}

Result<void> add_number(HeaderWriter& headers, std::string_view key, StreamSequence number) {
    if (number < 0) return {};
    std::string text;
    append_int(text, number);
    return headers.add(key, text);
}

Result<void> add_text(HeaderWriter& headers, std::string_view key, std::string_view text) {
    if (text.empty()) return {};
    return headers.add(key, text);
}

Result<void> add_conditions(HeaderWriter& headers, const PublishConditions& wanted) {
    if (Result<void> added = add_text(headers, kMessageIdHeader, wanted.message_id); !added)
        return added;
    if (Result<void> added = add_text(headers, "Nats-Expected-Stream", wanted.stream); !added)
        return added;
    if (Result<void> added = add_text(headers, "Nats-Expected-Last-Msg-Id", wanted.last_message_id);
        !added)
        return added;
    if (Result<void> added =
            add_number(headers, "Nats-Expected-Last-Sequence", wanted.last_sequence);
        !added)
        return added;
    return add_number(headers, "Nats-Expected-Last-Subject-Sequence", wanted.last_subject_sequence);
}

// The error that an answer of the API holds, with code 0 for none; false when it is no JSON object.
bool read_api_error(std::string_view json, JetStreamError& error) {
    JsonFields fields(json);
    error = {};
    const auto read_error = [&](std::string_view key) {
        if (key == "code") return fields.read(error.code);
        if (key == "err_code") return fields.read(error.error_code);
        if (key == "description") return fields.read(error.description);
        return fields.skip();
    };
    return fields.document([&](std::string_view key) {
        return key == "error" ? fields.object(read_error) : fields.skip();
    });
}

}  // namespace

std::string_view jetstream_failure_text(JetStreamFailure failure) {
    switch (failure) {
        case JetStreamFailure::None: return "Nothing failed.";
        case JetStreamFailure::NotEnabled: return "JetStream is not enabled.";
        case JetStreamFailure::NoStream: return "No stream takes messages of this subject.";
        case JetStreamFailure::Timeout: return "JetStream did not answer in time.";
        case JetStreamFailure::Disconnected: return "The connection ended.";
        case JetStreamFailure::Denied: return "The broker does not permit it.";
        case JetStreamFailure::Closed: return "The client was closed.";
        case JetStreamFailure::Refused: return "JetStream refused it.";
        case JetStreamFailure::BadAnswer: return "JetStream's answer cannot be read.";
        case JetStreamFailure::NotSent: return "It cannot be sent now.";
        case JetStreamFailure::Lost: return "Messages were lost on their way; reading them again.";
        case JetStreamFailure::MissedHeartbeats: return "Nothing was heard from the stream.";
        case JetStreamFailure::ConsumerGone: return "The server ended our reading of the stream.";
    }
    return "JetStream failed.";
}

JetStream::JetStream(Client& client, JetStreamOptions options, std::uint64_t seed)
    : client_(client),
      options_(std::move(options)),
      api_prefix_(jetstream_api_prefix_of_domain(options_.domain)),
      random_(seed) {}

bool JetStream::take(const Event& event, MonotonicUs now) {
    bool ours = (event.kind == Event::Kind::Reply || event.kind == Event::Kind::RequestFailed) &&
                take_end(event);
    for (std::size_t i = 0; i < consumers_.size() && !ours; ++i)
        ours = consumers_[i]->take(event, now);
    std::erase_if(consumers_, [](const auto& consumer) { return consumer->finished(); });
    return ours;
}

MonotonicUs JetStream::next_deadline() const {
    MonotonicUs deadline = kNever;
    for (const auto& consumer : consumers_)
        deadline = std::min(deadline, consumer->next_deadline());
    return deadline;
}

void JetStream::on_deadline(MonotonicUs now) {
    for (const auto& consumer : consumers_) consumer->on_deadline(now);
}

// ---- requests and publishes

Result<RequestId> JetStream::begin(std::string_view subject, std::string_view payload,
                                   std::string_view headers, Pending pending, MonotonicUs now) {
    const Result<RequestId> id =
        client_.request(subject, payload, options_.timeout_us, now, headers);
    if (!id) return id;
    pending.request = *id;
    pending_.push_back(pending);
    return id;
}

Result<RequestId> JetStream::request(std::string_view call, std::string_view json,
                                     MonotonicUs now) {
    std::string subject = api_prefix_;
    subject.append(".").append(call);
    return begin(subject, json, {}, {.of_api = true}, now);
}

Result<RequestId> JetStream::request_subject(std::string_view subject, std::string_view payload,
                                             MonotonicUs now) {
    return begin(subject, payload, {}, {}, now);
}

Result<RequestId> JetStream::publish(std::string_view subject, std::string_view payload,
                                     MonotonicUs now, const PublishConditions& conditions,
                                     std::span<const Header> headers) {
    HeaderWriter writer;
    bool any = !headers.empty();
    for (const Header& header : headers)
        if (Result<void> added = writer.add(header.key, header.value); !added) return added.error();
    const std::size_t before = writer.block().size();
    if (Result<void> added = add_conditions(writer, conditions); !added) return added.error();
    any = any || writer.block().size() > before;
    return begin(subject, payload, any ? writer.block() : std::string_view{}, {.of_publish = true},
                 now);
}

bool JetStream::take_end(const Event& event) {
    const auto found =
        std::lower_bound(pending_.begin(), pending_.end(), event.request,
                         [](const Pending& pending, RequestId id) { return pending.request < id; });
    if (found == pending_.end() || found->request != event.request) return false;
    const Pending pending = *found;
    pending_.erase(found);
    const bool nobody = event.failure == RequestFailure::NoResponders;
    if (event.kind == Event::Kind::RequestFailed && pending.of_publish && nobody)
        tell_failed(pending.request, JetStreamFailure::NoStream);
    else if (event.kind == Event::Kind::RequestFailed)
        tell_failed(pending.request, failure_from(event.failure));
    else
        tell_answer(event, pending);
    return true;
}

void JetStream::tell_answer(const Event& event, const Pending& pending) {
    JetStreamEvent told;
    told.request = pending.request;
    if (pending.of_publish) {
        Result<PublishAck> ack = publish_ack_from_json(event.payload);
        if (!ack) return tell_failed(pending.request, JetStreamFailure::BadAnswer);
        ack_ = std::move(*ack);
        error_ = ack_.error;
        if (!ack_.stored()) return tell_failed(pending.request, JetStreamFailure::Refused);
        told.kind = Kind::Published;
        told.ack = &ack_;
    } else {
        if (pending.of_api && !read_api_error(event.payload, error_))
            return tell_failed(pending.request, JetStreamFailure::BadAnswer);
        if (pending.of_api && error_.code != 0)
            return tell_failed(pending.request, JetStreamFailure::Refused);
        told.kind = Kind::Answer;
        told.headers = event.headers;
        told.payload = event.payload;
    }
    events_.push(told);
}

void JetStream::tell_failed(RequestId request, JetStreamFailure failure) {
    JetStreamEvent told;
    told.kind = Kind::Failed;
    told.request = request;
    told.failure = failure;
    told.text = jetstream_failure_text(failure);
    if (failure == JetStreamFailure::Refused) told.error = &error_;
    events_.push(told);
}

// ---- consumers

Result<ConsumerId> JetStream::consume(OrderedConsumerOptions options, MonotonicUs now) {
    if (!is_stream_name(options.stream)) return nats_error(NatsError::BadStreamName);
    if (!options.filter_subject.empty())
        if (Result<void> checked = check_subject(options.filter_subject); !checked)
            return checked.error();
    const ConsumerId id = ++last_consumer_;
    consumers_.push_back(std::make_unique<OrderedConsumer>(client_, api_prefix_, events_, id,
                                                           std::move(options), options_.timeout_us,
                                                           random_.next()));
    if (client_.connected()) consumers_.back()->connected(now);
    return id;
}

void JetStream::stop(ConsumerId consumer, MonotonicUs now) {
    for (const auto& each : consumers_)
        if (each->id() == consumer) each->stop(now);
    events_.forget(consumer);
    std::erase_if(consumers_, [](const auto& each) { return each->finished(); });
}

const OrderedConsumer* JetStream::consumer(ConsumerId consumer) const {
    for (const auto& each : consumers_)
        if (each->id() == consumer && !each->stopped()) return each.get();
    return nullptr;
}

}  // namespace nats_blotter::nats

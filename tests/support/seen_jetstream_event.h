// tests/support/seen_jetstream_event.h - a JetStream event that outlives the next call.
#pragma once

#include <string>

#include "nats/jetstream_event.h"

namespace nats_blotter::tests {

struct SeenJetStreamEvent {
    nats::JetStreamEvent::Kind kind = nats::JetStreamEvent::Kind::None;
    nats::RequestId request = 0;
    nats::ConsumerId consumer = 0;
    nats::StreamSequence from = 0, to = 0;
    nats::JetStreamFailure failure = nats::JetStreamFailure::None;
    std::string text, subject, headers, payload, description;
    nats::StreamSequence sequence = 0;  // of a Message, or a Published
    std::int64_t pending = 0;
    std::int64_t stored_at = 0;
    bool duplicate = false;
    std::int32_t error_code = 0;
};

inline SeenJetStreamEvent seen_event_from(const nats::JetStreamEvent& event) {
    SeenJetStreamEvent seen;
    seen.kind = event.kind;
    seen.request = event.request;
    seen.consumer = event.consumer;
    seen.from = event.from;
    seen.to = event.to;
    seen.failure = event.failure;
    seen.text = event.text;
    seen.subject = event.subject;
    seen.headers = event.headers;
    seen.payload = event.payload;
    seen.sequence = event.ack != nullptr ? event.ack->sequence : event.metadata.stream_sequence;
    seen.pending = event.metadata.pending;
    seen.stored_at = event.metadata.stored_at;
    seen.duplicate = event.ack != nullptr && event.ack->duplicate;
    if (event.error != nullptr) {
        seen.error_code = event.error->error_code;
        seen.description = event.error->description;
    }
    return seen;
}

}  // namespace nats_blotter::tests

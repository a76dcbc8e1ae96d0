// tests/support/seen_event.h - an event that outlives the next call of its client.
#pragma once

#include <string>

#include "nats/event.h"

namespace nats_blotter::tests {

struct SeenEvent {
    nats::Event::Kind kind = nats::Event::Kind::NeedMore;
    nats::Generation generation = 0;
    std::uint32_t epoch = 0;
    nats::Sid sid = 0;
    nats::FenceId fence = 0;
    std::string subject, reply, headers, payload, text;
    nats::Cause cause;
    MonotonicUs at = 0;
    nats::RequestId request = 0;
    nats::RequestFailure failure = nats::RequestFailure::None;
    nats::PublishId first_publish = 0;
    nats::PublishId last_publish = 0;
};

inline SeenEvent seen_event_from(const nats::Event& event, MonotonicUs at) {
    SeenEvent seen;
    seen.kind = event.kind;
    seen.generation = event.generation;
    seen.epoch = event.epoch;
    seen.sid = event.sid;
    seen.fence = event.fence;
    seen.subject = event.subject;
    seen.reply = event.reply;
    seen.headers = event.headers;
    seen.payload = event.payload;
    seen.text = event.text;
    if (event.cause != nullptr) seen.cause = *event.cause;
    seen.at = at;
    seen.request = event.request;
    seen.failure = event.failure;
    seen.first_publish = event.first_publish;
    seen.last_publish = event.last_publish;
    return seen;
}

}  // namespace nats_blotter::tests

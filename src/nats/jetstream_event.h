// nats/jetstream_event.h - what the JetStream layer tells its owner.
//
// Views are good until the next call of a non-const member of the Client or the JetStream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "nats/event.h"
#include "nats/jetstream_message.h"
#include "nats/publish_ack.h"

namespace nats_blotter::nats {

// An ordered consumer of ours; they rise from 1. The consumers that it makes on the server, one
// after the other, are not seen.
using ConsumerId = std::uint64_t;

// Why something asked of JetStream failed, or why a consumer's messages do not flow.
enum class JetStreamFailure : std::uint8_t {
    None,
    NotEnabled,        // nobody answers: this broker, or account, has no JetStream
    NoStream,          // no stream takes the subject of a publish
    Timeout,           // no answer in time
    Disconnected,      // the connection ended; what was asked may or may not have been done
    Denied,            // the broker does not permit it
    Closed,            // the client was closed
    Refused,           // JetStream says no: see `error`
    BadAnswer,         // an answer that we cannot read
    NotSent,           // our own side cannot send now, for a limit
    Lost,              // messages on their way to us were lost
    MissedHeartbeats,  // nothing was heard from the consumer for too long
    ConsumerGone,      // the server ended the consumer
};

// One sentence for the screen.
std::string_view jetstream_failure_text(JetStreamFailure failure);

struct JetStreamEvent {
    enum class Kind : std::uint8_t {
        None,
        // Of what was asked: exactly one of these for each request() and publish().
        Answer,     // `request` was answered: `payload`, `headers`
        Published,  // `request` is stored: `ack`
        Failed,     // `request` failed: `failure`, `text`, and `error` when Refused
        // Of an ordered consumer, `consumer`.
        Message,   // `subject`, `headers`, `payload`, `metadata`: each once, in stream order
        CaughtUp,  // everything the stream held was told; what follows is live
        Gap,       // `from` to `to` are gone from the stream, so that we shall never have them
        // What was told from sequence `from` on does not stand: the stream was made anew or lost
        // its end. Delivery goes on at `from`.
        Reset,
        // Messages do not flow now: `failure`, `text`, `error`. It is being mended, and CaughtUp
        // follows.
        Interrupted,
    };
    Kind kind = Kind::None;
    RequestId request = 0;
    ConsumerId consumer = 0;
    StreamSequence from = 0;
    StreamSequence to = 0;
    JetStreamFailure failure = JetStreamFailure::None;
    std::string_view text;
    std::string_view subject;
    std::string_view headers;
    std::string_view payload;
    JetStreamMetadata metadata;
    const PublishAck* ack = nullptr;
    const JetStreamError* error = nullptr;  // details, where there are any
};

// First in, first out; keeps its memory.
class JetStreamEvents {
  public:
    void push(const JetStreamEvent& event) { events_.push_back(event); }

    // Kind::None when there is no more.
    JetStreamEvent next() {
        if (next_ < events_.size()) return events_[next_++];
        events_.clear();
        next_ = 0;
        return {};
    }
    // What waits of this consumer is not told any more.
    void forget(ConsumerId consumer) {
        for (std::size_t i = next_; i < events_.size();)
            if (events_[i].consumer == consumer)
                events_.erase(events_.begin() + static_cast<std::ptrdiff_t>(i));
            else
                ++i;
    }

  private:
    std::vector<JetStreamEvent> events_;
    std::size_t next_ = 0;
};

}  // namespace nats_blotter::nats

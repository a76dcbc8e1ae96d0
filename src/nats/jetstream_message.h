// nats/jetstream_message.h - what the reply subject of a message from a consumer says about it.
//
//   $JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<time ns>.<pending>
//   $JS.ACK.<domain>.<account hash>.<the seven above>[.<more>]
//
// The first form has 9 tokens, the second 11 or more; a domain of "_" is none. Source: ADR-15, and
// nats-server 2.9.10, which sends the first. Allocates nothing; the views are into the subject.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time_text.h"

namespace nats_blotter::nats {

// A message's place in its stream, from 1; never reused while the stream lives.
using StreamSequence = std::int64_t;

struct JetStreamMetadata {
    std::string_view domain;  // empty for none
    std::string_view stream;
    std::string_view consumer;
    std::int64_t delivered = 0;  // how often, this time included
    StreamSequence stream_sequence = 0;
    std::int64_t consumer_sequence = 0;  // counts what this consumer delivered, from 1
    EpochNs stored_at = 0;               // when the stream took it
    std::int64_t pending = 0;            // what the consumer has still to deliver after it
};

// Nothing when it is another subject.
std::optional<JetStreamMetadata> jetstream_metadata_from_reply(std::string_view reply);

}  // namespace nats_blotter::nats

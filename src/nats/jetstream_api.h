// nats/jetstream_api.h - the JetStream API as text: subjects and bodies out, answers in.
//
// Every call is a request to `<prefix>.<verb>...` with JSON both ways, where the prefix is
// "$JS.API" or, for a JetStream in another domain, "$JS.<domain>.API". An answer may hold an error
// instead of what was asked for; that is good JSON too, and ends up in `error`. Unknown fields are
// passed over.
//
// Source: nats-server 2.9.10, observed; what newer servers add is not needed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "nats/jetstream_message.h"
#include "nats/publish_ack.h"

namespace nats_blotter::nats {

inline constexpr std::string_view kJetStreamApiPrefix = "$JS.API";
std::string jetstream_api_prefix_of_domain(std::string_view domain);

// One token that the server takes for a stream, a bucket or a consumer.
bool is_stream_name(std::string_view name);

// Where a consumer begins.
enum class StartAt : std::uint8_t {
    All,             // with the oldest that the stream holds
    New,             // with what comes next
    LastPerSubject,  // with the newest of each subject, then what comes next
    Sequence,        // with this sequence
    Time,            // with the first that the stream took at this time or later
};

struct ConsumerRequest {
    std::string_view stream;
    std::string_view name;
    std::string_view deliver_subject;
    std::string_view filter_subject;  // empty for all
    StartAt start = StartAt::All;
    StreamSequence start_sequence = 0;
    EpochNs start_time = 0;  // sent to the millisecond before
    MonotonicUs heartbeat_us = 0;
    MonotonicUs inactive_threshold_us = 0;
    bool headers_only = false;
};

// A push consumer that lives in memory: nothing acknowledged, flow control, idle heartbeats.
std::string consumer_create_subject(std::string_view prefix, const ConsumerRequest& request);
std::string consumer_create_json(const ConsumerRequest& request);
std::string consumer_delete_subject(std::string_view prefix, std::string_view stream,
                                    std::string_view consumer);
std::string stream_info_subject(std::string_view prefix, std::string_view stream);

struct ConsumerCreated {
    JetStreamError error;
    std::string name;
    std::int64_t pending = 0;
    std::int64_t delivered_consumer = 0;  // sequences it is at; 0 where nothing was delivered yet
    StreamSequence delivered_stream = 0;
};
Result<ConsumerCreated> consumer_created_from_json(std::string_view json);

struct StreamInfo {
    JetStreamError error;
    std::string created;  // differs when the stream was made anew
    std::int64_t messages = 0;
    StreamSequence first_sequence = 0;  // 0 in a stream that never had a message
    StreamSequence last_sequence = 0;
    EpochNs first_time = 0;  // 0 where there is none
};
Result<StreamInfo> stream_info_from_json(std::string_view json);

// STREAM.MSG.GET: a message by its subject, without a consumer.
struct StoredMessage {
    JetStreamError error;
    std::string subject;
    StreamSequence sequence = 0;
    EpochNs stored_at = 0;
    std::string headers;
    std::string payload;
};
std::string message_get_subject(std::string_view prefix, std::string_view stream);
std::string message_get_json(std::string_view last_by_subject);
Result<StoredMessage> stored_message_from_json(std::string_view json);

// Standard alphabet with padding, as Go writes it; nothing when it is anything else.
std::optional<std::string> bytes_from_base64(std::string_view text);

}  // namespace nats_blotter::nats

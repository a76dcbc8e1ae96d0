#include "nats/jetstream_api.h"

#include "base/json_text.h"
#include "base/number_text.h"
#include "nats/error.h"
#include "nats/json_fields.h"
#include "nats/subject.h"

namespace nats_blotter::nats {
namespace {

constexpr std::int64_t kNanosecondsPerUs = 1'000;
constexpr std::int64_t kNanosecondsPerMs = 1'000'000;

// As the server: tokens only, and nothing that its file store could mistake for a path.
constexpr std::string_view kNotInNames = " \t\r\n.*>/\\";

std::string api_subject(std::string_view prefix, std::string_view verb, std::string_view stream) {
    std::string subject(prefix);
    subject.append(verb).append(stream);
    return subject;
}

void append_field(std::string& json, std::string_view key, std::string_view text) {
    append_json_string(json, key);
    json.push_back(':');
    append_json_string(json, text);
    json.push_back(',');
}

void append_field(std::string& json, std::string_view key, std::int64_t number) {
    append_json_string(json, key);
    json.push_back(':');
    append_int(json, number);
    json.push_back(',');
}

std::string_view policy_name(StartAt start) {
    switch (start) {
        case StartAt::All: return "all";
        case StartAt::New: return "new";
        case StartAt::LastPerSubject: return "last_per_subject";
        case StartAt::Sequence: return "by_start_sequence";
        case StartAt::Time: return "by_start_time";
    }
    return "all";
}

bool read_error(JsonFields& fields, JetStreamError& error) {
    return fields.object([&](std::string_view key) {
        if (key == "code") return fields.read(error.code);
        if (key == "err_code") return fields.read(error.error_code);
        if (key == "description") return fields.read(error.description);
        return fields.skip();
    });
}

Error bad_reply(JsonFields& fields) {
    return nats_error(NatsError::BadJetStreamReply, fields.scanner().offset_bytes());
}

bool read_time(JsonFields& fields, std::string& text, EpochNs& time) {
    if (!fields.read(text)) return false;
    // Go writes the year 1 where there is none, which is out of our range.
    const Result<EpochNs> read = epoch_ns_from_text(text);
    time = read ? *read : 0;
    return true;
}

int base64_digit(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : -1;
}

bool read_base64(JsonFields& fields, std::string& text, std::string& bytes) {
    if (!fields.read(text)) return false;
    std::optional<std::string> decoded = bytes_from_base64(text);
    if (!decoded) return false;
    bytes = std::move(*decoded);
    return true;
}

}  // namespace

std::string jetstream_api_prefix_of_domain(std::string_view domain) {
    if (domain.empty()) return std::string(kJetStreamApiPrefix);
    std::string prefix = "$JS.";
    prefix.append(domain).append(".API");
    return prefix;
}

bool is_stream_name(std::string_view name) {
    return !name.empty() && name.find_first_of(kNotInNames) == std::string_view::npos &&
           check_literal_subject(name).has_value();
}

// A literal filter is part of the subject, so that a broker's permissions can tell it; one with
// wildcards cannot be published to and is only in the body.
std::string consumer_create_subject(std::string_view prefix, const ConsumerRequest& request) {
    std::string subject = api_subject(prefix, ".CONSUMER.CREATE.", request.stream);
    subject.append(".").append(request.name);
    if (!request.filter_subject.empty() && check_literal_subject(request.filter_subject))
        subject.append(".").append(request.filter_subject);
    return subject;
}

std::string consumer_create_json(const ConsumerRequest& request) {
    std::string json = "{";
    append_field(json, "stream_name", request.stream);
    json.append("\"config\":{");
    append_field(json, "name", request.name);
    append_field(json, "deliver_subject", request.deliver_subject);
    append_field(json, "deliver_policy", policy_name(request.start));
    if (request.start == StartAt::Sequence)
        append_field(json, "opt_start_seq", request.start_sequence);
    if (request.start == StartAt::Time) {
        std::string time;
        append_iso_time(time, request.start_time / kNanosecondsPerMs);
        append_field(json, "opt_start_time", time);
    }
    if (!request.filter_subject.empty())
        append_field(json, "filter_subject", request.filter_subject);
    append_field(json, "idle_heartbeat", request.heartbeat_us * kNanosecondsPerUs);
    append_field(json, "inactive_threshold", request.inactive_threshold_us * kNanosecondsPerUs);
    if (request.headers_only) json.append("\"headers_only\":true,");
    append_field(json, "ack_policy", "none");
    append_field(json, "replay_policy", "instant");
    append_field(json, "max_deliver", 1);
    append_field(json, "num_replicas", 1);
    json.append("\"mem_storage\":true,\"flow_control\":true}}");
    return json;
}

std::string consumer_delete_subject(std::string_view prefix, std::string_view stream,
                                    std::string_view consumer) {
    std::string subject = api_subject(prefix, ".CONSUMER.DELETE.", stream);
    subject.append(".").append(consumer);
    return subject;
}

std::string stream_info_subject(std::string_view prefix, std::string_view stream) {
    return api_subject(prefix, ".STREAM.INFO.", stream);
}

std::string message_get_subject(std::string_view prefix, std::string_view stream) {
    return api_subject(prefix, ".STREAM.MSG.GET.", stream);
}

std::string message_get_json(std::string_view last_by_subject) {
    std::string json = "{\"last_by_subj\":";
    append_json_string(json, last_by_subject);
    json.push_back('}');
    return json;
}

Result<ConsumerCreated> consumer_created_from_json(std::string_view json) {
    JsonFields fields(json);
    ConsumerCreated created;
    const auto read_delivered = [&](std::string_view key) {
        if (key == "consumer_seq") return fields.read(created.delivered_consumer);
        if (key == "stream_seq") return fields.read(created.delivered_stream);
        return fields.skip();
    };
    const bool good = fields.document([&](std::string_view key) {
        if (key == "error") return read_error(fields, created.error);
        if (key == "name") return fields.read(created.name);
        if (key == "num_pending") return fields.read(created.pending);
        if (key == "delivered") return fields.object(read_delivered);
        return fields.skip();
    });
    if (!good || (created.error.code == 0 && created.name.empty())) return bad_reply(fields);
    return created;
}

Result<StreamInfo> stream_info_from_json(std::string_view json) {
    JsonFields fields(json);
    StreamInfo info;
    std::string time;
    const auto read_state = [&](std::string_view key) {
        if (key == "messages") return fields.read(info.messages);
        if (key == "first_seq") return fields.read(info.first_sequence);
        if (key == "last_seq") return fields.read(info.last_sequence);
        if (key == "first_ts") return read_time(fields, time, info.first_time);
        return fields.skip();
    };
    const bool good = fields.document([&](std::string_view key) {
        if (key == "error") return read_error(fields, info.error);
        if (key == "created") return fields.read(info.created);
        if (key == "state") return fields.object(read_state);
        return fields.skip();
    });
    if (!good || (info.error.code == 0 && info.created.empty())) return bad_reply(fields);
    return info;
}

Result<StoredMessage> stored_message_from_json(std::string_view json) {
    JsonFields fields(json);
    StoredMessage message;
    std::string text;
    const auto read_message = [&](std::string_view key) {
        if (key == "subject") return fields.read(message.subject);
        if (key == "seq") return fields.read(message.sequence);
        if (key == "time") return read_time(fields, text, message.stored_at);
        if (key == "hdrs") return read_base64(fields, text, message.headers);
        if (key == "data") return read_base64(fields, text, message.payload);
        return fields.skip();
    };
    const bool good = fields.document([&](std::string_view key) {
        if (key == "error") return read_error(fields, message.error);
        if (key == "message") return fields.object(read_message);
        return fields.skip();
    });
    if (!good || (message.error.code == 0 && message.sequence == 0)) return bad_reply(fields);
    return message;
}

std::optional<std::string> bytes_from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && !text.empty() && text.back() == '=') {
        text.remove_suffix(1);
        ++padding;
    }
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    int bit_count = 0;
    for (const char c : text) {
        const int digit = base64_digit(c);
        if (digit < 0) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        bit_count += 6;
        if (bit_count < 8) continue;
        bit_count -= 8;
        bytes.push_back(static_cast<char>(bits >> bit_count & 0xFF));
    }
    return bytes;
}

}  // namespace nats_blotter::nats

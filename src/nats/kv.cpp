#include "nats/kv.h"

#include <algorithm>
#include <array>

#include "base/number_text.h"
#include "nats/error.h"
#include "nats/subject.h"

namespace nats_blotter::nats {
namespace {

using Kind = KvEvent::Kind;

constexpr std::string_view kOperationHeader = "KV-Operation";
constexpr std::string_view kMarkerHeader = "Nats-Marker-Reason";
constexpr std::int32_t kNotFoundStatus = 404;
constexpr std::string_view kBucketCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
constexpr std::string_view kMoreKeyCharacters = "/=.";

bool are_of(std::string_view text, std::string_view some, std::string_view more) {
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return some.find(c) != std::string_view::npos || more.find(c) != std::string_view::npos;
    });
}

}  // namespace

KvOperation kv_operation_from_headers(std::string_view headers) {
    if (headers.empty()) return KvOperation::Put;
    if (const auto text = header_value(headers, kOperationHeader))
        return *text == "PURGE" ? KvOperation::Purge : KvOperation::Delete;
    return header_value(headers, kMarkerHeader) ? KvOperation::Purge : KvOperation::Put;
}

bool is_bucket_name(std::string_view name) {
    return !name.empty() && are_of(name, kBucketCharacters, {});
}

bool is_key(std::string_view key) {
    return are_of(key, kBucketCharacters, kMoreKeyCharacters) &&
           check_literal_subject(key).has_value();
}

KvBucket::KvBucket(JetStream& jetstream, std::string_view bucket, bool direct)
    : jetstream_(jetstream), stream_("KV_"), prefix_("$KV."), direct_(direct) {
    NB_ASSERT(is_bucket_name(bucket));
    stream_.append(bucket);
    prefix_.append(bucket).append(".");
}

Result<ConsumerId> KvBucket::watch(std::string_view pattern, MonotonicUs now,
                                   const KvWatchOptions& options) {
    OrderedConsumerOptions wanted;
    wanted.stream = stream_;
    wanted.filter_subject = subject(pattern);
    wanted.start = options.updates_only ? StartAt::New : StartAt::LastPerSubject;
    wanted.headers_only = options.headers_only;
    wanted.heartbeat_us = options.heartbeat_us;
    const Result<ConsumerId> id = jetstream_.consume(std::move(wanted), now);
    if (id) watches_.push_back({*id, options.ignore_deletes, false});
    return id;
}

void KvBucket::stop(ConsumerId watch, MonotonicUs now) {
    std::erase_if(watches_, [&](const Watch& each) { return each.id == watch; });
    jetstream_.stop(watch, now);
}

// ---- calls

Result<RequestId> KvBucket::begun(Result<RequestId> id, bool of_get) {
    if (id) pending_.push_back({*id, of_get});
    return id;
}

Result<RequestId> KvBucket::get(std::string_view key, MonotonicUs now) {
    if (!is_key(key)) return nats_error(NatsError::BadStreamName);
    if (!direct_)
        return begun(
            jetstream_.request("STREAM.MSG.GET." + stream_, message_get_json(subject(key)), now),
            true);
    const std::string call =
        jetstream_.api_prefix() + ".DIRECT.GET." + stream_ + "." + subject(key);
    return begun(jetstream_.request_subject(call, {}, now), true);
}

Result<RequestId> KvBucket::write(std::string_view key, std::string_view value,
                                  std::span<const Header> headers, StreamSequence revision,
                                  MonotonicUs now) {
    if (!is_key(key)) return nats_error(NatsError::BadStreamName);
    PublishConditions conditions;
    conditions.last_subject_sequence = revision;
    return begun(jetstream_.publish(subject(key), value, now, conditions, headers), false);
}

Result<RequestId> KvBucket::put(std::string_view key, std::string_view value, MonotonicUs now,
                                StreamSequence revision) {
    return write(key, value, {}, revision, now);
}

Result<RequestId> KvBucket::remove(std::string_view key, MonotonicUs now, StreamSequence revision) {
    const std::array<Header, 1> headers{Header{kOperationHeader, "DEL"}};
    return write(key, {}, headers, revision, now);
}

Result<RequestId> KvBucket::purge(std::string_view key, MonotonicUs now, StreamSequence revision) {
    const std::array<Header, 2> headers{Header{kOperationHeader, "PURGE"},
                                        Header{"Nats-Rollup", "sub"}};
    return write(key, {}, headers, revision, now);
}

// ---- events

KvEvent KvBucket::translate(const JetStreamEvent& event) {
    if (event.consumer != 0) {
        for (Watch& watch : watches_)
            if (watch.id == event.consumer) return translate_watch(event, watch);
        return {};
    }
    const auto found = std::find_if(pending_.begin(), pending_.end(), [&](const Pending& each) {
        return each.request == event.request;
    });
    if (event.request == 0 || found == pending_.end()) return {};
    const bool of_get = found->of_get;
    pending_.erase(found);
    return translate_end(event, of_get);
}

KvEvent KvBucket::translate_watch(const JetStreamEvent& event, Watch& watch) {
    KvEvent told;
    told.watch = watch.id;
    told.failure = event.failure;
    told.text = event.text;
    told.error = event.error;
    switch (event.kind) {
        case JetStreamEvent::Kind::Message: {
            KvEntry& entry = told.entry;
            entry.key = event.subject.substr(std::min(prefix_.size(), event.subject.size()));
            entry.value = event.payload;
            entry.revision = event.metadata.stream_sequence;
            entry.stored_at = event.metadata.stored_at;
            entry.operation = kv_operation_from_headers(event.headers);
            if (watch.ignore_deletes && entry.operation != KvOperation::Put) return {};
            told.kind = Kind::Entry;
            return told;
        }
        case JetStreamEvent::Kind::CaughtUp:
            told.kind = watch.initial_done ? Kind::CaughtUp : Kind::InitialDone;
            watch.initial_done = true;
            return told;
        case JetStreamEvent::Kind::Interrupted: told.kind = Kind::Interrupted; return told;
        case JetStreamEvent::Kind::Reset:
            told.kind = Kind::Reset;
            watch.initial_done = false;
            return told;
        default: return {};
    }
}

KvEvent KvBucket::translate_end(const JetStreamEvent& event, bool of_get) {
    KvEvent told;
    told.request = event.request;
    told.failure = event.failure;
    told.text = event.text;
    told.error = event.error;
    told.kind = Kind::Failed;
    if (event.kind == JetStreamEvent::Kind::Published) {
        told.kind = Kind::Stored;
        told.entry.revision = event.ack->sequence;
    } else if (event.kind == JetStreamEvent::Kind::Answer) {
        return translate_found(event);
    } else if (event.failure == JetStreamFailure::Refused && event.error != nullptr) {
        if (of_get && event.error->code == kNotFoundStatus &&
            event.error->error_code == kNoMessageFound)
            told.kind = Kind::NotFound;
        if (!of_get && event.error->error_code == kWrongLastSequence) told.kind = Kind::Conflict;
    }
    return told;
}

KvEvent KvBucket::translate_found(const JetStreamEvent& event) {
    KvEvent told;
    told.request = event.request;
    told.kind = Kind::Found;
    if (direct_) {
        if (HeaderReader(event.headers).status() == kNotFoundStatus) {
            told.kind = Kind::NotFound;
            return told;
        }
        if (!read_direct(event, told.entry)) {
            told.kind = Kind::Failed;
            told.failure = JetStreamFailure::BadAnswer;
            told.text = jetstream_failure_text(told.failure);
            return told;
        }
    } else {
        Result<StoredMessage> message = stored_message_from_json(event.payload);
        if (!message || message->subject.size() <= prefix_.size()) {
            told.kind = Kind::Failed;
            told.failure = JetStreamFailure::BadAnswer;
            told.text = jetstream_failure_text(told.failure);
            return told;
        }
        found_ = std::move(*message);
        told.entry.key = std::string_view(found_.subject).substr(prefix_.size());
        told.entry.value = found_.payload;
        told.entry.revision = found_.sequence;
        told.entry.stored_at = found_.stored_at;
        told.entry.operation = kv_operation_from_headers(found_.headers);
    }
    if (told.entry.operation != KvOperation::Put) told.kind = Kind::NotFound;
    return told;
}

// The message itself, with headers that say where it was.
bool KvBucket::read_direct(const JetStreamEvent& event, KvEntry& entry) {
    const auto found_subject = header_value(event.headers, "Nats-Subject");
    const auto sequence = header_value(event.headers, "Nats-Sequence");
    const auto time = header_value(event.headers, "Nats-Time-Stamp");
    if (!found_subject || !sequence || found_subject->size() <= prefix_.size()) return false;
    const Result<std::int64_t> number = int_from_text(*sequence);
    if (!number || *number <= 0) return false;
    entry.key = found_subject->substr(prefix_.size());
    entry.value = event.payload;
    entry.revision = *number;
    if (time)
        if (const Result<EpochNs> stored_at = epoch_ns_from_text(*time); stored_at)
            entry.stored_at = *stored_at;
    entry.operation = kv_operation_from_headers(event.headers);
    return true;
}

}  // namespace nats_blotter::nats

// nats/kv.h - a key-value bucket (ADR-8): a stream KV_<bucket> with one subject per key.
//
// Before this: the JetStream's events, each handed to translate(). After this: entries of watches,
// and one end for each call. The revision of an entry is its sequence in the stream.
//
//   key k of bucket b   subject $KV.b.k
//   put                 a publish there
//   delete              one with the header KV-Operation: DEL, purge: PURGE and Nats-Rollup: sub
//   a watch             an ordered consumer of the newest of each subject, then live
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nats/jetstream.h"

namespace nats_blotter::nats {

enum class KvOperation : std::uint8_t { Put, Delete, Purge };

// What a message of a bucket does to its key, by its headers; empty for none. The marker that newer
// servers leave where a key ran out is a Purge.
KvOperation kv_operation_from_headers(std::string_view headers);

struct KvEntry {
    std::string_view key;
    std::string_view value;
    StreamSequence revision = 0;
    EpochNs stored_at = 0;
    KvOperation operation = KvOperation::Put;
};

struct KvEvent {
    enum class Kind : std::uint8_t {
        None,  // not of this bucket, or nothing to tell
        // Of a watch.
        Entry,        // `entry`
        InitialDone,  // the bucket as it stands was told, also when it is empty; once
        CaughtUp,     // the same again, after Interrupted
        Interrupted,  // changes do not come now: `failure`, `text`
        Reset,        // the bucket was made anew: forget what was told; InitialDone comes again
        // Of a call: exactly one of these.
        Stored,    // `entry.revision`
        Found,     // `entry`
        NotFound,  // no such key, or it was deleted; `entry.revision` of the deletion, or 0
        Conflict,  // the key's revision is another one than expected
        Failed,    // `failure`, `text`, and `error` when Refused
    };
    Kind kind = Kind::None;
    ConsumerId watch = 0;
    RequestId request = 0;
    KvEntry entry;
    JetStreamFailure failure = JetStreamFailure::None;
    std::string_view text;
    const JetStreamError* error = nullptr;
};

struct KvWatchOptions {
    bool ignore_deletes = false;
    bool headers_only = false;  // keys without values
    bool updates_only = false;  // nothing of what is there already
    MonotonicUs heartbeat_us = kConsumerHeartbeatUs;
};

// "A-Za-z0-9_-" for a bucket; "-/_=.A-Za-z0-9" for a key, without empty tokens. ADR-8.
bool is_bucket_name(std::string_view name);
bool is_key(std::string_view key);

class KvBucket {
  public:
    // REQUIRES: is_bucket_name(bucket); the JetStream outlives it. `direct`: read by the direct
    // API, which buckets allow unless they were made otherwise.
    KvBucket(JetStream& jetstream, std::string_view bucket, bool direct = true);

    // Entries under a key or a pattern (`*`, `>`), first as they stand, then as they change.
    Result<ConsumerId> watch(std::string_view pattern, MonotonicUs now,
                             const KvWatchOptions& options = {});
    void stop(ConsumerId watch, MonotonicUs now);

    // Calls: an error (BadStreamName for a key that is none), or an id that ends in one event.
    Result<RequestId> get(std::string_view key, MonotonicUs now);
    // `revision` is what the key must have: 0 for none yet, -1 for any.
    Result<RequestId> put(std::string_view key, std::string_view value, MonotonicUs now,
                          StreamSequence revision = -1);
    Result<RequestId> remove(std::string_view key, MonotonicUs now, StreamSequence revision = -1);
    // With its history.
    Result<RequestId> purge(std::string_view key, MonotonicUs now, StreamSequence revision = -1);

    KvEvent translate(const JetStreamEvent& event);

    const std::string& stream() const { return stream_; }

  private:
    struct Watch {
        ConsumerId id = 0;
        bool ignore_deletes = false;
        bool initial_done = false;
    };

    std::string subject(std::string_view key) const { return prefix_ + std::string(key); }
    Result<RequestId> write(std::string_view key, std::string_view value,
                            std::span<const Header> headers, StreamSequence revision,
                            MonotonicUs now);
    Result<RequestId> begun(Result<RequestId> id, bool of_get);
    KvEvent translate_watch(const JetStreamEvent& event, Watch& watch);
    KvEvent translate_end(const JetStreamEvent& event, bool of_get);
    KvEvent translate_found(const JetStreamEvent& event);
    bool read_direct(const JetStreamEvent& event, KvEntry& entry);

    JetStream& jetstream_;
    std::string stream_;  // "KV_<bucket>"
    std::string prefix_;  // "$KV.<bucket>."
    bool direct_;
    std::vector<Watch> watches_;
    struct Pending {
        RequestId request = 0;
        bool of_get = false;
    };
    std::vector<Pending> pending_;
    StoredMessage found_;  // of the last Found without the direct API
};

}  // namespace nats_blotter::nats

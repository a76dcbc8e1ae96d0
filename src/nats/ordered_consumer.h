// nats/ordered_consumer.h - "everything since then, then live": each message once, in stream order.
//
// Before this: the Client's events. After this: Message, CaughtUp, Gap, Reset and Interrupted in
// the queue of the JetStream that it belongs to.
//
// On the server it is a consumer without memory (no acknowledgements, one delivery, in RAM) that is
// thrown away at the first doubt and made anew, from the first message not told yet; so nothing is
// told twice and nothing is left out without a word (ADR-17). Doubts are: the connection ended, the
// consumer's own count has a hole, its heartbeats stay away, or a status says that it is gone. Each
// consumer has an inbox and a name of its own, so that the last words of an old one cannot be taken
// for the new one's, and it can be deleted even when the answer to its making was lost.
//
//   Down --Connected--> AwaitInfo -> AwaitCreated -> Running <-> Doubting (a fence is on its way)
//    ^                     ^  ^-------- Waiting <------'------------'
//    +---- Disconnected ---+----- from any                            Stopped: for good
//
// STREAM.INFO comes first each time: it says whether it is still the stream we knew, and which
// messages are gone since.
//
// Invariants (tests/nats/ordered_consumer_test.cpp):
//   1. Sequences told rise, except behind a Reset, which says from where.
//   2. With no filter every sequence between two told ones is inside a Gap told between them.
//   3. CaughtUp is told once after the start and once after each interruption.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "nats/client.h"
#include "nats/jetstream_api.h"
#include "nats/jetstream_event.h"

namespace nats_blotter::nats {

// ADR-17's default. Two and a half of them without a word are a doubt: one may be late, two not.
inline constexpr MonotonicUs kConsumerHeartbeatUs = 5 * kSecondUs;

// The server takes no shorter one.
inline constexpr MonotonicUs kConsumerHeartbeatUsMin = 100 * kMillisecondUs;

// From the doubt until it is told. A page that slept finds the heartbeats in its unread bytes well
// before that, and nobody need know.
inline constexpr MonotonicUs kDoubtGraceUs = kSecondUs;

// The server forgets a consumer that nobody has listened to for so long; its own default.
inline constexpr MonotonicUs kConsumerInactiveUs = 5 * kSecondUs;

// Between attempts: at once, then spread over times that double, so that a thousand pages do not
// ask a server that just came back in the same moment.
inline constexpr MonotonicUs kConsumerRetryUsMin = 200 * kMillisecondUs;
inline constexpr MonotonicUs kConsumerRetryUsMax = 10 * kSecondUs;

// Old consumers to be deleted at the next chance; the server forgets the rest by itself.
inline constexpr std::size_t kStaleConsumersMax = 8;

struct OrderedConsumerOptions {
    std::string stream;
    std::string filter_subject;  // empty for all
    StartAt start = StartAt::All;
    StreamSequence start_sequence = 0;  // with StartAt::Sequence
    EpochNs start_time = 0;             // with StartAt::Time
    MonotonicUs heartbeat_us = kConsumerHeartbeatUs;
    bool headers_only = false;
};

struct OrderedConsumerStats {
    std::uint64_t messages = 0;  // told
    std::uint64_t attempts = 0;  // to make a consumer
    std::uint64_t created = 0;
    std::uint64_t heartbeats = 0;
    std::uint64_t flow_controls = 0;  // answered
    std::uint64_t gaps = 0;
    std::uint64_t resets = 0;
    std::uint64_t interruptions = 0;
    std::uint64_t skipped = 0;  // delivered, but before the start or told already
    std::uint64_t foreign = 0;  // not from our consumer; dropped
};

class OrderedConsumer {
  public:
    // REQUIRES: checked names; all three outlive it.
    OrderedConsumer(Client& client, const std::string& api_prefix, JetStreamEvents& events,
                    ConsumerId id, OrderedConsumerOptions options, MonotonicUs request_timeout_us,
                    std::uint64_t seed);

    // The client is connected already, or Connected came.
    void connected(MonotonicUs now);

    // True when the event was this consumer's alone.
    bool take(const Event& event, MonotonicUs now);

    MonotonicUs next_deadline() const;
    void on_deadline(MonotonicUs now);

    // Ends it without another event, and deletes what is on the server.
    void stop(MonotonicUs now);

    ConsumerId id() const { return id_; }
    bool running() const { return stage_ == Stage::Running; }
    bool stopped() const { return stage_ == Stage::Stopped; }
    bool finished() const { return stopped() && delete_requests_.empty(); }
    // The next sequence to be told; 0 where that is not known yet.
    StreamSequence next_sequence() const { return next_; }
    const OrderedConsumerStats& stats() const { return stats_; }
    // Its current name on the server; empty while there is none.
    const std::string& server_name() const { return name_; }

  private:
    enum class Stage : std::uint8_t {
        Down,
        AwaitInfo,
        AwaitCreated,
        Running,
        Doubting,
        Waiting,
        Stopped
    };

    bool take_message(const Event& event, MonotonicUs now);
    void take_stream_message(const Event& event, const JetStreamMetadata& metadata,
                             MonotonicUs now);
    void take_status(const Event& event, MonotonicUs now);
    void take_heartbeat(std::string_view headers, MonotonicUs now);
    bool take_reply(const Event& event, MonotonicUs now);
    void take_info(std::string_view json, MonotonicUs now);
    void take_created(std::string_view json, MonotonicUs now);
    bool take_delete_end(RequestId request);

    void attempt(MonotonicUs now);
    void create(MonotonicUs now);
    void ask(const std::string& subject, std::string_view json, Stage stage, MonotonicUs now);
    void settle_position(const StreamInfo& info);
    void skip_evicted(StreamSequence first);
    void restart_at(StreamSequence sequence, StartAt start);
    ConsumerRequest request() const;

    void heard(MonotonicUs now);
    void caught_up();
    void answer_flow_control(std::string_view subject);
    void drop_consumer();
    void delete_stale(MonotonicUs now);
    // Until the next Connected.
    void go_down(JetStreamFailure failure);
    // Throws the consumer away and tries again: at once the first time, later and later then.
    void interrupt(JetStreamFailure failure, std::string_view why, MonotonicUs now);
    void refuse(const JetStreamError& error, MonotonicUs now);
    void tell_interrupted(JetStreamFailure failure, std::string_view why);
    void tell_gap(StreamSequence from, StreamSequence to);
    JetStreamEvent event_of(JetStreamEvent::Kind kind) const;
    void check_invariants() const;

    Client& client_;
    const std::string& api_prefix_;
    JetStreamEvents& events_;
    ConsumerId id_;
    OrderedConsumerOptions options_;
    MonotonicUs request_timeout_us_;
    Random random_;

    Stage stage_ = Stage::Down;
    MonotonicUs deadline_ = kNever;  // of the stage
    RequestId request_ = 0;          // awaited
    FenceId fence_ = 0;              // awaited while Doubting
    Sid sid_ = 0;
    std::string inbox_;
    std::string name_;
    std::vector<std::string> stale_names_;
    std::vector<RequestId> delete_requests_;
    std::string answered_flow_control_;
    std::uint32_t failed_attempts_ = 0;

    std::string stream_created_;  // of the stream that next_ counts in; empty before
    StartAt start_;               // of the next attempt while next_ is not settled
    StreamSequence next_ = 0;     // the next one to tell; 0: not settled
    StreamSequence last_at_info_ = 0;
    std::int64_t expected_ = 1;  // the consumer's own count
    bool initial_done_ = false;  // CaughtUp was told at least once since the start or Reset
    bool told_caught_up_ = false;
    JetStreamFailure told_failure_ = JetStreamFailure::None;  // since CaughtUp
    JetStreamError error_;
    OrderedConsumerStats stats_;
};

}  // namespace nats_blotter::nats

// nats/jetstream.h - JetStream on a Client: requests, acknowledged publishes, ordered consumers.
//
// Before this: an owner that hands every event of its Client to take(). After this: next_event()
// until it answers None. Unknown here: what the messages mean; nats/kv.h knows buckets.
//
//   const nats::Event event = client.next_event(now);
//   const bool was_ours = jetstream.take(event, now);          // then the owner need not look
//   while ((told = jetstream.next_event()).kind != Kind::None) ...   // before the client's next
//
// The owner calls on_deadline() at next_deadline() as it does for the Client. A take() may write to
// the Client's output. PublishesUnsent of the Client can name publishes of this object (answers to
// flow control); they need no care, because the next heartbeat asks again.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "nats/headers.h"
#include "nats/jetstream_event.h"
#include "nats/ordered_consumer.h"

namespace nats_blotter::nats {

// As other clients have it. A healthy server answers within milliseconds, one that has just been
// elected within a second or two.
inline constexpr MonotonicUs kJetStreamTimeoutUs = 5 * kSecondUs;

struct JetStreamOptions {
    std::string domain;                            // empty for the broker's own
    MonotonicUs timeout_us = kJetStreamTimeoutUs;  // of every request
};

// Conditions of a publish; the server refuses it where one does not hold. -1 and empty are none.
struct PublishConditions {
    std::string_view message_id;  // the same one again, within the stream's window, is stored once
    std::string_view stream;
    std::string_view last_message_id;
    StreamSequence last_sequence = -1;
    StreamSequence last_subject_sequence = -1;  // 0: the first of its subject
};

// JetStream's own number for a condition on a sequence that does not hold.
inline constexpr std::int32_t kWrongLastSequence = 10071;
// ... and for STREAM.MSG.GET of a subject without a message.
inline constexpr std::int32_t kNoMessageFound = 10037;

class JetStream {
  public:
    // REQUIRES: the client outlives it. `seed` spreads the attempts to mend consumers.
    JetStream(Client& client, JetStreamOptions options, std::uint64_t seed);
    JetStream(const JetStream&) = delete;
    JetStream& operator=(const JetStream&) = delete;

    bool take(const Event& event, MonotonicUs now);
    JetStreamEvent next_event() { return events_.next(); }
    MonotonicUs next_deadline() const;
    void on_deadline(MonotonicUs now);

    // A call of the API, "STREAM.INFO.ORDERS" for example, or with request_subject() of any subject
    // that a stream answers. The answer is an error as of Client::request(), or an id that ends in
    // exactly one Answer or Failed. An answer that holds an API error is Failed with Refused.
    Result<RequestId> request(std::string_view call, std::string_view json, MonotonicUs now);
    Result<RequestId> request_subject(std::string_view subject, std::string_view payload,
                                      MonotonicUs now);

    // Publishes to a subject that a stream takes. The answer is an error as of Client::request(),
    // and nothing was sent; or an id that ends in exactly one Published or Failed. After Timeout or
    // Disconnected it may be stored or not: to publish it again with the same message id is safe.
    Result<RequestId> publish(std::string_view subject, std::string_view payload, MonotonicUs now,
                              const PublishConditions& conditions = {},
                              std::span<const Header> headers = {});

    // Everything from a place of a stream on, in order, each once, then live; over every fault
    // until stop(). Errors: BadStreamName, BadSubject.
    Result<ConsumerId> consume(OrderedConsumerOptions options, MonotonicUs now);
    // No event of it comes after this.
    void stop(ConsumerId consumer, MonotonicUs now);
    // Null when there is none; valid until the next stop().
    const OrderedConsumer* consumer(ConsumerId consumer) const;

    const std::string& api_prefix() const { return api_prefix_; }

  private:
    struct Pending {
        RequestId request = 0;
        bool of_publish = false;
        bool of_api = false;  // a JSON answer may hold an error
    };

    Result<RequestId> begin(std::string_view subject, std::string_view payload,
                            std::string_view headers, Pending pending, MonotonicUs now);
    bool take_end(const Event& event);
    void tell_answer(const Event& event, const Pending& pending);
    void tell_failed(RequestId request, JetStreamFailure failure);

    Client& client_;
    JetStreamOptions options_;
    std::string api_prefix_;
    Random random_;
    JetStreamEvents events_;
    std::vector<Pending> pending_;  // ids rise
    std::vector<std::unique_ptr<OrderedConsumer>> consumers_;
    ConsumerId last_consumer_ = 0;
    PublishAck ack_;        // of the last Published or Failed
    JetStreamError error_;  // of the last Failed
};

}  // namespace nats_blotter::nats

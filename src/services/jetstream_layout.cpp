// services/jetstream_layout.cpp - see jetstream_layout.h.
#include "services/jetstream_layout.h"

#include <vector>

#include "feed/subjects.h"

namespace nats_blotter::services {
namespace {

constexpr const char* kProcessors = "trade-processor";

// As many orders as a processor holds in memory otherwise; beyond it the stream refuses, and the
// order outbox tries again.
constexpr std::int64_t kOrdersMax = kPendingMessagesMax;
constexpr std::int64_t kOrdersBytesMax = 512LL * 1024 * 1024;
// A repeat of an order within it never enters the stream. JetStream's default.
constexpr std::int64_t kRepeatWindowSeconds = 120;

// What a page that was away for a day may want, and no disk filled by it.
constexpr std::int64_t kEventsMax = 2'000'000;
constexpr std::int64_t kEventsBytesMax = 1024LL * 1024 * 1024;
constexpr std::int64_t kEventsAgeSeconds = 24 * 3600;

// Longer than a batch takes on a slow disk; a processor that died delays its orders by this.
constexpr std::int64_t kAckWaitSeconds = 10;
// What processors may hold unbooked at a time, all together: several batches each.
constexpr std::int64_t kUnacknowledgedMax = 4'096;

constexpr std::string_view kAckPrefix = "$JS.ACK.";

}  // namespace

BusStream orders_stream() {
    BusStream stream;
    stream.name = "TRADERX_ORDERS";
    for (const feed::SubjectRow& row : feed::kSubjects)
        if (row.stream == feed::Stream::Orders) stream.subjects.emplace_back(row.pattern);
    stream.work_queue = true;
    stream.messages_max = kOrdersMax;
    stream.bytes_max = kOrdersBytesMax;
    stream.repeat_window_seconds = kRepeatWindowSeconds;
    return stream;
}

BusConsumer orders_consumer() {
    BusConsumer consumer;
    consumer.stream = "TRADERX_ORDERS";
    consumer.name = kProcessors;
    consumer.deliver_subject = "_TRADERX.orders";
    consumer.queue_group = kProcessors;
    consumer.ack_wait_seconds = kAckWaitSeconds;
    consumer.unacknowledged_max = kUnacknowledgedMax;
    return consumer;
}

BusStream events_stream() {
    BusStream stream;
    stream.name = "TRADERX_EVENTS";
    for (const feed::SubjectRow& row : feed::kSubjects) {
        if (row.family == feed::SubjectFamily::Dotted && feed::is_of_account(row))
            stream.subjects.push_back(feed::fill_account(row.pattern, "*"));
    }
    stream.messages_max = kEventsMax;
    stream.bytes_max = kEventsBytesMax;
    stream.age_max_seconds = kEventsAgeSeconds;
    stream.repeat_window_seconds = kRepeatWindowSeconds;
    return stream;
}

bool is_ack_subject(std::string_view reply) {
    return reply.substr(0, kAckPrefix.size()) == kAckPrefix;
}

std::optional<std::string> stored_message_id(std::string_view ack_subject) {
    if (!is_ack_subject(ack_subject)) return std::nullopt;
    std::vector<std::string_view> tokens;
    while (true) {
        const std::size_t dot = ack_subject.find('.');
        tokens.push_back(ack_subject.substr(0, dot));
        if (dot == std::string_view::npos) break;
        ack_subject.remove_prefix(dot + 1);
    }
    // $JS.ACK.<stream>.<consumer>.<deliveries>.<stream sequence>.<consumer sequence>.<time>.<left>;
    // the longer form has domain and account hash before the stream (ADR-15), and may have a random
    // token at the end.
    const std::size_t shift = tokens.size() == 9 ? 0 : 2;
    if (tokens.size() != 9 && tokens.size() < 11) return std::nullopt;
    return "js-" + std::string(tokens[5 + shift]) + "-" + std::string(tokens[7 + shift]);
}

}  // namespace nats_blotter::services

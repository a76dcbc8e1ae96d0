// services/event_publisher.cpp - outbox rows to envelopes on the bus.
#include "services/event_publisher.h"

#include <chrono>

#include "services/jetstream_layout.h"
#include "services/log.h"
#include "services/record_json.h"

namespace nats_blotter::services {
namespace {

// How long a row waits for its own process before any other takes it for left over.
constexpr EpochMs kLeftOverAgeMs = 5'000;
constexpr MonotonicUs kSweepIntervalUs = 5 * kSecondUs;
// Longest sleep: a broker that came back is noticed within it.
constexpr auto kIdleWait = std::chrono::milliseconds(200);
constexpr int kFlushTimeoutMs = 2'000;
constexpr int kAckWaitMs = 100;
// The end of the program waits this long for the broker to take the last events.
constexpr MonotonicUs kStopBudgetUs = 500 * kMillisecondUs;
constexpr const char* kRole = "trade-processor";

}  // namespace

bool publish_account_event(Bus& bus, feed::Stream stream, feed::SubjectFamily family,
                           std::int32_t account_id, const std::string& payload, EpochMs now_ms,
                           const BusExtras& extras) {
    const std::string subject = feed::subject_for(stream, family, account_id);
    const std::string_view type = feed::subject_row(stream, family).payload_type;
    return bus.publish(subject, envelope(subject, payload, now_ms, kRole, type), extras);
}

EventPublisher::EventPublisher(Storage& storage, Bus& bus, std::string owner,
                               std::vector<feed::SubjectFamily> families, bool jetstream)
    : storage_(storage),
      bus_(bus),
      owner_(std::move(owner)),
      families_(std::move(families)),
      jetstream_(jetstream) {
    if (jetstream_) acks_ = bus_.subscribe("_INBOX." + owner_ + ".*");
}

EventPublisher::~EventPublisher() { stop(); }

void EventPublisher::start() {
    thread_ = std::thread([this] { run(); });
}

void EventPublisher::booked() {
    {
        const std::lock_guard lock(mutex_);
        pending_ = true;
    }
    wake_.notify_one();
}

void EventPublisher::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void EventPublisher::run() {
    bool more = true;
    MonotonicUs give_up_us = kNever;
    while (true) {
        {
            std::unique_lock lock(mutex_);
            if (!more && !pending_ && !stopping_)
                wake_.wait_for(lock, kIdleWait, [this] { return pending_ || stopping_; });
            pending_ = false;
            if (stopping_ && give_up_us == kNever) give_up_us = monotonic_us() + kStopBudgetUs;
        }
        try {
            more = send_left_over();
            more = send_own() || more;
        } catch (const StorageError& error) {
            log_line(kRole, std::string("outbox: ") + error.what());
            more = false;
            std::this_thread::sleep_for(kIdleWait);
        }
        if (give_up_us != kNever && (!more || monotonic_us() >= give_up_us)) return;
    }
}

bool EventPublisher::send_own() {
    if (bus_.state() != BusState::Connected) return false;
    const std::vector<OutboxRow> rows = storage_.outbox_of(owner_);
    return !rows.empty() && send(rows);
}

bool EventPublisher::send_left_over() {
    if (bus_.state() != BusState::Connected || monotonic_us() < next_sweep_us_) return false;
    // At the start everything counts as left over by whoever ran before.
    const EpochMs before_ms = wall_clock_ms() - (first_sweep_ ? 0 : kLeftOverAgeMs);
    const std::vector<OutboxRow> rows = storage_.outbox_before(before_ms);
    if (!rows.empty()) {
        if (!send(rows)) return false;
        log_line(kRole, "sent events of " + std::to_string(rows.size()) + " left-over bookings");
    }
    if (rows.size() == kOutboxBatchMax) return true;
    first_sweep_ = false;
    next_sweep_us_ = monotonic_us() + kSweepIntervalUs;
    return false;
}

bool EventPublisher::send(std::span<const OutboxRow> rows) {
    using feed::Stream;
    if (jetstream_ && !prepare_stream()) return false;
    const std::uint64_t epoch = bus_.epoch();
    const EpochMs now = wall_clock_ms();
    ack_inbox_ = "_INBOX." + owner_ + "." + std::to_string(++batch_number_);
    std::size_t acks_wanted = 0;
    const auto publish = [&](Stream stream, const OutboxRow& row, const std::string& payload) {
        for (const feed::SubjectFamily family : families_) {
            BusExtras extras;
            if (jetstream_ && family == feed::SubjectFamily::Dotted) {
                extras.reply = ack_inbox_;
                ++acks_wanted;
            }
            if (!publish_account_event(bus_, stream, family, row.account_id, payload, now, extras))
                return false;
        }
        return true;
    };
    for (const OutboxRow& row : rows) {
        if (!publish(Stream::AccountTrades, row, row.trade_event)) return false;
        if (!publish(Stream::AccountPositions, row, row.position_event)) return false;
    }
    if (!bus_.flush(epoch, kFlushTimeoutMs)) return false;
    if (!acknowledged(acks_wanted)) {
        prepared_epoch_ = kNoEpoch;  // somebody may have removed the stream
        return false;
    }
    storage_.confirm_published(rows);
    return true;
}

bool EventPublisher::prepare_stream() {
    const std::uint64_t epoch = bus_.epoch();
    if (prepared_epoch_ == epoch) return true;
    if (!bus_.ensure_stream(events_stream())) return false;
    prepared_epoch_ = epoch;
    return true;
}

// Acknowledgements of an earlier batch that came late go to another inbox and are passed over.
bool EventPublisher::acknowledged(std::size_t wanted) {
    const MonotonicUs deadline_us = monotonic_us() + kFlushTimeoutMs * kMillisecondUs;
    while (wanted > 0) {
        const std::optional<BusMessage> ack = acks_->next(kAckWaitMs);
        if (ack && ack->subject == ack_inbox_) {
            if (ack->payload.find("\"error\"") != std::string::npos) return false;
            --wanted;
        }
        if (!ack && monotonic_us() >= deadline_us) return false;
    }
    return true;
}

}  // namespace nats_blotter::services

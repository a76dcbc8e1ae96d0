// services/order_intake.cpp - the committer and the resender of trade-service.
#include "services/order_intake.h"

#include <algorithm>
#include <chrono>

#include "services/booking.h"
#include "services/log.h"
#include "services/record_json.h"

namespace nats_blotter::services {
namespace {

constexpr const char* kRole = "trade-service";
// One batch of kResendBatchMax per tick: 5,000 a second, beside what is new.
constexpr auto kResendTick = std::chrono::milliseconds(100);
constexpr MonotonicUs kReportIntervalUs = 5 * kSecondUs;

AcceptedOrder accepted_order(const Submission& submission, EpochMs now_ms) {
    Order order = submission.order;
    order.id = random_uuid();  // the submitter's own is not known to be unique
    AcceptedOrder accepted;
    accepted.id = *order.id;
    append_order_event(accepted.payload, order);
    accepted.reply = submission.reply;
    accepted.accepted = now_ms;
    return accepted;
}

}  // namespace

std::string_view acceptance_name(Acceptance outcome) {
    switch (outcome) {
        case Acceptance::Accepted: return "accepted";
        case Acceptance::BrokerAway: return "broker away";
        case Acceptance::OutboxFull: return "too many unbooked";
        case Acceptance::Failed: return "database failed";
    }
    return "unknown";
}

OrderIntake::OrderIntake(Storage& storage, Bus& bus, OrderIntakeSettings settings)
    : storage_(storage), bus_(bus), settings_(std::move(settings)) {}

OrderIntake::~OrderIntake() { stop(); }

void OrderIntake::start() {
    committer_ = std::thread([this] { run_committer(); });
    resender_ = std::thread([this] { run_resender(); });
}

void OrderIntake::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wanted_.notify_all();
    stop_.notify_all();
    if (committer_.joinable()) committer_.join();
    if (resender_.joinable()) resender_.join();
}

std::vector<Acceptance> OrderIntake::accept(std::span<const Submission> submissions) {
    const EpochMs now_ms = wall_clock_ms();
    std::vector<Waiter> waiters(submissions.size());
    for (std::size_t index = 0; index < submissions.size(); ++index)
        waiters[index].order = accepted_order(submissions[index], now_ms);

    std::vector<Acceptance> outcomes;
    std::unique_lock lock(mutex_);
    if (stopping_) return std::vector<Acceptance>(submissions.size(), Acceptance::Failed);
    for (Waiter& waiter : waiters) waiters_.push_back(&waiter);
    wanted_.notify_one();
    for (const Waiter& waiter : waiters) {
        done_.wait(lock, [&waiter] { return waiter.done; });
        outcomes.push_back(waiter.outcome);
    }
    return outcomes;
}

std::optional<std::int64_t> OrderIntake::unbooked_count() {
    try {
        return storage_.unbooked_orders();
    } catch (const StorageError&) {
        return std::nullopt;
    }
}

void OrderIntake::run_committer() {
    std::vector<Waiter*> batch;
    std::unique_lock lock(mutex_);
    while (true) {
        wanted_.wait(lock, [this] { return stopping_ || !waiters_.empty(); });
        if (waiters_.empty()) return;  // stopping, and nobody waits
        const auto end = waiters_.begin() +
                         static_cast<std::ptrdiff_t>(std::min(waiters_.size(), kAcceptBatchMax));
        batch.assign(waiters_.begin(), end);
        waiters_.erase(waiters_.begin(), end);
        lock.unlock();
        const Acceptance outcome = commit(batch);
        outcomes_[static_cast<std::size_t>(outcome)] += batch.size();
        lock.lock();
        for (Waiter* waiter : batch) {
            waiter->outcome = outcome;
            waiter->done = true;
        }
        done_.notify_all();
    }
}

Acceptance OrderIntake::commit(const std::vector<Waiter*>& batch) {
    if (bus_.state() != BusState::Connected) return Acceptance::BrokerAway;
    std::vector<AcceptedOrder> orders;
    orders.reserve(batch.size());
    for (const Waiter* waiter : batch) orders.push_back(waiter->order);
    try {
        if (!storage_.accept_orders(orders, wall_clock_ms())) return Acceptance::OutboxFull;
    } catch (const StorageError& error) {
        log_line(kRole, std::string("order outbox: ") + error.what());
        return Acceptance::Failed;
    }
    // Accepted from here on: what the broker does not get now it gets from the resender.
    for (const AcceptedOrder& order : orders)
        if (!publish(order)) break;
    return Acceptance::Accepted;
}

bool OrderIntake::publish(const AcceptedOrder& order) {
    BusExtras extras;
    if (settings_.jetstream) {
        extras.message_id = order.id;
        extras.booking_reply = order.reply;
    } else {
        extras.reply = order.reply;
    }
    const std::string message =
        envelope(settings_.orders_subject, order.payload, wall_clock_ms(), kRole, "TradeOrder");
    return bus_.publish(settings_.orders_subject, message, extras);
}

// ---- Resending

void OrderIntake::run_resender() {
    std::optional<std::uint64_t> epoch;  // of the connection that has what was sent
    MonotonicUs next_report_us = 0;
    while (true) {
        {
            std::unique_lock lock(mutex_);
            if (stop_.wait_for(lock, kResendTick, [this] { return stopping_; })) return;
        }
        if (bus_.state() != BusState::Connected) continue;
        try {
            // At the start, and with every new connection, nobody may have the orders any more.
            const std::uint64_t epoch_now = bus_.epoch();
            if (epoch != epoch_now) storage_.resend_all_orders();
            epoch = epoch_now;
            resend_due();
        } catch (const StorageError& error) {
            if (monotonic_us() >= next_report_us)
                log_line(kRole, std::string("order outbox: ") + error.what());
        }
        if (monotonic_us() < next_report_us) continue;
        next_report_us = monotonic_us() + kReportIntervalUs;
        const std::uint64_t full = count(Acceptance::OutboxFull);
        if (resent_ == reported_resent_ && full == reported_full_) continue;
        reported_resent_ = resent_;
        reported_full_ = full;
        log_line(kRole, "orders sent again since the start: " + std::to_string(reported_resent_) +
                            ", refused with too many unbooked: " + std::to_string(full));
    }
}

void OrderIntake::resend_due() {
    const EpochMs now_ms = wall_clock_ms();
    for (AcceptedOrder& order : storage_.orders_to_resend(now_ms)) {
        if (!order.reply.empty() && now_ms - order.accepted >= settings_.submit_answer_ms) {
            tell_still_waiting(order);
            order.reply.clear();
        }
        if (!publish(order)) return;
        ++resent_;
    }
}

void OrderIntake::tell_still_waiting(const AcceptedOrder& order) {
    bus_.publish(order.reply,
                 request_error_json(504, "accepted as " + order.id + ", not booked yet"));
    storage_.forget_reply(order.id);
    ++unanswered_;
}

}  // namespace nats_blotter::services

// services/order_intake.h - what trade-service does with an order it takes: commit it, put it on
// the bus, and again until it is booked.
//
// Concurrent orders share a commit. An accepted order leaves the order outbox in the transaction
// that books it (storage.h), so there is nothing to ask and nothing to prune: what is still there
// after its wait is sent once more, under the same id, by which a processor knows a repeat.
//
// Invariants (tests/stack/exactly_once.test.mjs kills every process at random):
//   1. accept() answers Accepted only after the order is on disk under its own UUID.
//   2. An accepted order is sent until a processor has booked or refused it.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "services/nats_bus.h"
#include "services/storage.h"

namespace nats_blotter::services {

enum class Acceptance : std::uint8_t {
    Accepted,
    BrokerAway,  // not taken: the contract's answer while the broker cannot be reached
    OutboxFull,  // not taken: kUnbookedOrdersMax
    Failed,      // the database failed; the order was not taken, or nobody will know that it was
};
inline constexpr std::size_t kAcceptanceCount = 4;
std::string_view acceptance_name(Acceptance outcome);

// A requester of trades.submit that has no booking by then is told so; the order stays accepted.
inline constexpr EpochMs kSubmitAnswerMs = 10'000;

struct OrderIntakeSettings {
    std::string orders_subject;
    bool jetstream = false;  // orders carry their id for the stream, and replies in a header
    EpochMs submit_answer_ms = kSubmitAnswerMs;
};

struct Submission {
    Order order;
    std::string reply;  // where its booking is to be answered; empty: nowhere
};

class OrderIntake {
  public:
    // Both references must outlive this.
    OrderIntake(Storage& storage, Bus& bus, OrderIntakeSettings settings);
    ~OrderIntake();
    OrderIntake(const OrderIntake&) = delete;
    OrderIntake& operator=(const OrderIntake&) = delete;

    void start();
    // Calls of accept() that wait are answered first.
    void stop();

    // Returns when the orders are committed, or will not be: one answer each, in order. Any
    // thread.
    std::vector<Acceptance> accept(std::span<const Submission> submissions);

    std::uint64_t count(Acceptance outcome) const {
        return outcomes_[static_cast<std::size_t>(outcome)];
    }
    // Accepted and not booked yet; nothing when the database cannot be asked.
    std::optional<std::int64_t> unbooked_count();
    std::uint64_t resent_count() const { return resent_; }
    std::uint64_t unanswered_count() const { return unanswered_; }  // told after kSubmitAnswerMs

  private:
    struct Waiter {
        AcceptedOrder order;
        Acceptance outcome = Acceptance::Failed;
        bool done = false;
    };

    void run_committer();
    Acceptance commit(const std::vector<Waiter*>& batch);
    void run_resender();
    void resend_due();
    void tell_still_waiting(const AcceptedOrder& order);
    bool publish(const AcceptedOrder& order);

    Storage& storage_;
    Bus& bus_;
    OrderIntakeSettings settings_;

    std::mutex mutex_;
    std::condition_variable wanted_;  // a waiter came, or stopping
    std::condition_variable done_;    // a commit ended
    std::vector<Waiter*> waiters_;    // under mutex_; at most one call's worth per calling thread
    bool stopping_ = false;           // under mutex_
    std::condition_variable stop_;

    std::array<std::atomic<std::uint64_t>, kAcceptanceCount> outcomes_{};
    std::atomic<std::uint64_t> resent_{0};
    std::atomic<std::uint64_t> unanswered_{0};
    std::uint64_t reported_resent_ = 0;
    std::uint64_t reported_full_ = 0;
    std::thread committer_;
    std::thread resender_;
};

}  // namespace nats_blotter::services

// services/storage.h - what the services need from a database, whichever it is.
//
// One object serves a whole process: every call may come from any thread, and other processes may
// use the same database at the same time. Calls block for as long as the database takes and throw
// StorageError when it fails; nothing is half-done then. No SQL and no driver type shows here, so
// that another database is one more implementation: storage_sqlite.h, storage_postgres.h.
//
// Invariants (tests/services/storage_test.cpp, on both databases):
//   1. A trade, its position's change and their outbox row are committed together or not at all.
//   2. `updated` of a position rises with every booking of its key.
//   3. An outbox row exists from the commit of its booking until someone confirms it as published.
//   4. There is at most one trade for one order id, whoever books it and however often.
//   5. An accepted order is in the order outbox until the transaction that books or refuses it.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "services/records.h"

namespace nats_blotter::services {

class StorageError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Why an order was not booked; the order is dropped and counted by reason, never retried.
enum class BookingRefusal : std::uint8_t {
    None,
    MissingField,        // no account or no security
    UnknownAccount,      // no such account in the database
    SecurityTooLong,     // beyond the schema's column
    PositionOutOfRange,  // the position would leave 32 bits, which no reader of the contract
                         // expects
    AlreadyBooked,       // a repeat: a trade with this order id exists
};
inline constexpr std::size_t kBookingRefusalCount = 6;
std::string_view booking_refusal_name(BookingRefusal refusal);

struct Booking {
    BookingRefusal refusal = BookingRefusal::None;
    Trade trade;        // the one booked; after AlreadyBooked the one that was there
    Position position;  // after the order; meaningful when nothing was refused
};

struct SavedAccount {
    Account account;
    bool created = false;  // false: an existing one was renamed
};

// Two events of one booking, as payloads without envelope; the trade's goes out first.
struct OutboxRow {
    std::int64_t seq = 0;  // rises in booking order
    std::int32_t account_id = 0;
    std::string trade_event;
    std::string position_event;
};

// An order that trade-service has said yes to, or is about to.
struct AcceptedOrder {
    std::string id;       // trade-service's own UUID
    std::string payload;  // the order event's, with that id
    std::string reply;    // where the requester of trades.submit waits; empty: nobody does
    EpochMs accepted = 0;
    std::int32_t resends = 0;
};

// Orders that are accepted and not booked yet. Minutes of work for the processor; beyond it
// trade-service takes no more.
inline constexpr std::int64_t kUnbookedOrdersMax = 100'000;

// Orders accepted in one transaction, for the reasons of kBookingBatchMax.
inline constexpr std::size_t kAcceptBatchMax = 256;

// Orders resent at a time, so that a backlog does not push new orders aside.
inline constexpr std::size_t kResendBatchMax = 512;

// An accepted order is sent again when it is not booked after the first wait, then after twice as
// long each time up to the longest.
inline constexpr EpochMs kResendWaitMs = 2'000;
inline constexpr EpochMs kResendWaitMsMax = 16'000;
EpochMs resend_wait_ms(std::int32_t resends);

// Orders that one transaction books at most: long enough to share one disk flush among many, short
// enough that a reader or another processor waits only milliseconds for the writer.
inline constexpr std::size_t kBookingBatchMax = 256;

// Outbox rows read and published at a time, between two flushes of the broker connection.
inline constexpr std::size_t kOutboxBatchMax = 512;

// Older than any row.
inline constexpr EpochMs kEveryVersion = std::numeric_limits<EpochMs>::min();

class Storage {
  public:
    virtual ~Storage() = default;

    // ---- Accounts ----
    virtual std::vector<Account> accounts() = 0;  // by id
    virtual std::optional<Account> account(std::int32_t id) = 0;
    // id 0 makes a new account with the next free number from kFirstNewAccountId; any other id is
    // renamed, or inserted if unknown.
    virtual SavedAccount save_account(const Account& account) = 0;
    virtual std::vector<AccountUser> account_users() = 0;  // by account, then username
    virtual std::optional<AccountUser> first_account_user(std::int32_t account_id) = 0;
    // False when the account does not exist. Saving a pair again changes nothing.
    virtual bool save_account_user(const AccountUser& user) = 0;

    // ---- Trades and positions; no account means all ----
    // Visitors see one consistent state and may keep nothing of what they are shown: the rows
    // updated at `since` or later, trades newest first, positions by account and security
    // (bytewise).
    virtual void visit_trades_since(std::optional<std::int32_t> account_id, EpochMs since,
                                    const std::function<void(const Trade&)>& visitor) = 0;
    virtual void visit_positions_since(std::optional<std::int32_t> account_id, EpochMs since,
                                       const std::function<void(const Position&)>& visitor) = 0;
    void visit_trades(std::optional<std::int32_t> account_id,
                      const std::function<void(const Trade&)>& visitor) {
        visit_trades_since(account_id, kEveryVersion, visitor);
    }
    void visit_positions(std::optional<std::int32_t> account_id,
                         const std::function<void(const Position&)>& visitor) {
        visit_positions_since(account_id, kEveryVersion, visitor);
    }
    virtual bool has_positions() = 0;
    // How many rows visit_trades() or visit_positions() would show.
    virtual std::int64_t trade_rows(std::optional<std::int32_t> account_id) = 0;
    virtual std::int64_t position_rows(std::optional<std::int32_t> account_id) = 0;
    virtual std::int64_t trade_count() = 0;

    // ---- Booking ----
    // Books all orders in one transaction and returns one result per order, in order. `owner` marks
    // the outbox rows as the caller's. REQUIRES: orders.size() <= kBookingBatchMax.
    // An order with an id is booked once: a repeat answers AlreadyBooked. What is booked or refused
    // leaves the order outbox in the same transaction.
    virtual std::vector<Booking> book(std::span<const Order> orders, std::string_view owner,
                                      EpochMs now_ms) = 0;

    // As the stock service books (--stock): `publish` is called inside the transaction, the rows
    // follow, and whatever the tables refuse then (a quantity <= 0) has been published all the
    // same. Writes no outbox. False: refused and rolled back.
    virtual bool book_after_publishing(const Order& order, EpochMs now_ms,
                                       const std::function<void(const Booking&)>& publish) = 0;

    // ---- Order outbox: accepted, not yet booked ----
    // Commits all or none; they are on disk when this returns. False: kUnbookedOrdersMax would be
    // exceeded. REQUIRES: orders.size() <= kAcceptBatchMax.
    virtual bool accept_orders(std::span<const AcceptedOrder> orders, EpochMs now_ms) = 0;
    // Those whose wait is over, at most kResendBatchMax; each one's next wait begins.
    virtual std::vector<AcceptedOrder> orders_to_resend(EpochMs now_ms) = 0;
    // Ends every wait: the broker that had them is another one now.
    virtual void resend_all_orders() = 0;
    // Nobody waits for an answer about this order any more.
    virtual void forget_reply(const std::string& order_id) = 0;
    virtual std::int64_t unbooked_orders() = 0;

    // ---- Outbox ----
    // The owner's rows by seq, at most kOutboxBatchMax.
    virtual std::vector<OutboxRow> outbox_of(std::string_view owner) = 0;
    // Anyone's rows booked before `before_ms`: what a processor that died or lost the broker left
    // over.
    virtual std::vector<OutboxRow> outbox_before(EpochMs before_ms) = 0;
    // Forgets rows that the broker has confirmed. Losing this to a power failure only repeats
    // events.
    virtual void confirm_published(std::span<const OutboxRow> rows) = 0;
};

}  // namespace nats_blotter::services

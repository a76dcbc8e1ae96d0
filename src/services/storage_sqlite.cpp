// services/storage_sqlite.cpp - reading and writing the tables of sqlite_schema.cpp.
#include "services/storage_sqlite.h"

#include <limits>
#include <mutex>
#include <utility>

#include "base/assert.h"
#include "services/booking.h"
#include "services/log.h"
#include "services/order_room.h"
#include "services/record_json.h"
#include "services/sqlite_connection.h"
#include "services/sqlite_schema.h"

namespace nats_blotter::services {
namespace {

// Read connections kept open; more concurrent readers than this open one of their own for the call.
constexpr std::size_t kIdleReadersMax = 16;

std::int32_t int32_column(const SqliteQuery& query, int column) {
    return static_cast<std::int32_t>(query.integer(column));
}

// id, accountid, security, side, state, quantity, updated, created: the first eight columns.
void read_trade(const SqliteQuery& query, Trade& trade) {
    trade.id = query.text(0);
    trade.account_id = int32_column(query, 1);
    trade.security = query.text(2);
    trade.side = query.is_null(3) ? std::nullopt : side_from_name(query.text(3));
    trade.state = query.text(4);
    trade.quantity = int32_column(query, 5);
    trade.updated = query.integer(6);
    trade.created = query.integer(7);
}

class SqliteStorage final : public Storage {
  public:
    explicit SqliteStorage(std::string file)
        : file_(std::move(file)),
          writer_(file_, SqliteSync::Full),
          housekeeper_(file_, SqliteSync::Normal) {
        prepare_sqlite_schema(writer_, wall_clock_ms());
    }

    std::vector<Account> accounts() override;
    std::optional<Account> account(std::int32_t id) override;
    SavedAccount save_account(const Account& account) override;
    std::vector<AccountUser> account_users() override;
    std::optional<AccountUser> first_account_user(std::int32_t account_id) override;
    bool save_account_user(const AccountUser& user) override;
    void visit_trades_since(std::optional<std::int32_t> account_id, EpochMs since,
                            const std::function<void(const Trade&)>& visitor) override;
    void visit_positions_since(std::optional<std::int32_t> account_id, EpochMs since,
                               const std::function<void(const Position&)>& visitor) override;
    std::int64_t trade_rows(std::optional<std::int32_t> account_id) override;
    std::int64_t position_rows(std::optional<std::int32_t> account_id) override;
    bool has_positions() override;
    std::int64_t trade_count() override;
    std::vector<Booking> book(std::span<const Order> orders, std::string_view owner,
                              EpochMs now_ms) override;
    std::vector<OutboxRow> outbox_of(std::string_view owner) override;
    std::vector<OutboxRow> outbox_before(EpochMs before_ms) override;
    void confirm_published(std::span<const OutboxRow> rows) override;
    bool book_after_publishing(const Order& order, EpochMs now_ms,
                               const std::function<void(const Booking&)>& publish) override;
    bool accept_orders(std::span<const AcceptedOrder> orders, EpochMs now_ms) override;
    std::vector<AcceptedOrder> orders_to_resend(EpochMs now_ms) override;
    void resend_all_orders() override;
    void forget_reply(const std::string& order_id) override;
    std::int64_t unbooked_orders() override;

  private:
    // A read connection for the length of a scope.
    class Reader {
      public:
        explicit Reader(SqliteStorage& storage) : storage_(storage) {
            const std::lock_guard lock(storage_.readers_mutex_);
            if (storage_.idle_readers_.empty()) return;
            connection_ = std::move(storage_.idle_readers_.back());
            storage_.idle_readers_.pop_back();
        }
        ~Reader() {
            const std::lock_guard lock(storage_.readers_mutex_);
            if (connection_ && storage_.idle_readers_.size() < kIdleReadersMax)
                storage_.idle_readers_.push_back(std::move(connection_));
        }
        Reader(const Reader&) = delete;
        Reader& operator=(const Reader&) = delete;
        SqliteConnection& operator*() {
            if (!connection_)
                connection_ =
                    std::make_unique<SqliteConnection>(storage_.file_, SqliteSync::Normal);
            return *connection_;
        }

      private:
        SqliteStorage& storage_;
        std::unique_ptr<SqliteConnection> connection_;
    };

    Booking book_one(const Order& order, std::string_view owner, EpochMs now_ms);
    void insert_outbox(const Booking& booking, std::string_view owner, EpochMs now_ms);
    bool insert_trade(const Trade& trade, const std::optional<std::string>& order_id);
    bool has_account(std::int32_t id);
    std::optional<Trade> trade_of_order(const std::string& order_id);
    std::optional<Position> position_of(const Order& order);
    void upsert_position(const Position& position);
    std::int32_t next_account_id();

    std::string file_;
    std::mutex writer_mutex_;
    SqliteConnection writer_;             // under writer_mutex_
    SqliteConnection housekeeper_;        // under writer_mutex_; commits that may be lost
    OrderRoom room_{kUnbookedOrdersMax};  // under writer_mutex_
    std::mutex readers_mutex_;
    std::vector<std::unique_ptr<SqliteConnection>> idle_readers_;  // under readers_mutex_
};

// ---- Accounts

std::vector<Account> SqliteStorage::accounts() {
    Reader reader(*this);
    SqliteQuery query(*reader, "SELECT id, displayname FROM accounts ORDER BY id");
    std::vector<Account> result;
    while (query.step()) result.push_back({int32_column(query, 0), std::string(query.text(1))});
    return result;
}

std::optional<Account> SqliteStorage::account(std::int32_t id) {
    Reader reader(*this);
    SqliteQuery query(*reader, "SELECT displayname FROM accounts WHERE id = ?1");
    query.bind(1, id);
    if (!query.step()) return std::nullopt;
    return Account{id, std::string(query.text(0))};
}

std::int32_t SqliteStorage::next_account_id() {
    while (true) {
        SqliteQuery take(writer_,
                         "UPDATE sequences SET next = next + 1 WHERE name = 'accounts' "
                         "RETURNING next - 1");
        if (!take.step()) throw StorageError("the account sequence is missing");
        const std::int64_t id = take.integer(0);
        if (id > std::numeric_limits<std::int32_t>::max())
            throw StorageError("account numbers are used up");
        SqliteQuery taken(writer_, "SELECT 1 FROM accounts WHERE id = ?1");
        taken.bind(1, id);
        if (!taken.step()) return static_cast<std::int32_t>(id);
    }
}

SavedAccount SqliteStorage::save_account(const Account& account) {
    const std::lock_guard lock(writer_mutex_);
    SqliteTransaction transaction(writer_);
    SavedAccount saved{account, true};
    if (account.id == 0) {
        saved.account.id = next_account_id();
    } else {
        SqliteQuery known(writer_, "SELECT 1 FROM accounts WHERE id = ?1");
        saved.created = !known.bind(1, account.id).step();
    }
    SqliteQuery(writer_,
                "INSERT INTO accounts (id, displayname) VALUES (?1, ?2) "
                "ON CONFLICT (id) DO UPDATE SET displayname = excluded.displayname")
        .bind(1, saved.account.id)
        .bind(2, saved.account.display_name)
        .execute();
    transaction.commit();
    return saved;
}

std::vector<AccountUser> SqliteStorage::account_users() {
    Reader reader(*this);
    SqliteQuery query(*reader,
                      "SELECT accountid, username FROM accountusers ORDER BY accountid, username");
    std::vector<AccountUser> result;
    while (query.step()) result.push_back({int32_column(query, 0), std::string(query.text(1))});
    return result;
}

std::optional<AccountUser> SqliteStorage::first_account_user(std::int32_t account_id) {
    Reader reader(*this);
    SqliteQuery query(*reader,
                      "SELECT username FROM accountusers WHERE accountid = ?1 "
                      "ORDER BY username LIMIT 1");
    query.bind(1, account_id);
    if (!query.step()) return std::nullopt;
    return AccountUser{account_id, std::string(query.text(0))};
}

bool SqliteStorage::save_account_user(const AccountUser& user) {
    const std::lock_guard lock(writer_mutex_);
    SqliteTransaction transaction(writer_);
    {
        SqliteQuery known(writer_, "SELECT 1 FROM accounts WHERE id = ?1");
        if (!known.bind(1, user.account_id).step()) return false;
    }
    SqliteQuery(writer_,
                "INSERT INTO accountusers (accountid, username) VALUES (?1, ?2) "
                "ON CONFLICT DO NOTHING")
        .bind(1, user.account_id)
        .bind(2, user.username)
        .execute();
    transaction.commit();
    return true;
}

// ---- Trades and positions

void SqliteStorage::visit_trades_since(std::optional<std::int32_t> account_id, EpochMs since,
                                       const std::function<void(const Trade&)>& visitor) {
    Reader reader(*this);
    SqliteQuery query(
        *reader, account_id
                     ? "SELECT id, accountid, security, side, state, quantity, updated, "
                       "created FROM trades WHERE updated >= ?1 AND accountid = ?2 "
                       "ORDER BY updated DESC, seq DESC"
                     : "SELECT id, accountid, security, side, state, quantity, updated, "
                       "created FROM trades WHERE updated >= ?1 ORDER BY updated DESC, seq DESC");
    query.bind(1, since);
    if (account_id) query.bind(2, *account_id);
    Trade trade;  // reused, so that its strings keep their memory
    while (query.step()) {
        read_trade(query, trade);
        visitor(trade);
    }
}

void SqliteStorage::visit_positions_since(std::optional<std::int32_t> account_id, EpochMs since,
                                          const std::function<void(const Position&)>& visitor) {
    Reader reader(*this);
    SqliteQuery query(*reader, account_id
                                   ? "SELECT accountid, security, quantity, updated FROM positions "
                                     "WHERE updated >= ?1 AND accountid = ?2 ORDER BY security"
                                   : "SELECT accountid, security, quantity, updated FROM positions "
                                     "WHERE updated >= ?1 ORDER BY accountid, security");
    query.bind(1, since);
    if (account_id) query.bind(2, *account_id);
    Position position;
    while (query.step()) {
        position.account_id = int32_column(query, 0);
        position.security = query.text(1);
        position.quantity = int32_column(query, 2);
        position.updated = query.integer(3);
        visitor(position);
    }
}

std::int64_t SqliteStorage::trade_rows(std::optional<std::int32_t> account_id) {
    Reader reader(*this);
    SqliteQuery query(*reader, account_id ? "SELECT count(*) FROM trades WHERE accountid = ?1"
                                          : "SELECT count(*) FROM trades");
    if (account_id) query.bind(1, *account_id);
    return query.step() ? query.integer(0) : 0;
}

std::int64_t SqliteStorage::position_rows(std::optional<std::int32_t> account_id) {
    Reader reader(*this);
    SqliteQuery query(*reader, account_id ? "SELECT count(*) FROM positions WHERE accountid = ?1"
                                          : "SELECT count(*) FROM positions");
    if (account_id) query.bind(1, *account_id);
    return query.step() ? query.integer(0) : 0;
}

bool SqliteStorage::has_positions() {
    Reader reader(*this);
    SqliteQuery query(*reader, "SELECT 1 FROM positions LIMIT 1");
    return query.step();
}

std::int64_t SqliteStorage::trade_count() {
    Reader reader(*this);
    // The row number is dense: trades are never deleted. COUNT(*) would walk an index every time.
    SqliteQuery query(*reader, "SELECT coalesce(max(seq), 0) FROM trades");
    return query.step() ? query.integer(0) : 0;
}

// ---- Booking

std::vector<Booking> SqliteStorage::book(std::span<const Order> orders, std::string_view owner,
                                         EpochMs now_ms) {
    NB_ASSERT(orders.size() <= kBookingBatchMax);
    std::vector<Booking> bookings;
    bookings.reserve(orders.size());
    const std::lock_guard lock(writer_mutex_);
    SqliteTransaction transaction(writer_);
    for (const Order& order : orders) {
        bookings.push_back(book_one(order, owner, now_ms));
        if (order.id) {
            SqliteQuery(writer_, "DELETE FROM order_outbox WHERE order_id = ?1")
                .bind(1, *order.id)
                .execute();
        }
    }
    transaction.commit();
    return bookings;
}

Booking SqliteStorage::book_one(const Order& order, std::string_view owner, EpochMs now_ms) {
    Booking booking;
    booking.refusal = refusal_by_itself(order);
    if (booking.refusal != BookingRefusal::None) return booking;
    if (order.id) {
        if (std::optional<Trade> trade = trade_of_order(*order.id)) {
            booking.refusal = BookingRefusal::AlreadyBooked;
            booking.trade = std::move(*trade);
            return booking;
        }
    }
    if (!has_account(*order.account_id)) {
        booking.refusal = BookingRefusal::UnknownAccount;
        return booking;
    }
    booking = booking_of(order, position_of(order), now_ms);
    if (booking.refusal != BookingRefusal::None) return booking;
    if (!insert_trade(booking.trade, order.id)) writer_.fail("trade");
    upsert_position(booking.position);
    insert_outbox(booking, owner, now_ms);
    return booking;
}

bool SqliteStorage::book_after_publishing(const Order& order, EpochMs now_ms,
                                          const std::function<void(const Booking&)>& publish) {
    const std::lock_guard lock(writer_mutex_);
    SqliteTransaction transaction(writer_);
    if (refusal_by_itself(order) != BookingRefusal::None || !has_account(*order.account_id))
        return false;
    const Booking booking = booking_of(order, position_of(order), now_ms);
    if (booking.refusal != BookingRefusal::None) return false;
    publish(booking);
    if (!insert_trade(booking.trade, std::nullopt)) return false;
    upsert_position(booking.position);
    transaction.commit();
    return true;
}

bool SqliteStorage::has_account(std::int32_t id) {
    SqliteQuery query(writer_, "SELECT 1 FROM accounts WHERE id = ?1");
    return query.bind(1, id).step();
}

std::optional<Trade> SqliteStorage::trade_of_order(const std::string& order_id) {
    SqliteQuery query(writer_,
                      "SELECT id, accountid, security, side, state, quantity, updated, created "
                      "FROM trades WHERE order_id = ?1");
    if (!query.bind(1, order_id).step()) return std::nullopt;
    Trade trade;
    read_trade(query, trade);
    return trade;
}

std::optional<Position> SqliteStorage::position_of(const Order& order) {
    SqliteQuery query(writer_,
                      "SELECT quantity, updated FROM positions "
                      "WHERE accountid = ?1 AND security = ?2");
    if (!query.bind(1, *order.account_id).bind(2, *order.security).step()) return std::nullopt;
    return Position{*order.account_id, *order.security, int32_column(query, 0), query.integer(1)};
}

bool SqliteStorage::insert_trade(const Trade& trade, const std::optional<std::string>& order_id) {
    SqliteQuery query(
        writer_,
        "INSERT INTO trades (id, accountid, security, side, state, quantity, updated, "
        "created, order_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
    query.bind(1, trade.id).bind(2, trade.account_id).bind(3, trade.security);
    if (trade.side)
        query.bind(4, side_name(*trade.side));
    else
        query.bind_null(4);
    query.bind(5, trade.state)
        .bind(6, trade.quantity)
        .bind(7, trade.updated)
        .bind(8, trade.created);
    if (order_id)
        query.bind(9, *order_id);
    else
        query.bind_null(9);
    return query.try_execute();
}

void SqliteStorage::upsert_position(const Position& position) {
    SqliteQuery(writer_,
                "INSERT INTO positions (accountid, security, quantity, updated) "
                "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (accountid, security) DO UPDATE SET "
                "quantity = excluded.quantity, updated = excluded.updated")
        .bind(1, position.account_id)
        .bind(2, position.security)
        .bind(3, position.quantity)
        .bind(4, position.updated)
        .execute();
}

// ---- Outbox

void SqliteStorage::insert_outbox(const Booking& booking, std::string_view owner, EpochMs now_ms) {
    std::string trade_event;
    append_trade_event(trade_event, booking.trade);
    std::string position_event;
    append_position_event(position_event, booking.position);
    SqliteQuery(writer_,
                "INSERT INTO outbox (owner, booked, accountid, trade_event, position_event) "
                "VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(1, owner)
        .bind(2, now_ms)
        .bind(3, booking.trade.account_id)
        .bind(4, trade_event)
        .bind(5, position_event)
        .execute();
}

std::vector<OutboxRow> outbox_rows(SqliteQuery& query) {
    std::vector<OutboxRow> rows;
    while (query.step()) {
        rows.push_back({query.integer(0), int32_column(query, 1), std::string(query.text(2)),
                        std::string(query.text(3))});
    }
    return rows;
}

std::vector<OutboxRow> SqliteStorage::outbox_of(std::string_view owner) {
    Reader reader(*this);
    SqliteQuery query(*reader,
                      "SELECT seq, accountid, trade_event, position_event FROM outbox "
                      "WHERE owner = ?1 ORDER BY seq LIMIT ?2");
    query.bind(1, owner).bind(2, static_cast<std::int64_t>(kOutboxBatchMax));
    return outbox_rows(query);
}

std::vector<OutboxRow> SqliteStorage::outbox_before(EpochMs before_ms) {
    Reader reader(*this);
    SqliteQuery query(*reader,
                      "SELECT seq, accountid, trade_event, position_event FROM outbox "
                      "WHERE booked < ?1 ORDER BY seq LIMIT ?2");
    query.bind(1, before_ms).bind(2, static_cast<std::int64_t>(kOutboxBatchMax));
    return outbox_rows(query);
}

void SqliteStorage::confirm_published(std::span<const OutboxRow> rows) {
    const std::lock_guard lock(writer_mutex_);
    SqliteTransaction transaction(housekeeper_);
    for (const OutboxRow& row : rows)
        SqliteQuery(housekeeper_, "DELETE FROM outbox WHERE seq = ?1").bind(1, row.seq).execute();
    transaction.commit();
}

// ---- Order outbox

bool SqliteStorage::accept_orders(std::span<const AcceptedOrder> orders, EpochMs now_ms) {
    NB_ASSERT(orders.size() <= kAcceptBatchMax);
    const std::lock_guard lock(writer_mutex_);
    SqliteTransaction transaction(writer_);
    const auto count = [this] {
        SqliteQuery query(writer_, "SELECT count(*) FROM order_outbox");
        return query.step() ? query.integer(0) : 0;
    };
    if (!room_.take(static_cast<std::int64_t>(orders.size()), monotonic_us(), count)) return false;
    for (const AcceptedOrder& order : orders) {
        SqliteQuery(writer_,
                    "INSERT INTO order_outbox (order_id, accepted, due, resends, reply, payload) "
                    "VALUES (?1, ?2, ?3, 0, ?4, ?5)")
            .bind(1, order.id)
            .bind(2, now_ms)
            .bind(3, now_ms + kResendWaitMs)
            .bind(4, order.reply)
            .bind(5, order.payload)
            .execute();
    }
    transaction.commit();
    return true;
}

std::vector<AcceptedOrder> SqliteStorage::orders_to_resend(EpochMs now_ms) {
    std::vector<AcceptedOrder> orders;
    {
        // A wait that ends later than the longest one began under another clock.
        Reader reader(*this);
        SqliteQuery query(*reader,
                          "SELECT order_id, payload, reply, accepted, resends FROM order_outbox "
                          "WHERE due <= ?1 OR due > ?2 ORDER BY due LIMIT ?3");
        query.bind(1, now_ms)
            .bind(2, now_ms + kResendWaitMsMax)
            .bind(3, static_cast<std::int64_t>(kResendBatchMax));
        while (query.step()) {
            orders.push_back({std::string(query.text(0)), std::string(query.text(1)),
                              std::string(query.text(2)), query.integer(3),
                              int32_column(query, 4) + 1});
        }
    }
    if (orders.empty()) return orders;
    const std::lock_guard lock(writer_mutex_);
    SqliteTransaction transaction(housekeeper_);
    for (const AcceptedOrder& order : orders) {
        SqliteQuery(housekeeper_,
                    "UPDATE order_outbox SET due = ?2, resends = ?3 WHERE order_id = ?1")
            .bind(1, order.id)
            .bind(2, now_ms + resend_wait_ms(order.resends))
            .bind(3, order.resends)
            .execute();
    }
    transaction.commit();
    return orders;
}

void SqliteStorage::resend_all_orders() {
    const std::lock_guard lock(writer_mutex_);
    SqliteTransaction transaction(housekeeper_);
    SqliteQuery(housekeeper_, "UPDATE order_outbox SET due = 0").execute();
    transaction.commit();
}

void SqliteStorage::forget_reply(const std::string& order_id) {
    const std::lock_guard lock(writer_mutex_);
    SqliteTransaction transaction(housekeeper_);
    SqliteQuery(housekeeper_, "UPDATE order_outbox SET reply = '' WHERE order_id = ?1")
        .bind(1, order_id)
        .execute();
    transaction.commit();
}

std::int64_t SqliteStorage::unbooked_orders() {
    Reader reader(*this);
    SqliteQuery query(*reader, "SELECT count(*) FROM order_outbox");
    return query.step() ? query.integer(0) : 0;
}

}  // namespace

std::unique_ptr<Storage> open_sqlite_storage(const std::string& file) {
    return std::make_unique<SqliteStorage>(file);
}

}  // namespace nats_blotter::services

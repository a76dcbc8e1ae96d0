// services/storage_postgres.cpp - reading and writing the tables of postgres_schema.cpp.
//
// One statement serves a whole batch: rows travel as arrays and are spread out by unnest().
#include "services/storage_postgres.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "base/assert.h"
#include "services/booking.h"
#include "services/log.h"
#include "services/order_room.h"
#include "services/postgres_connection.h"
#include "services/postgres_schema.h"
#include "services/record_json.h"

namespace nats_blotter::services {
namespace {

using Use = PostgresPool::Use;
using Parameters = PostgresParameters;
using PositionKey = std::pair<std::int32_t, std::string>;

// The columns that read_trade() wants, in its order.
#define NB_TRADE_COLUMNS                                  \
    "id, accountid, security, side, state, quantity, "    \
    "floor(extract(epoch FROM updated) * 1000)::bigint, " \
    "floor(extract(epoch FROM created) * 1000)::bigint "
#define NB_POSITION_COLUMNS \
    "accountid, security, quantity, floor(extract(epoch FROM updated) * 1000)::bigint "

// Takes since_parameters().
#define NB_UPDATED_SINCE "updated >= timestamp 'epoch' + $1::bigint * interval '1 millisecond' "

// What a TIMESTAMP can hold, roughly: from 4,300 BC to the year 287,000.
constexpr EpochMs kTimestampMsMin = -200'000'000'000'000;
constexpr EpochMs kTimestampMsMax = 9'000'000'000'000'000;

Parameters since_parameters(std::optional<std::int32_t> account_id, EpochMs since) {
    Parameters parameters;
    parameters.add(std::clamp(since, kTimestampMsMin, kTimestampMsMax));
    if (account_id) parameters.add(*account_id);
    return parameters;
}

std::int32_t int32_column(const PostgresRows& rows, int row, int column) {
    return static_cast<std::int32_t>(rows.integer(row, column));
}

void read_trade(const PostgresRows& rows, int row, Trade& trade) {
    trade.id = rows.text(row, 0);
    trade.account_id = int32_column(rows, row, 1);
    trade.security = rows.text(row, 2);
    trade.side = rows.is_null(row, 3) ? std::nullopt : side_from_name(rows.text(row, 3));
    trade.state = rows.text(row, 4);
    trade.quantity = int32_column(rows, row, 5);
    trade.updated = rows.integer(row, 6);
    trade.created = rows.integer(row, 7);
}

// One transaction's view of what its orders touch, kept up to date from order to order.
struct BookingState {
    std::set<std::int32_t> accounts;
    std::map<PositionKey, Position> positions;
    std::map<std::string, Trade> trade_of_order;
    std::set<PositionKey> changed;
};

class PostgresStorage final : public Storage {
  public:
    explicit PostgresStorage(const std::string& url) : pool_(url) {
        Use connection(pool_);
        prepare_postgres_schema(*connection, wall_clock_ms());
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
    bool book_after_publishing(const Order& order, EpochMs now_ms,
                               const std::function<void(const Booking&)>& publish) override;
    bool accept_orders(std::span<const AcceptedOrder> orders, EpochMs now_ms) override;
    std::vector<AcceptedOrder> orders_to_resend(EpochMs now_ms) override;
    void resend_all_orders() override;
    void forget_reply(const std::string& order_id) override;
    std::int64_t unbooked_orders() override;
    std::vector<OutboxRow> outbox_of(std::string_view owner) override;
    std::vector<OutboxRow> outbox_before(EpochMs before_ms) override;
    void confirm_published(std::span<const OutboxRow> rows) override;

  private:
    static std::int32_t next_account_id(PostgresConnection& connection);
    static BookingState read_state(PostgresConnection& connection, std::span<const Order> orders);
    static Booking book_one(BookingState& state, const Order& order, EpochMs now_ms);
    static PostgresStatement insert_trades(std::span<const Order> orders,
                                           std::span<const Booking> bookings);
    static PostgresStatement upsert_positions(const BookingState& state);
    static PostgresStatement insert_outbox(std::span<const Booking> bookings,
                                           std::string_view owner, EpochMs now_ms);

    PostgresPool pool_;
    std::mutex room_mutex_;
    OrderRoom room_{kUnbookedOrdersMax};  // under room_mutex_
};

// ---- Accounts

std::vector<Account> PostgresStorage::accounts() {
    Use connection(pool_);
    const PostgresRows rows = connection->query("SELECT id, displayname FROM accounts ORDER BY id");
    std::vector<Account> result;
    for (int row = 0; row < rows.count(); ++row)
        result.push_back({int32_column(rows, row, 0), std::string(rows.text(row, 1))});
    return result;
}

std::optional<Account> PostgresStorage::account(std::int32_t id) {
    Use connection(pool_);
    const PostgresRows rows =
        connection->query("SELECT displayname FROM accounts WHERE id = $1", Parameters().add(id));
    if (rows.count() == 0) return std::nullopt;
    return Account{id, std::string(rows.text(0, 0))};
}

std::int32_t PostgresStorage::next_account_id(PostgresConnection& connection) {
    while (true) {
        const std::int64_t id = connection.query("SELECT nextval('accounts_seq')").integer(0, 0);
        if (id > std::numeric_limits<std::int32_t>::max())
            throw StorageError("account numbers are used up");
        const PostgresRows taken =
            connection.query("SELECT 1 FROM accounts WHERE id = $1", Parameters().add(id));
        if (taken.count() == 0) return static_cast<std::int32_t>(id);
    }
}

SavedAccount PostgresStorage::save_account(const Account& account) {
    Use connection(pool_);
    PostgresTransaction transaction(*connection);
    SavedAccount saved{account, true};
    if (account.id == 0) saved.account.id = next_account_id(*connection);
    // A row version that no transaction has superseded is a new one.
    const PostgresRows rows = connection->query(
        "INSERT INTO accounts (id, displayname) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE "
        "SET displayname = excluded.displayname RETURNING (xmax = 0)::int",
        Parameters().add(saved.account.id).add(saved.account.display_name));
    saved.created = rows.integer(0, 0) == 1;
    transaction.commit();
    return saved;
}

std::vector<AccountUser> PostgresStorage::account_users() {
    Use connection(pool_);
    // Bytewise, as every client and the other database order them.
    const PostgresRows rows = connection->query(
        "SELECT accountid, username FROM accountusers ORDER BY accountid, username COLLATE \"C\"");
    std::vector<AccountUser> result;
    for (int row = 0; row < rows.count(); ++row)
        result.push_back({int32_column(rows, row, 0), std::string(rows.text(row, 1))});
    return result;
}

std::optional<AccountUser> PostgresStorage::first_account_user(std::int32_t account_id) {
    Use connection(pool_);
    const PostgresRows rows = connection->query(
        "SELECT username FROM accountusers WHERE accountid = $1 "
        "ORDER BY username COLLATE \"C\" LIMIT 1",
        Parameters().add(account_id));
    if (rows.count() == 0) return std::nullopt;
    return AccountUser{account_id, std::string(rows.text(0, 0))};
}

bool PostgresStorage::save_account_user(const AccountUser& user) {
    Use connection(pool_);
    PostgresTransaction transaction(*connection);
    const PostgresRows known = connection->query("SELECT 1 FROM accounts WHERE id = $1",
                                                 Parameters().add(user.account_id));
    if (known.count() == 0) return false;
    connection->query(
        "INSERT INTO accountusers (accountid, username) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        Parameters().add(user.account_id).add(user.username));
    transaction.commit();
    return true;
}

// ---- Trades and positions

void PostgresStorage::visit_trades_since(std::optional<std::int32_t> account_id, EpochMs since,
                                         const std::function<void(const Trade&)>& visitor) {
    Use connection(pool_);
    connection->begin_stream(account_id
                                 ? "SELECT " NB_TRADE_COLUMNS "FROM trades WHERE " NB_UPDATED_SINCE
                                   "AND accountid = $2 ORDER BY updated DESC, seq DESC"
                                 : "SELECT " NB_TRADE_COLUMNS "FROM trades WHERE " NB_UPDATED_SINCE
                                   "ORDER BY updated DESC, seq DESC",
                             since_parameters(account_id, since));
    Trade trade;  // reused, so that its strings keep their memory
    while (const std::optional<PostgresRows> rows = connection->next_row()) {
        read_trade(*rows, 0, trade);
        visitor(trade);
    }
}

void PostgresStorage::visit_positions_since(std::optional<std::int32_t> account_id, EpochMs since,
                                            const std::function<void(const Position&)>& visitor) {
    Use connection(pool_);
    connection->begin_stream(
        account_id ? "SELECT " NB_POSITION_COLUMNS "FROM positions WHERE " NB_UPDATED_SINCE
                     "AND accountid = $2 ORDER BY security COLLATE \"C\""
                   : "SELECT " NB_POSITION_COLUMNS "FROM positions WHERE " NB_UPDATED_SINCE
                     "ORDER BY accountid, security COLLATE \"C\"",
        since_parameters(account_id, since));
    Position position;
    while (const std::optional<PostgresRows> rows = connection->next_row()) {
        position.account_id = int32_column(*rows, 0, 0);
        position.security = rows->text(0, 1);
        position.quantity = int32_column(*rows, 0, 2);
        position.updated = rows->integer(0, 3);
        visitor(position);
    }
}

std::int64_t PostgresStorage::trade_rows(std::optional<std::int32_t> account_id) {
    if (!account_id) return trade_count();
    Use connection(pool_);
    return connection
        ->query("SELECT count(*) FROM trades WHERE accountid = $1", Parameters().add(*account_id))
        .integer(0, 0);
}

std::int64_t PostgresStorage::position_rows(std::optional<std::int32_t> account_id) {
    Use connection(pool_);
    if (!account_id) return connection->query("SELECT count(*) FROM positions").integer(0, 0);
    return connection
        ->query("SELECT count(*) FROM positions WHERE accountid = $1",
                Parameters().add(*account_id))
        .integer(0, 0);
}

bool PostgresStorage::has_positions() {
    Use connection(pool_);
    return connection->query("SELECT 1 FROM positions LIMIT 1").count() > 0;
}

std::int64_t PostgresStorage::trade_count() {
    Use connection(pool_);
    return connection->query("SELECT count(*) FROM trades").integer(0, 0);
}

// ---- Booking

BookingState PostgresStorage::read_state(PostgresConnection& connection,
                                         std::span<const Order> orders) {
    std::set<std::int32_t> accounts;
    std::set<PositionKey> keys;
    PostgresArray order_ids;
    for (const Order& order : orders) {
        if (order.id) order_ids.add(*order.id);
        if (refusal_by_itself(order) != BookingRefusal::None) continue;
        accounts.insert(*order.account_id);
        keys.emplace(*order.account_id, *order.security);
    }
    PostgresArray account_ids, key_accounts, key_securities;
    for (const std::int32_t account : accounts) account_ids.add(account);
    for (const PositionKey& key : keys) {
        key_accounts.add(key.first);
        key_securities.add(key.second);
    }

    BookingState state;
    // The lock first: the statements behind it see all that others have booked on these accounts.
    const PostgresStatement statements[] = {
        {"BEGIN"},
        {"SELECT id FROM accounts WHERE id = ANY($1::int[]) ORDER BY id FOR NO KEY UPDATE",
         Parameters().add(account_ids.text())},
        {"SELECT accountid, security, quantity, "
         "floor(extract(epoch FROM updated) * 1000)::bigint FROM positions "
         "JOIN unnest($1::int[], $2::text[]) AS wanted (account, ticker) "
         "ON accountid = account AND security = ticker",
         Parameters().add(key_accounts.text()).add(key_securities.text())},
        {"SELECT " NB_TRADE_COLUMNS ", order_id FROM trades WHERE order_id = ANY($1::text[])",
         Parameters().add(order_ids.text())}};
    const std::vector<PostgresRows> answers = connection.pipeline(statements);
    const PostgresRows& locked = answers[1];
    const PostgresRows& positions = answers[2];
    const PostgresRows& trades = answers[3];
    for (int row = 0; row < locked.count(); ++row)
        state.accounts.insert(int32_column(locked, row, 0));
    for (int row = 0; row < positions.count(); ++row) {
        const Position position{int32_column(positions, row, 0),
                                std::string(positions.text(row, 1)),
                                int32_column(positions, row, 2), positions.integer(row, 3)};
        state.positions[{position.account_id, position.security}] = position;
    }
    for (int row = 0; row < trades.count(); ++row)
        read_trade(trades, row, state.trade_of_order[std::string(trades.text(row, 8))]);
    return state;
}

Booking PostgresStorage::book_one(BookingState& state, const Order& order, EpochMs now_ms) {
    Booking booking;
    booking.refusal = refusal_by_itself(order);
    if (booking.refusal != BookingRefusal::None) return booking;
    if (order.id) {
        const auto booked = state.trade_of_order.find(*order.id);
        if (booked != state.trade_of_order.end()) {
            booking.refusal = BookingRefusal::AlreadyBooked;
            booking.trade = booked->second;
            return booking;
        }
    }
    if (state.accounts.count(*order.account_id) == 0) {
        booking.refusal = BookingRefusal::UnknownAccount;
        return booking;
    }
    const PositionKey key{*order.account_id, *order.security};
    const auto before = state.positions.find(key);
    booking = booking_of(
        order, before == state.positions.end() ? std::nullopt : std::optional(before->second),
        now_ms);
    if (booking.refusal != BookingRefusal::None) return booking;
    state.positions[key] = booking.position;
    state.changed.insert(key);
    if (order.id) state.trade_of_order[*order.id] = booking.trade;
    return booking;
}

PostgresStatement PostgresStorage::insert_trades(std::span<const Order> orders,
                                                 std::span<const Booking> bookings) {
    PostgresArray ids, accounts, securities, sides, states, quantities, updates, order_ids;
    for (std::size_t index = 0; index < bookings.size(); ++index) {
        if (bookings[index].refusal != BookingRefusal::None) continue;
        const Trade& trade = bookings[index].trade;
        ids.add(trade.id);
        accounts.add(trade.account_id);
        securities.add(trade.security);
        if (trade.side)
            sides.add(side_name(*trade.side));
        else
            sides.add_null();
        states.add(trade.state);
        quantities.add(trade.quantity);
        updates.add(trade.updated);
        if (orders[index].id)
            order_ids.add(*orders[index].id);
        else
            order_ids.add_null();
    }
    return {
        "INSERT INTO trades (id, accountid, security, side, state, quantity, updated, created, "
        "order_id) SELECT id, account, ticker, side, state, quantity, moment, moment, order_id "
        "FROM (SELECT id, account, ticker, side, state, quantity, timestamp 'epoch' + ms * "
        "interval '1 millisecond' AS moment, order_id FROM unnest($1::text[], $2::int[], "
        "$3::text[], $4::text[], $5::text[], $6::int[], $7::bigint[], $8::text[]) AS rows (id, "
        "account, ticker, side, state, quantity, ms, order_id)) AS trades_made",
        Parameters()
            .add(ids.text())
            .add(accounts.text())
            .add(securities.text())
            .add(sides.text())
            .add(states.text())
            .add(quantities.text())
            .add(updates.text())
            .add(order_ids.text())};
}

PostgresStatement PostgresStorage::upsert_positions(const BookingState& state) {
    PostgresArray accounts, securities, quantities, updates;
    for (const PositionKey& key : state.changed) {
        const Position& position = state.positions.at(key);
        accounts.add(position.account_id);
        securities.add(position.security);
        quantities.add(position.quantity);
        updates.add(position.updated);
    }
    return {
        "INSERT INTO positions (accountid, security, quantity, updated) SELECT account, ticker, "
        "quantity, timestamp 'epoch' + ms * interval '1 millisecond' FROM unnest($1::int[], "
        "$2::text[], $3::int[], $4::bigint[]) AS rows (account, ticker, quantity, ms) "
        "ON CONFLICT (accountid, security) DO UPDATE SET quantity = excluded.quantity, "
        "updated = excluded.updated",
        Parameters()
            .add(accounts.text())
            .add(securities.text())
            .add(quantities.text())
            .add(updates.text())};
}

PostgresStatement PostgresStorage::insert_outbox(std::span<const Booking> bookings,
                                                 std::string_view owner, EpochMs now_ms) {
    PostgresArray accounts, trade_events, position_events;
    for (const Booking& booking : bookings) {
        if (booking.refusal != BookingRefusal::None) continue;
        std::string trade_event;
        append_trade_event(trade_event, booking.trade);
        std::string position_event;
        append_position_event(position_event, booking.position);
        accounts.add(booking.trade.account_id);
        trade_events.add(trade_event);
        position_events.add(position_event);
    }
    return {
        "INSERT INTO outbox (owner, booked, accountid, trade_event, position_event) "
        "SELECT $1, $2::bigint, account, trade, position FROM unnest($3::int[], $4::text[], "
        "$5::text[]) WITH ORDINALITY AS rows (account, trade, position, place) ORDER BY place",
        Parameters()
            .add(owner)
            .add(now_ms)
            .add(accounts.text())
            .add(trade_events.text())
            .add(position_events.text())};
}

std::vector<Booking> PostgresStorage::book(std::span<const Order> orders, std::string_view owner,
                                           EpochMs now_ms) {
    NB_ASSERT(orders.size() <= kBookingBatchMax);
    Use connection(pool_);
    PostgresTransaction transaction(*connection, PostgresTransaction::InPipelines{});
    BookingState state = read_state(*connection, orders);
    std::vector<Booking> bookings;
    bookings.reserve(orders.size());
    PostgresArray settled;
    for (const Order& order : orders) {
        bookings.push_back(book_one(state, order, now_ms));
        if (order.id) settled.add(*order.id);
    }
    std::vector<PostgresStatement> statements;
    if (!state.changed.empty()) {
        statements.push_back(insert_trades(orders, bookings));
        statements.push_back(upsert_positions(state));
        statements.push_back(insert_outbox(bookings, owner, now_ms));
    }
    statements.push_back({"DELETE FROM order_outbox WHERE order_id = ANY($1::text[])",
                          Parameters().add(settled.text())});
    statements.push_back({"COMMIT"});
    connection->pipeline(statements);
    transaction.committed();
    return bookings;
}

bool PostgresStorage::book_after_publishing(const Order& order, EpochMs now_ms,
                                            const std::function<void(const Booking&)>& publish) {
    Use connection(pool_);
    PostgresTransaction transaction(*connection, PostgresTransaction::InPipelines{});
    Order anonymous = order;
    anonymous.id.reset();
    BookingState state = read_state(*connection, {&anonymous, 1});
    const Booking booking = book_one(state, anonymous, now_ms);
    if (booking.refusal != BookingRefusal::None) return false;
    publish(booking);
    if (order.quantity <= 0) return false;  // the table's own check would end the connection's use
    const PostgresStatement statements[] = {
        insert_trades({&anonymous, 1}, {&booking, 1}), upsert_positions(state), {"COMMIT"}};
    connection->pipeline(statements);
    transaction.committed();
    return true;
}

// ---- Outbox

std::vector<OutboxRow> outbox_rows(const PostgresRows& rows) {
    std::vector<OutboxRow> result;
    for (int row = 0; row < rows.count(); ++row) {
        result.push_back({rows.integer(row, 0), int32_column(rows, row, 1),
                          std::string(rows.text(row, 2)), std::string(rows.text(row, 3))});
    }
    return result;
}

std::vector<OutboxRow> PostgresStorage::outbox_of(std::string_view owner) {
    Use connection(pool_);
    return outbox_rows(
        connection->query("SELECT seq, accountid, trade_event, position_event FROM outbox "
                          "WHERE owner = $1 ORDER BY seq LIMIT $2",
                          Parameters().add(owner).add(std::int64_t{kOutboxBatchMax})));
}

std::vector<OutboxRow> PostgresStorage::outbox_before(EpochMs before_ms) {
    Use connection(pool_);
    return outbox_rows(
        connection->query("SELECT seq, accountid, trade_event, position_event FROM outbox "
                          "WHERE booked < $1 ORDER BY seq LIMIT $2",
                          Parameters().add(before_ms).add(std::int64_t{kOutboxBatchMax})));
}

// What must not wait for the disk: losing it only repeats an event or an order.
constexpr const char* kRelaxedCommit = "SET LOCAL synchronous_commit = off";

void PostgresStorage::confirm_published(std::span<const OutboxRow> rows) {
    PostgresArray seqs;
    for (const OutboxRow& row : rows) seqs.add(row.seq);
    Use connection(pool_);
    PostgresTransaction transaction(*connection, PostgresTransaction::InPipelines{});
    const PostgresStatement statements[] = {
        {"BEGIN"},
        {kRelaxedCommit},
        {"DELETE FROM outbox WHERE seq = ANY($1::bigint[])", Parameters().add(seqs.text())},
        {"COMMIT"}};
    connection->pipeline(statements);
    transaction.committed();
}

// ---- Order outbox

bool PostgresStorage::accept_orders(std::span<const AcceptedOrder> orders, EpochMs now_ms) {
    NB_ASSERT(orders.size() <= kAcceptBatchMax);
    PostgresArray ids, replies, payloads;
    for (const AcceptedOrder& order : orders) {
        ids.add(order.id);
        replies.add(order.reply);
        payloads.add(order.payload);
    }
    Use connection(pool_);
    {
        const std::lock_guard lock(room_mutex_);
        const auto count = [&connection] {
            return connection->query("SELECT count(*) FROM order_outbox").integer(0, 0);
        };
        if (!room_.take(static_cast<std::int64_t>(orders.size()), monotonic_us(), count))
            return false;
    }
    connection->query(
        "INSERT INTO order_outbox (order_id, accepted, due, resends, reply, payload) "
        "SELECT id, $1::bigint, $2::bigint, 0, reply, payload "
        "FROM unnest($3::text[], $4::text[], $5::text[]) AS rows (id, reply, payload)",
        Parameters()
            .add(now_ms)
            .add(now_ms + kResendWaitMs)
            .add(ids.text())
            .add(replies.text())
            .add(payloads.text()));
    return true;
}

std::vector<AcceptedOrder> PostgresStorage::orders_to_resend(EpochMs now_ms) {
    Use connection(pool_);
    PostgresTransaction transaction(*connection);
    connection->execute(kRelaxedCommit);
    // Rows that a booking holds are about to go.
    const PostgresRows rows = connection->query(
        "SELECT order_id, payload, reply, accepted, resends FROM order_outbox "
        "WHERE due <= $1 OR due > $2 ORDER BY due LIMIT $3 FOR UPDATE SKIP LOCKED",
        Parameters().add(now_ms).add(now_ms + kResendWaitMsMax).add(std::int64_t{kResendBatchMax}));
    std::vector<AcceptedOrder> orders;
    PostgresArray ids, dues, resends;
    for (int row = 0; row < rows.count(); ++row) {
        orders.push_back({std::string(rows.text(row, 0)), std::string(rows.text(row, 1)),
                          std::string(rows.text(row, 2)), rows.integer(row, 3),
                          int32_column(rows, row, 4) + 1});
        ids.add(orders.back().id);
        dues.add(now_ms + resend_wait_ms(orders.back().resends));
        resends.add(orders.back().resends);
    }
    if (orders.empty()) return orders;
    connection->query(
        "UPDATE order_outbox SET due = next_due, resends = next_resends FROM "
        "unnest($1::text[], $2::bigint[], $3::int[]) AS rows (id, next_due, next_resends) "
        "WHERE order_id = id",
        Parameters().add(ids.text()).add(dues.text()).add(resends.text()));
    transaction.commit();
    return orders;
}

void PostgresStorage::resend_all_orders() {
    Use connection(pool_);
    connection->query(
        "UPDATE order_outbox SET due = 0 WHERE order_id IN "
        "(SELECT order_id FROM order_outbox FOR UPDATE SKIP LOCKED)");
}

void PostgresStorage::forget_reply(const std::string& order_id) {
    Use connection(pool_);
    connection->query("UPDATE order_outbox SET reply = '' WHERE order_id = $1",
                      Parameters().add(order_id));
}

std::int64_t PostgresStorage::unbooked_orders() {
    Use connection(pool_);
    return connection->query("SELECT count(*) FROM order_outbox").integer(0, 0);
}

}  // namespace

bool is_postgres_url(std::string_view url) {
    return url.substr(0, 13) == "postgresql://" || url.substr(0, 11) == "postgres://";
}

std::unique_ptr<Storage> open_postgres_storage(const std::string& url) {
    return std::make_unique<PostgresStorage>(url);
}

}  // namespace nats_blotter::services

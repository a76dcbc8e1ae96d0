// services/sqlite_schema.cpp - table and column names are TraderX's own (initialSchema.sql).
#include "services/sqlite_schema.h"

#include "services/booking.h"
#include "services/seed.h"
#include "services/storage.h"

namespace nats_blotter::services {
namespace {

constexpr std::int64_t kSchemaVersion = 2;

// Times are epoch milliseconds. `order_id` is the identity of the order behind a trade; unique, so
// that a repeat is recognised, and null in the seed rows. The outbox holds the events of a booking
// until the broker has confirmed them; `owner` is the process that booked.
constexpr const char* kTables = R"sql(
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    displayname TEXT NOT NULL CHECK (length(displayname) <= 50)
);
CREATE TABLE accountusers (
    accountid INTEGER NOT NULL REFERENCES accounts (id),
    username TEXT NOT NULL CHECK (length(username) <= 15),
    PRIMARY KEY (accountid, username)
) WITHOUT ROWID;
CREATE TABLE positions (
    accountid INTEGER NOT NULL REFERENCES accounts (id),
    security TEXT NOT NULL CHECK (length(security) <= 15),
    quantity INTEGER NOT NULL CHECK (quantity BETWEEN -2147483648 AND 2147483647),
    updated INTEGER NOT NULL,
    PRIMARY KEY (accountid, security)
) WITHOUT ROWID;
CREATE TABLE trades (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE CHECK (length(id) <= 50),
    order_id TEXT UNIQUE,
    accountid INTEGER NOT NULL REFERENCES accounts (id),
    security TEXT NOT NULL CHECK (length(security) <= 15),
    side TEXT CHECK (side IN ('Buy', 'Sell')),
    state TEXT NOT NULL CHECK (state IN ('New', 'Processing', 'Settled', 'Cancelled')),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    updated INTEGER NOT NULL,
    created INTEGER NOT NULL
);
CREATE INDEX trades_by_account ON trades (accountid, updated);
CREATE INDEX trades_by_update ON trades (updated);
CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    owner TEXT NOT NULL,
    booked INTEGER NOT NULL,
    accountid INTEGER NOT NULL,
    trade_event TEXT NOT NULL,
    position_event TEXT NOT NULL
);
CREATE TABLE sequences (name TEXT PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;
)sql";

// Since version 2: orders from the moment they are accepted until they are booked.
constexpr const char* kOrderOutbox = R"sql(
CREATE TABLE order_outbox (
    order_id TEXT PRIMARY KEY,
    accepted INTEGER NOT NULL,
    due INTEGER NOT NULL,
    resends INTEGER NOT NULL,
    reply TEXT NOT NULL,
    payload TEXT NOT NULL
) WITHOUT ROWID;
PRAGMA user_version = 2;
)sql";

std::int64_t user_version(SqliteConnection& connection) {
    SqliteQuery query(connection, "PRAGMA user_version");
    return query.step() ? query.integer(0) : 0;
}

void insert_seed_accounts(SqliteConnection& connection) {
    for (const SeedAccount& account : seed_accounts()) {
        SqliteQuery(connection, "INSERT INTO accounts (id, displayname) VALUES (?1, ?2)")
            .bind(1, account.id)
            .bind(2, account.display_name)
            .execute();
    }
    for (const SeedAccountUser& user : seed_account_users()) {
        SqliteQuery(connection, "INSERT INTO accountusers (accountid, username) VALUES (?1, ?2)")
            .bind(1, user.account_id)
            .bind(2, user.username)
            .execute();
    }
    SqliteQuery(connection, "INSERT INTO sequences (name, next) VALUES ('accounts', ?1)")
        .bind(1, kFirstNewAccountId)
        .execute();
}

void insert_seed_trades(SqliteConnection& connection, EpochMs now_ms) {
    for (const SeedTrade& trade : seed_trades()) {
        SqliteQuery(connection,
                    "INSERT INTO trades (id, accountid, security, side, state, quantity, updated, "
                    "created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)")
            .bind(1, trade.id)
            .bind(2, trade.account_id)
            .bind(3, trade.security)
            .bind(4, side_name(trade.side))
            .bind(5, kStateSettled)
            .bind(6, trade.quantity)
            .bind(7, now_ms)
            .execute();
        SqliteQuery(connection,
                    "INSERT INTO positions (accountid, security, quantity, updated) "
                    "VALUES (?1, ?2, ?3, ?4)")
            .bind(1, trade.account_id)
            .bind(2, trade.security)
            .bind(3, signed_quantity(trade.side, trade.quantity))
            .bind(4, now_ms)
            .execute();
    }
}

}  // namespace

void prepare_sqlite_schema(SqliteConnection& connection, EpochMs now_ms) {
    SqliteTransaction transaction(connection);
    const std::int64_t version = user_version(connection);
    if (version > kSchemaVersion)
        throw StorageError("the database was made by a newer version of this program");
    if (version == kSchemaVersion) return;
    if (version == 0) {
        connection.execute(kTables);
        insert_seed_accounts(connection);
        insert_seed_trades(connection, now_ms);
    }
    connection.execute(kOrderOutbox);
    transaction.commit();
}

}  // namespace nats_blotter::services

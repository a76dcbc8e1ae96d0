// services/postgres_schema.cpp - table and column names are TraderX's own (initialSchema.sql).
#include "services/postgres_schema.h"

#include "services/booking.h"
#include "services/seed.h"

namespace nats_blotter::services {
namespace {

// Several processes may start at once on an empty database; the number is any that is only ours.
constexpr const char* kLock = "SELECT pg_advisory_xact_lock(7242006)";

// Times are UTC without a zone, as the stock services write them. What order_id, outbox and
// order_outbox are for is said in sqlite_schema.cpp.
constexpr const char* kTables = R"sql(
CREATE TABLE IF NOT EXISTS accounts (
    id INTEGER PRIMARY KEY,
    displayname VARCHAR(50) NOT NULL
);
CREATE TABLE IF NOT EXISTS accountusers (
    accountid INTEGER NOT NULL REFERENCES accounts (id),
    username VARCHAR(15) NOT NULL,
    PRIMARY KEY (accountid, username)
);
CREATE TABLE IF NOT EXISTS positions (
    accountid INTEGER NOT NULL REFERENCES accounts (id),
    security VARCHAR(15) NOT NULL,
    updated TIMESTAMP NOT NULL,
    quantity INTEGER NOT NULL,
    PRIMARY KEY (accountid, security)
);
CREATE TABLE IF NOT EXISTS trades (
    id VARCHAR(50) PRIMARY KEY,
    accountid INTEGER NOT NULL REFERENCES accounts (id),
    created TIMESTAMP NOT NULL,
    updated TIMESTAMP NOT NULL,
    security VARCHAR(15) NOT NULL,
    side VARCHAR(10) CHECK (side IN ('Buy', 'Sell')),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    state VARCHAR(20) NOT NULL CHECK (state IN ('New', 'Processing', 'Settled', 'Cancelled'))
);
ALTER TABLE trades ADD COLUMN IF NOT EXISTS seq BIGSERIAL;
ALTER TABLE trades ADD COLUMN IF NOT EXISTS order_id TEXT UNIQUE;
CREATE INDEX IF NOT EXISTS trades_by_account ON trades (accountid, updated);
CREATE INDEX IF NOT EXISTS trades_by_update ON trades (updated);
CREATE SEQUENCE IF NOT EXISTS accounts_seq START WITH 65000;
CREATE TABLE IF NOT EXISTS outbox (
    seq BIGSERIAL PRIMARY KEY,
    owner TEXT NOT NULL,
    booked BIGINT NOT NULL,
    accountid INTEGER NOT NULL,
    trade_event TEXT NOT NULL,
    position_event TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS order_outbox (
    order_id TEXT PRIMARY KEY,
    accepted BIGINT NOT NULL,
    due BIGINT NOT NULL,
    resends INTEGER NOT NULL,
    reply TEXT NOT NULL,
    payload TEXT NOT NULL
);
)sql";

void insert_seed_rows(PostgresConnection& connection, EpochMs now_ms) {
    for (const SeedAccount& account : seed_accounts()) {
        connection.query("INSERT INTO accounts (id, displayname) VALUES ($1, $2)",
                         PostgresParameters().add(account.id).add(account.display_name));
    }
    for (const SeedAccountUser& user : seed_account_users()) {
        connection.query("INSERT INTO accountusers (accountid, username) VALUES ($1, $2)",
                         PostgresParameters().add(user.account_id).add(user.username));
    }
    for (const SeedTrade& trade : seed_trades()) {
        connection.query(
            "INSERT INTO trades (id, accountid, security, side, state, quantity, updated, created) "
            "SELECT $1, $2, $3, $4, $5, $6, moment, moment FROM (SELECT timestamp 'epoch' + "
            "$7::bigint * interval '1 millisecond' AS moment) AS now",
            PostgresParameters()
                .add(trade.id)
                .add(trade.account_id)
                .add(trade.security)
                .add(side_name(trade.side))
                .add(kStateSettled)
                .add(trade.quantity)
                .add(now_ms));
        connection.query(
            "INSERT INTO positions (accountid, security, quantity, updated) "
            "VALUES ($1, $2, $3, timestamp 'epoch' + $4::bigint * interval '1 millisecond')",
            PostgresParameters()
                .add(trade.account_id)
                .add(trade.security)
                .add(signed_quantity(trade.side, trade.quantity))
                .add(now_ms));
    }
}

}  // namespace

void prepare_postgres_schema(PostgresConnection& connection, EpochMs now_ms) {
    PostgresTransaction transaction(connection);
    connection.execute(kLock);
    // The last table made. Without this question every start would lock the tables against their
    // readers.
    if (!connection.query("SELECT to_regclass('order_outbox')").is_null(0, 0)) return;
    connection.execute(kTables);
    if (connection.query("SELECT 1 FROM accounts LIMIT 1").count() == 0)
        insert_seed_rows(connection, now_ms);
    transaction.commit();
}

}  // namespace nats_blotter::services

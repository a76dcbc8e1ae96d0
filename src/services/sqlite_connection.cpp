// services/sqlite_connection.cpp - SQLite behind small owning types.
#include "services/sqlite_connection.h"

#include <sqlite3.h>
#include <unistd.h>

#include "services/storage.h"

namespace nats_blotter::services {
namespace {

// How long a writer waits for another process's transaction before it gives up and reports; a batch
// of kBookingBatchMax orders takes tens of milliseconds on a slow disk.
constexpr int kBusyWaitsMax = 10'000;
// SQLite's own handler sleeps up to 100 ms at a time, by which a busy neighbour can starve us.
constexpr int kBusyWaitUs = 500;

int wait_for_writer(void*, int waits) {
    if (waits >= kBusyWaitsMax) return 0;
    usleep(kBusyWaitUs);
    return 1;
}

}  // namespace

SqliteQuery::SqliteQuery(SqliteConnection& connection, const char* sql)
    : connection_(connection), statement_(connection.prepared(sql)) {}

SqliteQuery::~SqliteQuery() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

SqliteQuery& SqliteQuery::bind(int index, std::int64_t value) {
    if (sqlite3_bind_int64(statement_, index, value) != SQLITE_OK) connection_.fail("bind");
    return *this;
}

SqliteQuery& SqliteQuery::bind(int index, std::string_view text) {
    // A null destructor is SQLITE_STATIC: SQLite copies nothing, the text outlives the query.
    const int status = sqlite3_bind_text(statement_, index, text.data() ? text.data() : "",
                                         static_cast<int>(text.size()), nullptr);
    if (status != SQLITE_OK) connection_.fail("bind");
    return *this;
}

SqliteQuery& SqliteQuery::bind_null(int index) {
    if (sqlite3_bind_null(statement_, index) != SQLITE_OK) connection_.fail("bind");
    return *this;
}

bool SqliteQuery::step() {
    const int status = sqlite3_step(statement_);
    if (status == SQLITE_ROW) return true;
    if (status == SQLITE_DONE) return false;
    connection_.fail("query");
}

bool SqliteQuery::try_execute() {
    const int status = sqlite3_step(statement_);
    if (status == SQLITE_DONE) return true;
    if (status == SQLITE_CONSTRAINT) return false;
    connection_.fail("write");
}

void SqliteQuery::execute() {
    if (step()) connection_.fail("unexpected row");
}

std::int64_t SqliteQuery::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

std::string_view SqliteQuery::text(int column) const {
    const void* bytes = sqlite3_column_blob(statement_, column);
    const int count = sqlite3_column_bytes(statement_, column);
    return {static_cast<const char*>(bytes), static_cast<std::size_t>(count)};
}

bool SqliteQuery::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

SqliteConnection::SqliteConnection(const std::string& file, SqliteSync sync) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(file.c_str(), &database_, flags, nullptr) != SQLITE_OK) {
        const std::string reason = sqlite3_errmsg(database_);
        sqlite3_close(database_);
        throw StorageError("cannot open database " + file + ": " + reason);
    }
    try {
        sqlite3_busy_handler(database_, wait_for_writer, nullptr);
        execute("PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;");
        execute(sync == SqliteSync::Full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
    } catch (const StorageError& error) {
        sqlite3_close(database_);
        throw StorageError("cannot open database " + file + ": " + error.what());
    }
}

SqliteConnection::~SqliteConnection() {
    for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close(database_);
}

void SqliteConnection::execute(const char* sql) {
    if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail("execute");
}

std::int64_t SqliteConnection::changes() const { return sqlite3_changes64(database_); }

std::int64_t SqliteConnection::last_insert_rowid() const {
    return sqlite3_last_insert_rowid(database_);
}

sqlite3_stmt* SqliteConnection::prepared(const char* sql) {
    const auto found = statements_.find(sql);
    if (found != statements_.end()) return found->second;
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
        SQLITE_OK) {
        fail("prepare");
    }
    statements_.emplace(sql, statement);
    return statement;
}

void SqliteConnection::fail(std::string_view doing) const {
    throw StorageError("database " + std::string(doing) + ": " + sqlite3_errmsg(database_));
}

SqliteTransaction::SqliteTransaction(SqliteConnection& connection) : connection_(connection) {
    SqliteQuery(connection_, "BEGIN IMMEDIATE").execute();
}

SqliteTransaction::~SqliteTransaction() {
    if (!open_) return;
    try {
        SqliteQuery(connection_, "ROLLBACK").execute();
    } catch (const StorageError&) {
        // SQLite has rolled back by itself (disk full, I/O error); the first error is the one
        // reported.
    }
}

void SqliteTransaction::commit() {
    SqliteQuery(connection_, "COMMIT").execute();
    open_ = false;
}

}  // namespace nats_blotter::services

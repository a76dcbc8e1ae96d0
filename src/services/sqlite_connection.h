// services/sqlite_connection.h - one SQLite connection with its prepared statements.
//
// A connection and its statements belong to one thread at a time; who hands them around is the
// caller's affair. Every failure throws StorageError with SQLite's own words.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace nats_blotter::services {

// How hard a commit reaches for the disk. Full: it has survived a power failure when the call
// returns.
enum class SqliteSync : std::uint8_t { Normal, Full };

class SqliteConnection;

// A prepared statement in use: bound, stepped, and reset when this goes out of scope, so that no
// read transaction stays open.
class SqliteQuery {
  public:
    SqliteQuery(SqliteConnection& connection, const char* sql);
    ~SqliteQuery();
    SqliteQuery(const SqliteQuery&) = delete;
    SqliteQuery& operator=(const SqliteQuery&) = delete;

    // Parameters count from 1. Text must outlive the query.
    SqliteQuery& bind(int index, std::int64_t value);
    SqliteQuery& bind(int index, std::string_view text);
    SqliteQuery& bind_null(int index);

    bool step();         // true: a row is there; false: done
    bool try_execute();  // false: a constraint refused it; the transaction goes on without it
    void execute();      // for statements without rows

    // Columns count from 0 and are good until the next step.
    std::int64_t integer(int column) const;
    std::string_view text(int column) const;
    bool is_null(int column) const;

  private:
    SqliteConnection& connection_;
    sqlite3_stmt* statement_;
};

class SqliteConnection {
  public:
    // Opens or creates `file` in WAL mode with foreign keys on.
    SqliteConnection(const std::string& file, SqliteSync sync);
    ~SqliteConnection();
    SqliteConnection(const SqliteConnection&) = delete;
    SqliteConnection& operator=(const SqliteConnection&) = delete;

    void execute(const char* sql);  // any number of statements, no parameters
    std::int64_t changes() const;
    std::int64_t last_insert_rowid() const;

    // Prepared once, kept for the life of the connection. REQUIRES: `sql` is a string literal.
    sqlite3_stmt* prepared(const char* sql);
    [[noreturn]] void fail(std::string_view doing) const;

  private:
    sqlite3* database_ = nullptr;
    std::map<const char*, sqlite3_stmt*> statements_;
};

// BEGIN IMMEDIATE now, ROLLBACK at the end of the scope unless committed.
class SqliteTransaction {
  public:
    explicit SqliteTransaction(SqliteConnection& connection);
    ~SqliteTransaction();
    SqliteTransaction(const SqliteTransaction&) = delete;
    SqliteTransaction& operator=(const SqliteTransaction&) = delete;
    void commit();

  private:
    SqliteConnection& connection_;
    bool open_ = true;
};

}  // namespace nats_blotter::services

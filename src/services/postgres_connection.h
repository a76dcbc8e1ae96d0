// services/postgres_connection.h - PostgreSQL connections behind small owning types, over libpq.
//
// A connection belongs to one thread at a time; PostgresPool hands them around. Every failure
// throws StorageError with the server's own words, never with the connection string, which may hold
// a password. A connection that has failed is not used again: the next one dials anew.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;
struct pg_result;

namespace nats_blotter::services {

// Rows of one answer. Columns and rows count from 0.
class PostgresRows {
  public:
    explicit PostgresRows(pg_result* result) : result_(result) {}
    ~PostgresRows();
    PostgresRows(PostgresRows&& other) noexcept : result_(other.result_) {
        other.result_ = nullptr;
    }
    PostgresRows(const PostgresRows&) = delete;
    PostgresRows& operator=(const PostgresRows&) = delete;

    int count() const;
    std::int64_t changed() const;  // rows that the statement wrote
    std::string_view text(int row, int column) const;
    std::int64_t integer(int row, int column) const;
    bool is_null(int row, int column) const;

  private:
    pg_result* result_;
};

// Statement parameters as text; $1 is the first. No text may hold a zero byte.
class PostgresParameters {
  public:
    PostgresParameters& add(std::string_view text);
    PostgresParameters& add(std::int64_t value);
    PostgresParameters& add_null();
    std::span<const std::optional<std::string>> values() const { return values_; }

  private:
    std::vector<std::optional<std::string>> values_;
};

// An array parameter, for statements over many rows: "{1,2}" or "{\"a\",NULL}".
class PostgresArray {
  public:
    void add(std::string_view text);
    void add(std::int64_t value);
    void add_null();
    std::string text() const { return text_ + "}"; }

  private:
    void separate();
    std::string text_ = "{";
};

struct PostgresStatement {
    const char* sql;
    PostgresParameters parameters = {};
};

class PostgresConnection {
  public:
    explicit PostgresConnection(const std::string& url);
    ~PostgresConnection();
    PostgresConnection(const PostgresConnection&) = delete;
    PostgresConnection& operator=(const PostgresConnection&) = delete;

    PostgresRows query(const char* sql, const PostgresParameters& parameters = {});
    // The statements in one journey to the server and back, with an answer for each. The first that
    // fails throws, and none behind it runs.
    std::vector<PostgresRows> pipeline(std::span<const PostgresStatement> statements);
    void execute(const char* sql);  // any number of statements, no parameters

    // Rows one by one as they arrive, so that a large answer is never in memory whole: begin,
    // then next() until it answers nothing.
    void begin_stream(const char* sql, const PostgresParameters& parameters);
    std::optional<PostgresRows> next_row();

    bool usable() const;  // connected, and no transaction or stream left open

  private:
    [[noreturn]] void fail(std::string_view doing, pg_result* result);
    pg_conn* connection_ = nullptr;
    bool streaming_ = false;
};

// BEGIN now, ROLLBACK at the end of the scope unless committed.
class PostgresTransaction {
  public:
    explicit PostgresTransaction(PostgresConnection& connection);
    ~PostgresTransaction();
    PostgresTransaction(const PostgresTransaction&) = delete;
    PostgresTransaction& operator=(const PostgresTransaction&) = delete;
    void commit();

    // For a scope whose pipelines begin and commit by themselves.
    struct InPipelines {};
    PostgresTransaction(PostgresConnection& connection, InPipelines) : connection_(connection) {}
    void committed() { open_ = false; }

  private:
    PostgresConnection& connection_;
    bool open_ = true;
};

// Connections of one process; a server takes 100 by default, from all processes together.
inline constexpr int kPostgresConnectionsMax = 12;

class PostgresPool {
  public:
    explicit PostgresPool(std::string url) : url_(std::move(url)) {}

    // A connection for the length of a scope; waits while kPostgresConnectionsMax are in use.
    class Use {
      public:
        explicit Use(PostgresPool& pool);
        ~Use();
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        PostgresConnection& operator*() { return *connection_; }
        PostgresConnection* operator->() { return connection_.get(); }

      private:
        PostgresPool& pool_;
        std::unique_ptr<PostgresConnection> connection_;
    };

  private:
    std::string url_;
    std::mutex mutex_;
    std::condition_variable returned_;
    int in_use_ = 0;                                         // under mutex_
    std::vector<std::unique_ptr<PostgresConnection>> idle_;  // under mutex_
};

}  // namespace nats_blotter::services

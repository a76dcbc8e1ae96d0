// services/postgres_connection.cpp - libpq behind small owning types.
#include "services/postgres_connection.h"

#include <libpq-fe.h>

#include <charconv>

#include "services/storage.h"

namespace nats_blotter::services {
namespace {

// A server that has not answered by then is down; processors try again, HTTP callers get their 500.
constexpr const char* kConnectTimeoutSeconds = "5";

std::string first_line(std::string_view words) {
    return std::string(words.substr(0, words.find('\n')));
}

std::vector<const char*> pointers_to(const PostgresParameters& parameters) {
    std::vector<const char*> values;
    for (const std::optional<std::string>& value : parameters.values())
        values.push_back(value ? value->c_str() : nullptr);
    return values;
}

}  // namespace

// ---- PostgresRows

PostgresRows::~PostgresRows() { PQclear(result_); }

int PostgresRows::count() const { return PQntuples(result_); }

std::int64_t PostgresRows::changed() const {
    const std::string_view words = PQcmdTuples(result_);
    std::int64_t rows = 0;
    std::from_chars(words.data(), words.data() + words.size(), rows);
    return rows;
}

std::string_view PostgresRows::text(int row, int column) const {
    return {PQgetvalue(result_, row, column),
            static_cast<std::size_t>(PQgetlength(result_, row, column))};
}

std::int64_t PostgresRows::integer(int row, int column) const {
    const std::string_view digits = text(row, column);
    std::int64_t value = 0;
    const char* end_wanted = digits.data() + digits.size();
    const auto [end, error] = std::from_chars(digits.data(), end_wanted, value);
    if (error != std::errc() || end != end_wanted)
        throw StorageError("database answer: not a number: " + std::string(digits));
    return value;
}

bool PostgresRows::is_null(int row, int column) const {
    return PQgetisnull(result_, row, column) == 1;
}

// ---- Parameters

PostgresParameters& PostgresParameters::add(std::string_view text) {
    values_.emplace_back(text);
    return *this;
}

PostgresParameters& PostgresParameters::add(std::int64_t value) {
    values_.emplace_back(std::to_string(value));
    return *this;
}

PostgresParameters& PostgresParameters::add_null() {
    values_.emplace_back();
    return *this;
}

void PostgresArray::separate() {
    if (text_.size() > 1) text_.push_back(',');
}

void PostgresArray::add(std::string_view text) {
    separate();
    text_.push_back('"');
    for (const char letter : text) {
        if (letter == '"' || letter == '\\') text_.push_back('\\');
        text_.push_back(letter);
    }
    text_.push_back('"');
}

void PostgresArray::add(std::int64_t value) {
    separate();
    text_.append(std::to_string(value));
}

void PostgresArray::add_null() {
    separate();
    text_.append("NULL");
}

// ---- PostgresConnection

PostgresConnection::PostgresConnection(const std::string& url) {
    // The address as "dbname" may be a whole connection string; what follows are only defaults for
    // what it leaves out, except the settings that our statements rely on.
    const char* const names[] = {"connect_timeout", "application_name", "dbname", "client_encoding",
                                 nullptr};
    const char* const values[] = {kConnectTimeoutSeconds, "traderx-services", url.c_str(), "UTF8",
                                  nullptr};
    connection_ = PQconnectdbParams(names, values, /*expand_dbname=*/1);
    if (PQstatus(connection_) != CONNECTION_OK) {
        const std::string reason = first_line(PQerrorMessage(connection_));
        PQfinish(connection_);
        throw StorageError("cannot open the PostgreSQL database: " + reason);
    }
    // Notices ("relation already exists, skipping") are not for our log.
    PQsetNoticeProcessor(
        connection_, [](void*, const char*) {}, nullptr);
}

PostgresConnection::~PostgresConnection() { PQfinish(connection_); }

void PostgresConnection::fail(std::string_view doing, pg_result* result) {
    const char* words = result ? PQresultErrorMessage(result) : "";
    std::string reason = first_line(*words ? words : PQerrorMessage(connection_));
    PQclear(result);
    throw StorageError("database " + std::string(doing) + ": " + reason);
}

std::vector<PostgresRows> PostgresConnection::pipeline(
    std::span<const PostgresStatement> statements) {
    bool sent = PQenterPipelineMode(connection_) == 1;
    for (const PostgresStatement& statement : statements) {
        const std::vector<const char*> values = pointers_to(statement.parameters);
        sent = sent &&
               PQsendQueryParams(connection_, statement.sql, static_cast<int>(values.size()),
                                 nullptr, values.data(), nullptr, nullptr, /*resultFormat=*/0) == 1;
    }
    if (!sent || PQpipelineSync(connection_) != 1) fail("query", nullptr);
    std::vector<PostgresRows> answers;
    pg_result* failed = nullptr;
    // Each statement's answer is followed by a null, the last by the answer to the synchronisation.
    for (int nulls = 0; nulls < 2;) {
        pg_result* result = PQgetResult(connection_);
        if (!result) {
            ++nulls;  // two in a row only when the connection is lost
            continue;
        }
        nulls = 0;
        const ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_PIPELINE_SYNC) {
            PQclear(result);
            break;
        }
        if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
            answers.emplace_back(result);
        else if (!failed)
            failed = result;
        else
            PQclear(result);
    }
    PQexitPipelineMode(connection_);
    if (failed || answers.size() != statements.size()) fail("query", failed);
    return answers;
}

PostgresRows PostgresConnection::query(const char* sql, const PostgresParameters& parameters) {
    const std::vector<const char*> values = pointers_to(parameters);
    pg_result* result = PQexecParams(connection_, sql, static_cast<int>(values.size()), nullptr,
                                     values.data(), nullptr, nullptr, /*resultFormat=*/0);
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) fail("query", result);
    return PostgresRows(result);
}

void PostgresConnection::execute(const char* sql) {
    pg_result* result = PQexec(connection_, sql);
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) fail("execute", result);
    PQclear(result);
}

void PostgresConnection::begin_stream(const char* sql, const PostgresParameters& parameters) {
    const std::vector<const char*> values = pointers_to(parameters);
    if (PQsendQueryParams(connection_, sql, static_cast<int>(values.size()), nullptr, values.data(),
                          nullptr, nullptr, /*resultFormat=*/0) != 1 ||
        PQsetSingleRowMode(connection_) != 1) {
        fail("query", nullptr);
    }
    streaming_ = true;
}

std::optional<PostgresRows> PostgresConnection::next_row() {
    while (pg_result* result = PQgetResult(connection_)) {
        const ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_SINGLE_TUPLE) return PostgresRows(result);
        if (status != PGRES_TUPLES_OK) fail("query", result);
        PQclear(result);  // the empty one behind the last row
    }
    streaming_ = false;
    return std::nullopt;
}

bool PostgresConnection::usable() const {
    return !streaming_ && PQpipelineStatus(connection_) == PQ_PIPELINE_OFF &&
           PQstatus(connection_) == CONNECTION_OK &&
           PQtransactionStatus(connection_) == PQTRANS_IDLE;
}

// ---- PostgresTransaction

PostgresTransaction::PostgresTransaction(PostgresConnection& connection) : connection_(connection) {
    connection_.execute("BEGIN");
}

PostgresTransaction::~PostgresTransaction() {
    if (!open_) return;
    try {
        connection_.execute("ROLLBACK");
    } catch (const StorageError&) {
        // The connection is lost, and the transaction with it; the first error is the one reported.
    }
}

void PostgresTransaction::commit() {
    connection_.execute("COMMIT");
    open_ = false;
}

// ---- PostgresPool

PostgresPool::Use::Use(PostgresPool& pool) : pool_(pool) {
    {
        std::unique_lock lock(pool_.mutex_);
        pool_.returned_.wait(lock, [this] { return pool_.in_use_ < kPostgresConnectionsMax; });
        ++pool_.in_use_;
        if (!pool_.idle_.empty()) {
            connection_ = std::move(pool_.idle_.back());
            pool_.idle_.pop_back();
        }
    }
    if (connection_) return;
    try {
        connection_ = std::make_unique<PostgresConnection>(pool_.url_);
    } catch (...) {
        const std::lock_guard lock(pool_.mutex_);
        --pool_.in_use_;
        pool_.returned_.notify_one();
        throw;
    }
}

PostgresPool::Use::~Use() {
    const std::lock_guard lock(pool_.mutex_);
    --pool_.in_use_;
    if (connection_->usable())
        pool_.idle_.push_back(std::move(connection_));
    else
        pool_.idle_
            .clear();  // whatever broke this one, a restart of the server say, broke them all
    pool_.returned_.notify_one();
}

}  // namespace nats_blotter::services

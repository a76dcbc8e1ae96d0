#include "support/postgres_process.h"

#include <libpq-fe.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace nats_blotter::tests {

PostgresProcess::PostgresProcess() {
    char path[] = "/tmp/nats_blotter_pg_XXXXXX";
    if (const char* made = ::mkdtemp(path)) folder_ = made;
}

PostgresProcess::~PostgresProcess() {
    if (pid_ > 0) {
        ::kill(pid_, SIGINT);
        ::waitpid(pid_, nullptr, 0);
    }
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

bool PostgresProcess::start() {
    // The server does not always take a folder while children of its killed predecessor end.
    for (int attempt = 0; attempt < 20; ++attempt) {
        pid_ = ::fork();
        if (pid_ == 0) {
            ::setenv("NB_POSTGRES_FSYNC", "off", 1);  // the kernel survives these tests
            ::execl(NB_POSTGRES_CLUSTER, NB_POSTGRES_CLUSTER, folder_.c_str(), nullptr);
            ::_exit(127);
        }
        for (int wait = 0; wait < 1'500; ++wait) {
            if (answers("postgres", "SELECT 1")) return true;
            if (::waitpid(pid_, nullptr, WNOHANG) == pid_) break;
            ::usleep(20'000);
        }
    }
    pid_ = -1;
    return false;
}

void PostgresProcess::kill_at_once() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

std::string PostgresProcess::make_database() {
    const std::string name = "test" + std::to_string(++databases_);
    if (!answers("postgres", "CREATE DATABASE " + name)) std::perror("CREATE DATABASE");
    return url(name);
}

std::string PostgresProcess::url(const std::string& database) const {
    return "postgresql://traderx@/" + database + "?host=" + folder_;
}

bool PostgresProcess::answers(const std::string& database, const std::string& sql) const {
    PGconn* connection = PQconnectdb(url(database).c_str());
    bool good = PQstatus(connection) == CONNECTION_OK;
    if (good) {
        PGresult* result = PQexec(connection, sql.c_str());
        const ExecStatusType status = PQresultStatus(result);
        good = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
        PQclear(result);
    }
    PQfinish(connection);
    return good;
}

}  // namespace nats_blotter::tests

// tests/support/postgres_process.h - a real PostgreSQL of the test's own, on a socket in a folder
// of its own.
#pragma once

#include <sys/types.h>

#include <string>

namespace nats_blotter::tests {

class PostgresProcess {
  public:
    PostgresProcess();
    ~PostgresProcess();  // ends it and removes its folder
    PostgresProcess(const PostgresProcess&) = delete;
    PostgresProcess& operator=(const PostgresProcess&) = delete;

    bool start();         // and waits until it takes connections; after a kill: recovers
    void kill_at_once();  // SIGKILL

    // The address of an empty database that nobody had before.
    std::string make_database();

  private:
    bool answers(const std::string& database, const std::string& sql) const;
    std::string url(const std::string& database) const;

    std::string folder_;
    pid_t pid_ = -1;
    int databases_ = 0;
};

}  // namespace nats_blotter::tests

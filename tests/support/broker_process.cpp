#include "support/broker_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "support/tcp_transport.h"

namespace nats_blotter::tests {
namespace {

// NATS_SERVER names another broker binary, as for `make run`; Debian installs it in /usr/sbin.
std::string broker_path() {
    const char* named = std::getenv("NATS_SERVER");
    if (named != nullptr && *named != '\0') return named;
    for (const char* folder : {"/usr/sbin/", "/usr/local/sbin/", "/usr/bin/", "/usr/local/bin/"}) {
        const std::string path = std::string(folder) + "nats-server";
        if (::access(path.c_str(), X_OK) == 0) return path;
    }
    return "nats-server";
}

}  // namespace

bool BrokerProcess::installed() { return ::access(broker_path().c_str(), X_OK) == 0; }

BrokerProcess::BrokerProcess(std::string config) : port_(free_loopback_port()) {
    char path[] = "/tmp/nats_blotter_test_XXXXXX";
    const int file = ::mkstemp(path);
    config_path_ = path;
    const std::string text =
        "listen: 127.0.0.1:" + std::to_string(port_) + "\n" + std::move(config);
    if (::write(file, text.data(), text.size()) < 0) std::perror("config");
    ::close(file);
}

BrokerProcess::~BrokerProcess() {
    kill_at_once();
    ::unlink(config_path_.c_str());
}

bool BrokerProcess::start() {
    const std::string path = broker_path();
    pid_ = ::fork();
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a crashed test leaves no broker behind
        const int nothing = ::open("/dev/null", O_RDWR);
        ::dup2(nothing, 1);
        ::dup2(nothing, 2);
        ::execl(path.c_str(), path.c_str(), "-c", config_path_.c_str(), nullptr);
        ::_exit(127);
    }
    for (int attempt = 0; attempt < 250; ++attempt) {
        const int socket = connect_loopback(port_);
        if (socket >= 0) {
            ::close(socket);
            return true;
        }
        ::usleep(20'000);
    }
    return false;
}

void BrokerProcess::kill_at_once() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

void BrokerProcess::signal(int number) {
    if (pid_ > 0) ::kill(pid_, number);
}

}  // namespace nats_blotter::tests

// tests/support/broker_process.h - a real nats-server of the test's own, on a free loopback port.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace nats_blotter::tests {

class BrokerProcess {
  public:
    // `config` is the text of a nats-server configuration, without its port.
    explicit BrokerProcess(std::string config = {});
    ~BrokerProcess();
    BrokerProcess(const BrokerProcess&) = delete;
    BrokerProcess& operator=(const BrokerProcess&) = delete;

    // False when nats-server is not installed; then start() does nothing.
    static bool installed();

    bool start();         // and waits until it listens
    void kill_at_once();  // SIGKILL
    void signal(int number);
    std::uint16_t port() const { return port_; }

  private:
    std::string config_path_;
    std::uint16_t port_;
    pid_t pid_ = -1;
};

}  // namespace nats_blotter::tests

// tests/support/tcp_transport.h - a native transport on plain POSIX sockets, for tests.
//
// TcpTransport serves one client: it dials 127.0.0.1 when asked, carries bytes both ways, and
// reports the end. TcpPeer is a raw second connection that publishes what a test wants published.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nats/client.h"
#include "support/scripted_broker.h"

namespace nats_blotter::tests {

// Monotonic time of this machine.
MonotonicUs real_now();

// -1 when the connection is refused.
int connect_loopback(std::uint16_t port);

// A port that nobody listens on at the moment.
std::uint16_t free_loopback_port();

class TcpTransport {
  public:
    TcpTransport(nats::Client& client, std::uint16_t port) : client_(client), port_(port) {}
    ~TcpTransport();
    TcpTransport(const TcpTransport&) = delete;
    TcpTransport& operator=(const TcpTransport&) = delete;

    // Serves the client for at most `milliseconds`, or until an event of `kind` was seen; true
    // then. Events are kept in `events`.
    bool serve_until(nats::Event::Kind kind, std::int64_t milliseconds);

    // Past the client: what it would never send itself.
    void write_raw(std::string_view bytes);

    std::vector<SeenEvent> events;

  private:
    bool pump(nats::Event::Kind kind);
    void dial(nats::Generation generation);
    void hang_up();
    void exchange(int wait_ms);

    nats::Client& client_;
    std::uint16_t port_;
    int socket_ = -1;
    nats::Generation generation_ = 0;
};

// A connection whose bytes the test writes itself.
class TcpPeer {
  public:
    explicit TcpPeer(std::uint16_t port);
    ~TcpPeer();
    TcpPeer(const TcpPeer&) = delete;
    TcpPeer& operator=(const TcpPeer&) = delete;

    void write(std::string_view bytes);
    // Reads until `piece` came; false after five seconds or at the end.
    bool read_until(std::string_view piece);

  private:
    int socket_;
    std::string heard_;
};

}  // namespace nats_blotter::tests

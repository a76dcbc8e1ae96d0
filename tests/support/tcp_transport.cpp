#include "support/tcp_transport.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace nats_blotter::tests {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

bool readable(int socket, int wait_ms) {
    pollfd entry{socket, POLLIN, 0};
    return ::poll(&entry, 1, wait_ms) > 0;
}

}  // namespace

MonotonicUs real_now() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

int connect_loopback(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return socket;
    ::close(socket);
    return -1;
}

std::uint16_t free_loopback_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t bytes = sizeof address;
    const bool bound = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), bytes) == 0 &&
                       ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &bytes) == 0;
    ::close(socket);
    return bound ? ntohs(address.sin_port) : std::uint16_t{0};
}

TcpTransport::~TcpTransport() { hang_up(); }

bool TcpTransport::serve_until(nats::Event::Kind kind, std::int64_t milliseconds) {
    const MonotonicUs end = real_now() + milliseconds * kMillisecondUs;
    while (real_now() < end) {
        if (real_now() >= client_.next_deadline()) client_.on_deadline(real_now());
        if (pump(kind)) return true;
        const MonotonicUs until = std::min(end, client_.next_deadline());
        exchange(static_cast<int>(std::clamp<MonotonicUs>((until - real_now()) / 1000, 0, 20)));
    }
    return false;
}

// Pulls until there is no more; true when `kind` was among it.
bool TcpTransport::pump(nats::Event::Kind kind) {
    bool seen_kind = false;
    for (;;) {
        const nats::Event event = client_.next_event(real_now());
        if (event.kind == nats::Event::Kind::NeedMore) return seen_kind;
        if (event.kind == nats::Event::Kind::Dial) dial(event.generation);
        if (event.kind == nats::Event::Kind::HangUp) hang_up();
        events.push_back(seen_event_from(event, real_now()));
        seen_kind = seen_kind || event.kind == kind;
    }
}

void TcpTransport::dial(nats::Generation generation) {
    generation_ = generation;
    socket_ = connect_loopback(port_);
    if (socket_ >= 0)
        client_.on_open(generation, real_now());
    else
        client_.on_close(generation, {}, real_now());
}

void TcpTransport::hang_up() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
}

void TcpTransport::exchange(int wait_ms) {
    if (socket_ < 0) {
        ::usleep(static_cast<useconds_t>(wait_ms) * 1000);
        return;
    }
    while (!client_.pending_output().empty()) {
        const std::string_view output = client_.pending_output();
        const ssize_t sent = ::send(socket_, output.data(), output.size(), MSG_NOSIGNAL);
        if (sent <= 0) break;
        client_.consume_output(static_cast<std::size_t>(sent));
    }
    if (!readable(socket_, wait_ms)) return;
    const std::span<char> tail = client_.prepare(generation_, kReadBytes);
    if (tail.empty()) return;
    const ssize_t heard = ::recv(socket_, tail.data(), tail.size(), 0);
    if (heard > 0) {
        client_.commit(generation_, static_cast<std::size_t>(heard), real_now());
        return;
    }
    hang_up();
    client_.on_close(generation_, {}, real_now());
}

void TcpTransport::write_raw(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

TcpPeer::TcpPeer(std::uint16_t port) : socket_(connect_loopback(port)) {}

TcpPeer::~TcpPeer() {
    if (socket_ >= 0) ::close(socket_);
}

void TcpPeer::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool TcpPeer::read_until(std::string_view piece) {
    char bytes[4096];
    while (heard_.find(piece) == std::string::npos) {
        if (socket_ < 0 || !readable(socket_, 5'000)) return false;
        const ssize_t count = ::recv(socket_, bytes, sizeof bytes, 0);
        if (count <= 0) return false;
        heard_.append(bytes, static_cast<std::size_t>(count));
    }
    heard_.erase(0, heard_.find(piece) + piece.size());
    return true;
}

}  // namespace nats_blotter::tests

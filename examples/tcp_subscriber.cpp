// examples/tcp_subscriber.cpp - the NATS core by itself: prints what a subject carries, over TCP.
// Run it as: tcp_subscriber 127.0.0.1 4222 'pricing.*'
#include <arpa/inet.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "nats/client.h"

using namespace nats_blotter;
using Kind = nats::Event::Kind;

static MonotonicUs now() {
    const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(since_start).count();
}

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    sockaddr_in broker{};
    broker.sin_family = AF_INET;
    broker.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[2])));
    broker.sin_addr.s_addr = ::inet_addr(argv[1]);
    nats::Client client({}, static_cast<std::uint64_t>(now()));
    if (!client.subscribe(argv[3])) return 2;
    client.start(now());
    nats::Generation generation = 0;
    for (int tcp = -1;;) {
        client.on_deadline(now());
        for (nats::Event e; (e = client.next_event(now())).kind != Kind::NeedMore;) {
            const int bytes = static_cast<int>(e.payload.size());
            if (e.kind == Kind::Message) std::printf("%.*s\n", bytes, e.payload.data());
            if (e.kind == Kind::Disconnected) std::fprintf(stderr, "%s\n", e.cause->text.c_str());
            if (e.kind == Kind::HangUp || e.kind == Kind::Dial) ::close(tcp), tcp = -1;
            if (e.kind != Kind::Dial) continue;
            generation = e.generation;
            tcp = ::socket(AF_INET, SOCK_STREAM, 0);
            if (::connect(tcp, reinterpret_cast<sockaddr*>(&broker), sizeof broker) == 0)
                client.on_open(generation, now());
            else
                client.on_close(generation, {}, now());
        }
        const std::string_view out = client.pending_output();
        const ssize_t sent = out.empty() ? 0 : ::send(tcp, out.data(), out.size(), MSG_NOSIGNAL);
        if (sent > 0) client.consume_output(static_cast<std::size_t>(sent));
        pollfd readable{client.redial_at() == kNever ? tcp : -1, POLLIN, 0};
        const MonotonicUs wait_us = client.next_deadline() - now();
        const auto wait_ms = std::clamp<MonotonicUs>(wait_us / 1000 + 1, 0, 1000);
        if (::poll(&readable, 1, static_cast<int>(wait_ms)) < 1) continue;
        const std::span<char> tail = client.prepare(generation, 65536);
        const ssize_t heard = tail.empty() ? 0 : ::recv(tcp, tail.data(), tail.size(), 0);
        if (heard > 0) client.commit(generation, static_cast<std::size_t>(heard), now());
        if (heard <= 0) client.on_close(generation, {}, now());
    }
}

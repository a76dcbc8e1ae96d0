#include "support/jetstream_link.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "support/tcp_transport.h"

namespace nats_blotter::tests {

using Kind = nats::JetStreamEvent::Kind;

TemporaryFolder::TemporaryFolder() {
    char path[] = "/tmp/nats_blotter_store_XXXXXX";
    if (::mkdtemp(path) != nullptr) path_ = path;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

JetStreamLink::JetStreamLink(std::uint16_t port, std::uint64_t seed, nats::JetStreamOptions options)
    : client(nats::Options{}, seed), jetstream(client, std::move(options), seed), port_(port) {
    client.start(real_now());
}

JetStreamLink::~JetStreamLink() {
    if (socket_ >= 0) ::close(socket_);
}

void JetStreamLink::serve_once(int wait_ms) {
    const MonotonicUs now = real_now();
    if (now >= client.next_deadline()) client.on_deadline(now);
    if (now >= jetstream.next_deadline()) jetstream.on_deadline(now);
    tell(now);
    if (reading) pump();
    exchange(wait_ms);
}

bool JetStreamLink::serve_until(const std::function<bool()>& done, std::int64_t milliseconds) {
    const MonotonicUs end = real_now() + milliseconds * kMillisecondUs;
    while (!done()) {
        if (real_now() >= end) return false;
        serve_once(5);
    }
    return true;
}

bool JetStreamLink::serve_until(Kind kind, std::int64_t milliseconds) {
    const std::size_t before = count(kind);
    return serve_until([&] { return count(kind) > before; }, milliseconds);
}

bool JetStreamLink::connect() {
    return serve_until([&] { return client.connected(); }, 5'000);
}

void JetStreamLink::pump() {
    for (;;) {
        const MonotonicUs now = real_now();
        const nats::Event event = client.next_event(now);
        if (event.kind == nats::Event::Kind::NeedMore) return;
        if (event.kind == nats::Event::Kind::HangUp) {
            ::close(socket_);
            socket_ = -1;
        }
        if (event.kind == nats::Event::Kind::Dial) {
            generation_ = event.generation;
            socket_ = connect_loopback(port_);
            if (socket_ >= 0)
                client.on_open(generation_, now);
            else
                client.on_close(generation_, {}, now);
            continue;
        }
        jetstream.take(event, now);
        tell(now);
    }
}

void JetStreamLink::tell(MonotonicUs) {
    for (;;) {
        const nats::JetStreamEvent event = jetstream.next_event();
        if (event.kind == Kind::None) return;
        if (on_event && on_event(event)) continue;
        events.push_back(seen_event_from(event));
    }
}

void JetStreamLink::exchange(int wait_ms) {
    if (socket_ < 0 || !reading) {
        ::usleep(static_cast<useconds_t>(wait_ms) * 1000);
        if (socket_ < 0) return;
    }
    while (!client.pending_output().empty()) {
        const std::string_view output = client.pending_output();
        const ssize_t sent =
            ::send(socket_, output.data(), output.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent <= 0) break;
        client.consume_output(static_cast<std::size_t>(sent));
    }
    if (!reading) return;
    pollfd entry{socket_, POLLIN, 0};
    if (::poll(&entry, 1, wait_ms) <= 0) return;
    const std::span<char> tail = client.prepare(generation_, read_bytes_max);
    if (tail.empty()) return;
    const ssize_t heard = ::recv(socket_, tail.data(), tail.size(), 0);
    if (heard > 0)
        client.commit(generation_, static_cast<std::size_t>(heard), real_now());
    else
        cut();
}

void JetStreamLink::cut() {
    if (socket_ < 0) return;
    ::close(socket_);
    socket_ = -1;
    client.on_close(generation_, {}, real_now());
}

std::size_t JetStreamLink::count(Kind kind) const {
    return static_cast<std::size_t>(
        std::count_if(events.begin(), events.end(),
                      [&](const SeenJetStreamEvent& event) { return event.kind == kind; }));
}

SeenJetStreamEvent JetStreamLink::last(Kind kind) const {
    for (std::size_t i = events.size(); i-- > 0;)
        if (events[i].kind == kind) return events[i];
    return {};
}

std::string JetStreamLink::ask(std::string_view call, std::string_view json) {
    const Result<nats::RequestId> id = jetstream.request(call, json, real_now());
    if (!id) return {};
    const auto answer = [&]() -> const SeenJetStreamEvent* {
        for (const SeenJetStreamEvent& event : events)
            if (event.request == *id) return &event;
        return nullptr;
    };
    if (!serve_until([&] { return answer() != nullptr; }, 10'000)) return {};
    return answer()->kind == Kind::Answer ? answer()->payload : std::string();
}

}  // namespace nats_blotter::tests

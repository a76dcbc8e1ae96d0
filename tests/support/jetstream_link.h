// tests/support/jetstream_link.h - a client with JetStream on a real loopback connection, which a
// test can cut, starve or leave unread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "nats/jetstream.h"
#include "support/seen_jetstream_event.h"

namespace nats_blotter::tests {

// A folder of the test's own under /tmp, removed with it.
class TemporaryFolder {
  public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

class JetStreamLink {
  public:
    JetStreamLink(std::uint16_t port, std::uint64_t seed, nats::JetStreamOptions options = {});
    ~JetStreamLink();
    JetStreamLink(const JetStreamLink&) = delete;
    JetStreamLink& operator=(const JetStreamLink&) = delete;

    nats::Client client;
    nats::JetStream jetstream;

    // Sees each event first, and may call both; what it answers true for is not kept in `events`.
    std::function<bool(const nats::JetStreamEvent&)> on_event;
    std::vector<SeenJetStreamEvent> events;
    std::size_t read_bytes_max = 64 * 1024;  // at once
    bool reading = true;                     // false: the owner does not read

    // One turn of the owner's loop, waiting at most so long for bytes.
    void serve_once(int wait_ms);
    bool serve_until(const std::function<bool()>& done, std::int64_t milliseconds);
    // Until an event of this kind came that was not there before.
    bool serve_until(nats::JetStreamEvent::Kind kind, std::int64_t milliseconds);
    bool connect();
    // The network's end, in the middle of whatever was on its way.
    void cut();

    std::size_t count(nats::JetStreamEvent::Kind kind) const;
    // The last event of this kind; Kind::None where there is none.
    SeenJetStreamEvent last(nats::JetStreamEvent::Kind kind) const;
    // Asks the API and waits for its answer; empty when it failed.
    std::string ask(std::string_view call, std::string_view json);

  private:
    void pump();
    void tell(MonotonicUs now);
    void exchange(int wait_ms);

    std::uint16_t port_;
    int socket_ = -1;
    nats::Generation generation_ = 0;
};

}  // namespace nats_blotter::tests

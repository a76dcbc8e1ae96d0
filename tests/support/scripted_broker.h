// tests/support/scripted_broker.h - a client with a broker whose every line the test writes.
//
// ScriptedBroker owns the client under test, its clock and its one transport. It does what Dial and
// HangUp ask, collects what the client writes and every other event (with its views copied).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "nats/client.h"
#include "support/manual_clock.h"
#include "support/seen_event.h"

namespace nats_blotter::tests {

inline constexpr std::string_view kInfoLine =
    "INFO {\"server_id\":\"S1\",\"server_name\":\"test\",\"version\":\"2.9.10\",\"proto\":1,"
    "\"headers\":true,\"max_payload\":1048576,\"client_id\":5} \r\n";

class ScriptedBroker {
  public:
    explicit ScriptedBroker(nats::Options options = {}, std::uint64_t seed = 1);

    nats::Client client;
    ManualClock clock;

    // Of the last dial.
    std::string dialled_url;
    nats::ServerId dialled_server = 0;

    // While true nothing is taken from the output, as with a network that stands still.
    bool choked = false;

    // Pulls every event, and takes the output when the transport is open.
    void pump();
    // Runs the clock to `at`, calling on_deadline at each deadline on the way.
    void run_until(MonotonicUs at);
    void run_for_ms(std::int64_t ms) { run_until(clock.now() + ms * kMillisecondUs); }
    // Runs until a dial is asked for; answers how long that took.
    MonotonicUs run_until_dial();

    void open();  // the transport opens
    void sends(std::string_view bytes);
    void sends_without_pump(std::string_view bytes);
    void closes(std::uint16_t code = 1006, std::string_view reason = {}, bool was_clean = false);
    // Waits for the dial, opens, greets, and answers the first PING.
    void accept();

    bool dialling() const { return dialling_; }
    bool is_open() const { return open_; }
    nats::Generation generation() const { return generation_; }

    // What the client wrote since the last take.
    std::string take_written();
    // Seen events since the last take, without Dial.
    std::vector<SeenEvent> take_events();
    std::size_t count(nats::Event::Kind kind) const;  // among those not taken yet
    std::size_t writes = 0;                           // non-empty outputs taken

    // Sees every event first; for what sits on the client.
    std::function<void(const nats::Event&)> on_event;

  private:
    void see(const nats::Event& event);

    nats::Generation generation_ = 0;
    bool dialling_ = false;
    bool open_ = false;
    std::string written_;
    std::vector<SeenEvent> events_;
};

std::size_t count_of(std::string_view text, std::string_view piece);

}  // namespace nats_blotter::tests

// Hunts: any order of calls, by any owner, transport and broker, keeps the client's invariants
// (which it asserts itself) and the order of what it tells; and afterwards it can always be reached
// again.
#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <string>

#include "base/random.h"
#include "support/scripted_broker.h"

using namespace nats_blotter;
using tests::ScriptedBroker;
using Kind = nats::Event::Kind;

namespace {

constexpr std::array<std::string_view, 14> kBrokerLines = {
    tests::kInfoLine,
    "PONG\r\n",
    "PONG\r\n",
    "PING\r\n",
    "+OK\r\n",
    "MSG s 1 3\r\nabc\r\n",
    "MSG s 2 0\r\n\r\n",
    "HMSG s 3 12 14\r\nNATS/1.0\r\n\r\nhi\r\n",
    "-ERR 'Permissions Violation for Subscription to \"s\"'\r\n",
    "-ERR 'Authorization Violation'\r\n",
    "-ERR 'new words'\r\n",
    "INFO {\"ldm\":true} \r\n",
    "MSG s 1 10\r\nhal",
    "garbage\r\n",
};

class RandomRun {
  public:
    explicit RandomRun(std::uint64_t seed) : random_(seed), broker_({}, seed) {}

    void run(int steps) {
        for (int step = 0; step < steps; ++step) one_step();
        check_order();
        ends_connected();
    }

  private:
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_.below(bound)); }
    MonotonicUs now() { return broker_.clock.now(); }

    void one_step() {
        nats::Client& client = broker_.client;
        // Now and then the transport of an earlier dial speaks up.
        const nats::Generation generation =
            broker_.generation() - static_cast<nats::Generation>(below(10) == 0 ? 1 : 0);
        switch (below(16)) {
            case 0: client.start(now()); break;
            case 1: client.on_open(generation, now()); break;
            case 2:
                if (below(4) == 0) client.on_close(generation, {1006, false, ""}, now());
                break;
            case 3: {
                const auto sid = client.subscribe(below(5) == 0 ? "a..b" : "s");
                if (sid) sids_ = *sid;
                break;
            }
            case 4: client.unsubscribe(below(static_cast<std::size_t>(sids_) + 2)); break;
            case 5: client.fence(now()); break;
            case 6:
                if (below(20) == 0) client.reconnect(nats::CauseClass::Network, "test", now());
                break;
            case 7: client.on_wake_up(now()); break;
            case 8: client.on_deadline(now()); break;
            case 9:
                broker_.clock.advance_us(static_cast<std::int64_t>(random_.below(400'000)));
                break;
            case 10:
                broker_.clock.advance_us(static_cast<std::int64_t>(random_.below(30'000'000)));
                break;
            case 11: client.consume_output(below(client.pending_output().size() + 1)); break;
            case 12: broker_.open(); break;
            case 13: broker_.pump(); break;
            default: {
                const bool garbage = below(40) == 0;
                const std::size_t line = garbage ? kBrokerLines.size() - 1 : below(12);
                client.receive(generation, kBrokerLines[line], now());
            }
        }
    }

    // Connected and Disconnected in turn, Disconnected at most once a dial.
    void check_order() {
        broker_.pump();
        bool connected = false;
        std::uint32_t epoch = 0;
        std::uint64_t disconnects = 0;
        for (const tests::SeenEvent& event : broker_.take_events()) {
            if (event.kind == Kind::Connected) {
                CHECK_FALSE(connected);
                CHECK(event.epoch == epoch + 1);
                epoch = event.epoch;
                connected = true;
            }
            if (event.kind == Kind::Message || event.kind == Kind::FencePassed) CHECK(connected);
            if (event.kind != Kind::Disconnected) continue;
            connected = false;
            ++disconnects;
            CHECK_FALSE(event.cause.text.empty());
        }
        CHECK(broker_.client.connected() == connected);
        CHECK(disconnects <= broker_.client.stats().dials);
        CHECK(disconnects == broker_.client.stats().disconnects);
    }

    // Whatever happened: cut it, and it comes back within the rule with what it subscribed to.
    void ends_connected() {
        broker_.client.start(now());
        broker_.pump();
        broker_.closes();
        CHECK(broker_.run_until_dial() <= 41 * kSecondUs);
        broker_.take_written();
        broker_.accept();
        CHECK(broker_.client.connected());
    }

    Random random_;
    ScriptedBroker broker_;
    nats::Sid sids_ = 0;
};

}  // namespace

TEST_CASE("AnyOrderOfCallsKeepsTheInvariantsAndTheWayBack") {
    constexpr std::uint64_t kFirstSeed = 5'000'000;
    constexpr std::uint64_t kSeeds = 2'000;
    std::printf("random calls: seeds %llu to %llu\n", static_cast<unsigned long long>(kFirstSeed),
                static_cast<unsigned long long>(kFirstSeed + kSeeds - 1));
    for (std::uint64_t seed = kFirstSeed; seed < kFirstSeed + kSeeds; ++seed) {
        CAPTURE(seed);
        RandomRun(seed).run(300);
    }
}

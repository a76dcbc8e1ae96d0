// Hunts: any order of calls, by any owner, transport and broker, keeps the client's invariants
// (which it asserts itself) and the order of what it tells; and afterwards it can always be reached
// again.
#include <doctest/doctest.h>

#include <algorithm>
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
    "INFO {\"ldm\":true,\"nonce\":\"n\",\"headers\":true} \r\n",
    "MSG s 1 10\r\nhal",
    "garbage\r\n",
};

class RandomRun {
  public:
    explicit RandomRun(std::uint64_t seed)
        : random_(seed), broker_(options(seed), seed), asks_(options(seed).ask_credentials) {}

    void run(int steps) {
        for (int step = 0; step < steps; ++step) one_step();
        check_order();
        ends_connected();
    }

  private:
    static nats::Options options(std::uint64_t seed) {
        nats::Options options;
        if (seed % 2 == 0) options.publish_while_down = nats::WhileDown::Hold;
        options.ask_credentials = seed % 3 == 0;
        options.sign_nonce = seed % 5 == 0;
        if (seed % 7 == 0) options.servers = {"ws://a", "ws://b"};
        return options;
    }
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_.below(bound)); }
    MonotonicUs now() { return broker_.clock.now(); }

    void one_step() {
        nats::Client& client = broker_.client;
        // Now and then the transport of an earlier dial speaks up.
        const nats::Generation generation =
            broker_.generation() - static_cast<nats::Generation>(below(10) == 0 ? 1 : 0);
        switch (below(24)) {
            case 16:
            case 17:
                if (const auto id = client.publish("p", "payload")) accepted_ = *id;
                break;
            case 18:
                if (client.request("q", "?", static_cast<MonotonicUs>(below(9'000'000)), now()))
                    ++requests_;
                break;
            case 19:
                client.drain_subscription(below(static_cast<std::size_t>(sids_) + 2), now());
                break;
            case 20:
                client.unsubscribe_after(below(static_cast<std::size_t>(sids_) + 2), 1 + below(3));
                break;
            case 21: client.provide_credentials(generation, {}, now()); break;
            case 22: client.provide_signature(generation, {"sig", {}, {}}, now()); break;
            case 23:
                if (below(8) == 0) client.fail_credentials(generation, "none", now());
                break;
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
            if (event.kind == Kind::RequestFailed || event.kind == Kind::Reply) ++answered_;
            if (event.kind == Kind::PublishesUnsent)
                unsent_ += event.last_publish - event.first_publish + 1;
            CHECK(event.kind != Kind::NeedMore);
            if (event.kind != Kind::Disconnected) continue;
            connected = false;
            ++disconnects;
            CHECK_FALSE(event.cause.text.empty());
        }
        CHECK(broker_.client.connected() == connected);
        // An attempt may end before its dial only where credentials are asked for.
        if (!asks_) CHECK(disconnects <= broker_.client.stats().dials);
        CHECK(disconnects == broker_.client.stats().disconnects);
    }

    // Whatever happened: cut it, and it comes back within the rule with what it subscribed to.
    void ends_connected() {
        broker_.client.start(now());
        broker_.pump();
        broker_.closes();
        const MonotonicUs start = now();
        while (!broker_.dialling()) {
            broker_.clock.set(std::max(now(), broker_.client.next_deadline()));
            broker_.client.on_deadline(now());
            broker_.pump();
            for (const tests::SeenEvent& event : broker_.take_events()) {
                if (event.kind == Kind::RequestFailed) ++answered_;
                if (event.kind == Kind::CredentialsNeeded)
                    broker_.client.provide_credentials(event.generation, {}, now());
            }
            broker_.pump();
        }
        CHECK(now() - start <= 46 * kSecondUs);
        broker_.take_written();
        broker_.accept();
        CHECK(broker_.client.connected());
        ends_balanced();
    }

    // Every accepted publish was sent or reported, every request answered or failed.
    void ends_balanced() {
        broker_.client.drain_and_close(now());
        broker_.run_for_ms(10'000);
        for (const tests::SeenEvent& event : broker_.take_events()) {
            if (event.kind == Kind::RequestFailed || event.kind == Kind::Reply) ++answered_;
            if (event.kind == Kind::PublishesUnsent)
                unsent_ += event.last_publish - event.first_publish + 1;
        }
        const nats::Stats& stats = broker_.client.stats();
        CHECK(stats.publishes_accepted == accepted_);
        CHECK(stats.publishes_unsent == unsent_);
        CHECK(stats.messages_out + unsent_ >= accepted_);
        CHECK(stats.messages_out + unsent_ <= accepted_ + requests_);
        CHECK(answered_ == requests_);
    }

    Random random_;
    ScriptedBroker broker_;
    bool asks_;
    nats::Sid sids_ = 0;
    std::uint64_t accepted_ = 0;
    std::uint64_t unsent_ = 0;
    std::uint64_t requests_ = 0;
    std::uint64_t answered_ = 0;
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

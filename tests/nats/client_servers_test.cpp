// Which server is dialled: the list, gossip, the ingress path, the lame duck.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "support/scripted_broker.h"

using namespace nats_blotter;
using nats::CauseClass;
using tests::ScriptedBroker;
using Kind = nats::Event::Kind;

namespace {

constexpr std::string_view kGossip =
    "INFO "
    "{\"headers\":true,\"server_name\":\"n1\",\"connect_urls\":[\"10.0.0.1:80\",\"10.0.0.2:80\"]}"
    " \r\n";

nats::Options servers(std::vector<std::string> urls) {
    nats::Options options;
    options.servers = std::move(urls);
    options.randomize_servers = false;
    return options;
}

struct Started : ScriptedBroker {
    explicit Started(nats::Options options, std::uint64_t seed = 1)
        : ScriptedBroker(std::move(options), seed) {
        client.start(clock.now());
    }
};

}  // namespace

TEST_CASE("EachDialNamesItsServerAndTheNextOneTakesItsTurn") {
    Started broker(servers({"ws://a/x", "ws://b"}));
    for (int i = 0; i < 4; ++i) {
        broker.run_until_dial();
        CHECK(broker.dialled_url == (i % 2 == 0 ? "ws://a/x" : "ws://b"));
        CHECK(broker.dialled_server == static_cast<nats::ServerId>(i % 2));
        broker.open();
        broker.sends("INFO {\"server_name\":\"n1\"} \r\n");
        broker.closes();
        const auto events = broker.take_events();
        REQUIRE(events.size() == 1);
        CHECK(events[0].cause.server == broker.dialled_url);
        CHECK(events[0].cause.server_name == "n1");
    }
}

// e-5: gossip behind an ingress is ignored, so every redial goes through the path.
TEST_CASE("E5IngressProof") {
    Started broker(servers({"wss://host/nats-ws"}));
    for (int i = 0; i < 20; ++i) {
        broker.run_until_dial();
        CHECK(broker.dialled_url == "wss://host/nats-ws");
        broker.open();
        broker.sends(std::string(kGossip) + "PONG\r\n");
        REQUIRE(broker.client.connected());
        broker.sends(kGossip);
        broker.closes();
    }
    CHECK(broker.client.servers().size() == 1);
}

TEST_CASE("WithoutAPathGossipedPeersAreDialled") {
    nats::Options options = servers({"ws://seed:80"});
    options.randomize_servers = true;
    Started broker(options);
    broker.run_until_dial();
    broker.open();
    broker.sends(std::string(kGossip) + "PONG\r\n");
    std::set<std::string> dialled;
    for (int i = 0; i < 3; ++i) {
        broker.closes();
        broker.run_until_dial();
        dialled.insert(broker.dialled_url);
    }
    CHECK(dialled == std::set<std::string>{"ws://10.0.0.1:80", "ws://10.0.0.2:80", "ws://seed:80"});
}

TEST_CASE("TheLameDuckIsLeftInGoodTimeAtASpreadMoment") {
    std::set<MonotonicUs> moments;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Started broker(servers({"ws://a", "ws://b"}), seed);
        broker.accept();
        broker.run_for_ms(6'000);
        broker.take_events();
        const MonotonicUs told_at = broker.clock.now();
        broker.sends("INFO {\"headers\":true,\"ldm\":true} \r\n");
        CHECK(broker.count(Kind::LameDuck) == 1);
        broker.run_until_dial();
        CHECK(broker.dialled_url == "ws://b");
        const auto events = broker.take_events();
        REQUIRE(events.size() == 3);
        CHECK(events[1].kind == Kind::HangUp);
        CHECK(events[2].kind == Kind::Disconnected);
        CHECK(events[2].cause.cause_class == CauseClass::Shutdown);
        CHECK(broker.clock.now() - told_at <= 8'250 * kMillisecondUs);
        moments.insert((events[1].at - told_at) / kSecondUs);
    }
    CHECK(moments.size() == 8);
    CHECK(*moments.rbegin() == 7);
}

TEST_CASE("TheLameDuckIsKeptWhereTheOwnerSaysSo") {
    nats::Options options;
    options.move_on_lame_duck = false;
    Started broker(options);
    broker.accept();
    broker.sends("INFO {\"ldm\":true} \r\n");
    broker.run_for_ms(15'000);
    CHECK(broker.count(Kind::LameDuck) == 1);
    CHECK(broker.client.connected());
}

// The client against a real nats-server over TCP: what the scripted tests assume, observed.
#include <doctest/doctest.h>
#include <signal.h>

#include <string>

#include "nats/client.h"
#include "support/broker_process.h"
#include "support/tcp_transport.h"

using namespace nats_blotter;
using nats::CauseClass;
using tests::BrokerProcess;
using tests::real_now;
using tests::TcpPeer;
using tests::TcpTransport;
using Kind = nats::Event::Kind;

namespace {

constexpr std::int64_t kPatienceMs = 5'000;

struct RealLink {
    RealLink(std::uint16_t port, nats::Options options = {})
        : client(std::move(options), 1), transport(client, port) {
        client.start(real_now());
    }
    bool until(Kind kind) { return transport.serve_until(kind, kPatienceMs); }
    // The last event of this kind.
    const tests::SeenEvent& last(Kind kind) const {
        for (std::size_t i = transport.events.size(); i-- > 0;)
            if (transport.events[i].kind == kind) return transport.events[i];
        static const tests::SeenEvent kNone;
        return kNone;
    }
    bool fence_passes() {
        client.fence(real_now());
        return until(Kind::FencePassed);
    }

    nats::Client client;
    TcpTransport transport;
};

void publish(std::uint16_t port, const std::string& lines) {
    TcpPeer peer(port);
    peer.write("CONNECT {\"verbose\":false,\"headers\":true}\r\n" + lines + "PING\r\n");
    REQUIRE(peer.read_until("PONG\r\n"));
}

}  // namespace

TEST_CASE("TheRealBrokerIsInstalled") { REQUIRE(BrokerProcess::installed()); }

TEST_CASE("MessagesOfARealBrokerArriveWhole") {
    BrokerProcess broker;
    REQUIRE(broker.start());
    RealLink link(broker.port());
    REQUIRE(link.client.subscribe("/accounts/22214/trades").has_value());
    REQUIRE(link.client.subscribe("pricing.*").has_value());
    REQUIRE(link.until(Kind::Connected));
    CHECK(link.client.server_info().headers);
    CHECK(link.client.server_info().max_payload == 1024 * 1024);
    REQUIRE(link.fence_passes());
    CHECK(link.client.stats().rtt_us >= 0);

    const std::string big(1024 * 1024, 'b');
    publish(broker.port(),
            "PUB /accounts/22214/trades 9\r\nSoci\xC3\xA9t\xC3\xA9\r\n"
            "PUB /accounts/1/trades 1\r\nx\r\n"
            "PUB pricing.IBM re.ply 0\r\n\r\n"
            "HPUB pricing.X 22 24\r\nNATS/1.0\r\nK: value\r\n\r\nhi\r\n"
            "PUB pricing.BIG 1048576\r\n" +
                big + "\r\n");
    std::vector<tests::SeenEvent> messages;
    for (int tries = 0; tries < 50 && messages.size() < 4; ++tries) {
        link.transport.serve_until(Kind::Message, 200);
        messages.clear();
        for (const tests::SeenEvent& event : link.transport.events)
            if (event.kind == Kind::Message) messages.push_back(event);
    }
    REQUIRE(messages.size() == 4);
    CHECK(messages[0].sid == 1);
    CHECK(messages[0].payload == "Soci\xC3\xA9t\xC3\xA9");
    CHECK(messages[1].subject == "pricing.IBM");
    CHECK(messages[1].reply == "re.ply");
    CHECK(messages[1].payload.empty());
    CHECK(messages[2].headers == "NATS/1.0\r\nK: value\r\n\r\n");
    CHECK(messages[3].payload == big);
}

TEST_CASE("AKilledBrokerIsFoundAgainAndSubscriptionsRestored") {
    BrokerProcess broker;
    REQUIRE(broker.start());
    RealLink link(broker.port());
    REQUIRE(link.client.subscribe("a").has_value());
    REQUIRE(link.until(Kind::Connected));
    broker.kill_at_once();
    REQUIRE(link.until(Kind::Disconnected));
    CHECK(link.last(Kind::Disconnected).cause.cause_class == CauseClass::Network);
    REQUIRE(broker.start());
    REQUIRE(link.until(Kind::Connected));
    REQUIRE(link.fence_passes());
    publish(broker.port(), "PUB a 1\r\nx\r\n");
    REQUIRE(link.until(Kind::Message));
    CHECK(link.last(Kind::Message).sid == 1);
    CHECK(link.client.stats().connects == 2);
}

TEST_CASE("RefusedCredentialsAreClassified") {
    BrokerProcess broker("authorization {\n  user: u\n  password: p\n}\n");
    REQUIRE(broker.start());
    nats::Options wrong;
    wrong.user = "u";
    wrong.password = "wrong";
    RealLink refused(broker.port(), wrong);
    REQUIRE(refused.client.subscribe("a").has_value());
    REQUIRE(refused.until(Kind::Disconnected));
    CHECK(refused.last(Kind::Disconnected).cause.cause_class == CauseClass::Authentication);
    CHECK(refused.last(Kind::Disconnected).cause.last_error == "Authorization Violation");
    // And again: it goes on trying.
    REQUIRE(refused.until(Kind::Disconnected));
    CHECK(refused.client.stats().dials >= 2);

    nats::Options right;
    right.user = "u";
    right.password = "p";
    RealLink accepted(broker.port(), right);
    CHECK(accepted.until(Kind::Connected));
}

TEST_CASE("ADeniedSubscriptionLandsOnItsSid") {
    BrokerProcess broker(
        "authorization {\n  users: [\n    {\n      user: u\n      password: p\n"
        "      permissions: {\n        subscribe: [\"/accounts/1/trades\"]\n      }\n    }\n  "
        "]\n}\n");
    REQUIRE(broker.start());
    nats::Options options;
    options.user = "u";
    options.password = "p";
    RealLink link(broker.port(), options);
    REQUIRE(link.client.subscribe("/accounts/1/trades").has_value());
    const nats::Sid denied = *link.client.subscribe("/accounts/2/\"trades\"");
    REQUIRE(link.until(Kind::Connected));
    if (link.last(Kind::Denied).kind != Kind::Denied) REQUIRE(link.until(Kind::Denied));
    CHECK(link.last(Kind::Denied).sid == denied);
    const nats::Sid grouped = *link.client.subscribe("b", "workers");
    REQUIRE(link.until(Kind::Denied));
    CHECK(link.last(Kind::Denied).sid == grouped);
    CHECK(link.client.connected());
}

TEST_CASE("TooBigAndMalformedLinesAreClassified") {
    BrokerProcess broker("max_payload: 1024\n");
    REQUIRE(broker.start());
    RealLink link(broker.port());
    REQUIRE(link.until(Kind::Connected));
    link.transport.write_raw("PUB a 2000\r\n");
    REQUIRE(link.until(Kind::Disconnected));
    CHECK(link.last(Kind::Disconnected).cause.cause_class == CauseClass::TooBig);

    REQUIRE(link.until(Kind::Connected));
    link.transport.write_raw("NONSENSE\r\n");
    REQUIRE(link.until(Kind::Disconnected));
    CHECK(link.last(Kind::Disconnected).cause.cause_class == CauseClass::Protocol);

    REQUIRE(link.until(Kind::Connected));
    link.transport.write_raw("SUB " + std::string(5'000, 's') + " 9\r\n");
    REQUIRE(link.until(Kind::Disconnected));
    CHECK(link.last(Kind::Disconnected).cause.cause_class == CauseClass::TooBig);
    CHECK(link.until(Kind::Connected));
}

TEST_CASE("TooManyConnectionsAreClassified") {
    BrokerProcess broker("max_connections: 1\n");
    REQUIRE(broker.start());
    RealLink first(broker.port());
    REQUIRE(first.until(Kind::Connected));
    RealLink second(broker.port());
    REQUIRE(second.until(Kind::Disconnected));
    CHECK(second.last(Kind::Disconnected).cause.cause_class == CauseClass::Limit);
}

TEST_CASE("TheLameDuckIsHeard") {
    BrokerProcess broker("lame_duck_duration: \"30s\"\nlame_duck_grace_period: \"1s\"\n");
    REQUIRE(broker.start());
    RealLink link(broker.port());
    REQUIRE(link.until(Kind::Connected));
    broker.signal(SIGUSR2);
    CHECK(link.until(Kind::LameDuck));
    CHECK(link.client.server_info().lame_duck);
}

TEST_CASE("AMalformedSubjectThatSlippedThroughKeepsTheConnection") {
    BrokerProcess broker;
    REQUIRE(broker.start());
    RealLink link(broker.port());
    REQUIRE(link.until(Kind::Connected));
    link.transport.write_raw("SUB a..b 77\r\n");
    REQUIRE(link.until(Kind::ServerError));
    CHECK(link.last(Kind::ServerError).text == "Invalid Subject");
    CHECK(link.fence_passes());
}

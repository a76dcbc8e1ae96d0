// The client against a real nats-server over TCP: what the scripted tests assume, observed.
#include <doctest/doctest.h>
#include <signal.h>

#include <string>

#include "nats/client.h"
#include "nats/headers.h"
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

TEST_CASE("PublishesRequestsAndAnswersGoThroughARealBroker") {
    BrokerProcess broker;
    REQUIRE(broker.start());
    RealLink link(broker.port());
    REQUIRE(link.client.subscribe("service").has_value());
    REQUIRE(link.client.subscribe("sink").has_value());
    REQUIRE(link.until(Kind::Connected));

    nats::HeaderWriter headers;
    REQUIRE(headers.add("Key", "Soci\xC3\xA9t\xC3\xA9"));
    const std::string big(1024 * 1024 - headers.block().size(), 'b');
    REQUIRE(link.client.publish("sink", big, {}, headers.block()).has_value());
    REQUIRE(link.until(Kind::Message));
    CHECK(link.last(Kind::Message).payload == big);
    CHECK(link.last(Kind::Message).headers == headers.block());

    const auto answered = link.client.request("service", "?", 5 * kSecondUs, real_now());
    REQUIRE(answered.has_value());
    REQUIRE(link.until(Kind::Message));
    REQUIRE(link.client.publish(link.last(Kind::Message).reply, "!").has_value());
    REQUIRE(link.until(Kind::Reply));
    CHECK(link.last(Kind::Reply).request == *answered);
    CHECK(link.last(Kind::Reply).payload == "!");

    const MonotonicUs asked_at = real_now();
    REQUIRE(link.client.request("nobody.there", "?", 60 * kSecondUs, asked_at).has_value());
    REQUIRE(link.until(Kind::RequestFailed));
    CHECK(link.last(Kind::RequestFailed).failure == nats::RequestFailure::NoResponders);
    CHECK(real_now() - asked_at < 2 * kSecondUs);

    REQUIRE(link.client.request("sink", "?", 100 * kMillisecondUs, real_now()).has_value());
    REQUIRE(link.until(Kind::RequestFailed));
    CHECK(link.last(Kind::RequestFailed).failure == nats::RequestFailure::Timeout);
    REQUIRE(link.fence_passes());
    CHECK(link.client.confirmed_publish() == 2);
}

TEST_CASE("ADeniedRequestFailsAtOnceAtARealBroker") {
    BrokerProcess broker(
        "authorization {\n  users: [\n    {\n      user: u\n      password: p\n"
        "      permissions: {\n        publish: [\"open\"]\n        subscribe: [\"_INBOX.>\"]\n"
        "      }\n    }\n  ]\n}\n");
    REQUIRE(broker.start());
    nats::Options options;
    options.user = "u";
    options.password = "p";
    RealLink link(broker.port(), options);
    REQUIRE(link.until(Kind::Connected));
    REQUIRE(link.client.request("secret", "?", 60 * kSecondUs, real_now()).has_value());
    REQUIRE(link.until(Kind::RequestFailed));
    CHECK(link.last(Kind::RequestFailed).failure == nats::RequestFailure::Denied);
    REQUIRE(link.client.publish("secret", "x").has_value());
    REQUIRE(link.until(Kind::ServerError));
}

TEST_CASE("ARealBrokerCountsAndDrainsAsWeDo") {
    BrokerProcess broker;
    REQUIRE(broker.start());
    RealLink link(broker.port());
    const nats::Sid three = *link.client.subscribe("a");
    const nats::Sid grouped = *link.client.subscribe("b", "workers");
    const nats::Sid also_grouped = *link.client.subscribe("b", "workers");
    link.client.unsubscribe_after(three, 3);
    REQUIRE(link.until(Kind::Connected));
    REQUIRE(link.client.publish("a", "1").has_value());
    REQUIRE(link.until(Kind::Message));
    broker.kill_at_once();
    REQUIRE(link.until(Kind::Disconnected));
    REQUIRE(broker.start());
    REQUIRE(link.until(Kind::Connected));
    for (int i = 0; i < 4; ++i) REQUIRE(link.client.publish("a", "x").has_value());
    REQUIRE(link.fence_passes());
    CHECK(link.last(Kind::SubscriptionEnded).sid == three);
    CHECK(link.client.stats().messages_in == 3);
    CHECK(link.client.stats().unknown_sid == 0);

    // One of a queue group gets each message.
    for (int i = 0; i < 10; ++i) REQUIRE(link.client.publish("b", "x").has_value());
    REQUIRE(link.fence_passes());
    CHECK(link.client.stats().messages_in == 13);
    link.client.drain_subscription(grouped, real_now());
    REQUIRE(link.until(Kind::SubscriptionEnded));
    CHECK(link.last(Kind::SubscriptionEnded).sid == grouped);
    REQUIRE(link.client.publish("b", "last").has_value());
    link.client.drain_and_close(real_now());
    REQUIRE(link.until(Kind::Closed));
    CHECK(link.last(Kind::SubscriptionEnded).sid == also_grouped);
    CHECK(link.client.confirmed_publish() == 16);
}

TEST_CASE("ARealBrokersNonceIsHandedOutAndABadSignatureIsARefusal") {
    const std::string nkey = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";
    BrokerProcess broker("authorization {\n  users: [ { nkey: " + nkey + " } ]\n}\n");
    REQUIRE(broker.start());
    nats::Options options;
    options.nkey = nkey;
    options.sign_nonce = true;
    RealLink link(broker.port(), options);
    REQUIRE(link.until(Kind::SignatureNeeded));
    CHECK(link.last(Kind::SignatureNeeded).text.size() > 10);
    const std::string signature(86, 'A');  // 64 zero bytes
    link.client.provide_signature(link.last(Kind::SignatureNeeded).generation, {signature, {}, {}},
                                  real_now());
    REQUIRE(link.until(Kind::Disconnected));
    CHECK(link.last(Kind::Disconnected).cause.cause_class == CauseClass::Authentication);
    CHECK(link.last(Kind::Disconnected).cause.phase == nats::Phase::AwaitPong);
    CHECK(link.client.servers()[0].auth_failures == 1);
}

TEST_CASE("CredentialsOfAProviderAreTaken") {
    BrokerProcess broker("authorization {\n  token: t0ken\n}\n");
    REQUIRE(broker.start());
    nats::Options options;
    options.ask_credentials = true;
    RealLink link(broker.port(), options);
    nats::Credentials credentials;
    for (const char* token : {"wrong", "t0ken"}) {
        REQUIRE(link.until(Kind::CredentialsNeeded));
        credentials.token = token;
        link.client.provide_credentials(link.last(Kind::CredentialsNeeded).generation, credentials,
                                        real_now());
        if (credentials.token == "wrong") REQUIRE(link.until(Kind::Disconnected));
    }
    CHECK(link.until(Kind::Connected));
}

TEST_CASE("ALameDuckIsLeftForAnotherBroker") {
    BrokerProcess duck("lame_duck_duration: \"60s\"\nlame_duck_grace_period: \"20s\"\n");
    REQUIRE(duck.start());
    nats::Options options;
    options.servers = {"the duck", "another"};
    options.randomize_servers = false;
    RealLink link(duck.port(), options);
    REQUIRE(link.until(Kind::Connected));
    duck.signal(SIGUSR2);
    REQUIRE(link.until(Kind::LameDuck));
    REQUIRE(link.transport.serve_until(Kind::Disconnected, 9'000));
    CHECK(link.last(Kind::Disconnected).cause.cause_class == CauseClass::Shutdown);
    CHECK(link.last(Kind::Disconnected).cause.server == "the duck");
}

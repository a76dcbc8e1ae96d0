// An ordered consumer allocates nothing per message in steady state: operator new is counted.
#include <doctest/doctest.h>

#include <cstdio>
#include <ctime>
#include <string>

#include "support/count_allocations.h"
#include "support/scripted_jetstream.h"

using namespace nats_blotter;
using Kind = nats::JetStreamEvent::Kind;

TEST_CASE("AnOrderedConsumerAllocatesNothingPerMessage") {
    tests::ScriptedJetStream server;
    nats::OrderedConsumerOptions options;
    options.stream = "S";
    const auto id = server.jetstream.consume(options, server.clock.now());
    REQUIRE(server.answers_info(1, 1));
    REQUIRE(server.answers_create(1, 0));
    server.message(1, 1, 0);
    const nats::OrderedConsumer& consumer = *server.jetstream.consumer(*id);
    const std::string& name = consumer.server_name();

    // A message of 149 bytes with its reply subject; a heartbeat now and then.
    constexpr int kMessages = 200'000;
    const std::string payload(149, 'x');
    const std::string heartbeat_start = "NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: ";
    const std::string sid = std::to_string(server.consumer_sid());
    std::string wire;
    for (int i = 2; i <= kMessages + 1; ++i) {
        const std::string number = std::to_string(i);
        wire += "MSG s.a " + sid + " $JS.ACK.S." + name + ".1." + number + "." + number +
                ".1784737884468000000.0 149\r\n" + payload + "\r\n";
        if (i % 100 != 0) continue;
        const std::string headers =
            heartbeat_start + number + "\r\nNats-Last-Stream: " + number + "\r\n\r\n";
        const std::string size = std::to_string(headers.size());
        wire += "HMSG d " + sid + " " + size + " " + size + "\r\n" + headers + "\r\n";
    }
    std::size_t told = 0;
    std::size_t before = 0;
    std::clock_t start = 0;
    constexpr std::size_t kPiece = 65'536;
    std::size_t pieces = 0;
    for (std::string_view rest = wire; !rest.empty(); ++pieces) {
        if (pieces == 10) {  // the buffers have found their size
            before = tests::allocation_count();
            start = std::clock();
            told = 0;
        }
        const std::string_view part = rest.substr(0, kPiece);
        rest.remove_prefix(part.size());
        server.client.receive(server.generation(), part, server.clock.now());
        for (;;) {
            const nats::Event event = server.client.next_event(server.clock.now());
            if (event.kind == nats::Event::Kind::NeedMore) break;
            server.jetstream.take(event, server.clock.now());
            for (;;) {
                const nats::JetStreamEvent js_event = server.jetstream.next_event();
                if (js_event.kind == Kind::None) break;
                if (js_event.kind == Kind::Message) ++told;
            }
        }
    }
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    CHECK(tests::allocation_count() == before);
    CHECK(consumer.stats().messages == kMessages + 1);
    CHECK(consumer.stats().heartbeats > 1'000);
    std::printf("ordered consumer: %.0f ns/message\n", seconds * 1e9 / static_cast<double>(told));
}

// Receiving allocates nothing per message in steady state: the global operator new is counted.
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <new>
#include <string>

#include "support/scripted_broker.h"

namespace {

std::size_t g_allocations = 0;

void* counted(std::size_t bytes) {
    ++g_allocations;
    void* memory = std::malloc(bytes == 0 ? 1 : bytes);
    if (memory == nullptr) std::abort();
    return memory;
}

}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new[](std::size_t bytes) { return counted(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

using namespace nats_blotter;
using Kind = nats::Event::Kind;

namespace {

// Receives `rounds` times `wire` in pieces and counts the messages.
std::size_t receive_all(tests::ScriptedBroker& broker, const std::string& wire, std::size_t piece,
                        int rounds) {
    std::size_t messages = 0;
    for (int round = 0; round < rounds; ++round) {
        for (std::string_view rest = wire; !rest.empty();) {
            const std::string_view part = rest.substr(0, piece);
            rest.remove_prefix(part.size());
            broker.client.receive(broker.generation(), part, broker.clock.now());
            for (;;) {
                const nats::Event event = broker.client.next_event(broker.clock.now());
                if (event.kind == Kind::NeedMore) break;
                if (event.kind == Kind::Message) ++messages;
            }
            broker.client.consume_output(broker.client.pending_output().size());
        }
    }
    return messages;
}

}  // namespace

TEST_CASE("SteadyStateAllocatesNothingPerMessage") {
    tests::ScriptedBroker broker;
    broker.client.start(broker.clock.now());
    REQUIRE(broker.client.subscribe("/accounts/22214/trades").has_value());
    broker.accept();
    REQUIRE(broker.client.connected());

    // 187 bytes on the wire, as in the peers' measurements, and an answered PING now and then.
    const std::string payload(149, 'x');
    std::string wire;
    for (int i = 0; i < 1'000; ++i) {
        wire += "MSG /accounts/22214/trades 1 149\r\n" + payload + "\r\n";
        if (i % 100 == 0) wire += "PING\r\n";
    }
    for (const std::size_t piece : {std::size_t{4096}, std::size_t{65536}, wire.size()}) {
        CAPTURE(piece);
        receive_all(broker, wire, piece, 2);  // the buffer finds its size
        const std::size_t before = g_allocations;
        const std::clock_t start = std::clock();  // of this process: other load does not count
        const std::size_t messages = receive_all(broker, wire, piece, 200);
        const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
        CHECK(messages == 200'000);
        CHECK(g_allocations == before);
        std::printf("receive: %.0f ns/message in pieces of %zu bytes\n", seconds * 1e9 / 200'000,
                    piece);
    }
}

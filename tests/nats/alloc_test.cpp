// Receiving allocates nothing per message in steady state: the global operator new is counted.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <new>
#include <string>

#include "nats/delivery_queue.h"
#include "support/scripted_broker.h"

namespace {

std::size_t g_allocations = 0;
std::size_t g_live_bytes = 0;
std::size_t g_peak_bytes = 0;

// Each block remembers its size in front of itself.
constexpr std::size_t kFrontBytes = alignof(std::max_align_t);

void* counted(std::size_t bytes) {
    ++g_allocations;
    g_live_bytes += bytes;
    g_peak_bytes = std::max(g_peak_bytes, g_live_bytes);
    char* const memory = static_cast<char*>(std::malloc(bytes + kFrontBytes));
    if (memory == nullptr) std::abort();
    std::memcpy(memory, &bytes, sizeof bytes);
    return memory + kFrontBytes;
}

void forget(void* memory) {
    if (memory == nullptr) return;
    char* const front = static_cast<char*>(memory) - kFrontBytes;
    std::size_t bytes = 0;
    std::memcpy(&bytes, front, sizeof bytes);
    g_live_bytes -= bytes;
    std::free(front);
}

}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new[](std::size_t bytes) { return counted(bytes); }
void operator delete(void* memory) noexcept { forget(memory); }
void operator delete[](void* memory) noexcept { forget(memory); }
void operator delete(void* memory, std::size_t) noexcept { forget(memory); }
void operator delete[](void* memory, std::size_t) noexcept { forget(memory); }

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

// e-8: 100,000 messages of 1000 bytes into a paused view stay within its limit, what is lost is
// counted and told once; a conflated one keeps the latest price of each key.
TEST_CASE("E8BoundedMemoryExplicitLoss") {
    constexpr std::uint64_t kMessages = 100'000;
    constexpr std::uint64_t kKeys = 500;
    for (const nats::WhenFull when_full :
         {nats::WhenFull::DropOldest, nats::WhenFull::DropNewest, nats::WhenFull::Conflate}) {
        tests::ScriptedBroker broker;
        broker.client.start(broker.clock.now());
        const nats::Sid sid = *broker.client.subscribe("pricing.*");
        broker.accept();
        nats::DeliveryQueue paused;
        nats::DeliveryLimits limits;
        limits.bytes_max = 4 * 1024 * 1024;
        limits.when_full = when_full;
        paused.open(sid, limits);

        std::string wire(1'100, ' ');
        broker.sends("PING\r\n");
        const std::size_t before = g_live_bytes;
        g_peak_bytes = before;
        for (std::uint64_t i = 0; i < kMessages; ++i) {
            std::string payload = std::to_string(i);
            payload.resize(1'000, ' ');
            wire.assign("MSG pricing.").append(std::to_string(i % kKeys)).append(" 1 1000\r\n");
            wire.append(payload).append("\r\n");
            broker.client.receive(broker.generation(), wire, broker.clock.now());
            const nats::Event event = broker.client.next_event(broker.clock.now());
            REQUIRE(event.kind == Kind::Message);
            paused.push(sid, event);
        }
        const std::size_t growth = g_peak_bytes - before;
        std::printf("paused view: heap grew by %zu of %zu bytes\n", growth, limits.bytes_max);
        CHECK(growth <= limits.bytes_max);

        const nats::LaneStats& stats = paused.stats(sid);
        const bool conflates = when_full == nats::WhenFull::Conflate;
        CHECK(stats.pushed == kMessages);
        CHECK(stats.dropped + stats.conflated + paused.waiting(sid) == kMessages);
        CHECK(paused.next_lagging().has_value() == !conflates);
        CHECK_FALSE(paused.next_lagging());
        CHECK((stats.dropped > 0) != conflates);
        std::uint64_t kept = 0;
        while (const auto delivery = paused.pop(sid)) {
            const std::uint64_t number = std::strtoull(delivery->payload().data(), nullptr, 10);
            if (when_full == nats::WhenFull::DropNewest) CHECK(number == kept);
            if (conflates) CHECK(number >= kMessages - kKeys);
            if (when_full == nats::WhenFull::DropOldest) CHECK(number >= kMessages - 4'200);
            ++kept;
        }
        if (conflates) CHECK(kept == kKeys);
    }
}

// From the socket's bytes to the cells nothing is allocated per event in steady state: the global
// operator new is counted, natively and as WebAssembly.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string>

#include "session/session.h"
#include "support/count_allocations.h"

using namespace nats_blotter;

namespace {

constexpr int kTrades = 5'000;
constexpr int kSecurities = 500;
constexpr EpochMs kStart = 1'767'225'600'000;  // 2026-01-01

// A session with a broker and services that say just enough.
class World {
  public:
    World() : session_(options()) {
        session_.start(now_);
        session_.set_scope(22214, now_);
        while (session_.status() != session::Status::Live) {
            now_ += kMillisecondUs;
            if (session_.next_deadline() <= now_) session_.on_deadline(now_);
            serve();
        }
        // The read after the commit lag, so that nothing is left to do but the stream.
        for (int i = 0; i < 5'000; ++i) {
            now_ += kMillisecondUs;
            if (session_.next_deadline() <= now_) session_.on_deadline(now_);
            serve();
        }
    }

    // As web/ws_transport.cpp and web/pump.cpp do, with a frame after each piece.
    void receive(std::string_view wire, std::size_t piece_bytes) {
        nats::Client& link = session_.link();
        while (!wire.empty()) {
            const std::string_view piece = wire.substr(0, piece_bytes);
            wire.remove_prefix(piece.size());
            const std::span<char> tail = link.prepare(generation_, piece.size());
            REQUIRE(tail.size() == piece.size());
            std::copy(piece.begin(), piece.end(), tail.begin());
            link.commit(generation_, piece.size(), now_);
            while (session_.pump(now_, kStart + now_ / kMillisecondUs, 64)) {
            }
            link.consume_output(link.pending_output().size());
            if (session_.next_deadline() <= now_) session_.on_deadline(now_);
            session_.refresh_views();
            now_ += 16 * kMillisecondUs;
        }
    }

    session::Stats stats() const { return session_.stats(now_); }
    session::Session& session() { return session_; }

  private:
    static session::Options options() {
        session::Options made;
        made.profile = feed::traderx_profile(feed::SubjectChoice::Slash);
        return made;
    }

    void serve() {
        nats::Client& link = session_.link();
        while (session_.pump(now_, 0, 64)) {
        }
        for (;;) {
            const session::Action action = session_.next_action();
            if (action.kind == session::Action::Kind::None) break;
            if (action.kind == session::Action::Kind::Fetch) {
                session_.on_fetch_bytes(action.fetch, "[]", now_);
                session_.on_fetch_end(action.fetch, 200, {}, now_);
            }
            if (action.kind != session::Action::Kind::Dial) continue;
            generation_ = action.generation;
            link.on_open(generation_, now_);
            link.receive(generation_,
                         "INFO {\"server_id\":\"X\",\"max_payload\":1048576,\"proto\":1}\r\n",
                         now_);
        }
        const std::string output(link.pending_output());
        link.consume_output(output.size());
        for (std::size_t at = 0; (at = output.find("PING\r\n", at)) != std::string::npos; at += 6)
            link.receive(generation_, "PONG\r\n", now_);
    }

    session::Session session_;
    MonotonicUs now_ = kSecondUs;
    nats::Generation generation_ = 0;
};

// One round of events, as trade-processor makes them: of three, two of trades in their two states
// and one of a position. `step` makes times and quantities move. Padded, so that rounds are alike.
std::string make_wire(int step, int states) {
    std::string wire;
    char text[512];
    const auto message = [&wire](const char* subject, int sid, const char* payload, int bytes) {
        char head[64];
        std::snprintf(head, sizeof head, "MSG %s %d %d\r\n", subject, sid, bytes);
        wire.append(head).append(payload, static_cast<std::size_t>(bytes)).append("\r\n");
    };
    for (int i = 0; i < kTrades; ++i) {
        const long long updated = kStart + 1000ll * step + i;
        for (int state = 0; state < states; ++state) {
            const int bytes = std::snprintf(
                text, sizeof text,
                R"({"topic":"/accounts/22214/trades","payload":)"
                R"({"id":"0f3a66d2-77aa-4c1e-%04d-%012d","accountId":22214,"security":"S%03d",)"
                R"("side":"%s","state":"%s","quantity":%d,"updated":%lld,"created":%lld},)"
                R"("date":%lld,"from":"trade-processor","type":"T"})",
                i % 10'000, i, i % kSecurities, i % 2 ? "Buy" : "Sell",
                state == 0 ? "Processing" : "Settled", 100 + (i + step) % 900, updated + state,
                static_cast<long long>(kStart), updated);
            message("/accounts/22214/trades", 1, text, bytes);
        }
        const int bytes =
            std::snprintf(text, sizeof text,
                          R"({"topic":"/accounts/22214/positions","payload":)"
                          R"({"accountId":22214,"security":"S%03d","quantity":%d,"updated":%lld},)"
                          R"("date":%lld,"from":"trade-processor","type":"P"})",
                          i % kSecurities, 100'000 + (i + step) % 900, updated, updated);
        message("/accounts/22214/positions", 2, text, bytes);
    }
    return wire;
}

}  // namespace

TEST_CASE("SteadyStateAllocatesNothingFromSocketToCell") {
    World world;
    constexpr int kRounds = 12;
    std::uint64_t events = 0;
    for (const std::size_t piece : {std::size_t{4096}, std::size_t{65'536}, std::size_t{262'144}}) {
        CAPTURE(piece);
        std::string wires[kRounds];
        for (int round = 0; round < kRounds; ++round)
            wires[round] = make_wire(static_cast<int>(events / 1000) + round, 2);
        // All rows are there and every buffer has its size.
        for (int round = 0; round < kRounds - 3; ++round) world.receive(wires[round], piece);
        const std::size_t before = tests::allocation_count();
        const std::uint64_t conflated = world.stats().conflated;
        const std::clock_t start = std::clock();  // of this process: other load does not count
        for (int round = kRounds - 3; round < kRounds; ++round) world.receive(wires[round], piece);
        const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
        const std::size_t allocations = tests::allocation_count() - before;
        events += std::uint64_t{kRounds} * kTrades * 3;
        CHECK(world.stats().events == events);
        std::printf("socket to cell: %.0f ns/event in pieces of %zu bytes, %zu allocations\n",
                    seconds * 1e9 / (3.0 * kTrades * 3), piece, allocations);
        CHECK(allocations == 0);
        // Both states of a trade within one piece are one change to the view.
        CHECK(world.stats().conflated > conflated);
    }
    CHECK(world.session().table(0).row_count() == kTrades);
    CHECK(world.session().table(1).row_count() == kSecurities);
    CHECK(world.stats().rejects == decltype(world.stats().rejects){});
}

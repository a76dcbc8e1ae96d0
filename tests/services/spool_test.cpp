// A list of any length costs a bounded amount of memory, and is the same to its reader; all lists
// together cost a bounded amount of disk.
#include "services/spool.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "services/error_bodies.h"
#include "services/position_service.h"
#include "services/record_json.h"
#include "services/storage_sqlite.h"

using namespace nats_blotter::services;

namespace {

std::string all_of(const Spool& spool) {
    std::string text;
    std::array<char, 1000> place;
    while (true) {
        const std::string_view piece = spool.read(text.size(), place.data(), place.size());
        if (piece.empty()) return text;
        text.append(piece);
    }
}

// Of `bytes` bytes, and different at every place.
std::string text_of(std::size_t bytes) {
    std::string text;
    while (text.size() < bytes) text.append(std::to_string(text.size())).push_back(' ');
    text.resize(bytes);
    return text;
}

int free_port() {
    const int probe = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    void* const at = &address;
    REQUIRE(bind(probe, static_cast<sockaddr*>(at), length) == 0);
    REQUIRE(getsockname(probe, static_cast<sockaddr*>(at), &length) == 0);
    close(probe);
    return ntohs(address.sin_port);
}

// A server on a free port with the routes of position-service.
std::unique_ptr<HttpServer> position_service(Storage& storage, SpoolRoom& room) {
    for (int tries = 0; tries < 20; ++tries) {
        HttpSettings settings;
        settings.name = "position-service";
        settings.listen_address = "127.0.0.1";
        settings.port = free_port();
        settings.thread_count = 2;
        auto server = std::make_unique<HttpServer>(settings, spring_error_for);
        if (!server->bind()) continue;
        add_position_service_routes(*server, storage, room);
        server->serve();
        return server;
    }
    FAIL("no free port");
    return nullptr;
}

struct Answer {
    std::string head;
    std::string body;
};

// A connection that has asked and has read nothing yet; little of an answer fits into it.
int asked(int port, const std::string& request_line) {
    const int connection = socket(AF_INET, SOCK_STREAM, 0);
    const int receive_bytes = 4096;
    REQUIRE(setsockopt(connection, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes) ==
            0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const void* const at = &address;
    REQUIRE(connect(connection, static_cast<const sockaddr*>(at), sizeof address) == 0);
    const std::string request = request_line + "\r\nHost: a\r\nConnection: close\r\n\r\n";
    REQUIRE(send(connection, request.data(), request.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(request.size()));
    return connection;
}

Answer answer_of(int connection) {
    std::string text;
    std::array<char, 64 * 1024> piece;
    for (ssize_t got = 1; got > 0;) {
        got = recv(connection, piece.data(), piece.size(), 0);
        if (got > 0) text.append(piece.data(), static_cast<std::size_t>(got));
    }
    close(connection);
    const std::size_t end = text.find("\r\n\r\n");
    REQUIRE(end != std::string::npos);
    return {text.substr(0, end + 2), text.substr(end + 4)};
}

Answer ask(int port, const std::string& request_line) {
    return answer_of(asked(port, request_line));
}

// What /actuator/prometheus says of this name.
std::int64_t counted(int port, const std::string& name) {
    const Answer answer = ask(port, "GET /actuator/prometheus HTTP/1.1");
    const std::size_t at = answer.body.find("\n" + name + " ");
    REQUIRE(at != std::string::npos);
    return std::stoll(answer.body.substr(at + name.size() + 2));
}

// A database with so many trades of account 22214 that their list, `wanted`, leaves the memory.
class ManyTrades {
  public:
    static constexpr std::size_t kOrders = 64 * kBookingBatchMax;

    ManyTrades() : storage(open_sqlite_storage(file_)) {
        std::vector<Order> orders(kBookingBatchMax);
        for (Order& order : orders) {
            order.account_id = 22214;
            order.security = "IBM";
            order.side = Side::Buy;
            order.quantity = 1;
        }
        for (std::size_t booked = 0; booked < kOrders; booked += orders.size())
            storage->book(orders, "test", 1'780'000'000'000);
        wanted = "[";
        storage->visit_trades(22214, [this](const Trade& trade) {
            if (wanted.size() > 1) wanted.push_back(',');
            append_trade(wanted, trade);
        });
        wanted.push_back(']');
        REQUIRE(wanted.size() > 2 * kSpoolMemoryBytesMax);
    }
    ~ManyTrades() {
        storage.reset();
        for (const char* suffix : {"", "-wal", "-shm"}) std::remove((file_ + suffix).c_str());
    }

  private:
    const std::string file_ = "/tmp/nb_spool_test." + std::to_string(getpid());

  public:
    std::unique_ptr<Storage> storage;
    std::string wanted;
};

}  // namespace

TEST_CASE("AShortTextStaysInMemory") {
    SpoolRoom room(0);
    Spool spool(room);
    const std::string text = text_of(kSpoolMemoryBytesMax);
    spool.append(text.substr(0, 10));
    spool.append(text.substr(10));
    spool.finish();
    CHECK(spool.in_memory());
    CHECK(spool.size() == kSpoolMemoryBytesMax);
    CHECK(spool.text() == text);
}

TEST_CASE("ALongTextLeavesTheMemory") {
    const std::string text = text_of(3 * kSpoolMemoryBytesMax + 17);
    for (const std::size_t piece : {std::size_t{199}, kSpoolMemoryBytesMax, text.size()}) {
        SpoolRoom room;
        Spool spool(room);
        for (std::size_t at = 0; at < text.size(); at += piece)
            spool.append(std::string_view(text).substr(at, piece));
        spool.finish();
        CHECK_FALSE(spool.in_memory());
        CHECK(spool.size() == text.size());
        CHECK(all_of(spool) == text);
    }
    CHECK(Spool::memory_bytes_peak() <= kSpoolMemoryBytesMax);
}

TEST_CASE("AListOfManyTradesIsTheSameWithBoundedMemory") {
    const ManyTrades many;
    const std::string& wanted = many.wanted;
    {
        SpoolRoom room;
        const std::unique_ptr<HttpServer> server = position_service(*many.storage, room);
        const int port = server->settings().port;
        const Answer whole = ask(port, "GET /trades/22214 HTTP/1.1");
        CHECK(whole.body == wanted);
        const std::string length = "Content-Length: " + std::to_string(wanted.size()) + "\r\n";
        CHECK(whole.head.find(length) != std::string::npos);
        CHECK(whole.head.find("chunked") == std::string::npos);
        CHECK(whole.head.find("Content-Type: application/json\r\n") != std::string::npos);
        // Three are there from the start.
        const std::string rows = std::to_string(ManyTrades::kOrders + 3);
        CHECK(whole.head.find("; rows=" + rows + "-" + rows + "\r\n") != std::string::npos);
        const Answer head = ask(port, "HEAD /trades/22214 HTTP/1.1");
        CHECK(head.body.empty());
        CHECK(head.head.find(length) != std::string::npos);
        CHECK(ask(port, "GET /trades/22214 HTTP/1.0").body == wanted);
        // Without a place for it the answer is an error, and the service goes on.
        const char* const before = std::getenv("TMPDIR");
        const std::string folder = before == nullptr ? "/tmp" : before;
        setenv("TMPDIR", "/nowhere/at/all", 1);
        CHECK(ask(port, "GET /trades/22214 HTTP/1.1").head.starts_with("HTTP/1.1 500 "));
        setenv("TMPDIR", folder.c_str(), 1);
        CHECK(ask(port, "GET /trades/22214 HTTP/1.1").body == wanted);
        // One that is cut short of the limit is as ever.
        const Answer few = ask(port, "GET /trades/22214?limit=2 HTTP/1.1");
        CHECK(few.head.find("; cut=2\r\n") != std::string::npos);
        CHECK(wanted.compare(0, few.body.size() - 1, few.body, 0, few.body.size() - 1) == 0);
    }
    CHECK(Spool::memory_bytes_peak() <= kSpoolMemoryBytesMax);
}

TEST_CASE("SpoolsShareTheirRoomAndGiveItBack") {
    const std::string text = text_of(kSpoolMemoryBytesMax + 1);
    SpoolRoom room(3 * text.size() - 1);
    std::array<std::unique_ptr<Spool>, 3> spools;
    for (auto& spool : spools) {
        spool = std::make_unique<Spool>(room);
        spool->append(text);
    }
    CHECK(room.bytes() == 3 * kSpoolMemoryBytesMax);
    spools[0]->finish();
    spools[1]->finish();
    CHECK(room.bytes() == 3 * text.size() - 1);
    CHECK(room.refused_count() == 0);
    bool full = false;
    try {
        spools[2]->finish();
    } catch (const SpoolFull&) {
        full = true;
    }
    CHECK(full);
    CHECK(room.refused_count() == 1);
    CHECK(room.bytes() == 3 * text.size() - 1);
    spools[2].reset();
    CHECK(room.bytes() == 2 * text.size());
    // What the others have is untouched.
    for (const std::size_t index : {0U, 1U}) CHECK(all_of(*spools[index]) == text);
    spools = {};
    CHECK(room.bytes() == 0);
}

TEST_CASE("SpoolsOfManyThreadsNeverTakeMoreThanTheRoom") {
    constexpr std::size_t kBytesMax = 1000;
    SpoolRoom room(kBytesMax);
    std::atomic<bool> kept{true};
    std::vector<std::thread> threads;
    for (std::size_t piece = 301; piece < 305; ++piece) {
        threads.emplace_back([&room, &kept, piece] {
            for (int turn = 0; turn < 10'000; ++turn) {
                if (!room.take(piece)) continue;
                if (room.bytes() < piece || room.bytes() > kBytesMax) kept = false;
                room.give_back(piece);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(kept);
    CHECK(room.bytes() == 0);
}

TEST_CASE("AListWithoutRoomIsRefusedInWordsAndNothingOfItIsSent") {
    const ManyTrades many;
    SpoolRoom room(many.wanted.size() + kSpoolMemoryBytesMax);
    const std::unique_ptr<HttpServer> server = position_service(*many.storage, room);
    const int port = server->settings().port;
    const std::string request = "GET /trades/22214 HTTP/1.1";

    auto of_another = std::make_unique<Spool>(room);  // who has not taken it yet
    of_another->append(many.wanted);
    of_another->finish();
    CHECK(counted(port, "traderx_list_file_bytes") ==
          static_cast<std::int64_t>(many.wanted.size()));
    CHECK(counted(port, "traderx_list_file_bytes_max") ==
          static_cast<std::int64_t>(room.bytes_max()));
    CHECK(counted(port, "traderx_lists_refused_total") == 0);
    for (const char* path : {"GET /trades/22214 HTTP/1.1", "GET /trades/ HTTP/1.1"}) {
        const Answer refused = ask(port, path);
        CHECK(refused.head.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
        CHECK(refused.head.find("Retry-After: 1\r\n") != std::string::npos);
        CHECK(refused.head.find("X-Since") == std::string::npos);
        const std::string length =
            "Content-Length: " + std::to_string(refused.body.size()) + "\r\n";
        CHECK(refused.head.find(length) != std::string::npos);
        CHECK(refused.body.starts_with("The lists that others are being sent leave no room"));
        CHECK(refused.body.find(std::to_string(room.bytes_max()) + " bytes") != std::string::npos);
    }
    CHECK(counted(port, "traderx_lists_refused_total") == 2);
    // Short ones take no disk, and are answered as ever.
    CHECK(ask(port, "GET /trades/22214?limit=10 HTTP/1.1").head.starts_with("HTTP/1.1 200 "));
    CHECK(ask(port, "GET /positions/ HTTP/1.1").head.starts_with("HTTP/1.1 200 "));
    // Who was there first has his list whole, and then there is room again.
    CHECK(all_of(*of_another) == many.wanted);
    of_another.reset();
    CHECK(ask(port, request).body == many.wanted);
    CHECK(counted(port, "traderx_lists_refused_total") == 2);
}

TEST_CASE("WhoLeavesBeforeHisListIsSentGivesItsRoomBack") {
    const ManyTrades many;
    SpoolRoom room(many.wanted.size());
    const std::unique_ptr<HttpServer> server = position_service(*many.storage, room);
    const int port = server->settings().port;
    const int gone = asked(port, "GET /trades/22214 HTTP/1.1");
    char first = 0;
    REQUIRE(recv(gone, &first, 1, 0) == 1);
    close(gone);
    while (room.bytes() > 0) std::this_thread::yield();
    CHECK(ask(port, "GET /trades/22214 HTTP/1.1").body == many.wanted);
    CHECK(room.refused_count() == 0);
}

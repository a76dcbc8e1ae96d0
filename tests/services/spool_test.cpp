// A list of any length costs a bounded amount of memory, and is the same to its reader.
#include "services/spool.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

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
std::unique_ptr<HttpServer> position_service(Storage& storage) {
    for (int tries = 0; tries < 20; ++tries) {
        HttpSettings settings;
        settings.name = "position-service";
        settings.listen_address = "127.0.0.1";
        settings.port = free_port();
        settings.thread_count = 2;
        auto server = std::make_unique<HttpServer>(settings, spring_error_for);
        if (!server->bind()) continue;
        add_position_service_routes(*server, storage);
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

Answer ask(int port, const std::string& request_line) {
    const int connection = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const void* const at = &address;
    REQUIRE(connect(connection, static_cast<const sockaddr*>(at), sizeof address) == 0);
    const std::string request = request_line + "\r\nHost: a\r\nConnection: close\r\n\r\n";
    REQUIRE(send(connection, request.data(), request.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(request.size()));
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

}  // namespace

TEST_CASE("AShortTextStaysInMemory") {
    Spool spool;
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
        Spool spool;
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
    const std::string file = "/tmp/nb_spool_test." + std::to_string(getpid());
    std::unique_ptr<Storage> storage = open_sqlite_storage(file);
    constexpr std::size_t kOrders = 64 * kBookingBatchMax;
    std::vector<Order> orders(kBookingBatchMax);
    for (Order& order : orders) {
        order.account_id = 22214;
        order.security = "IBM";
        order.side = Side::Buy;
        order.quantity = 1;
    }
    for (std::size_t booked = 0; booked < kOrders; booked += orders.size())
        storage->book(orders, "test", 1'780'000'000'000);

    std::string wanted = "[";
    storage->visit_trades(22214, [&wanted](const Trade& trade) {
        if (wanted.size() > 1) wanted.push_back(',');
        append_trade(wanted, trade);
    });
    wanted.push_back(']');
    REQUIRE(wanted.size() > 2 * kSpoolMemoryBytesMax);
    {
        const std::unique_ptr<HttpServer> server = position_service(*storage);
        const int port = server->settings().port;
        const Answer whole = ask(port, "GET /trades/22214 HTTP/1.1");
        CHECK(whole.body == wanted);
        const std::string length = "Content-Length: " + std::to_string(wanted.size()) + "\r\n";
        CHECK(whole.head.find(length) != std::string::npos);
        CHECK(whole.head.find("chunked") == std::string::npos);
        CHECK(whole.head.find("Content-Type: application/json\r\n") != std::string::npos);
        const std::string rows = std::to_string(kOrders + 3);  // three are there from the start
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
    storage.reset();
    for (const char* suffix : {"", "-wal", "-shm"}) std::remove((file + suffix).c_str());
}

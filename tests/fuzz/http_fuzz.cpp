// Hunts: whatever bytes a connection brings, each service answers well-formed HTTP or closes, its
// bodies hold no raw control character, and it answers the next caller as before.
//
// An input is a byte that names the service, then the bytes of a connection.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/fuzz_check.h"
#include "services/account_service.h"
#include "services/error_bodies.h"
#include "services/http_server.h"
#include "services/people_service.h"
#include "services/position_service.h"
#include "services/reference_data.h"
#include "services/storage_sqlite.h"
#include "services/trade_service.h"

namespace {

using namespace nats_blotter::services;

// Inputs between two fresh databases, so that what they make does not pile up.
constexpr int kInputsOfOneDatabase = 2'000;

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int free_port() {
    const int probe = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    void* const at = &address;
    FUZZ_CHECK(bind(probe, static_cast<sockaddr*>(at), length) == 0);
    FUZZ_CHECK(getsockname(probe, static_cast<sockaddr*>(at), &length) == 0);
    close(probe);
    return ntohs(address.sin_port);
}

// All five services that answer HTTP by themselves, on one database. The broker is away.
class Services {
  public:
    Services() : folder_(make_folder()), storage_(open_sqlite_storage(folder_ + "/fuzz.db")) {
        add_reference_data_routes(add_server("reference-data", reference_data_errors(), false));
        add_people_service_routes(add_server("people-service", people_service_errors(), true));
        add_account_service_routes(add_server("account-service", spring_error_for, false),
                                   {*storage_, local_person_lookup(), nullptr});
        add_position_service_routes(add_server("position-service", spring_error_for, false),
                                    *storage_, room_);
        add_trade_service_routes(
            add_server("trade-service", spring_error_for, false),
            {bus_, local_ticker_lookup(), local_account_lookup(*storage_), "/trades", nullptr});
        for (const auto& server : servers_) server->serve();
    }
    ~Services() {
        servers_.clear();
        storage_.reset();
        for (const char* end : {"/fuzz.db", "/fuzz.db-wal", "/fuzz.db-shm"})
            unlink((folder_ + end).c_str());
        rmdir(folder_.c_str());
    }
    Services(const Services&) = delete;
    Services& operator=(const Services&) = delete;

    std::size_t count() const { return servers_.size(); }
    int port(std::size_t index) const { return servers_[index]->settings().port; }

  private:
    static std::string make_folder() {
        const char* base = std::getenv("TMPDIR");
        std::string folder = std::string(base ? base : "/tmp") + "/http-fuzz-XXXXXX";
        FUZZ_CHECK(mkdtemp(folder.data()) != nullptr);
        return folder;
    }

    HttpServer& add_server(const char* name, ErrorBody errors, bool ignore_case) {
        HttpSettings settings;
        settings.name = name;
        settings.listen_address = "127.0.0.1";
        settings.thread_count = 1;
        settings.paths_ignore_case = ignore_case;
        settings.allowed_origins = "http://one.example, http://two.example";
        // Another program may take the port in between.
        for (int tries = 0; tries < 20; ++tries) {
            settings.port = free_port();
            auto server = std::make_unique<HttpServer>(settings, errors);
            if (!server->bind()) continue;
            servers_.push_back(std::move(server));
            return *servers_.back();
        }
        nats_blotter::fuzz::broken(__FILE__, __LINE__, "a free port");
    }

    std::string folder_;
    std::unique_ptr<Storage> storage_;
    SpoolRoom room_;
    Bus bus_{{"nats://127.0.0.1:1", "", "", "fuzz"}};
    std::vector<std::unique_ptr<HttpServer>> servers_;
};

// An input that is not a whole request gets no answer, so its connection is ended after so long.
// Not at once: cpp-httplib answers nobody who has stopped sending.
constexpr int kSilenceMs = 20;

// libFuzzer's watch over hanging inputs is a signal, which interrupts whatever waits.
template <typename Call>
auto uninterrupted(Call&& call) {
    auto result = call();
    while (result < 0 && errno == EINTR) result = call();
    return result;
}

int connection_to(int port) {
    const int connection = socket(AF_INET, SOCK_STREAM, 0);
    FUZZ_CHECK(connection >= 0);
    const sockaddr_in address = loopback(port);
    const void* const at = &address;
    if (connect(connection, static_cast<const sockaddr*>(at), sizeof address) == 0)
        return connection;
    // An interrupted connect goes on by itself, and is not to be called again.
    if (errno != EINTR) std::perror("connect");
    FUZZ_CHECK(errno == EINTR);
    pollfd writable{connection, POLLOUT, 0};
    FUZZ_CHECK(uninterrupted([&] { return poll(&writable, 1, -1); }) == 1);
    int failure = 0;
    socklen_t length = sizeof failure;
    FUZZ_CHECK(getsockopt(connection, SOL_SOCKET, SO_ERROR, &failure, &length) == 0);
    FUZZ_CHECK(failure == 0);
    return connection;
}

// What the service says to these bytes.
std::string answer_to(int port, std::string_view bytes, bool is_whole) {
    const int connection = connection_to(port);
    // The service may have closed already: what it said is still to be read.
    while (!bytes.empty()) {
        const ssize_t sent = uninterrupted(
            [&] { return send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL); });
        if (sent <= 0) break;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    std::string answer;
    std::array<char, 16 * 1024> piece;
    bool ended = is_whole;
    while (true) {
        pollfd readable{connection, POLLIN, 0};
        if (!ended && uninterrupted([&] { return poll(&readable, 1, kSilenceMs); }) == 0) {
            ended = true;
            shutdown(connection, SHUT_WR);
        }
        const ssize_t got =
            uninterrupted([&] { return recv(connection, piece.data(), piece.size(), 0); });
        if (got <= 0) break;
        answer.append(piece.data(), static_cast<std::size_t>(got));
    }
    close(connection);
    return answer;
}

constexpr std::string_view kGoodRequests[] = {
    "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "GET /People/GetPerson?LogonId=user01 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "GET /account/22214 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "GET /positions/22214 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "GET /system/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
};

void check_answer(const std::string& answer) {
    if (answer.empty()) return;
    FUZZ_CHECK(answer.compare(0, 9, "HTTP/1.1 ") == 0 || answer.compare(0, 9, "HTTP/1.0 ") == 0);
    FUZZ_CHECK(answer.find("\r\n\r\n") != std::string::npos);
    // Nothing that a caller sent comes back unescaped.
    FUZZ_CHECK(std::none_of(answer.begin(), answer.end(), [](char c) {
        return c >= 0 && c < ' ' && c != '\r' && c != '\n' && c != '\t';
    }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static std::unique_ptr<Services> services;
    static int inputs = 0;
    if (size == 0) return 0;
    if (!services || ++inputs % kInputsOfOneDatabase == 0) services = std::make_unique<Services>();
    const std::size_t index = data[0] % services->count();
    const std::string bytes(data + 1, data + size);
    check_answer(answer_to(services->port(index), bytes, false));
    const std::string good = answer_to(services->port(index), kGoodRequests[index], true);
    FUZZ_CHECK(good.compare(0, 12, "HTTP/1.1 200") == 0);
    return 0;
}

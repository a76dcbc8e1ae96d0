// bench/publisher/publisher.cpp - publishes TraderX trade events to a broker at a given rate, with
// as little CPU as it can, so that it does not compete with what is measured.
//
//   publisher --port 4222 --rate 50000 --seconds 5 [--ids 10000] [--new FIRST] [--accounts 1]
//             [--extra 0] [--from 0] [--log FILE] [--stop-on-stdin]
//
// Without --new, events are new states of `ids` known trades from number --from on, scattered. With
// it, each event is a trade of its own, numbered from FIRST. Trade i of bench/lib/trades.mjs and of
// this file is the same trade. `date` and `updated` are the milliseconds of sending. Every trade
// 2k+1 is the opposite of trade 2k, so the books stay balanced. --extra adds that many numeric
// fields.
//
// --log writes a line for each batch: milliseconds of sending, first event, events; event n is of
// trade n * 7919 % ids.
//
// Prints one line of JSON: {"published","seconds","stalledMs"}: what the broker took, how long it
// took, and the longest that one write was held back.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr std::size_t kTimeDigits = 13;
constexpr std::int64_t kTickNs = 1'000'000;
constexpr std::uint64_t kBatchMax = 20'000;  // events of one write
constexpr std::uint64_t kScatter = 7919;     // prime, so that every id has its turn

struct Options {
    int port = 0;
    double rate = 0;
    double seconds = 1;
    std::uint64_t ids = 10'000;
    std::uint64_t first_known = 0;
    std::uint64_t first_new = 0;
    bool is_new = false;
    std::uint64_t accounts = 1;
    int extra = 0;
    bool stop_on_stdin = false;
    const char* log = nullptr;
};

[[noreturn]] void fail(const char* words) {
    std::perror(words);
    std::exit(1);
}

std::int64_t clock_ns(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void write_digits(char* at, std::int64_t value) {
    for (std::size_t digit = kTimeDigits; digit-- > 0; value /= 10)
        at[digit] = char('0' + value % 10);
}

// One event as the broker takes it, and where its times stand.
struct Message {
    std::string bytes;
    std::size_t updated_at = 0;
    std::size_t date_at = 0;
};

std::string id_text(std::uint64_t trade) {
    char text[64];
    std::snprintf(text, sizeof text, "%08x-5a0e-4d8f-9a7b-%012llx",
                  static_cast<unsigned>(trade * 2654435761u),
                  static_cast<unsigned long long>(trade));
    return text;
}

std::string ticker(std::uint64_t number) {
    const std::uint64_t value = (number * 7919 + 1234) % 17576;
    return {char('A' + value / 676), char('A' + value / 26 % 26), char('A' + value % 26)};
}

Message make_message(const Options& options, std::uint64_t trade, bool settled) {
    const std::uint64_t pair = trade / 2;
    const std::string account = std::to_string(22214 + trade % options.accounts);
    const std::string subject = "/accounts/" + account + "/trades";
    const std::string zeros(kTimeDigits, '0');
    std::string json = "{\"topic\":\"" + subject + "\",\"payload\":{\"id\":\"" + id_text(trade) +
                       "\",\"accountId\":" + account + ",\"security\":\"" + ticker(pair % 200) +
                       "\",\"side\":\"" + (trade % 2 == 0 ? "Buy" : "Sell") + "\",\"state\":\"" +
                       (settled ? "Settled" : "Processing") +
                       "\",\"quantity\":" + std::to_string(100 * (1 + pair % 50)) + ",\"updated\":";
    Message message;
    message.updated_at = json.size();
    json += zeros + ",\"created\":1767225600000";
    for (int field = 0; field < options.extra; ++field) {
        json += ",\"x" + std::to_string(field) + "\":" + std::to_string(trade % 1000 + field);
    }
    json += "},\"date\":";
    message.date_at = json.size();
    json += zeros + ",\"from\":\"trade-processor\",\"type\":\"Trade\"}";
    const std::string head = "PUB " + subject + " " + std::to_string(json.size()) + "\r\n";
    message.updated_at += head.size();
    message.date_at += head.size();
    message.bytes = head + json + "\r\n";
    return message;
}

class Broker {
  public:
    explicit Broker(int port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            fail("publisher: connect");
        }
        const int on = 1;
        setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        const char hello[] = "CONNECT {\"verbose\":false,\"pedantic\":false,\"echo\":false}\r\n";
        write_all(hello, sizeof hello - 1);
        fence();
    }

    void write_all(const char* bytes, std::size_t count) {
        answer_pings();
        while (count > 0) {
            const ssize_t taken = send(socket_, bytes, count, MSG_NOSIGNAL);
            if (taken <= 0) fail("publisher: write");
            bytes += taken;
            count -= static_cast<std::size_t>(taken);
        }
    }

    // Until the broker has taken all.
    void fence() {
        write_all("PING\r\n", 6);
        while (input_.find("PONG\r\n") == std::string::npos) {
            read_some();
        }
        input_.clear();
    }

  private:
    void read_some() {
        char buffer[4096];
        const ssize_t got = recv(socket_, buffer, sizeof buffer, 0);
        if (got <= 0) fail("publisher: the broker has closed");
        input_.append(buffer, static_cast<std::size_t>(got));
    }

    void answer_pings() {
        pollfd ready{socket_, POLLIN, 0};
        while (poll(&ready, 1, 0) > 0) {
            read_some();
            if (input_.find("PING\r\n") == std::string::npos) continue;
            input_.clear();
            if (send(socket_, "PONG\r\n", 6, MSG_NOSIGNAL) != 6) fail("publisher: write");
        }
    }

    int socket_;
    std::string input_;
};

// Appends one event, its times set.
class Events {
  public:
    explicit Events(const Options& options) : options_(options) {
        if (options.is_new) return;
        known_.reserve(options.ids * 2);
        for (std::uint64_t trade = 0; trade < options.ids; ++trade) {
            known_.push_back(make_message(options, options.first_known + trade, false));
            known_.push_back(make_message(options, options.first_known + trade, true));
        }
    }

    void append(std::string& out, std::uint64_t sequence, const char* now) const {
        if (options_.is_new) {
            append(out, make_message(options_, options_.first_new + sequence, true), now);
            return;
        }
        const std::uint64_t trade = sequence * kScatter % options_.ids;
        append(out, known_[trade * 2 + sequence / options_.ids % 2], now);
    }

  private:
    static void append(std::string& out, const Message& message, const char* now) {
        const std::size_t start = out.size();
        out += message.bytes;
        std::memcpy(&out[start + message.updated_at], now, kTimeDigits);
        std::memcpy(&out[start + message.date_at], now, kTimeDigits);
    }

    Options options_;
    std::vector<Message> known_;
};

bool stdin_ended() {
    pollfd ready{0, POLLIN, 0};
    return poll(&ready, 1, 0) > 0;
}

void publish(const Options& options) {
    const Events events(options);
    Broker broker(options.port);
    std::FILE* log = options.log ? std::fopen(options.log, "w") : nullptr;
    if (options.log && !log) fail("publisher: log");
    std::string out;
    std::uint64_t sent = 0;
    std::int64_t stalled_ns = 0;
    const std::int64_t start = clock_ns(CLOCK_MONOTONIC);
    const auto end = start + static_cast<std::int64_t>(options.seconds * 1e9);
    for (std::int64_t now = start; now < end; now = clock_ns(CLOCK_MONOTONIC)) {
        if (options.stop_on_stdin && stdin_ended()) break;
        const auto due =
            static_cast<std::uint64_t>(options.rate * double(now - start + kTickNs) / 1e9);
        char time[kTimeDigits];
        const std::int64_t time_ms = clock_ns(CLOCK_REALTIME) / 1'000'000;
        write_digits(time, time_ms);
        const std::uint64_t first = sent;
        out.clear();
        for (std::uint64_t left = std::min(due - std::min(due, sent), kBatchMax); left > 0;
             --left) {
            events.append(out, sent++, time);
        }
        if (log && sent > first) {
            std::fprintf(log, "%lld %llu %llu\n", static_cast<long long>(time_ms),
                         static_cast<unsigned long long>(first),
                         static_cast<unsigned long long>(sent - first));
        }
        const std::int64_t before = clock_ns(CLOCK_MONOTONIC);
        broker.write_all(out.data(), out.size());
        const std::int64_t after = clock_ns(CLOCK_MONOTONIC);
        stalled_ns = std::max(stalled_ns, after - before);
        const std::int64_t wait = kTickNs - (after - start) % kTickNs;
        const timespec pause{0, wait};
        if (static_cast<double>(sent) >= options.rate * double(after - start) / 1e9) {
            nanosleep(&pause, nullptr);
        }
    }
    broker.fence();
    if (log) std::fclose(log);
    const double seconds = double(clock_ns(CLOCK_MONOTONIC) - start) / 1e9;
    std::printf("{\"published\":%llu,\"seconds\":%.4f,\"stalledMs\":%.1f}\n",
                static_cast<unsigned long long>(sent), seconds, double(stalled_ns) / 1e6);
}

}  // namespace

int main(int count, char** arguments) {
    Options options;
    for (int index = 1; index < count; ++index) {
        const std::string name = arguments[index];
        if (name == "--stop-on-stdin") {
            options.stop_on_stdin = true;
            continue;
        }
        const char* value = index + 1 < count ? arguments[++index] : "";
        if (name == "--port")
            options.port = std::atoi(value);
        else if (name == "--rate")
            options.rate = std::atof(value);
        else if (name == "--seconds")
            options.seconds = std::atof(value);
        else if (name == "--ids")
            options.ids = std::strtoull(value, nullptr, 10);
        else if (name == "--accounts")
            options.accounts = std::strtoull(value, nullptr, 10);
        else if (name == "--log")
            options.log = value;
        else if (name == "--from")
            options.first_known = std::strtoull(value, nullptr, 10);
        else if (name == "--extra")
            options.extra = std::atoi(value);
        else if (name == "--new") {
            options.is_new = true;
            options.first_new = std::strtoull(value, nullptr, 10);
        } else {
            std::fprintf(stderr, "publisher: unknown option %s\n", name.c_str());
            return 1;
        }
    }
    if (options.port <= 0 || options.rate <= 0 || options.ids == 0 || options.accounts == 0) {
        std::fprintf(stderr, "publisher: needs --port and --rate\n");
        return 1;
    }
    publish(options);
}

// The NATS client core in a browser by itself: nats::Client, the product's own socket and clock
// (web/ws_transport, web/browser), and a log of its events. Driven by boot.mjs.
//
// Text comes in by nb_text_in and goes out by nb_answer, as in web/exports.cpp. The global operator
// new is counted, so that a test can tell what receiving a message allocates.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "base/json_text.h"
#include "base/limits.h"
#include "base/number_text.h"
#include "base/utf8.h"
#include "nats/client.h"
#include "web/browser.h"
#include "web/ws_transport.h"

namespace {

std::uint64_t g_allocations = 0;

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

constexpr std::size_t kEventsPerLook = 64;  // between two looks at the clock, as in web/pump.cpp
constexpr MonotonicUs kChokedRetryUs = 50 * kMillisecondUs;
constexpr std::size_t kFirstBytes = 48;  // of a payload, in the log

// FNV-1a, 32 bits: pages.mjs computes the same.
constexpr std::uint32_t kHashStart = 2166136261u;
std::uint32_t hash_on(std::uint32_t hash, std::string_view bytes) {
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    return hash;
}

std::string_view kind_name(Kind kind) {
    switch (kind) {
        case Kind::Dial: return "Dial";
        case Kind::HangUp: return "HangUp";
        case Kind::Connected: return "Connected";
        case Kind::Disconnected: return "Disconnected";
        case Kind::Message: return "Message";
        case Kind::FencePassed: return "FencePassed";
        case Kind::ServerError: return "ServerError";
        case Kind::Denied: return "Denied";
        case Kind::Suspect: return "Suspect";
        case Kind::Alive: return "Alive";
        case Kind::LameDuck: return "LameDuck";
        case Kind::Closed: return "Closed";
        case Kind::PublishesUnsent: return "PublishesUnsent";
        default: return "Other";
    }
}

std::string_view class_name(nats::CauseClass cause_class) {
    switch (cause_class) {
        case nats::CauseClass::Authentication: return "Authentication";
        case nats::CauseClass::Permission: return "Permission";
        case nats::CauseClass::Protocol: return "Protocol";
        case nats::CauseClass::TooBig: return "TooBig";
        case nats::CauseClass::Shutdown: return "Shutdown";
        case nats::CauseClass::Stale: return "Stale";
        case nats::CauseClass::SlowConsumer: return "SlowConsumer";
        case nats::CauseClass::Limit: return "Limit";
        case nats::CauseClass::Network: return "Network";
        case nats::CauseClass::Closed: return "Closed";
        default: return "Other";
    }
}

std::string_view phase_name(nats::Phase phase) {
    switch (phase) {
        case nats::Phase::AwaitCredentials: return "AwaitCredentials";
        case nats::Phase::Dialling: return "Dialling";
        case nats::Phase::AwaitInfo: return "AwaitInfo";
        case nats::Phase::AwaitSignature: return "AwaitSignature";
        case nats::Phase::AwaitPong: return "AwaitPong";
        case nats::Phase::Connected: return "Connected";
        default: return "Other";
    }
}

void append_text(std::string& out, std::string_view name, std::string_view value) {
    out.append(",\"").append(name).append("\":");
    append_json_string(out, value);
}

template <typename Number>
void append_number(std::string& out, std::string_view name, Number value) {
    out.append(",\"").append(name).append("\":");
    append_int(out, static_cast<std::int64_t>(value));
}

void append_cause(std::string& out, const nats::Cause& cause) {
    append_text(out, "class", class_name(cause.cause_class));
    append_text(out, "phase", phase_name(cause.phase));
    append_number(out, "code", cause.close_code);
    append_number(out, "clean", cause.was_clean ? 1 : 0);
    append_text(out, "reason", cause.close_reason);
    append_text(out, "lastError", cause.last_error);
    append_text(out, "text", cause.text);
}

class CorePage {
  public:
    CorePage(std::string url, nats::Options options, bool records_messages)
        : client_(std::move(options), web::random_seed()),
          transport_(std::move(url)),
          records_messages_(records_messages) {}

    // ---- the socket
    void on_open(nats::Generation generation) {
        transport_.mark_open(generation);
        client_.on_open(generation, web::monotonic_now());
        settle();
    }
    // The browser's back-pressure is what ends a flood here: nothing is decoded in place.
    void on_waiting(nats::Generation generation, std::size_t bytes) {
        if (transport_.is_current(generation)) transport_.set_waiting(bytes);
        if (held_) transport_.feed(client_, web::monotonic_now());
        wake();
    }
    void on_text(nats::Generation generation) {
        if (!transport_.is_current(generation)) return;
        client_.reconnect(nats::CauseClass::Protocol, "The broker sent a text message.",
                          web::monotonic_now());
        settle();
    }
    void on_close(nats::Generation generation, const nats::CloseReport& report) {
        transport_.forget(generation);
        client_.on_close(generation, report, web::monotonic_now());
        settle();
    }

    // ---- time
    void on_pump_task() {
        posted_ = false;
        run();
    }
    void on_timer() {
        timer_at_ = kNever;
        const MonotonicUs now = web::monotonic_now();
        if (now >= client_.next_deadline()) client_.on_deadline(now);
        settle();
    }

    // Events are carried out by settle(), so every command ends in it.
    void settle() {
        wake();
        finish_turn(web::monotonic_now());
    }

    // While held nothing is decoded, as if the program were busy elsewhere.
    void hold(bool held) {
        held_ = held;
        settle();
    }

    nats::Client& client() { return client_; }
    std::string& log() { return log_; }

    void append_stats(std::string& out) const {
        const nats::Stats& stats = client_.stats();
        out += "{\"connected\":";
        out += client_.connected() ? "true" : "false";
        append_number(out, "messages", stats.messages_in);
        append_number(out, "payloadBytes", stats.payload_bytes_in);
        append_number(out, "bytesIn", stats.bytes_in);
        append_number(out, "dials", stats.dials);
        append_number(out, "connects", stats.connects);
        append_number(out, "disconnects", stats.disconnects);
        append_number(out, "protocolErrors", stats.protocol_errors);
        append_number(out, "serverErrors", stats.server_errors);
        append_number(out, "unknownSid", stats.unknown_sid);
        append_number(out, "rttUs", stats.rtt_us);
        append_number(out, "hash", hash_);
        append_number(out, "allocations", g_allocations);
        append_number(out, "unread", client_.unread_bytes() + transport_.waiting_bytes());
        out += '}';
    }

    void start_digest() { hash_ = kHashStart; }

  private:
    void wake() {
        if (posted_ || held_) return;
        posted_ = true;
        web::post_pump_task();
    }

    void run() {
        MonotonicUs now = web::monotonic_now();
        const MonotonicUs end = now + kPumpBudgetUs;
        bool more = !held_;
        while (more && now < end) {
            const bool fed = transport_.feed(client_, now);
            for (std::size_t i = 0; more && i < kEventsPerLook; ++i) more = take_event(now);
            more = more || fed;
            now = web::monotonic_now();
        }
        finish_turn(now);
        if (more) wake();
    }

    bool take_event(MonotonicUs now) {
        const nats::Event event = client_.next_event(now);
        if (event.kind == Kind::NeedMore) return false;
        if (event.kind == Kind::Message) digest(event);
        if (event.kind != Kind::Message || records_messages_) record(event, now);
        if (event.kind == Kind::Dial) transport_.dial(event.generation, client_, now);
        if (event.kind == Kind::HangUp) transport_.hang_up(event.generation);
        return true;
    }

    // Everything that a message consists of, in the order of the messages.
    void digest(const nats::Event& event) {
        constexpr std::string_view kEnd("\0", 1);
        for (const std::string_view part :
             {event.subject, event.reply, event.headers, event.payload})
            hash_ = hash_on(hash_on(hash_, part), kEnd);
    }

    void record(const nats::Event& event, MonotonicUs now) {
        std::string& out = log_;
        if (!out.empty()) out += ',';
        out += "{\"kind\":";
        append_json_string(out, kind_name(event.kind));
        append_number(out, "at", now / kMillisecondUs);
        append_number(out, "generation", event.generation);
        append_number(out, "epoch", event.epoch);
        if (event.sid != 0) append_number(out, "sid", event.sid);
        if (event.fence != 0) append_number(out, "fence", event.fence);
        if (!event.text.empty()) append_text(out, "text", event.text);
        if (event.cause != nullptr) append_cause(out, *event.cause);
        if (event.kind == Kind::Message) {
            append_text(out, "subject", event.subject);
            append_text(out, "reply", event.reply);
            append_text(out, "headers", event.headers);
            append_text(out, "first", event.payload.substr(0, kFirstBytes));
            append_number(out, "bytes", event.payload.size());
            append_number(out, "hash", hash_on(kHashStart, event.payload));
            append_number(out, "utf8", is_utf8(event.payload) ? 1 : 0);
        }
        out += '}';
    }

    void finish_turn(MonotonicUs now) {
        transport_.flush(client_);
        MonotonicUs due = client_.next_deadline();
        if (transport_.is_choked()) due = std::min(due, now + kChokedRetryUs);
        if (due >= timer_at_) return;
        timer_at_ = due;
        web::set_timer(std::ceil(static_cast<double>(std::max<MonotonicUs>(0, due - now)) / 1000));
    }

    nats::Client client_;
    web::WsTransport transport_;
    bool records_messages_;
    bool posted_ = false;
    bool held_ = false;
    MonotonicUs timer_at_ = kNever;
    std::string log_;
    std::uint32_t hash_ = kHashStart;
};

std::unique_ptr<CorePage> page;  // one for each instance of the module
std::string text_in;
std::string answer;

// The lines of the text that came in; what is missing is empty.
std::string take_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return std::string(line);
}

}  // namespace

// `used` keeps a function for JavaScript, as EMSCRIPTEN_KEEPALIVE does.
#define NB_EXPORT [[gnu::used]]

extern "C" {

NB_EXPORT void nb_init() { web::browser_init(); }

NB_EXPORT char* nb_text_in(std::size_t bytes) {
    text_in.resize(bytes);
    return text_in.data();
}
NB_EXPORT const char* nb_answer() { return answer.data(); }

// Lines: url, name, user, password, token, and `stay` for who does not leave a lame duck.
NB_EXPORT void nb_start(int records_messages) {
    std::string_view rest = text_in;
    std::string url = take_line(rest);
    nats::Options options;
    options.name = take_line(rest);
    options.user = take_line(rest);
    options.password = take_line(rest);
    options.token = take_line(rest);
    options.move_on_lame_duck = take_line(rest) != "stay";
    page = std::make_unique<CorePage>(std::move(url), std::move(options), records_messages != 0);
    page->client().start(web::monotonic_now());
    page->settle();
}

// Lines: subject, queue group. Answers the sid, or 0 when it is refused.
NB_EXPORT double nb_subscribe() {
    std::string_view rest = text_in;
    const std::string subject = take_line(rest);
    const std::string queue_group = take_line(rest);
    const Result<nats::Sid> sid = page->client().subscribe(subject, queue_group);
    page->settle();
    return sid ? static_cast<double>(*sid) : 0;
}
NB_EXPORT void nb_unsubscribe(double sid) {
    page->client().unsubscribe(static_cast<nats::Sid>(sid));
    page->settle();
}
// First line: subject; all the rest: payload. Answers its id, or 0 when it is refused.
NB_EXPORT double nb_publish() {
    std::string_view rest = text_in;
    const std::string subject = take_line(rest);
    const Result<nats::PublishId> id = page->client().publish(subject, rest);
    page->settle();
    return id ? static_cast<double>(*id) : 0;
}
NB_EXPORT double nb_fence() {
    const nats::FenceId fence = page->client().fence(web::monotonic_now());
    page->settle();
    return static_cast<double>(fence);
}
NB_EXPORT void nb_wake_up() {
    page->client().on_wake_up(web::monotonic_now());
    page->settle();
}
NB_EXPORT void nb_reconnect() {
    page->client().reconnect(nats::CauseClass::Closed, "As asked.", web::monotonic_now());
    page->settle();
}
NB_EXPORT void nb_close() {
    page->client().close(web::monotonic_now());
    page->settle();
}
NB_EXPORT void nb_hold(int held) { page->hold(held != 0); }
NB_EXPORT void nb_start_digest() { page->start_digest(); }

NB_EXPORT std::size_t nb_take_events() {
    answer = "[" + page->log() + "]";
    page->log().clear();
    return answer.size();
}
NB_EXPORT std::size_t nb_stats() {
    answer.clear();
    page->append_stats(answer);
    return answer.size();
}

// ---- called by the JavaScript in web/
NB_EXPORT void nb_socket_open(unsigned generation) { page->on_open(generation); }
NB_EXPORT void nb_socket_waiting(unsigned generation, std::size_t bytes) {
    page->on_waiting(generation, bytes);
}
NB_EXPORT void nb_socket_text(unsigned generation) { page->on_text(generation); }
NB_EXPORT void nb_socket_closed(unsigned generation, int code, int was_clean) {
    page->on_close(generation, {static_cast<std::uint16_t>(code), was_clean != 0, text_in});
}
NB_EXPORT void nb_pump_task() { page->on_pump_task(); }
NB_EXPORT void nb_timer() { page->on_timer(); }
NB_EXPORT void nb_frame() {}
}

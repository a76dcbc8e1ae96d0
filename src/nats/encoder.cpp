#include "nats/encoder.h"

#include "base/json_text.h"
#include "base/number_text.h"
#include "nats/client.h"
#include "nats/publish_queue.h"

namespace nats_blotter::nats {
namespace {

// Sent as CONNECT `version`; the project's own (CMakeLists.txt).
constexpr std::string_view kVersion = "0.1.0";
constexpr std::size_t kSidDigitsMax = 20;

void append_bool(std::string& out, std::string_view key, bool value) {
    out.append(",\"").append(key).append(value ? "\":true" : "\":false");
}

void append_text(std::string& out, std::string_view key, std::string_view value) {
    if (value.empty()) return;
    out.append(",\"").append(key).append("\":");
    append_json_string(out, value);
}

void append_sid(std::string& out, Sid sid) { append_int(out, static_cast<std::int64_t>(sid)); }

}  // namespace

void append_connect(std::string& out, const Options& options, const ServerInfo& info,
                    std::string_view signature) {
    out.append("CONNECT {\"protocol\":1,\"lang\":\"c++\"");
    append_text(out, "version", kVersion);
    append_text(out, "name", options.name);
    append_bool(out, "verbose", options.verbose);
    append_bool(out, "pedantic", options.pedantic);
    append_bool(out, "echo", options.echo);
    append_bool(out, "headers", info.headers);
    append_bool(out, "no_responders", info.headers);
    append_text(out, "user", options.user);
    append_text(out, "pass", options.password);
    append_text(out, "auth_token", options.token);
    append_text(out, "jwt", options.jwt);
    append_text(out, "nkey", options.nkey);
    append_text(out, "sig", signature);
    out.append("}\r\n");
}

void append_sub(std::string& out, std::string_view subject, std::string_view queue_group, Sid sid) {
    out.append("SUB ").append(subject).push_back(' ');
    if (!queue_group.empty()) out.append(queue_group).push_back(' ');
    append_sid(out, sid);
    out.append("\r\n");
}

void append_unsub(std::string& out, Sid sid) {
    out.append("UNSUB ");
    append_sid(out, sid);
    out.append("\r\n");
}

void append_unsub_after(std::string& out, Sid sid, std::uint64_t messages) {
    out.append("UNSUB ");
    append_sid(out, sid);
    out.push_back(' ');
    append_int(out, static_cast<std::int64_t>(messages));
    out.append("\r\n");
}

void append_publish(std::string& out, const Outgoing& message) {
    const auto size = [&out](std::size_t bytes) {
        append_int(out, static_cast<std::int64_t>(bytes));
    };
    out.append(message.headers.empty() ? "PUB " : "HPUB ").append(message.subject).push_back(' ');
    if (!message.reply.empty()) out.append(message.reply).push_back(' ');
    if (!message.headers.empty()) {
        size(message.headers.size());
        out.push_back(' ');
    }
    size(message.headers.size() + message.payload.size());
    out.append("\r\n").append(message.headers).append(message.payload).append("\r\n");
}

void append_ping(std::string& out) { out.append("PING\r\n"); }
void append_pong(std::string& out) { out.append("PONG\r\n"); }

std::size_t sub_line_bytes_max(std::string_view subject, std::string_view queue_group) {
    return sizeof("SUB   \r\n") + subject.size() + queue_group.size() + kSidDigitsMax;
}

std::size_t unsub_after_line_bytes_max() { return sizeof("UNSUB  \r\n") + 2 * kSidDigitsMax; }

}  // namespace nats_blotter::nats

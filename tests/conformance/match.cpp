#include "conformance/match.h"

#include <algorithm>
#include <map>

#include "conformance/digest.h"
#include "nats/headers.h"

namespace nats_blotter::conformance {
namespace {

using nlohmann::json;
using ValuesByKey = std::map<std::string, std::vector<std::string>, std::less<>>;

constexpr std::size_t kShownBytesMax = 60;
constexpr std::size_t kShownEventsMax = 12;

ValuesByKey headers_of(const Observed& observed) {
    ValuesByKey headers;
    nats::HeaderReader reader(observed.header_block);
    while (const auto header = reader.next())
        headers[std::string(header->key)].emplace_back(header->value);
    return headers;
}

ValuesByKey grouped(const std::vector<std::pair<std::string, std::string>>& pairs) {
    ValuesByKey headers;
    for (const auto& [key, value] : pairs) headers[key].push_back(value);
    return headers;
}

std::string_view without_blanks_around(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

template <typename T, typename U>
bool agrees(const std::optional<T>& expected, const U& observed) {
    return !expected || *expected == observed;
}

bool payload_matches(const Expected& expected, const std::string& payload) {
    if (!agrees(expected.payload, payload) || !agrees(expected.payload_bytes, payload.size()))
        return false;
    if (expected.payload_fnv1a64 && *expected.payload_fnv1a64 != fnv1a64(payload)) return false;
    return !expected.payload_sha256 || *expected.payload_sha256 == sha256_hex(payload);
}

bool header_block_matches(const Expected& expected, const Observed& observed) {
    const nats::HeaderReader reader(observed.header_block);
    if (!agrees(expected.status, reader.status())) return false;
    if (!agrees(expected.description, reader.description())) return false;
    return !expected.headers || grouped(*expected.headers) == headers_of(observed);
}

// Printable, at most kShownBytesMax of it.
std::string shown(std::string_view bytes) {
    std::string text = "'";
    for (const char c : bytes.substr(0, kShownBytesMax)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte != 0x7F && byte != '\\') {
            text += c;
            continue;
        }
        text += c == '\r' ? "\\r" : c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\x";
        if (c == '\r' || c == '\n' || c == '\t') continue;
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 0xF];
    }
    text += '\'';
    if (bytes.size() > kShownBytesMax) text += "... " + std::to_string(bytes.size()) + " bytes";
    return text;
}

std::string described_headers(const ValuesByKey& headers) {
    std::string text = " headers=[";
    for (const auto& [key, values] : headers)
        for (const std::string& value : values) text += shown(key) + ":" + shown(value) + " ";
    if (text.back() == ' ') text.pop_back();
    return text + "]";
}

std::string described_one(const Observed& event) {
    std::string text(op_name(event.op));
    if (event.op == Op::Msg || event.op == Op::Hmsg) {
        text += " subject=" + shown(event.subject) + " sid=" + shown(event.sid);
        text += event.reply.empty() ? " reply=null" : " reply=" + shown(event.reply);
    }
    if (event.op == Op::Hmsg) {
        const nats::HeaderReader reader(event.header_block);
        text += " status=" + std::to_string(reader.status());
        text += " description=" + shown(reader.description());
        text += described_headers(headers_of(event));
    }
    if (event.op == Op::Msg || event.op == Op::Hmsg) text += " payload=" + shown(event.payload);
    if (!event.text.empty()) text += " " + shown(event.text);
    return text;
}

std::string described_one(const Expected& event) {
    std::string text(op_name(event.op));
    const auto add = [&text](const char* name, const std::optional<std::string>& value) {
        if (value) text += std::string(" ") + name + "=" + shown(*value);
    };
    add("subject", event.subject);
    add("sid", event.sid);
    if (event.reply) text += event.reply->empty() ? " reply=null" : " reply=" + shown(*event.reply);
    if (event.status) text += " status=" + std::to_string(*event.status);
    add("description", event.description);
    if (event.headers) text += described_headers(grouped(*event.headers));
    add("payload", event.payload);
    if (event.payload_bytes) text += " payload_len=" + std::to_string(*event.payload_bytes);
    add("payload_sha256", event.payload_sha256);
    if (event.payload_fnv1a64) text += " payload_fnv1a64";
    add("message", event.message);
    if (event.info)
        text += " json=" + shown(event.info->dump(-1, ' ', false, json::error_handler_t::replace));
    return text;
}

template <typename Event>
std::string described_all(const std::vector<Event>& events) {
    if (events.empty()) return "nothing";
    std::string text;
    for (std::size_t i = 0; i < std::min(events.size(), kShownEventsMax); ++i)
        text += (i > 0 ? "; " : "") + described_one(events[i]);
    if (events.size() > kShownEventsMax)
        text += "; ... " + std::to_string(events.size()) + " events";
    return text;
}

}  // namespace

bool matches(const Expected& expected, const Observed& observed) {
    if (expected.op != observed.op) return false;
    switch (expected.op) {
        case Op::Ping:
        case Op::Pong:
        case Op::Ok:
        case Op::ProtocolError: return true;
        case Op::Err:
            return !expected.message ||
                   without_blanks_around(*expected.message) == without_blanks_around(observed.text);
        case Op::Info:
            return !expected.info || *expected.info == json::parse(observed.text, nullptr, false);
        case Op::Msg:
        case Op::Hmsg: break;
    }
    if (!agrees(expected.subject, observed.subject) || !agrees(expected.sid, observed.sid) ||
        !agrees(expected.reply, observed.reply))
        return false;
    if (expected.op == Op::Hmsg && !header_block_matches(expected, observed)) return false;
    return payload_matches(expected, observed.payload);
}

bool matches(const std::vector<Expected>& expected, const std::vector<Observed>& observed) {
    return std::equal(expected.begin(), expected.end(), observed.begin(), observed.end(),
                      [](const Expected& a, const Observed& b) { return matches(a, b); });
}

std::string described(const std::vector<Expected>& events) { return described_all(events); }
std::string described(const std::vector<Observed>& events) { return described_all(events); }

}  // namespace nats_blotter::conformance

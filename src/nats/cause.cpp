#include "nats/cause.h"

#include <array>

#include "base/utf8.h"

namespace nats_blotter::nats {
namespace {

struct TextRow {
    std::string_view needle;  // lower case
    ErrorMeaning meaning;
};

using enum CauseClass;
constexpr ErrorEffect kEnds = ErrorEffect::EndsConnection;
constexpr ErrorEffect kKeeps = ErrorEffect::KeepsConnection;

// The first row that fits decides, so the narrower texts come first. Source of the texts:
// nats-io/nats-server, server/errors.go, client.go and websocket.go.
constexpr std::array kTexts = {
    TextRow{"permissions violation", {kKeeps, Permission, "The broker does not permit this."}},
    TextRow{"invalid subject", {kKeeps, Protocol, "The broker refused a malformed subject."}},
    TextRow{"invalid publish subject", {kKeeps, Protocol, "The broker refused a subject."}},
    TextRow{"maximum subscriptions exceeded",
            {kKeeps, Limit, "The broker allows no more subscriptions."}},
    TextRow{"authentication timeout",
            {kEnds, Authentication, "The broker got no credentials in time."}},
    TextRow{"authorization timeout",
            {kEnds, Authentication, "The broker got no credentials in time."}},
    TextRow{"authentication expired", {kEnds, Authentication, "The credentials have expired."}},
    TextRow{"authentication revoked",
            {kEnds, Authentication, "The credentials have been revoked."}},
    TextRow{"credentials revoked", {kEnds, Authentication, "The credentials have been revoked."}},
    TextRow{"authorization violation",
            {kEnds, Authentication, "The broker refused the credentials."}},
    TextRow{"authentication failure",
            {kEnds, Authentication, "The broker refused the credentials."}},
    TextRow{"failed account registration", {kEnds, Permission, "The broker refused the account."}},
    TextRow{"maximum control line exceeded",
            {kEnds, TooBig, "A line was longer than the broker allows."}},
    TextRow{"maximum payload", {kEnds, TooBig, "A message was larger than the broker allows."}},
    TextRow{"maximum message payload",
            {kEnds, TooBig, "A message was larger than the broker allows."}},
    TextRow{"maximum connections exceeded", {kEnds, Limit, "The broker has no free connection."}},
    TextRow{"active connections exceeded",
            {kEnds, Limit, "The account has no free connection on the broker."}},
    TextRow{"connection throttling",
            {kEnds, Limit, "The broker takes no more connections for the moment."}},
    TextRow{"stale connection", {kEnds, Stale, "The broker heard nothing from us in time."}},
    TextRow{"slow consumer", {kEnds, SlowConsumer, "The broker cut us for reading too slowly."}},
    TextRow{"server shutdown", {kEnds, Shutdown, "The broker is shutting down."}},
    TextRow{"unknown protocol operation",
            {kEnds, Protocol, "The broker did not understand what was sent."}},
    TextRow{"protocol violation",
            {kEnds, Protocol, "The broker did not understand what was sent."}},
    TextRow{"parser error", {kEnds, Protocol, "The broker did not understand what was sent."}},
    TextRow{"invalid client protocol",
            {kEnds, Protocol, "The broker does not speak this version of the protocol."}},
    TextRow{"no responders requires headers",
            {kEnds, Protocol, "The broker refused the connection's options."}},
};

struct CodeRow {
    std::uint16_t code;
    CauseClass cause_class;
    std::string_view sentence;
};

// RFC 6455, section 7.4.1, and what nats-server uses them for (server/websocket.go).
constexpr std::array kCodes = {
    CodeRow{1000, Network, "The broker closed the connection."},
    CodeRow{1001, Shutdown, "The broker is shutting down."},
    CodeRow{1002, Protocol, "The broker found our side in breach of the protocol."},
    CodeRow{1003, Protocol, "The broker refused the kind of data sent."},
    CodeRow{1007, Protocol, "The broker refused the data sent."},
    CodeRow{1008, Permission, "The broker refused the connection."},
    CodeRow{1009, TooBig, "A message was larger than the broker allows."},
    CodeRow{1011, Protocol, "The broker failed at what was sent."},
    CodeRow{1012, Shutdown, "The broker is restarting."},
    CodeRow{1013, Limit, "The broker takes no more connections for the moment."},
    CodeRow{1015, Network, "The secure connection could not be made."},
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// REQUIRES: `needle` is lower case.
std::size_t find_without_case(std::string_view text, std::string_view needle) {
    if (needle.size() > text.size()) return std::string_view::npos;
    for (std::size_t at = 0; at + needle.size() <= text.size(); ++at) {
        std::size_t i = 0;
        while (i < needle.size() && lower(text[at + i]) == needle[i]) ++i;
        if (i == needle.size()) return at;
    }
    return std::string_view::npos;
}

std::string_view network_sentence(Phase phase) {
    switch (phase) {
        case Phase::AwaitCredentials: return "There are no credentials.";
        case Phase::Dialling: return "The broker cannot be reached.";
        case Phase::AwaitInfo: return "The connection ended before the broker greeted.";
        case Phase::AwaitSignature:
        case Phase::AwaitPong: return "The connection ended before the broker accepted it.";
        case Phase::Connected: return "The connection to the broker was lost.";
    }
    return "The connection to the broker was lost.";
}

bool use(Cause& cause, const ErrorMeaning& meaning) {
    if (meaning.effect != ErrorEffect::EndsConnection) return false;
    cause.cause_class = meaning.cause_class;
    cause.text = meaning.sentence;
    return true;
}

std::int32_t hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char low = lower(c);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

// \xNN is one byte, \uNNNN and \UNNNNNNNN one code point (Go, strconv.Quote).
bool append_hex_escape(std::string& out, std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return false;
    char32_t value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        const std::int32_t digit = hex_digit(text[i]);
        if (digit < 0) return false;
        value = value << 4 | static_cast<char32_t>(digit);
    }
    text.remove_prefix(digits);
    if (digits == 2) {
        out.push_back(static_cast<char>(static_cast<unsigned char>(value)));
        return true;
    }
    if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return false;
    utf8_append(out, value);
    return true;
}

bool append_escape(std::string& out, std::string_view& text) {
    constexpr std::string_view kLetters = "abfnrtv\\\"'";
    constexpr std::string_view kBytes = "\a\b\f\n\r\t\v\\\"'";
    if (text.empty()) return false;
    const char letter = text.front();
    text.remove_prefix(1);
    if (letter == 'x') return append_hex_escape(out, text, 2);
    if (letter == 'u') return append_hex_escape(out, text, 4);
    if (letter == 'U') return append_hex_escape(out, text, 8);
    const std::size_t index = kLetters.find(letter);
    if (index == std::string_view::npos) return false;
    out.push_back(kBytes[index]);
    return true;
}

// ` (sid "7")` behind the quoted names; ours are decimal.
Sid sid_from_text(std::string_view text) {
    constexpr std::string_view kOpen = "(sid \"";
    const std::size_t at = find_without_case(text, kOpen);
    if (at == std::string_view::npos) return 0;
    Sid sid = 0;
    std::size_t digits = 0;
    for (std::size_t i = at + kOpen.size(); i < text.size() && text[i] != '"'; ++i) {
        if (text[i] < '0' || text[i] > '9' || ++digits > 18) return 0;
        sid = sid * 10 + static_cast<Sid>(text[i] - '0');
    }
    return sid;
}

}  // namespace

ErrorMeaning meaning_of_error(std::string_view text) {
    for (const TextRow& row : kTexts)
        if (find_without_case(text, row.needle) != std::string_view::npos) return row.meaning;
    return {};
}

void classify(Cause& cause) {
    if (use(cause, meaning_of_error(cause.last_error))) return;
    if (use(cause, meaning_of_error(cause.close_reason))) return;
    for (const CodeRow& row : kCodes) {
        if (row.code != cause.close_code) continue;
        cause.cause_class = row.cause_class;
        cause.text = row.sentence;
        return;
    }
    cause.cause_class = CauseClass::Network;
    cause.text = network_sentence(cause.phase);
}

std::optional<std::string> take_go_quoted(std::string_view& text) {
    if (text.empty() || text.front() != '"') return std::nullopt;
    std::string_view rest = text.substr(1);
    std::string out;
    while (!rest.empty()) {
        const char c = rest.front();
        rest.remove_prefix(1);
        if (c == '"') {
            text = rest;
            return out;
        }
        if (c != '\\')
            out.push_back(c);
        else if (!append_escape(out, rest))
            return std::nullopt;
    }
    return std::nullopt;
}

std::optional<PermissionViolation> permission_violation_from_text(std::string_view text) {
    constexpr std::string_view kStart = "permissions violation for ";
    constexpr std::string_view kSubscription = "subscription to ";
    constexpr std::string_view kQueue = " using queue ";
    const std::size_t start = find_without_case(text, kStart);
    if (start == std::string_view::npos) return std::nullopt;
    PermissionViolation violation;
    std::string_view rest = text.substr(start + kStart.size());
    violation.of_subscription = find_without_case(rest, kSubscription) == 0;

    const std::size_t quote = rest.find('"');
    if (quote == std::string_view::npos) return violation;
    rest.remove_prefix(quote);
    std::optional<std::string> subject = take_go_quoted(rest);
    if (subject) {
        violation.subject = std::move(*subject);
        if (find_without_case(rest, kQueue) == 0) {
            rest.remove_prefix(kQueue.size());
            if (std::optional<std::string> queue = take_go_quoted(rest))
                violation.queue_group = std::move(*queue);
        }
    }
    // Searched only behind the quoted names, so that a subject cannot name another's sid.
    violation.sid = sid_from_text(rest);
    return violation;
}

}  // namespace nats_blotter::nats

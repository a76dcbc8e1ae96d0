#include "session/inspect_text.h"

#include <algorithm>

#include "base/json_scanner.h"
#include "base/json_text.h"
#include "base/number_text.h"
#include "base/utf8.h"

namespace nats_blotter::session {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::size_t kBytesInLine = 16;

void append_byte(std::string& out, char byte) {
    const auto value = static_cast<unsigned char>(byte);
    out += kDigits[value >> 4];
    out += kDigits[value & 15];
}

bool is_json(std::string_view text) {
    JsonScanner scanner(text);
    for (;;) {
        const JsonToken token = scanner.next();
        if (token == JsonToken::Error) return false;
        if (token == JsonToken::End) return true;
    }
}

void append_line_start(std::string& out, std::size_t depth) {
    out += '\n';
    out.append(2 * depth, ' ');
}

}  // namespace

void append_one_line(std::string& out, std::string_view text, std::size_t bytes_max) {
    const bool cut = text.size() > bytes_max;
    if (cut) {
        text = text.substr(0, bytes_max);
        // Not within a character, where these are characters.
        const std::size_t valid = utf8_valid_prefix(text);
        if (text.size() - valid < 4) text = text.substr(0, valid);
    }
    for (const char c : utf8_lossy(text)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F)
            out += "·";
        else
            out += c;
    }
    if (cut) out += "…";
}

bool append_pretty_json(std::string& out, std::string_view json) {
    if (!is_json(json)) return false;
    JsonScanner scanner(json);
    bool first = true;       // of its object or array
    bool after_key = false;  // on the same line as the key
    for (;;) {
        const JsonToken token = scanner.next();
        if (token == JsonToken::End) return true;
        const bool closes = token == JsonToken::ObjectEnd || token == JsonToken::ArrayEnd;
        const bool opens = token == JsonToken::ObjectStart || token == JsonToken::ArrayStart;
        if (closes) {
            if (!first) append_line_start(out, scanner.depth());
        } else if (!after_key) {
            const std::size_t depth = scanner.depth() - (opens ? 1 : 0);
            if (!first) out += ',';
            if (depth > 0) append_line_start(out, depth);
        }
        after_key = token == JsonToken::Key;
        first = opens;
        switch (token) {
            case JsonToken::ObjectStart: out += '{'; break;
            case JsonToken::ObjectEnd: out += '}'; break;
            case JsonToken::ArrayStart: out += '['; break;
            case JsonToken::ArrayEnd: out += ']'; break;
            case JsonToken::Key:
            case JsonToken::String:
                out += '"';
                out += scanner.raw();
                out += after_key ? "\": " : "\"";
                break;
            case JsonToken::Number: out += scanner.raw(); break;
            case JsonToken::True: out += "true"; break;
            case JsonToken::False: out += "false"; break;
            default: out += "null"; break;
        }
    }
}

void append_hex(std::string& out, std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size(); at += kBytesInLine) {
        for (int shift = 28; shift >= 0; shift -= 4) out += kDigits[at >> shift & 15];
        out += ' ';
        const std::string_view line = bytes.substr(at, kBytesInLine);
        for (std::size_t i = 0; i < kBytesInLine; ++i) {
            out += i == kBytesInLine / 2 ? "  " : " ";
            if (i < line.size())
                append_byte(out, line[i]);
            else
                out += "  ";
        }
        out += "  ";
        for (const char c : line) out += c >= 0x20 && c < 0x7F ? c : '.';
        out += '\n';
    }
}

bool is_hex_line(std::string_view line) {
    constexpr std::size_t kOffsetDigits = 8;
    if (line.size() <= kHexTextAt || line[kOffsetDigits] != ' ') return false;
    const bool offset = std::all_of(line.begin(), line.begin() + kOffsetDigits, [](char c) {
        return kDigits.find(c) != std::string_view::npos;
    });
    // What JSON has no line of: two blanks behind a number, and two before the text.
    return offset && line.substr(kOffsetDigits, 2) == "  " &&
           line.substr(kHexTextAt - 2, 2) == "  ";
}

void append_message(std::string& out, const InspectedMessage& message) {
    append_one_line(out, message.subject, message.subject.size());
    out += '\n';
    if (!message.reply.empty()) {
        out += "reply to ";
        append_one_line(out, message.reply, message.reply.size());
        out += '\n';
    }
    append_int(out, static_cast<std::int64_t>(message.payload_bytes));
    out += message.payload_bytes == 1 ? " byte" : " bytes";
    if (message.payload.size() < message.payload_bytes) {
        out += ", the first ";
        append_int(out, static_cast<std::int64_t>(message.payload.size()));
        out += " are kept";
    }
    out += '\n';
    std::string_view headers = message.headers;
    while (!headers.empty()) {
        const std::size_t end = std::min(headers.find("\r\n"), headers.size());
        const std::string_view line = headers.substr(0, end);
        if (is_utf8(line))
            append_one_line(out, line, line.size());
        else
            append_hex(out, line);
        out += '\n';
        headers.remove_prefix(std::min(end + 2, headers.size()));
    }
    if (append_pretty_json(out, message.payload))
        out += '\n';
    else
        append_hex(out, message.payload);
}

void append_ndjson(std::string& out, const InspectedMessage& message) {
    const auto append_hex_member = [&out](std::string_view name, std::string_view bytes) {
        out += name;
        for (const char byte : bytes) append_byte(out, byte);
        out += '"';
    };
    out += "{\"time\":";
    append_int(out, message.at_ms);
    out += ",\"subject\":";
    append_json_string(out, message.subject);
    if (!message.reply.empty()) {
        out += ",\"reply\":";
        append_json_string(out, message.reply);
    }
    if (!message.headers.empty() && is_utf8(message.headers)) {
        out += ",\"headers\":";
        append_json_string(out, message.headers);
    } else if (!message.headers.empty()) {
        append_hex_member(",\"headersHex\":\"", message.headers);
    }
    if (message.payload.size() < message.payload_bytes) {
        out += ",\"payloadBytes\":";
        append_int(out, static_cast<std::int64_t>(message.payload_bytes));
    }
    if (is_json(message.payload)) {
        // A line end of JSON is white space: within a string it would be escaped.
        out += ",\"payload\":";
        for (const char c : message.payload) out += c == '\n' || c == '\r' ? ' ' : c;
    } else {
        append_hex_member(",\"payloadHex\":\"", message.payload);
    }
    out += "}\n";
}

}  // namespace nats_blotter::session

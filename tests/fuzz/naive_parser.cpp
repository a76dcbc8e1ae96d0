#include "fuzz/naive_parser.h"

#include "base/limits.h"

namespace nats_blotter::fuzz {
namespace {

enum class Answer { Event, More, Failed };

std::string upper(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    return text;
}

bool blank(char c) { return c == ' ' || c == '\t'; }

std::string trimmed(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string::npos) return "";
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string> fields_of(const std::string& text) {
    std::vector<std::string> fields;
    std::string field;
    for (const char c : text + " ") {
        if (!blank(c)) {
            field += c;
        } else if (!field.empty()) {
            fields.push_back(field);
            field.clear();
        }
    }
    return fields;
}

// A size of 1 to 9 digits, or -1.
long size_of(const std::string& text) {
    if (text.empty() || text.size() > 9) return -1;
    if (text.find_first_not_of("0123456789") != std::string::npos) return -1;
    return std::stol(text);
}

// The verb that `wire` begins with; empty when it begins with none, or may yet.
std::string verb_of(const std::string& wire, bool& may_come) {
    may_come = false;
    for (const std::string verb : {"INFO", "MSG", "HMSG", "PING", "PONG", "+OK", "-ERR"}) {
        const std::string begin = upper(wire.substr(0, verb.size()));
        if (begin == verb) return verb;
        if (verb.substr(0, begin.size()) == begin) may_come = true;
    }
    return "";
}

Answer bare(const std::string& verb, const std::string& wire, std::string& event,
            std::size_t& used) {
    std::size_t at = verb.size();
    while (at < wire.size() && blank(wire[at])) ++at;
    // Blanks are part of the line; one more than fits can no longer be followed by the CRLF.
    if (at > kControlLineBytesMax) return Answer::Failed;
    if (at == wire.size()) return Answer::More;
    if (wire[at] != '\r') return Answer::Failed;
    if (at + 1 == wire.size()) return Answer::More;
    if (wire[at + 1] != '\n') return Answer::Failed;
    used = at + 2;
    event = (verb == "PING" ? "ping" : verb == "PONG" ? "pong" : "ok") + std::string("||||||");
    return Answer::Event;
}

Answer message(const std::string& verb, const std::string& line, const std::string& wire,
               std::string& event, std::size_t& used) {
    const bool with_headers = verb == "HMSG";
    std::vector<std::string> fields = fields_of(line.substr(verb.size()));
    const std::size_t least = with_headers ? 4 : 3;
    if (fields.size() != least && fields.size() != least + 1) return Answer::Failed;
    if (fields.size() == least) fields.insert(fields.begin() + 2, "");
    const long total = size_of(fields.back());
    const long headers = with_headers ? size_of(fields[3]) : 0;
    if (total < 0 || headers < 0 || headers > total) return Answer::Failed;
    if (static_cast<std::size_t>(total) > kPayloadBytesMax) return Answer::Failed;

    const std::string body = wire.substr(line.size() + 2);
    const std::string end = body.size() > static_cast<std::size_t>(total)
                                ? body.substr(static_cast<std::size_t>(total), 2)
                                : "";
    if (std::string("\r\n").substr(0, end.size()) != end) return Answer::Failed;
    if (end.size() < 2) return Answer::More;
    const auto split = static_cast<std::size_t>(headers);
    event = (with_headers ? "hmsg|" : "msg|") + fields[0] + "|" + fields[1] + "|" + fields[2] +
            "|" + body.substr(0, split) + "|" +
            body.substr(split, static_cast<std::size_t>(total) - split) + "|";
    used = line.size() + 2 + static_cast<std::size_t>(total) + 2;
    return Answer::Event;
}

Answer one(const std::string& wire, std::string& event, std::size_t& used) {
    bool may_come = false;
    const std::string verb = verb_of(wire, may_come);
    if (verb.empty()) return may_come ? Answer::More : Answer::Failed;
    if (verb == "PING" || verb == "PONG" || verb == "+OK") return bare(verb, wire, event, used);
    if (wire.size() > verb.size() && !blank(wire[verb.size()])) return Answer::Failed;

    const std::size_t limit = verb == "INFO" ? kInfoLineBytesMax : kControlLineBytesMax;
    const std::size_t line_feed = wire.find('\n');
    if (line_feed == std::string::npos || line_feed > limit + 1)
        return wire.size() >= limit + 2 ? Answer::Failed : Answer::More;
    if (wire[line_feed - 1] != '\r') return Answer::Failed;
    const std::string line = wire.substr(0, line_feed - 1);
    if (line.find('\r') != std::string::npos) return Answer::Failed;
    if (verb == "MSG" || verb == "HMSG") return message(verb, line, wire, event, used);

    std::string text = trimmed(line.substr(verb.size()));
    used = line.size() + 2;
    if (verb == "INFO") {
        event = "info||||||" + text;
        return text.empty() ? Answer::Failed : Answer::Event;
    }
    if (text.size() > 1 && text.front() == '\'' && text.back() == '\'')
        text = text.substr(1, text.size() - 2);
    event = "err||||||" + text;
    return Answer::Event;
}

}  // namespace

NaiveResult parse_naively(const std::string& wire) {
    NaiveResult result;
    std::size_t at = 0;
    while (at < wire.size()) {
        std::string event;
        std::size_t used = 0;
        const Answer answer = one(wire.substr(at), event, used);
        if (answer == Answer::More) break;
        if (answer == Answer::Failed) event = "failed";
        result.events.push_back(event);
        result.failed = answer == Answer::Failed;
        if (result.failed) break;
        at += used;
    }
    result.rest_bytes = wire.size() - at;
    return result;
}

}  // namespace nats_blotter::fuzz

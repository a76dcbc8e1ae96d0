#include "conformance/case_file.h"

#include <algorithm>
#include <array>

namespace nats_blotter::conformance {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 8> kOpNames = {"info", "msg", "hmsg", "ping",
                                                      "pong", "ok",  "err",  "protocol_error"};

std::int32_t base64_digit(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : -1;
}

// Reads the members of one object and keeps the first fault, with the place it was found at.
class Members {
  public:
    Members(const json& object, std::string place, std::string& fault)
        : object_(object), place_(std::move(place)), fault_(fault) {
        if (!object_.is_object()) say("is not an object");
    }

    // Nothing where the key is absent.
    const json* find(const char* key) const {
        if (!object_.is_object()) return nullptr;
        const auto found = object_.find(key);
        return found == object_.end() ? nullptr : &*found;
    }

    const json* need(const char* key) {
        const json* const value = find(key);
        if (value == nullptr) say(std::string("has no \"") + key + '"');
        return value;
    }

    void say(const std::string& what) {
        if (fault_.empty()) fault_ = place_ + " " + what;
    }
    void say_of(const char* key, const char* what) {
        say(std::string("has a \"") + key + "\" that is " + what);
    }

    // `null` is the empty text.
    std::optional<std::string> text(const char* key) {
        const json* const value = find(key);
        if (value == nullptr) return std::nullopt;
        if (value->is_null()) return std::string();
        if (value->is_string()) return value->get_ref<const std::string&>();
        say_of(key, "not a string");
        return std::nullopt;
    }

    std::optional<std::string> text_or_number(const char* key) {
        const json* const value = find(key);
        if (value != nullptr && value->is_number_unsigned())
            return std::to_string(value->get<std::uint64_t>());
        if (value != nullptr && value->is_number_integer())
            return std::to_string(value->get<std::int64_t>());
        return text(key);
    }

    // `null` is 0.
    std::optional<std::uint64_t> count(const char* key) {
        const json* const value = find(key);
        if (value == nullptr) return std::nullopt;
        if (value->is_null()) return 0;
        if (value->is_number_unsigned()) return value->get<std::uint64_t>();
        say_of(key, "not a number of 0 or more");
        return std::nullopt;
    }

    // `null` is 0, and so is the empty text.
    std::optional<std::int64_t> status() {
        const auto text = text_or_number("status");
        if (!text) return std::nullopt;
        std::int64_t value = 0;
        for (const char c : *text) {
            if (c < '0' || c > '9' || value > 999) say_of("status", "not a small number");
            value = value * 10 + (c - '0');
            if (!fault_.empty()) return std::nullopt;
        }
        return value;
    }

  private:
    const json& object_;
    std::string place_;
    std::string& fault_;
};

std::optional<std::uint64_t> number_from_hex(std::string_view text) {
    if (text.substr(0, 2) == "0x" || text.substr(0, 2) == "0X") text.remove_prefix(2);
    if (text.empty() || text.size() > 16) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text) {
        const std::size_t digit = std::string_view("0123456789abcdef").find(c);
        const std::size_t upper = std::string_view("0123456789ABCDEF").find(c);
        if (digit == std::string_view::npos && upper == std::string_view::npos) return std::nullopt;
        value = value << 4 | std::min(digit, upper);
    }
    return value;
}

void read_payload(Members& members, Expected& event) {
    if (const auto text = members.text("payload_b64")) {
        event.payload = bytes_from_base64(*text);
        if (!event.payload) members.say_of("payload_b64", "not base64");
    }
    event.payload_bytes = members.count("payload_len");
    event.payload_sha256 = members.text("payload_sha256");
    if (event.payload_sha256) {
        for (char& c : *event.payload_sha256)
            if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    }
    const json* const fnv = members.find("payload_fnv1a64");
    if (fnv == nullptr) return;
    if (fnv->is_number_unsigned())
        event.payload_fnv1a64 = fnv->get<std::uint64_t>();
    else if (fnv->is_string())
        event.payload_fnv1a64 = number_from_hex(fnv->get_ref<const std::string&>());
    if (!event.payload_fnv1a64)
        members.say_of("payload_fnv1a64", "neither a number nor hexadecimal");
}

void read_headers(Members& members, Expected& event) {
    const json* const list = members.find("headers");
    if (list == nullptr) return;
    event.headers.emplace();
    if (list->is_null()) return;
    if (!list->is_array()) return members.say_of("headers", "not a list");
    for (const json& pair : *list) {
        if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string())
            return members.say_of("headers", "not a list of [key, value]");
        event.headers->emplace_back(pair[0].get_ref<const std::string&>(),
                                    pair[1].get_ref<const std::string&>());
    }
}

Expected read_event(const json& object, const std::string& place, std::string& fault) {
    Expected event;
    Members members(object, place, fault);
    if (members.need("op") == nullptr) return event;
    const auto name = members.text("op");
    if (!name) return event;
    const auto found = std::find(kOpNames.begin(), kOpNames.end(), *name);
    if (found == kOpNames.end()) {
        members.say_of("op", "not known");
        return event;
    }
    event.op = static_cast<Op>(found - kOpNames.begin());
    if (const json* const info = members.find("json")) {
        // Also as text, which says the same.
        event.info = info->is_string()
                         ? json::parse(info->get_ref<const std::string&>(), nullptr, false)
                         : *info;
        if (event.info->is_discarded()) members.say_of("json", "text but not JSON");
    }
    event.message = members.text("message");
    event.subject = members.text("subject");
    event.sid = members.text_or_number("sid");
    event.reply = members.text("reply");
    event.description = members.text("description");
    event.status = members.status();
    read_payload(members, event);
    read_headers(members, event);
    return event;
}

std::vector<Expected> read_events(const json& list, const std::string& place, std::string& fault) {
    std::vector<Expected> events;
    if (!list.is_array()) {
        if (fault.empty()) fault = place + " is not a list of events";
        return events;
    }
    for (std::size_t i = 0; i < list.size() && fault.empty(); ++i)
        events.push_back(read_event(list[i], place + ", event " + std::to_string(i + 1), fault));
    return events;
}

Case read_case(const json& object, std::string place, std::string& fault) {
    Case read;
    Members unnamed(object, place, fault);
    read.name = unnamed.text("name").value_or("");
    read.case_class = unnamed.text("class").value_or("");
    if (!read.name.empty()) place += " (" + read.name + ")";
    Members members(object, place, fault);
    if (const json* const split = members.find("split_all")) {
        if (!split->is_boolean()) members.say_of("split_all", "neither true nor false");
        read.split_all = split->is_boolean() && split->get<bool>();
    }
    const json* const chunks = members.need("chunks");
    if (chunks != nullptr && !chunks->is_array()) members.say_of("chunks", "not a list");
    if (chunks != nullptr && chunks->is_array()) {
        for (const json& chunk : *chunks) {
            auto bytes = chunk.is_string() ? bytes_from_base64(chunk.get_ref<const std::string&>())
                                           : std::nullopt;
            if (!bytes) members.say("has a chunk that is not base64");
            read.chunks.push_back(std::move(bytes).value_or(""));
        }
    }
    if (const json* const expect = members.need("expect"))
        read.accepted.push_back(read_events(*expect, place + ", expect", fault));
    const json* const also = members.find("also_ok");
    if (also == nullptr || also->is_null()) return read;
    if (!also->is_array()) members.say_of("also_ok", "not a list");
    for (std::size_t i = 0; also->is_array() && i < also->size(); ++i) {
        const std::string alternative = place + ", also_ok " + std::to_string(i + 1);
        read.accepted.push_back(read_events((*also)[i], alternative, fault));
    }
    return read;
}

}  // namespace

std::string_view op_name(Op op) { return kOpNames[static_cast<std::size_t>(op)]; }

CaseFile case_file_from_json(std::string_view text) {
    CaseFile file;
    const json root = json::parse(text.begin(), text.end(), nullptr, false);
    if (root.is_discarded()) {
        file.fault = "it is not JSON";
        return file;
    }
    Members members(root, "the file", file.fault);
    const json* const cases = members.need("cases");
    if (cases == nullptr) return file;
    if (!cases->is_array()) {
        members.say_of("cases", "not a list");
        return file;
    }
    for (std::size_t i = 0; i < cases->size() && file.fault.empty(); ++i)
        file.cases.push_back(read_case((*cases)[i], "case " + std::to_string(i + 1), file.fault));
    return file;
}

std::optional<std::string> bytes_from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    for (int pad = 0; pad < 2 && !text.empty() && text.back() == '='; ++pad) text.remove_suffix(1);
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    std::uint32_t held = 0;
    for (const char c : text) {
        const std::int32_t digit = base64_digit(c);
        if (digit < 0) return std::nullopt;
        bits = (bits << 6 | static_cast<std::uint32_t>(digit)) & 0xFFFF;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes += static_cast<char>(static_cast<unsigned char>(bits >> held & 0xFF));
    }
    if ((bits & ((1u << held) - 1)) != 0) return std::nullopt;
    return bytes;
}

}  // namespace nats_blotter::conformance

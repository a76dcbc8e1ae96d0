// session/since.cpp - see since.h.
#include "session/since.h"

#include <charconv>

namespace nats_blotter::session {
namespace {

// A whole number from 0 on at the front of `text`, which is then taken off.
std::optional<std::int64_t> take_number(std::string_view& text) {
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const std::from_chars_result read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc{} || number < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    return number;
}

bool take_member(SinceHeader& header, std::string_view name, std::string_view value) {
    const std::optional<std::int64_t> number = take_number(value);
    if (!number) return false;
    if (name == "next") {
        header.next_ms = *number;
    } else if (name == "from") {
        header.from_ms = *number;
    } else if (name == "cut") {
        header.cut = true;
    } else if (name == "rows") {
        if (!value.starts_with('-')) return false;
        value.remove_prefix(1);
        const std::optional<std::int64_t> most = take_number(value);
        if (!most) return false;
        header.rows_min = *number;
        header.rows_max = *most;
    }
    return value.empty();
}

}  // namespace

std::optional<SinceHeader> since_header_from_text(std::string_view text) {
    SinceHeader header;
    while (!text.empty()) {
        const std::size_t end = text.find(';');
        std::string_view member = text.substr(0, end);
        while (!member.empty() && member.front() == ' ') member.remove_prefix(1);
        const std::size_t equals = member.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        if (!take_member(header, member.substr(0, equals), member.substr(equals + 1)))
            return std::nullopt;
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    }
    if (header.next_ms == kNoVersion) return std::nullopt;
    return header;
}

}  // namespace nats_blotter::session

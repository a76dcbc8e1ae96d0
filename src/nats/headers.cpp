#include "nats/headers.h"

namespace nats_blotter::nats {
namespace {

constexpr std::string_view kVersion = "NATS/1.0";

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && (is_blank(text.back()) || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

}  // namespace

HeaderReader::HeaderReader(std::string_view block) : rest_(block) {
    std::string_view line = take_line();
    const bool version = line.substr(0, kVersion.size()) == kVersion;
    if (!version || (line.size() > kVersion.size() && !is_blank(line[kVersion.size()]))) {
        rest_ = {};
        return;
    }
    well_formed_ = true;
    line = trim(line.substr(kVersion.size()));
    const bool three_digits = line.size() >= 3 && is_digit(line[0]) && is_digit(line[1]) &&
                              is_digit(line[2]) && (line.size() == 3 || is_blank(line[3]));
    if (!three_digits) return;
    status_ = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    description_ = trim(line.substr(3));
}

std::optional<Header> HeaderReader::next() {
    while (!rest_.empty()) {
        const std::string_view line = take_line();
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || colon == 0) continue;
        return Header{line.substr(0, colon), trim(line.substr(colon + 1))};
    }
    return std::nullopt;
}

// One line without its end; a bare LF ends it as well.
std::string_view HeaderReader::take_line() {
    const std::size_t end = rest_.find('\n');
    std::string_view line = rest_.substr(0, end);
    rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

std::optional<std::string_view> header_value(std::string_view block, std::string_view key) {
    HeaderReader reader(block);
    while (const std::optional<Header> header = reader.next())
        if (header->key == key) return header->value;
    return std::nullopt;
}

}  // namespace nats_blotter::nats

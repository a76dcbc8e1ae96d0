#include "nats/headers.h"

#include "base/assert.h"
#include "base/number_text.h"
#include "nats/error.h"

namespace nats_blotter::nats {
namespace {

constexpr std::string_view kVersion = "NATS/1.0";
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kBlankLine = "\r\n\r\n";

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

HeaderWriter::HeaderWriter(std::int32_t status, std::string_view description) : block_(kVersion) {
    NB_ASSERT(status == 0 || (status >= 100 && status <= 999));
    NB_ASSERT(description.find_first_of(kLineEnd) == std::string_view::npos);
    if (status != 0) {
        block_.push_back(' ');
        append_int(block_, status);
        if (!description.empty()) block_.append(" ").append(description);
    }
    block_.append(kBlankLine);
}

Result<void> HeaderWriter::add(std::string_view key, std::string_view value) {
    for (const char c : key)
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == ':')
            return nats_error(NatsError::BadHeaders);
    if (key.empty() || value.find_first_of(std::string_view("\r\n\0", 3)) != value.npos)
        return nats_error(NatsError::BadHeaders);
    block_.resize(block_.size() - kLineEnd.size());
    block_.append(key).append(": ").append(trim(value)).append(kBlankLine);
    return {};
}

bool is_header_block(std::string_view block) {
    return block.size() >= kVersion.size() + kBlankLine.size() &&
           block.substr(0, kVersion.size()) == kVersion &&
           block.find(kBlankLine) == block.size() - kBlankLine.size();
}

std::optional<std::string_view> header_value(std::string_view block, std::string_view key) {
    HeaderReader reader(block);
    while (const std::optional<Header> header = reader.next())
        if (header->key == key) return header->value;
    return std::nullopt;
}

}  // namespace nats_blotter::nats

#include "base/utf8.h"

#include <cstdint>
#include <cstring>

#include "base/assert.h"

namespace nats_blotter {
namespace {

std::uint8_t byte_at(std::string_view text, std::size_t index) {
    return static_cast<std::uint8_t>(text[index]);
}

bool is_continuation(std::uint8_t byte) { return (byte & 0xC0) == 0x80; }

// Length of the well-formed sequence that starts at `index`, or 0.
std::size_t sequence_bytes(std::string_view text, std::size_t index) {
    const std::uint8_t lead = byte_at(text, index);
    const std::size_t left = text.size() - index;
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        return left >= 2 && is_continuation(byte_at(text, index + 1)) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF) {
        if (left < 3 || !is_continuation(byte_at(text, index + 2))) return 0;
        const std::uint8_t second = byte_at(text, index + 1);
        const std::uint8_t lowest = lead == 0xE0 ? 0xA0 : 0x80;
        const std::uint8_t highest = lead == 0xED ? 0x9F : 0xBF;
        return second >= lowest && second <= highest ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        if (left < 4) return 0;
        if (!is_continuation(byte_at(text, index + 2))) return 0;
        if (!is_continuation(byte_at(text, index + 3))) return 0;
        const std::uint8_t second = byte_at(text, index + 1);
        const std::uint8_t lowest = lead == 0xF0 ? 0x90 : 0x80;
        const std::uint8_t highest = lead == 0xF4 ? 0x8F : 0xBF;
        return second >= lowest && second <= highest ? 4 : 0;
    }
    return 0;
}

}  // namespace

std::size_t utf8_valid_prefix(std::string_view text) {
    std::size_t index = 0;
    while (index < text.size()) {
        // Nearly all text is ASCII: eight bytes at a time.
        while (index + 8 <= text.size()) {
            std::uint64_t word;
            std::memcpy(&word, text.data() + index, 8);
            if (word & 0x8080808080808080u) break;
            index += 8;
        }
        if (index >= text.size()) break;
        const std::size_t bytes = sequence_bytes(text, index);
        if (bytes == 0) return index;
        index += bytes;
    }
    return text.size();
}

void utf8_append(std::string& out, char32_t code_point) {
    NB_ASSERT(code_point <= 0x10FFFF && (code_point < 0xD800 || code_point > 0xDFFF));
    const auto add = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (code_point < 0x80) {
        add(code_point);
    } else if (code_point < 0x800) {
        add(0xC0 | (code_point >> 6));
        add(0x80 | (code_point & 0x3F));
    } else if (code_point < 0x10000) {
        add(0xE0 | (code_point >> 12));
        add(0x80 | ((code_point >> 6) & 0x3F));
        add(0x80 | (code_point & 0x3F));
    } else {
        add(0xF0 | (code_point >> 18));
        add(0x80 | ((code_point >> 12) & 0x3F));
        add(0x80 | ((code_point >> 6) & 0x3F));
        add(0x80 | (code_point & 0x3F));
    }
}

std::string utf8_lossy(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t valid = utf8_valid_prefix(text);
        out.append(text.substr(0, valid));
        if (valid == text.size()) break;
        out.append("\xEF\xBF\xBD");
        text.remove_prefix(valid + 1);
    }
    return out;
}

}  // namespace nats_blotter

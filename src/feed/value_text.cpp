#include "feed/value_text.h"

#include <array>

#include "base/utf8.h"

namespace nats_blotter::feed {
namespace {

constexpr std::array<std::int64_t, 19> kScales = [] {
    std::array<std::int64_t, 19> powers = {1};
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
}();

}  // namespace

const char* read_plain_decimal(const char* at, const char* end, int scale, std::int64_t& value) {
    const bool negative = at < end && *at == '-';
    const char* const first = at + (negative ? 1 : 0);
    const DigitRun whole = read_digits(first, end);
    const auto decimals = static_cast<std::size_t>(scale);
    if (whole.digits - 1 >= DigitRun::kDigitsMax || (*first == '0' && whole.digits > 1))
        return nullptr;
    // Both parts and the zeros up to the scale together stay below 10^18.
    if (whole.digits + decimals > DigitRun::kDigitsMax) return nullptr;
    auto magnitude = static_cast<std::int64_t>(whole.value) * kScales[decimals];
    const char* after = whole.end;
    if (after < end && *after == '.') {
        const DigitRun fraction = read_digits(after + 1, end);
        if (fraction.digits - 1 >= decimals) return nullptr;
        magnitude +=
            static_cast<std::int64_t>(fraction.value) * kScales[decimals - fraction.digits];
        after = fraction.end;
    }
    value = negative ? -magnitude : magnitude;
    return after;
}

const char* find_long_string_end(const char* at, const char* end) {
    const char* found = find_special(at, end);
    if (found < end && *found == '"') return found;
    for (;;) {
        // Not ASCII, or at fault: a byte at a time to the quote, then the whole is judged.
        if (found == end || *found == '\\' || static_cast<unsigned char>(*found) < 0x20)
            return nullptr;
        if (*found == '"') break;
        found = find_special(found + 1, end);
    }
    const std::string_view text(at, static_cast<std::size_t>(found - at));
    return utf8_valid_prefix(text) == text.size() ? found : nullptr;
}

}  // namespace nats_blotter::feed

#include "base/number_text.h"

#include <array>
#include <charconv>

namespace nats_blotter {
namespace {

Error number_error(NumberError code, std::size_t offset) {
    return Error{static_cast<std::int32_t>(code), offset, number_error_text(code)};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The parts of a JSON number: sign, digits of the integer part and fraction, exponent.
struct NumberParts {
    bool negative = false;
    std::string_view whole;
    std::string_view fraction;
    std::int64_t exponent = 0;
};

// Any exponent past this is either zero or far out of 64 bits; clamping keeps the sums below safe.
constexpr std::int64_t kExponentMax = 100'000;

Result<NumberParts> split_number(std::string_view text) {
    NumberParts parts;
    std::size_t at = 0;
    if (at < text.size() && text[at] == '-') {
        parts.negative = true;
        ++at;
    }
    const std::size_t whole_start = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    parts.whole = text.substr(whole_start, at - whole_start);
    if (parts.whole.empty()) return number_error(NumberError::NotANumber, at);
    if (parts.whole.size() > 1 && parts.whole[0] == '0')
        return number_error(NumberError::NotANumber, whole_start);
    if (at < text.size() && text[at] == '.') {
        const std::size_t fraction_start = ++at;
        while (at < text.size() && is_digit(text[at])) ++at;
        parts.fraction = text.substr(fraction_start, at - fraction_start);
        if (parts.fraction.empty()) return number_error(NumberError::NotANumber, at);
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        bool negative_exponent = false;
        if (at < text.size() && (text[at] == '+' || text[at] == '-'))
            negative_exponent = text[at++] == '-';
        const std::size_t exponent_start = at;
        while (at < text.size() && is_digit(text[at])) {
            if (parts.exponent < kExponentMax)
                parts.exponent = parts.exponent * 10 + (text[at] - '0');
            ++at;
        }
        if (at == exponent_start) return number_error(NumberError::NotANumber, at);
        if (negative_exponent) parts.exponent = -parts.exponent;
    }
    if (at != text.size()) return number_error(NumberError::NotANumber, at);
    return parts;
}

}  // namespace

std::string_view number_error_text(NumberError code) {
    switch (code) {
        case NumberError::NotANumber: return "not a number";
        case NumberError::OutOfRange: return "number out of range";
        case NumberError::TooPrecise: return "number has more decimals than its column";
    }
    return "unknown number error";
}

Result<std::int64_t> scaled_from_text(std::string_view text, int scale) {
    NB_ASSERT(scale >= 0 && scale <= kDecimalScaleMax);
    const Result<NumberParts> parts = split_number(text);
    if (!parts) return parts.error();

    // The value is digits * 10^shift, where digits are those of the whole part and the fraction.
    const std::int64_t fraction_digits = static_cast<std::int64_t>(parts->fraction.size());
    std::int64_t shift = parts->exponent - fraction_digits + scale;
    // Negative accumulation, since -2^63 has no positive counterpart.
    std::int64_t value = 0;
    const auto push_digit = [&value](int digit) {
        if (__builtin_mul_overflow(value, 10, &value)) return false;
        return !__builtin_sub_overflow(value, digit, &value);
    };
    const std::size_t digit_count = parts->whole.size() + parts->fraction.size();
    const auto digit_at = [&parts](std::size_t index) {
        const std::size_t whole = parts->whole.size();
        return index < whole ? parts->whole[index] - '0' : parts->fraction[index - whole] - '0';
    };
    // With a negative shift the last -shift digits are behind the scale and must be zero.
    std::size_t kept = digit_count;
    if (shift < 0) {
        const std::size_t dropped = static_cast<std::size_t>(-shift);
        kept = dropped >= digit_count ? 0 : digit_count - dropped;
        shift = 0;
    }
    for (std::size_t index = kept; index < digit_count; ++index)
        if (digit_at(index) != 0) return number_error(NumberError::TooPrecise, 0);
    for (std::size_t index = 0; index < kept; ++index)
        if (!push_digit(digit_at(index))) return number_error(NumberError::OutOfRange, 0);
    while (shift > 0 && value != 0) {
        if (!push_digit(0)) return number_error(NumberError::OutOfRange, 0);
        --shift;
    }
    if (parts->negative) return value;
    if (value == INT64_MIN) return number_error(NumberError::OutOfRange, 0);
    return -value;
}

Result<std::int64_t> int_from_text(std::string_view text) {
    // Nearly every number is a short run of digits.
    const std::size_t start = !text.empty() && text[0] == '-' ? 1 : 0;
    const std::size_t digits = text.size() - start;
    if (digits >= 1 && digits <= 18 && (text[start] != '0' || digits == 1)) {
        std::int64_t value = 0;
        std::size_t at = start;
        for (; at < text.size() && is_digit(text[at]); ++at) value = value * 10 + (text[at] - '0');
        if (at == text.size()) return start == 1 ? -value : value;
    }
    return scaled_from_text(text, 0);
}

void append_int(std::string& out, std::int64_t value) {
    std::array<char, 24> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    out.append(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
}

void append_padded(std::string& out, std::int64_t value, int digits) {
    std::array<char, 32> buffer;
    char* const end = buffer.data() + buffer.size();
    char* at = end;
    NB_ASSERT(value >= 0 && digits <= kDecimalScaleMax);
    do {
        *--at = static_cast<char>('0' + value % 10);
        value /= 10;
    } while (value > 0 || end - at < digits);
    out.append(at, static_cast<std::size_t>(end - at));
}

void append_scaled(std::string& out, std::int64_t scaled, int scale) {
    if (scale == 0) return append_int(out, scaled);
    std::array<char, 24> buffer;
    std::uint64_t magnitude = static_cast<std::uint64_t>(scaled);
    if (scaled < 0) {
        magnitude = 0 - magnitude;
        out.push_back('-');
    }
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), magnitude);
    const std::string_view digits(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
    const std::size_t decimals = static_cast<std::size_t>(scale);
    if (digits.size() <= decimals) {
        out.append("0.");
        out.append(decimals - digits.size(), '0');
        out.append(digits);
    } else {
        out.append(digits.substr(0, digits.size() - decimals));
        out.push_back('.');
        out.append(digits.substr(digits.size() - decimals));
    }
}

}  // namespace nats_blotter

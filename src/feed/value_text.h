// feed/value_text.h - the plain forms of numbers and instants, for the loops of decode and shape.
//
// Each reads from `at` and answers where it ended; null means "not the plain form", about which
// nothing else is said: the caller then reads the value by the whole grammar. The plain forms are
// those of nearly every value, and mean the same as in base/number_text.h and base/time_text.h.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/time_text.h"
#include "base/words.h"

namespace nats_blotter::feed {

// An optional minus and 1 to 18 digits without a leading zero. What follows is not looked at: a
// fraction or an exponent may.
inline const char* read_plain_int(const char* at, const char* end, std::int64_t& value) {
    const bool negative = at < end && *at == '-';
    const char* const first = at + (negative ? 1 : 0);
    // Up to 15 digits in two words: nearly every number there is.
    if (end - first >= 16) {
        std::uint64_t digits = load_word(first) ^ (kEachByte * '0');
        std::uint64_t others = bytes_above_9(digits);
        std::uint64_t magnitude = 0;
        auto count = static_cast<std::size_t>(std::countr_zero(others)) >> 3;
        if (others != 0) {
            if (count == 0 || (*first == '0' && count > 1)) return nullptr;
            magnitude = value_of_digits(digits << (64 - 8 * count));
        } else {
            if (*first == '0') return nullptr;
            magnitude = value_of_digits(digits);
            digits = load_word(first + 8) ^ (kEachByte * '0');
            others = bytes_above_9(digits);
            const auto more = static_cast<std::size_t>(std::countr_zero(others)) >> 3;
            if (others != 0 && more > 0)
                magnitude =
                    magnitude * kPowersOfTen[more] + value_of_digits(digits << (64 - 8 * more));
            count = 8 + more;
        }
        if (others != 0) {
            const auto number = static_cast<std::int64_t>(magnitude);
            value = negative ? -number : number;
            return first + count;
        }
    }
    const DigitRun run = read_digits(first, end);
    if (run.digits - 1 >= DigitRun::kDigitsMax || (*first == '0' && run.digits > 1)) return nullptr;
    const auto magnitude = static_cast<std::int64_t>(run.value);
    value = negative ? -magnitude : magnitude;
    return run.end;
}

// Milliseconds since the epoch as nanoseconds, where they fit.
inline const char* read_plain_epoch_ms(const char* at, const char* end, std::int64_t& ns) {
    constexpr std::int64_t kNsPerMs = 1'000'000;
    std::int64_t ms = 0;
    const char* const after = read_plain_int(at, end, ms);
    if (after == nullptr || ms > INT64_MAX / kNsPerMs || ms < -(INT64_MAX / kNsPerMs))
        return nullptr;
    ns = ms * kNsPerMs;
    return after;
}

// With a fraction of at most `scale` digits, and at most 18 digits once scaled. REQUIRES: 0 <=
// scale <= 18.
const char* read_plain_decimal(const char* at, const char* end, int scale, std::int64_t& value);

// The end of a string's bytes, at its closing quote: `at` is behind the opening one. Only strings
// without escapes.
const char* find_long_string_end(const char* at, const char* end);
inline const char* find_plain_string_end(const char* at, const char* end) {
    if (end - at >= 8) {
        const std::uint64_t special = special_bytes(load_word(at));
        const char* const found = at + (std::countr_zero(special) >> 3);
        if (special != 0 && *found == '"') return found;
    }
    return find_long_string_end(at, end);
}

// What may stand behind a number; all else might still belong to it.
inline bool ends_number(const char* at, const char* end) {
    return at < end && (*at == ',' || *at == '}' || *at == ']' || *at == ' ' || *at == '\n' ||
                        *at == '\r' || *at == '\t');
}

}  // namespace nats_blotter::feed

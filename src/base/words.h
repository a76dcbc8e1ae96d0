// base/words.h - text eight bytes at a time: comparing, searching a string's end, reading digits.
//
// Compilers for WebAssembly turn a memcmp of known size into a call of a loop over bytes; these
// loads are what x86 makes of it by itself. Nothing here reads outside of what it is given.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace nats_blotter {

static_assert(std::endian::native == std::endian::little, "the first byte is the lowest one");

inline std::uint64_t load_word(const char* at) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

inline std::uint32_t load_half_word(const char* at) {
    std::uint32_t word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

// Up to eight bytes as a number, the first in the lowest, zeros behind.
inline std::uint64_t load_short(const char* at, std::size_t bytes) {
    if (bytes >= 8) return load_word(at);
    if (bytes >= 4)
        return load_half_word(at) | std::uint64_t{load_half_word(at + bytes - 4)}
                                        << (8 * (bytes - 4));
    if (bytes == 0) return 0;
    const auto byte = [at](std::size_t i) {
        return std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
    };
    return byte(0) | byte(bytes / 2) | byte(bytes - 1);
}

// Whether `bytes` bytes are the same at both places.
inline bool same_bytes(const char* a, const char* b, std::size_t bytes) {
    if (bytes >= 8) {
        const char* const last = a + bytes - 8;
        std::uint64_t differ =
            (load_word(a) ^ load_word(b)) | (load_word(last) ^ load_word(b + bytes - 8));
        for (a += 8, b += 8; a < last; a += 8, b += 8) differ |= load_word(a) ^ load_word(b);
        return differ == 0;
    }
    if (bytes >= 4)
        return load_half_word(a) == load_half_word(b) &&
               load_half_word(a + bytes - 4) == load_half_word(b + bytes - 4);
    for (std::size_t i = 0; i < bytes; ++i)
        if (a[i] != b[i]) return false;
    return true;
}

inline constexpr std::uint64_t kEachByte = 0x0101010101010101u;
inline constexpr std::uint64_t kHighBits = 0x8080808080808080u;

// The lowest byte with a high bit in the answer is the first of the eight that cannot stand in a
// JSON string just so: a quote, a backslash, a control character, or not ASCII. Those behind it may
// be false alarms.
inline std::uint64_t special_bytes(std::uint64_t word) {
    // With this bit turned round, a quote is below 0x21 as the control characters are, and nothing
    // else is.
    const std::uint64_t low = (word ^ (kEachByte * 0x02)) - kEachByte * 0x21;
    const std::uint64_t backslash = (word ^ (kEachByte * '\\')) - kEachByte;
    return (low | backslash | word) & kHighBits;
}

inline bool is_special_byte(char c) {
    return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 ||
           static_cast<unsigned char>(c) >= 0x80;
}

// The first such byte, or `end`.
inline const char* find_special(const char* at, const char* end) {
    while (end - at >= 8) {
        const std::uint64_t special = special_bytes(load_word(at));
        if (special != 0) return at + (std::countr_zero(special) >> 3);
        at += 8;
    }
    while (at < end && !is_special_byte(*at)) ++at;
    return at;
}

// Whether there is none among them. REQUIRES: bytes >= 8.
inline bool is_plain_text(const char* at, std::size_t bytes) {
    const char* const last = at + bytes - 8;
    std::uint64_t special = special_bytes(load_word(last));
    for (; at < last; at += 8) special |= special_bytes(load_word(at));
    return special == 0;
}

// A run of decimal digits.
struct DigitRun {
    const char* end = nullptr;
    std::uint64_t value = 0;  // good for at most kDigitsMax
    std::size_t digits = 0;   // at most kDigitsMax, or more than that
    static constexpr std::size_t kDigitsMax = 18;
};

// Of eight digits, the first in the lowest byte, each 0 to 9.
inline std::uint64_t value_of_digits(std::uint64_t word) {
    constexpr std::uint64_t kPairs = 0x000000FF000000FFu;
    word = word * 10 + (word >> 8);
    return ((word & kPairs) * 0x000F424000000064u +
            ((word >> 16) & kPairs) * 0x0000271000000001u) >>
           32;
}

// High bits where eight characters, each xored with '0', are no digits; those above the lowest may
// be false alarms.
inline std::uint64_t bytes_above_9(std::uint64_t digits) {
    // A byte above 9 carries into its high half; below the first of them nothing carries.
    return (digits | (digits + kEachByte * 0x76)) & kHighBits;
}

inline constexpr std::uint32_t kPowersOfTen[8] = {1,      10,      100,       1'000,
                                                  10'000, 100'000, 1'000'000, 10'000'000};

inline DigitRun read_digits(const char* at, const char* end) {
    DigitRun run;
    while (end - at >= 8 && run.digits <= DigitRun::kDigitsMax) {
        const std::uint64_t digits = load_word(at) ^ (kEachByte * '0');
        const std::uint64_t others = bytes_above_9(digits);
        if (others == 0) {
            run.value = run.value * 100'000'000 + value_of_digits(digits);
            run.digits += 8;
            at += 8;
            continue;
        }
        const auto count = static_cast<std::size_t>(std::countr_zero(others)) >> 3;
        if (count > 0)
            run.value =
                run.value * kPowersOfTen[count] + value_of_digits(digits << (64 - 8 * count));
        run.digits += count;
        run.end = at + count;
        return run;
    }
    for (; at < end && *at >= '0' && *at <= '9' && run.digits <= DigitRun::kDigitsMax; ++at) {
        run.value = run.value * 10 + static_cast<std::uint64_t>(*at - '0');
        ++run.digits;
    }
    run.end = at;
    return run;
}

}  // namespace nats_blotter

#include "feed/value_text.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "base/number_text.h"
#include "base/random.h"
#include "support/seed.h"

using namespace nats_blotter;
using namespace nats_blotter::feed;

namespace {

struct Read {
    std::int64_t value = 0;
    std::size_t bytes = 0;
};

// From memory that ends where the text does, and with more bytes behind it: both must agree.
template <typename Reader>
std::optional<Read> read(const std::string& text, Reader reader) {
    Read result;
    const char* const end = reader(text.data(), text.data() + text.size(), result.value);
    std::int64_t again = 0;
    const std::string longer = text + ",\"next\":12345678";
    const char* const other = reader(longer.data(), longer.data() + longer.size(), again);
    REQUIRE((end == nullptr) == (other == nullptr));
    if (end == nullptr) return std::nullopt;
    REQUIRE(end - text.data() == other - longer.data());
    REQUIRE(result.value == again);
    result.bytes = static_cast<std::size_t>(end - text.data());
    return result;
}

std::optional<Read> plain_int(const std::string& text) { return read(text, read_plain_int); }
std::optional<Read> plain_ms(const std::string& text) { return read(text, read_plain_epoch_ms); }
std::optional<Read> plain_decimal(const std::string& text, int scale) {
    return read(text, [scale](const char* at, const char* end, std::int64_t& value) {
        return read_plain_decimal(at, end, scale, value);
    });
}

}  // namespace

TEST_CASE("PlainIntsOfEveryLengthAreRead") {
    std::string digits;
    for (int count = 1; count <= 18; ++count) {
        digits.push_back(static_cast<char>('0' + count % 10));
        CHECK(plain_int(digits)->value == std::stoll(digits));
        CHECK(plain_int("-" + digits)->value == -std::stoll(digits));
        CHECK(plain_int(digits + "]")->bytes == digits.size());
        CHECK(plain_int(digits + ":/")->bytes == digits.size());
    }
    CHECK(plain_int("999999999999999999")->value == 999'999'999'999'999'999);
    CHECK(plain_int("0")->value == 0);
    CHECK(plain_int("-0")->value == 0);
}

TEST_CASE("WhatIsNoPlainIntIsLeftToTheGrammar") {
    for (const char* text : {"", "-", "x", "01", "-01", "00", "+1", " 1", "1234567890123456789",
                             "12345678901234567890123456789012345"})
        CHECK_FALSE(plain_int(text).has_value());
    CHECK(plain_int("1.5")->bytes == 1);  // the caller looks at what follows
    CHECK_FALSE(ends_number(".5", nullptr));
}

TEST_CASE("EpochMillisecondsStopWhereNanosecondsOverflow") {
    CHECK(plain_ms("1784737884468")->value == 1784737884468'000'000);
    CHECK(plain_ms("9223372036854")->value == 9223372036854'000'000);
    CHECK(plain_ms("-9223372036854")->value == -9223372036854'000'000);
    CHECK_FALSE(plain_ms("9223372036855").has_value());
    CHECK_FALSE(plain_ms("-9223372036855").has_value());
}

TEST_CASE("PlainDecimalsAreWhatTheExactReaderSays") {
    NB_SEEDED_RANDOM(random);
    for (int i = 0; i < 40'000; ++i) {
        std::string text = random.below(2) == 0 ? "-" : "";
        const auto add_digits = [&](std::uint64_t most) {
            for (std::uint64_t n = random.below(most); n > 0; --n)
                text.push_back(static_cast<char>('0' + random.below(10)));
        };
        add_digits(12);
        if (random.below(3) > 0) {
            text.push_back('.');
            add_digits(12);
        }
        const int scale = static_cast<int>(random.below(19));
        const std::optional<Read> plain = plain_decimal(text, scale);
        if (!plain || plain->bytes != text.size()) continue;
        const Result<std::int64_t> exact = scaled_from_text(text, scale);
        CAPTURE(text);
        CAPTURE(scale);
        REQUIRE(exact.has_value());
        CHECK(plain->value == *exact);
    }
    CHECK(plain_decimal("187.24", 3)->value == 187'240);
    CHECK(plain_decimal("-0.001", 3)->value == -1);
    CHECK(plain_decimal("12", 3)->value == 12'000);
    CHECK_FALSE(plain_decimal("1.2345", 3).has_value());
    CHECK_FALSE(plain_decimal("1.", 3).has_value());
    CHECK_FALSE(plain_decimal("1234567890123456.5", 3).has_value());
}

TEST_CASE("PlainStringsEndAtTheirQuote") {
    const auto end_of = [](const std::string& text) -> std::ptrdiff_t {
        const char* const end = find_plain_string_end(text.data(), text.data() + text.size());
        return end == nullptr ? -1 : end - text.data();
    };
    for (std::size_t length = 0; length < 40; ++length) {
        const std::string text(length, 'x');
        const auto at = static_cast<std::ptrdiff_t>(length);
        CHECK(end_of(text + "\"") == at);
        CHECK(end_of(text + "\",\"\\u0041\"") == at);
        CHECK(end_of(text) == -1);
        CHECK(end_of(text + "\\\"\"") == -1);
        CHECK(end_of(text + "\x1F\"") == -1);
        CHECK(end_of(text + "é\"") == at + 2);
        CHECK(end_of(text + "\xFF\"") == -1);
        CHECK(end_of(text + "é\\n\"") == -1);
    }
}

#include "base/number_text.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "base/random.h"

namespace nats_blotter {
namespace {

NumberError scaled_error(std::string_view text, int scale) {
    const Result<std::int64_t> result = scaled_from_text(text, scale);
    REQUIRE(!result);
    return static_cast<NumberError>(result.error().code);
}

std::int64_t scaled(std::string_view text, int scale) {
    const Result<std::int64_t> result = scaled_from_text(text, scale);
    INFO("text ", std::string(text));
    REQUIRE(result);
    return *result;
}

std::string scaled_text(std::int64_t value, int scale) {
    std::string out;
    append_scaled(out, value, scale);
    return out;
}

std::int64_t whole(std::string_view text) {
    const Result<std::int64_t> result = int_from_text(text);
    INFO("text ", std::string(text));
    REQUIRE(result);
    return *result;
}

TEST_CASE("WholeNumbersAreReadExactly") {
    CHECK(whole("0") == 0);
    CHECK(whole("-0") == 0);
    CHECK(whole("7") == 7);
    CHECK(whole("-100") == -100);
    CHECK(whole("999999999999999999") == 999999999999999999);
    CHECK(whole("9007199254740993") == 9007199254740993);  // a double would give ...992
    CHECK(whole("9223372036854775807") == INT64_MAX);
    CHECK(whole("-9223372036854775808") == INT64_MIN);
}

TEST_CASE("ExponentFormsOfWholeNumbersAreWholeNumbers") {
    CHECK(whole("1e3") == 1000);
    CHECK(whole("1E+3") == 1000);
    CHECK(whole("2.0") == 2);
    CHECK(whole("12.50e1") == 125);
    CHECK(whole("100e-2") == 1);
    CHECK(whole("0e999999999999999999999") == 0);
    CHECK(whole("0.000e-5") == 0);
}

TEST_CASE("NumbersOutsideTheGrammarAreRefused") {
    for (const char* text : {"",         "-",     "+1",    "01", "-01",   ".5",  "1.",   "1.e3",
                             "1e",       "1e+",   "0x10",  "1 ", " 1",    "1,0", "--1",  "NaN",
                             "Infinity", "1e3.5", "1_000", "٣",  "1e--3", "00",  "1.2.3"}) {
        INFO("text ", text);
        const Result<std::int64_t> number = int_from_text(text);
        REQUIRE(!number);
        CHECK(number.error().code == static_cast<std::int32_t>(NumberError::NotANumber));
        CHECK(scaled_error(text, 2) == NumberError::NotANumber);
    }
}

TEST_CASE("NumbersPast64BitsAreOutOfRange") {
    for (const char* text : {"9223372036854775808", "-9223372036854775809", "1e19", "1e100000",
                             "99999999999999999999", "1e999999999999999999999"}) {
        INFO("text ", text);
        CHECK(scaled_error(text, 0) == NumberError::OutOfRange);
    }
    CHECK(scaled_error("92233720368547758.08", 2) == NumberError::OutOfRange);
    CHECK(scaled_error("10", 18) == NumberError::OutOfRange);
}

TEST_CASE("DigitsBehindTheScaleAreNeverRoundedAway") {
    CHECK(scaled("187.24", 3) == 187240);
    CHECK(scaled("187.240000000000000000000000", 2) == 18724);
    CHECK(scaled("-0.01", 2) == -1);
    CHECK(scaled("1.5e-3", 4) == 15);
    CHECK(scaled("92233720368547758.07", 2) == INT64_MAX);
    CHECK(scaled("-92233720368547758.08", 2) == INT64_MIN);
    CHECK(scaled_error("187.245", 2) == NumberError::TooPrecise);
    CHECK(scaled_error("1.5", 0) == NumberError::TooPrecise);
    CHECK(scaled_error("1e-1", 0) == NumberError::TooPrecise);
    CHECK(scaled_error("1e-999999", 18) == NumberError::TooPrecise);
}

TEST_CASE("ScaledNumbersAreWrittenWithAllTheirDecimals") {
    CHECK(scaled_text(187240, 3) == "187.240");
    CHECK(scaled_text(-1, 2) == "-0.01");
    CHECK(scaled_text(0, 2) == "0.00");
    CHECK(scaled_text(100, 2) == "1.00");
    CHECK(scaled_text(5, 0) == "5");
    CHECK(scaled_text(INT64_MIN, 0) == "-9223372036854775808");
    CHECK(scaled_text(INT64_MIN, 18) == "-9.223372036854775808");
    CHECK(scaled_text(INT64_MAX, 18) == "9.223372036854775807");
    std::string out = "x=";
    append_int(out, -42);
    CHECK(out == "x=-42");
}

TEST_CASE("WhatIsWrittenReadsBack") {
    Random random(20260721);
    for (int i = 0; i < 20'000; ++i) {
        // All magnitudes alike, not only the largest.
        const std::uint64_t bits = random.next() >> random.below(64);
        const std::int64_t value = static_cast<std::int64_t>(bits);
        const int scale = static_cast<int>(random.below(kDecimalScaleMax + 1));
        const std::string text = scaled_text(value, scale);
        INFO("value ", value, " scale ", scale, " text ", text);
        REQUIRE(scaled(text, scale) == value);
        REQUIRE(whole(scaled_text(value, 0)) == value);
    }
}

TEST_CASE("EveryCutOfANumberIsANumberOrAnError") {
    const std::string sample = "-9120.5512e+9";
    for (std::size_t cut = 0; cut <= sample.size(); ++cut) {
        const std::string text = sample.substr(0, cut);
        INFO("text ", text);
        const bool ends_in_a_digit = !text.empty() && text.back() >= '0' && text.back() <= '9';
        const Result<std::int64_t> result = scaled_from_text(text, 4);
        CHECK(result.has_value() == ends_in_a_digit);
    }
}

TEST_CASE("PaddedDigitsAreNeverFewer") {
    const auto padded = [](std::int64_t value, int digits) {
        std::string out = "x";
        append_padded(out, value, digits);
        return out;
    };
    CHECK(padded(0, 2) == "x00");
    CHECK(padded(7, 2) == "x07");
    CHECK(padded(59, 2) == "x59");
    CHECK(padded(123, 2) == "x123");
    CHECK(padded(5, 3) == "x005");
}

TEST_CASE("EveryNumberErrorHasWords") {
    for (std::int32_t code = 1; code <= kNumberErrorCount; ++code)
        CHECK(number_error_text(static_cast<NumberError>(code)) != "unknown number error");
    CHECK(number_error_text(static_cast<NumberError>(kNumberErrorCount + 1)) ==
          "unknown number error");
}

}  // namespace
}  // namespace nats_blotter

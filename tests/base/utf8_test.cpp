#include "base/utf8.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace nats_blotter {
namespace {

std::string encoded(char32_t code_point) {
    std::string out;
    utf8_append(out, code_point);
    return out;
}

bool is_scalar_value(char32_t code) { return code < 0xD800 || (code > 0xDFFF && code <= 0x10FFFF); }

TEST_CASE("EveryScalarValueIsWellFormed") {
    for (char32_t code = 0; code <= 0x10FFFF; ++code) {
        if (!is_scalar_value(code)) continue;
        const std::string text = encoded(code);
        REQUIRE(text.size() == (code < 0x80 ? 1u : code < 0x800 ? 2u : code < 0x10000 ? 3u : 4u));
        REQUIRE(is_utf8(text));
        // None of its beginnings is.
        for (std::size_t cut = 1; cut < text.size(); ++cut)
            REQUIRE(utf8_valid_prefix(std::string_view(text).substr(0, cut)) == 0);
    }
}

// Counts instead of listing: there are exactly as many well-formed sequences of two and three bytes
// as there are code points of that length, so nothing ill-formed is let in.
TEST_CASE("NothingElseOfTwoOrThreeBytesIsWellFormed") {
    int pairs = 0;
    int triples = 0;
    for (int a = 0x80; a < 0x100; ++a) {
        for (int b = 0; b < 0x100; ++b) {
            const std::string pair = {static_cast<char>(a), static_cast<char>(b)};
            pairs += is_utf8(pair) ? 1 : 0;
            for (int c = 0; c < 0x100; ++c) triples += is_utf8(pair + static_cast<char>(c)) ? 1 : 0;
        }
    }
    CHECK(pairs == 0x800 - 0x80);
    // Three bytes that are one character, or two bytes and one of ASCII.
    CHECK(triples == (0x10000 - 0x800 - 0x800) + (0x800 - 0x80) * 0x80);
}

TEST_CASE("TheEdgesOfFourBytesAreKept") {
    CHECK(is_utf8("\xF0\x90\x80\x80"));
    CHECK(is_utf8("\xF4\x8F\xBF\xBF"));
    for (const char* text : {"\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
                             "\xF0\x90\x80", "\xF0\x90\x80\x41", "\xF0\x90\x41\x80", "\xFF", "\xFE",
                             "\xC0\x80", "\xED\xA0\x80", "\x80"})
        CHECK(utf8_valid_prefix(text) == 0);
}

// The fast path looks at eight bytes at a time; a bad byte must be found wherever it stands.
TEST_CASE("ABadByteIsFoundAtEveryOffset") {
    for (std::size_t length = 1; length < 40; ++length) {
        for (std::size_t bad = 0; bad < length; ++bad) {
            std::string text(length, 'x');
            REQUIRE(utf8_valid_prefix(text) == length);
            text[bad] = '\xFF';
            REQUIRE(utf8_valid_prefix(text) == bad);
        }
    }
}

TEST_CASE("ACharacterAcrossTheEightByteStepIsWhole") {
    for (std::size_t before = 0; before < 20; ++before) {
        const std::string text = std::string(before, 'x') + "€ and more than eight";
        REQUIRE(is_utf8(text));
        REQUIRE(utf8_valid_prefix(std::string_view(text).substr(0, before + 2)) == before);
    }
}

TEST_CASE("LossyTextIsAlwaysWellFormed") {
    CHECK(utf8_lossy("") == "");
    CHECK(utf8_lossy("plain") == "plain");
    CHECK(utf8_lossy("a\xFF"
                     "b") ==
          "a\xEF\xBF\xBD"
          "b");
    CHECK(utf8_lossy("\xE2\x82") == "\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(utf8_lossy("€") == "€");
}

}  // namespace
}  // namespace nats_blotter

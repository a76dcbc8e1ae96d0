// The scanner against an oracle: whatever it accepts, nlohmann_json must accept and read alike, and
// the other way round. Samples run whole, cut at every byte, and with something behind them.
#include "base/json_scanner.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"

namespace nats_blotter {
namespace {

using nlohmann::json;

const std::vector<std::string> kGoodSamples = {
    R"({"topic":"/accounts/22214/trades","type":"Trade","from":"processor","date":1784737884})",
    R"({"id":"TRADE-22214-00000001","quantity":100,"price":187.240,"side":"Buy","note":null})",
    R"([])",
    R"({})",
    R"([[],{},[{}],[[[]]]])",
    R"({"a":{"b":[1,2,{"c":"d"}]},"e":[true,false,null]})",
    R"("plain")",
    R"("")",
    R"("\"\\\/\b\f\n\r\t")",
    R"("\u0041\u00e9\u20ac\ud83d\ude00")",
    "\"Zürich \xF0\x9F\x98\x80\"",
    R"("\u0000")",
    R"({"":1,"\u0061":2,"a":3})",
    R"({"same":1,"same":2})",
    R"([0,-0,1,-1,10,1.5,-1.5e3,1E+2,1e-2,0.0,123456789012345678901234567890])",
    R"([9007199254740993,0.1,1e308])",
    " \t\r\n{ \"a\" : [ 1 , 2 ] } \n",
    "true",
    "false",
    "null",
    "0",
};

const std::vector<std::string> kBadSamples = {
    "",
    " ",
    "{",
    "[",
    "}",
    "]",
    "[}",
    "{]",
    "[1,]",
    "[,1]",
    "[1 2]",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{,}",
    "{1:2}",
    "{a:1}",
    "{'a':1}",
    "{\"a\" 1}",
    "{\"a\":1 \"b\":2}",
    "[1]]",
    "{}{}",
    "1 2",
    "tru",
    "True",
    "nul",
    "nulll",
    "undefined",
    "NaN",
    "-",
    "+1",
    "01",
    "-01",
    "1.",
    ".5",
    "1e",
    "1e+",
    "0x1",
    "1a",
    "\"",
    "\"abc",
    "\"a\\",
    "\"a\\\"",
    R"("\x")",
    R"("\u")",
    R"("\u12")",
    R"("\u12G4")",
    R"("\ud800")",
    R"("\ud800x")",
    R"("\ud800\u0041")",
    R"("\ud800\ud800")",
    R"("\udc00")",
    "\"a\nb\"",
    "\"a\tb\"",
    std::string("\"a\0b\"", 5),
    std::string("\0", 1),
    "\"\x80\"",
    "\"\xC0\x80\"",
    "\"\xED\xA0\x80\"",
    "\"\xF5\x80\x80\x80\"",
    "\"\xE2\x82\"",
    "/* no */ 1",
    "// no\n1",
    "[1]x",
    "\v1",
    "\xC2\xA0"
    "1",
};

struct Read {
    bool good = false;
    json value;
    bool past_double = false;  // holds a number that the oracle refuses, and we do not
    Error error;
};

json value_from_scanner(JsonScanner& scanner, JsonToken token, Read& out);

json container_from_scanner(JsonScanner& scanner, bool is_object, Read& out) {
    json values = is_object ? json::object() : json::array();
    std::string key;
    while (out.good) {
        JsonToken token = scanner.next();
        if (token == (is_object ? JsonToken::ObjectEnd : JsonToken::ArrayEnd)) return values;
        if (is_object) {
            if (token != JsonToken::Key) {
                out.good = false;
                break;
            }
            std::string scratch;
            key = std::string(scanner.string(scratch));
            token = scanner.next();
        }
        json value = value_from_scanner(scanner, token, out);
        if (is_object)
            values[key] = std::move(value);
        else
            values.push_back(std::move(value));
    }
    return values;
}

json value_from_scanner(JsonScanner& scanner, JsonToken token, Read& out) {
    std::string scratch;
    switch (token) {
        case JsonToken::ObjectStart: return container_from_scanner(scanner, true, out);
        case JsonToken::ArrayStart: return container_from_scanner(scanner, false, out);
        case JsonToken::String: return std::string(scanner.string(scratch));
        case JsonToken::Number: {
            json number = json::parse(scanner.raw(), nullptr, false);
            out.past_double = out.past_double || number.is_discarded();
            return number;
        }
        case JsonToken::True: return true;
        case JsonToken::False: return false;
        case JsonToken::Null: return nullptr;
        default: out.good = false; return nullptr;
    }
}

Read read(std::string_view text) {
    JsonScanner scanner(text);
    Read out;
    out.good = true;
    out.value = value_from_scanner(scanner, scanner.next(), out);
    const JsonToken last = scanner.next();
    out.good = out.good && last == JsonToken::End;
    // Both answers are for good.
    CHECK(scanner.next() == last);
    if (last == JsonToken::Error) out.error = scanner.error();
    return out;
}

// The same text through both; answers whether they accepted it.
bool both_agree(const std::string& text) {
    const Read ours = read(text);
    const json theirs = json::parse(text, nullptr, false);
    INFO("text ", text);
    if (ours.good && ours.past_double) return true;
    REQUIRE(ours.good == !theirs.is_discarded());
    if (ours.good) REQUIRE(ours.value == theirs);
    if (!ours.good) REQUIRE(ours.error.offset_bytes <= text.size());
    return ours.good;
}

JsonError error_of(std::string_view text) {
    const Read out = read(text);
    INFO("text ", std::string(text));
    REQUIRE(!out.good);
    return static_cast<JsonError>(out.error.code);
}

TEST_CASE("GoodSamplesAreReadAsTheOracleReadsThem") {
    for (const std::string& sample : kGoodSamples) CHECK(both_agree(sample));
}

TEST_CASE("BadSamplesAreRefusedAsTheOracleRefusesThem") {
    for (const std::string& sample : kBadSamples) CHECK_FALSE(both_agree(sample));
}

TEST_CASE("EverySampleCutAtEveryByteAgreesWithTheOracle") {
    for (const auto* samples : {&kGoodSamples, &kBadSamples})
        for (const std::string& sample : *samples)
            for (std::size_t cut = 0; cut < sample.size(); ++cut) both_agree(sample.substr(0, cut));
}

// What a half-received text looks like: it must be told apart from a wrong one.
TEST_CASE("ACutSampleIsTruncatedAndNothingElse") {
    for (const std::string& sample : kGoodSamples) {
        const std::size_t last = sample.find_last_not_of(" \n");
        if (sample.find_first_of("[{\"tfn") == std::string::npos) continue;  // a number
        for (std::size_t cut = 0; cut <= last; ++cut) {
            INFO("sample ", sample, " cut ", cut);
            CHECK(error_of(sample.substr(0, cut)) == JsonError::Truncated);
        }
    }
}

TEST_CASE("ANeighbourBehindASampleIsRefused") {
    for (const std::string& sample : kGoodSamples) {
        CHECK(error_of(sample + " {}") == JsonError::Trailing);
        CHECK(error_of(sample + " ,") == JsonError::Trailing);
        CHECK_FALSE(both_agree(sample + "\""));
    }
}

TEST_CASE("MutatedTextsAgreeWithTheOracle") {
    constexpr std::uint64_t kSeed = 20260722;
    Random random(kSeed);
    const std::string_view alphabet = "{}[]\",:\\u0123456789abcdefntr-+.eE \n\x80\xC3\xA9\xED\xFF/";
    for (int i = 0; i < 30'000; ++i) {
        std::string text =
            kGoodSamples[static_cast<std::size_t>(random.below(kGoodSamples.size()))];
        for (std::uint64_t edits = 1 + random.below(3); edits > 0 && !text.empty(); --edits) {
            const std::size_t at = static_cast<std::size_t>(random.below(text.size()));
            const char c = alphabet[static_cast<std::size_t>(random.below(alphabet.size()))];
            switch (random.below(3)) {
                case 0: text[at] = c; break;
                case 1: text.insert(at, 1, c); break;
                default: text.erase(at, 1 + static_cast<std::size_t>(random.below(3))); break;
            }
        }
        INFO("seed ", kSeed, " round ", i);
        both_agree(text);
    }
}

// The oracle takes a zero byte for the end of the text; it is not.
TEST_CASE("AZeroByteBehindTheValueIsRefused") {
    CHECK(error_of(std::string("[1]\0", 4)) == JsonError::Trailing);
    CHECK(error_of(std::string("[1]\0]", 5)) == JsonError::Trailing);
}

TEST_CASE("NumbersPastADoubleAreJson") {
    JsonScanner scanner("1e999999");
    CHECK(scanner.next() == JsonToken::Number);
    CHECK(scanner.raw() == "1e999999");
    CHECK(scanner.next() == JsonToken::End);
}

TEST_CASE("ErrorsNameTheirKindAndPlace") {
    CHECK(error_of("\"a\nb\"") == JsonError::BadString);
    CHECK(error_of(R"("\q")") == JsonError::BadString);
    CHECK(error_of(R"("\ud800x")") == JsonError::BadString);
    CHECK(error_of("\"\xFF\"") == JsonError::BadUtf8);
    CHECK(error_of("[1 2]") == JsonError::Syntax);
    CHECK(error_of("[1]]") == JsonError::Trailing);
    CHECK(read("{\"a\":\"x\xFF\"}").error.offset_bytes == 7);
    CHECK(read("[1 2]").error.offset_bytes == 3);
    CHECK(read("[tru]").error.offset_bytes == 1);
}

TEST_CASE("DepthIsBounded") {
    const std::string open(kJsonDepthMax, '[');
    const std::string close(kJsonDepthMax, ']');
    CHECK(both_agree(open + close));
    CHECK(error_of("[" + open + close + "]") == JsonError::TooDeep);
    CHECK(error_of(std::string(1'000'000, '[')) == JsonError::TooDeep);
    std::string objects;
    for (std::size_t i = 0; i <= kJsonDepthMax; ++i) objects += "{\"a\":";
    CHECK(error_of(objects) == JsonError::TooDeep);
}

TEST_CASE("ObjectsAndArraysAreToldApartAtEveryDepth") {
    Random random(64);
    for (int round = 0; round < 500; ++round) {
        std::string text;
        std::string closing;
        const std::uint64_t depth = 1 + random.below(kJsonDepthMax);
        for (std::uint64_t level = 0; level < depth; ++level) {
            const bool is_object = random.below(2) == 0;
            text += is_object ? "{\"k\":" : "[";
            closing.insert(closing.begin(), is_object ? '}' : ']');
        }
        REQUIRE(both_agree(text + "1" + closing));
        const std::size_t wrong = static_cast<std::size_t>(random.below(closing.size()));
        closing[wrong] = closing[wrong] == '}' ? ']' : '}';
        REQUIRE_FALSE(both_agree(text + "1" + closing));
    }
}

TEST_CASE("SkipPassesOverWholeValues") {
    JsonScanner scanner(R"({"a":{"b":[1,{"c":2}],"d":"}"},"e":7})");
    REQUIRE(scanner.next() == JsonToken::ObjectStart);
    REQUIRE(scanner.next() == JsonToken::Key);
    CHECK(scanner.skip(scanner.next()));
    CHECK(scanner.depth() == 1);
    REQUIRE(scanner.next() == JsonToken::Key);
    CHECK(scanner.raw() == "e");
    CHECK(scanner.skip(scanner.next()));
    CHECK(scanner.raw() == "7");
    CHECK(scanner.next() == JsonToken::ObjectEnd);
    CHECK(scanner.next() == JsonToken::End);
    CHECK(scanner.depth() == 0);

    JsonScanner cut(R"([[1,2)");
    REQUIRE(cut.next() == JsonToken::ArrayStart);
    CHECK_FALSE(cut.skip(cut.next()));
    CHECK(cut.next() == JsonToken::Error);
    CHECK_FALSE(cut.skip(JsonToken::Error));
}

TEST_CASE("PlainStringsAreViewsIntoTheText") {
    const std::string text = R"(["plain","a\u00e9b"])";
    JsonScanner scanner(text);
    std::string scratch = "untouched";
    REQUIRE(scanner.next() == JsonToken::ArrayStart);
    REQUIRE(scanner.next() == JsonToken::String);
    CHECK(scanner.string(scratch).data() == text.data() + 2);
    CHECK(scratch == "untouched");
    REQUIRE(scanner.next() == JsonToken::String);
    CHECK(scanner.raw() == R"(a\u00e9b)");
    CHECK(scanner.string(scratch) == "aéb");
}

TEST_CASE("TheOffsetRightAfterAValueIsItsEnd") {
    JsonScanner scanner("  [12, \"x\"]  ");
    REQUIRE(scanner.next() == JsonToken::ArrayStart);
    CHECK(scanner.offset_bytes() == 3);
    REQUIRE(scanner.next() == JsonToken::Number);
    CHECK(scanner.offset_bytes() == 5);
    REQUIRE(scanner.next() == JsonToken::String);
    CHECK(scanner.offset_bytes() == 10);
}

TEST_CASE("TheOffsetOfABadTextIsInsideIt") {
    for (const std::string_view text : {R"("\u}")", R"("\u12)", R"("\ud83d\u")", R"("\ud83dx")",
                                        R"("\udc00")", R"("\)", R"("\x")"}) {
        CAPTURE(std::string(text));
        JsonScanner scanner(text);
        CHECK(scanner.next() == JsonToken::Error);
        CHECK(scanner.offset_bytes() <= text.size());
    }
}

TEST_CASE("EveryJsonErrorHasWords") {
    for (std::int32_t code = 1; code <= kJsonErrorCount; ++code)
        CHECK(json_error_text(static_cast<JsonError>(code)) != "unknown JSON error");
    CHECK(json_error_text(static_cast<JsonError>(kJsonErrorCount + 1)) == "unknown JSON error");
}

}  // namespace
}  // namespace nats_blotter

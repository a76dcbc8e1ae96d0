#include "base/json_text.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "base/random.h"
#include "base/utf8.h"

namespace nats_blotter {
namespace {

std::string json_from_text(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

TEST_CASE("PlainTextIsOnlyQuoted") {
    CHECK(json_from_text("") == "\"\"");
    CHECK(json_from_text("IBM") == "\"IBM\"");
    CHECK(json_from_text("Zürich €") == "\"Zürich €\"");
}

TEST_CASE("QuotesBackslashesAndControlsAreEscaped") {
    CHECK(json_from_text("a\"b\\c") == R"("a\"b\\c")");
    CHECK(json_from_text("\n\r\t") == R"("\n\r\t")");
    CHECK(json_from_text(std::string_view("\0\x01\x1f", 3)) == R"("\u0000\u0001\u001f")");
}

TEST_CASE("IllFormedTextBecomesJsonAllTheSame") {
    CHECK(json_from_text("a\xFF") == "\"a\xEF\xBF\xBD\"");
}

TEST_CASE("AnyTextReadsBackAsItself") {
    Random random(77);
    for (int i = 0; i < 5'000; ++i) {
        std::string text;
        const std::uint64_t count = random.below(20);
        for (std::uint64_t k = 0; k < count; ++k)
            text.push_back(static_cast<char>(random.below(i % 2 == 0 ? 128 : 256)));
        const std::string json = json_from_text(text);
        INFO("json ", json);
        const nlohmann::json read = nlohmann::json::parse(json, nullptr, false);
        REQUIRE(read.is_string());
        REQUIRE(read.get_ref<const std::string&>() == utf8_lossy(text));
    }
}

}  // namespace
}  // namespace nats_blotter

#include "session/inspect_text.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

using namespace nats_blotter;
using namespace nats_blotter::session;

namespace {

std::string pretty(std::string_view json) {
    std::string out;
    return append_pretty_json(out, json) ? out : "not JSON" + out;
}

std::string one_line(std::string_view text, std::size_t bytes_max) {
    std::string out;
    append_one_line(out, text, bytes_max);
    return out;
}

}  // namespace

TEST_CASE("JsonIsLaidOutWithAMemberALine") {
    CHECK(pretty(R"({"a":1,"b":{"c":[true,null,"x\u0007"],"d":{}},"e":[]})") ==
          "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": [\n      true,\n      null,\n      \"x\\u0007\"\n"
          "    ],\n    \"d\": {}\n  },\n  \"e\": []\n}");
    CHECK(pretty(" 12.50 ") == "12.50");
    CHECK(pretty("[[1],[2]]") == "[\n  [\n    1\n  ],\n  [\n    2\n  ]\n]");
    CHECK(pretty(R"([{"a":1},{"a":2}])") ==
          "[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": 2\n  }\n]");
    CHECK(pretty("{\"a\":") == "not JSON");
    CHECK(pretty("") == "not JSON");
}

TEST_CASE("BytesAreLaidOutAsHex") {
    std::string out;
    append_hex(out, std::string_view("\0A<b>\xff\x7f", 7));
    CHECK(out == "00000000  00 41 3c 62 3e ff 7f" + std::string(30, ' ') + ".A<b>..\n");
    out.clear();
    append_hex(out, "0123456789abcdef!");
    CHECK(out ==
          "00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef\n"
          "00000010  21                                                !\n");
}

TEST_CASE("ALineOfHexIsKnown") {
    std::string out;
    append_hex(out, "0123456789abcdef!");
    const std::size_t end = out.find('\n');
    CHECK(is_hex_line(out.substr(0, end)));
    CHECK(out.substr(kHexTextAt, 1) == "0");
    CHECK(is_hex_line(out.substr(end + 1, out.size() - end - 2)));
    CHECK_FALSE(is_hex_line(""));
    CHECK_FALSE(is_hex_line("00000000  30"));
    CHECK_FALSE(is_hex_line("  \"a\": \"" + std::string(80, ' ') + "\""));
    CHECK_FALSE(is_hex_line(std::string(80, '0')));
}

TEST_CASE("OneLineHasNoControlsAndNoBrokenLetters") {
    CHECK(one_line("a\nb\x1b[31m\x7f", 99) == "a·b·[31m·");
    CHECK(one_line("abcdef", 3) == "abc…");
    CHECK(one_line("aé", 2) == "a…");
    CHECK(one_line("\xff", 9) == "\xEF\xBF\xBD");
    // Bytes that are no text are cut where the limit says.
    CHECK(one_line("\xff\xff\xff\xff\xff", 4) ==
          "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD…");
}

TEST_CASE("AMessageIsShownWithItsHeaders") {
    InspectedMessage message;
    message.subject = "a.b";
    message.reply = "inbox";
    message.headers = "NATS/1.0\r\nKey: one\r\nBad: \xff\r\n\r\n";
    message.payload = "{\"a\":1}";
    message.payload_bytes = 4000;
    std::string out;
    append_message(out, message);
    CHECK(
        out.starts_with("a.b\nreply to inbox\n4000 bytes, the first 7 are kept\nNATS/1.0\n"
                        "Key: one\n00000000  42 61 64 3a 20 ff"));
    CHECK(out.ends_with("{\n  \"a\": 1\n}\n"));
}

TEST_CASE("AMessageThatIsAByteHasNoMoreLinesThanThereIsToSay") {
    InspectedMessage message;
    message.subject = "a";
    message.payload = "z";
    message.payload_bytes = 1;
    std::string out;
    append_message(out, message);
    CHECK(out == "a\n1 byte\n00000000  7a" + std::string(48, ' ') + "z\n");
}

TEST_CASE("NdjsonIsOneLineOfJsonWhateverCame") {
    InspectedMessage message;
    message.at_ms = 1790000000000;
    message.subject = "a\n\xff";
    message.payload = "{\"a\":\r\n\"</script>\"}";
    message.payload_bytes = message.payload.size();
    std::string out;
    append_ndjson(out, message);
    CHECK(out.find('\n') == out.size() - 1);
    const nlohmann::json one = nlohmann::json::parse(out, nullptr, false);
    REQUIRE(one.is_object());
    CHECK(one["time"] == 1790000000000);
    CHECK(one["payload"]["a"] == "</script>");
    CHECK_FALSE(one.contains("payloadBytes"));

    message.headers = "NATS/1.0\r\nA: \xfe\r\n\r\n";
    message.reply = "r";
    message.payload = "\x01z";
    message.payload_bytes = 5;
    out.clear();
    append_ndjson(out, message);
    const nlohmann::json other = nlohmann::json::parse(out, nullptr, false);
    REQUIRE(other.is_object());
    CHECK(other["payloadHex"] == "017a");
    CHECK(other["payloadBytes"] == 5);
    CHECK(other["reply"] == "r");
    CHECK(other["headersHex"].get<std::string>().starts_with("4e415453"));

    message.headers = "NATS/1.0\r\nA: é\r\n\r\n";
    out.clear();
    append_ndjson(out, message);
    const nlohmann::json text = nlohmann::json::parse(out, nullptr, false);
    REQUIRE(text.is_object());
    CHECK(text["headers"] == "NATS/1.0\r\nA: é\r\n\r\n");
    CHECK_FALSE(text.contains("headersHex"));
}

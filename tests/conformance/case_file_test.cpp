#include "conformance/case_file.h"

#include <doctest/doctest.h>

using namespace nats_blotter::conformance;

namespace {

std::string fault_of(std::string_view text) { return case_file_from_json(text).fault; }

std::string with_event(const std::string& event) {
    return R"({"cases":[{"name":"n","chunks":[],"expect":[)" + event + "]}]}";
}

}  // namespace

TEST_CASE("Base64IsReadStrictly") {
    CHECK(bytes_from_base64("") == "");
    CHECK(bytes_from_base64("Zg==") == "f");
    CHECK(bytes_from_base64("Zm8=") == "fo");
    CHECK(bytes_from_base64("Zm9v") == "foo");
    CHECK(bytes_from_base64("Zm9vYmFy") == "foobar");
    CHECK(bytes_from_base64("AP/+") == std::string("\x00\xFF\xFE", 3));
    for (const std::string_view bad : {"Z", "Zg", "Zg=", "Zg===", "Z===", "====", "Zm9 ", "Zh=="}) {
        CAPTURE(std::string(bad));
        CHECK_FALSE(bytes_from_base64(bad));
    }
}

TEST_CASE("ACaseIsReadWithAllItsKeys") {
    const CaseFile file = case_file_from_json(
        R"({"note":1,"cases":[{"name":"n","class":"c","chunks":["UElORw==",""],"split_all":true,)"
        R"("expect":[{"op":"hmsg","subject":"s","sid":9,"reply":null,"headers":[["K","v"]],)"
        R"("status":503,"description":null,"payload_b64":"Zm8=","payload_len":2,)"
        R"("payload_sha256":"AB","payload_fnv1a64":"0x1F"}],)"
        R"("also_ok":[[],[{"op":"info","json":{"a":1}},{"op":"err","message":"m"}]]}]})");
    REQUIRE(file.fault == "");
    REQUIRE(file.cases.size() == 1);
    const Case& read = file.cases[0];
    CHECK(read.name == "n");
    CHECK(read.case_class == "c");
    CHECK(read.split_all);
    CHECK(read.chunks == std::vector<std::string>{"PING", ""});
    REQUIRE(read.accepted.size() == 3);
    const Expected& event = read.accepted[0][0];
    CHECK(event.op == Op::Hmsg);
    CHECK(event.sid == "9");
    CHECK(event.reply == "");
    CHECK(event.description == "");
    CHECK(event.status == 503);
    CHECK(event.payload == "fo");
    CHECK(event.payload_bytes == 2);
    CHECK(event.payload_sha256 == "ab");
    CHECK(event.payload_fnv1a64 == 0x1F);
    CHECK(event.headers->size() == 1);
    CHECK(read.accepted[1].empty());
    CHECK(read.accepted[2][0].info->dump() == R"({"a":1})");
    CHECK_FALSE(read.accepted[2][1].subject);
}

TEST_CASE("ABrokenFileSaysWhereItIsBroken") {
    CHECK(fault_of("") == "it is not JSON");
    CHECK(fault_of("{") == "it is not JSON");
    CHECK(fault_of("[]") == "the file is not an object");
    CHECK(fault_of("{}") == "the file has no \"cases\"");
    CHECK(fault_of(R"({"cases":{}})") == "the file has a \"cases\" that is not a list");
    CHECK(fault_of(R"({"cases":[1]})") == "case 1 is not an object");
    CHECK(fault_of(R"({"cases":[{"name":"n"}]})") == "case 1 (n) has no \"chunks\"");
    CHECK(fault_of(R"({"cases":[{"chunks":[]}]})") == "case 1 has no \"expect\"");
    CHECK(fault_of(R"({"cases":[{"chunks":[1],"expect":[]}]})") ==
          "case 1 has a chunk that is not base64");
    CHECK(fault_of(R"({"cases":[{"chunks":"","expect":[]}]})") ==
          "case 1 has a \"chunks\" that is not a list");
    CHECK(fault_of(R"({"cases":[{"chunks":[],"expect":1}]})") ==
          "case 1, expect is not a list of events");
    CHECK(fault_of(R"({"cases":[{"chunks":[],"expect":[],"also_ok":[1]}]})") ==
          "case 1, also_ok 1 is not a list of events");
    CHECK(fault_of(R"({"cases":[{"chunks":[],"expect":[],"split_all":1}]})") ==
          "case 1 has a \"split_all\" that is neither true nor false");
}

TEST_CASE("ABrokenEventSaysWhereItIsBroken") {
    CHECK(fault_of(with_event(R"({"op":"ping"})")) == "");
    for (const char* event :
         {"1", "{}", R"({"op":1})", R"({"op":"pung"})", R"({"op":"msg","sid":1.5})",
          R"({"op":"msg","subject":1})", R"({"op":"msg","payload_b64":"x"})",
          R"({"op":"msg","payload_len":-1})", R"({"op":"msg","payload_fnv1a64":"g"})",
          R"({"op":"msg","payload_fnv1a64":[]})", R"({"op":"hmsg","headers":{}})",
          R"({"op":"hmsg","headers":[["a"]]})", R"({"op":"hmsg","status":"5x"})",
          R"({"op":"info","json":"{"})"}) {
        CAPTURE(event);
        CHECK(fault_of(with_event(event)).find("case 1 (n), expect, event 1 ") == 0);
    }
}

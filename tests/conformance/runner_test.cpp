// The runner itself: what it compares, and that a wrong expectation never passes.
#include "conformance/runner.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace nats_blotter::conformance;

namespace {

Case case_of(const std::vector<std::string>& chunks, const std::string& events,
             bool split_all = true) {
    CaseFile file =
        case_file_from_json(R"({"cases":[{"name":"n","chunks":[],"expect":)" + events + "}]}");
    REQUIRE(file.fault == "");
    file.cases[0].chunks = chunks;
    file.cases[0].split_all = split_all;
    return file.cases[0];
}

bool passes(const std::string& wire, const std::string& events) {
    return run_case(case_of({wire}, events)).passed;
}

const std::string kMessage = "MSG a 7 r 3\r\nabc\r\n";
const std::string kHeaders =
    "HMSG a 7 39 40\r\nNATS/1.0 100 Idle\r\nK: 1\r\nJ: 2\r\nK: 3\r\n\r\nx\r\n";

}  // namespace

TEST_CASE("EachMemberOfAMessageIsCompared") {
    CHECK(passes(kMessage, R"([{"op":"msg"}])"));
    CHECK(passes(kMessage, R"([{"op":"msg","subject":"a","sid":"7","reply":"r",)"
                           R"("payload_b64":"YWJj","payload_len":3}])"));
    CHECK(passes(kMessage, R"([{"op":"msg","sid":7}])"));
    for (const char* wrong :
         {"[]", R"([{"op":"hmsg"}])", R"([{"op":"msg"},{"op":"ping"}])",
          R"([{"op":"msg","subject":"A"}])", R"([{"op":"msg","sid":8}])",
          R"([{"op":"msg","reply":null}])", R"([{"op":"msg","payload_b64":"YWJk"}])",
          R"([{"op":"msg","payload_len":4}])", R"([{"op":"msg","payload_sha256":"00"}])",
          R"([{"op":"msg","payload_fnv1a64":"0"}])", R"([{"op":"msg"},{"op":"protocol_error"}])"}) {
        CAPTURE(wrong);
        CHECK_FALSE(passes(kMessage, wrong));
    }
}

TEST_CASE("HeadersAreComparedByKeyAndOrderWithinAKeyCounts") {
    CHECK(passes(kHeaders, R"([{"op":"hmsg","status":100,"description":"Idle",)"
                           R"("headers":[["J","2"],["K","1"],["K","3"]]}])"));
    for (const char* wrong :
         {R"([{"op":"hmsg","headers":[["J","2"],["K","3"],["K","1"]]}])",
          R"([{"op":"hmsg","headers":[["J","2"],["K","1"]]}])",
          R"([{"op":"hmsg","headers":[["j","2"],["K","1"],["K","3"]]}])",
          R"([{"op":"hmsg","status":null}])", R"([{"op":"hmsg","description":null}])"}) {
        CAPTURE(wrong);
        CHECK_FALSE(passes(kHeaders, wrong));
    }
}

TEST_CASE("InfoIsComparedAsJson") {
    const std::string wire = "INFO {\"proto\":1, \"x\":[1,{\"y\":null}]} \r\n";
    CHECK(passes(wire, R"([{"op":"info","json":{"x":[1,{"y":null}],"proto":1}}])"));
    CHECK_FALSE(passes(wire, R"([{"op":"info","json":{"proto":1}}])"));
    CHECK(passes("INFO {\"proto\":\"one\"}\r\n", R"([{"op":"protocol_error"}])"));
}

TEST_CASE("AnyOfSeveralExpectationsWillDo") {
    Case tried = case_of({"PING\r\n"}, R"([{"op":"pong"}])");
    CHECK_FALSE(run_case(tried).passed);
    Expected ping;
    ping.op = Op::Ping;
    tried.accepted.push_back({ping});
    CHECK(run_case(tried).passed);
}

TEST_CASE("AFailureSaysHowItWasFedAndWhatCame") {
    const Verdict verdict = run_case(case_of({"PING\r\n"}, R"([{"op":"pong"}])"));
    CHECK(verdict.failure == "fed as given\n    expected: pong\n    came:     ping");
}

TEST_CASE("AShortStreamIsSplitEverywhereAndALongOneWhereItMatters") {
    CHECK(split_places(4, {}) == std::vector<std::size_t>{1, 2, 3});
    CHECK(split_places(0, {}).empty());
    CHECK(split_places(kFullySplitBytesMax, {}).size() == kFullySplitBytesMax - 1);
    const std::size_t bytes = 10 * kFullySplitBytesMax;
    const auto places = split_places(bytes, {100'000});
    CHECK(places.front() == 1);
    CHECK(places.back() == bytes - 1);
    CHECK(std::count(places.begin(), places.end(), 100'000) == 1);
    CHECK(places.size() < 1'000);
}

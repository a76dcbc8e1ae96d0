#include "services/error_bodies.h"

#include <doctest/doctest.h>

#include "services/path_number.h"

using namespace nats_blotter::services;

// Found by the HTTP fuzzer: an account number of raw bytes came back as it was sent.
TEST_CASE("WhatACallerSentComesBackAsText") {
    const HttpRequest request;
    const auto body = [&request](std::string_view sent) {
        return text_error(500, path_number_message(sent), request).body;
    };
    const std::string before = "Failed to convert value to an integer; for input string: \"";
    CHECK(body("abc") == before + "abc\"");
    CHECK(body("Soci\xC3\xA9t\xC3\xA9") == before + "Soci\xC3\xA9t\xC3\xA9\"");
    CHECK(body("1\x05") == before + "1\xEF\xBF\xBD\"");
    CHECK(body("\x1B[2J") == before + "\xEF\xBF\xBD[2J\"");
    CHECK(body("1\xFF\x7F") == before + "1\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST_CASE("ATextErrorSaysItsTypeAsTheCallerWants") {
    HttpRequest request;
    CHECK(text_error(404, "gone", request).content_type == "text/plain;charset=UTF-8");
    request.accept = "application/json";
    CHECK(text_error(404, "gone", request).content_type == "application/json");
    CHECK(text_error(404, "gone", request).status == 404);
}

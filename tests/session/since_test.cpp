#include "session/since.h"

#include <doctest/doctest.h>

using namespace nats_blotter::session;

TEST_CASE("AWholeAnswerTellsWhatToAskNext") {
    const auto header = since_header_from_text("next=1784737874468; rows=5-7");
    REQUIRE(header.has_value());
    CHECK(header->next_ms == 1784737874468);
    CHECK(header->rows_min == 5);
    CHECK(header->rows_max == 7);
    CHECK(header->from_ms == kNoVersion);
    CHECK_FALSE(header->cut);
}

TEST_CASE("APartialAnswerTellsWhereItBegins") {
    const auto header = since_header_from_text("next=20;rows=0-0; from=0; cut=3; more=9");
    REQUIRE(header.has_value());
    CHECK(header->from_ms == 0);
    CHECK(header->cut);
}

TEST_CASE("WhatIsNoSuchHeaderIsNone") {
    for (const char* text :
         {"", "next", "next=", "next=x", "rows=1-2", "next=1; rows=1", "next=1; rows=1-",
          "next=1; rows=1-2x", "next=-1", "next=1; from=2 3", "next=99999999999999999999", ";"})
        CHECK_FALSE(since_header_from_text(text).has_value());
}

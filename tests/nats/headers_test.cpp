#include "nats/headers.h"

#include <doctest/doctest.h>

#include <string>

using namespace nats_blotter;
using nats::header_value;
using nats::HeaderReader;

TEST_CASE("HeadersKeepTheirOrderCaseAndRepetition") {
    HeaderReader reader("NATS/1.0\r\nKey: one\r\nkey:two \r\nKey:\tthree\r\n\r\n");
    CHECK(reader.well_formed());
    CHECK(reader.status() == 0);
    auto first = reader.next();
    REQUIRE(first);
    CHECK(first->key == "Key");
    CHECK(first->value == "one");
    CHECK(reader.next()->key == "key");
    CHECK(reader.next()->value == "three");
    CHECK_FALSE(reader.next());
    CHECK_FALSE(reader.next());
}

TEST_CASE("AStatusAndItsDescriptionAreRead") {
    CHECK(HeaderReader("NATS/1.0 503\r\n\r\n").status() == 503);
    CHECK(HeaderReader("NATS/1.0 503\r\n\r\n").description().empty());
    HeaderReader idle("NATS/1.0  100 Idle Heartbeat \r\nNats-Last-Consumer: 7\r\n\r\n");
    CHECK(idle.status() == 100);
    CHECK(idle.description() == "Idle Heartbeat");
    CHECK(idle.next()->value == "7");
}

TEST_CASE("SubjectBehindA503IsFound") {
    CHECK(header_value("NATS/1.0 503\r\nNats-Subject: a.b\r\n\r\n", "Nats-Subject") == "a.b");
    CHECK_FALSE(header_value("NATS/1.0 503\r\nNats-Subject: a.b\r\n\r\n", "nats-subject"));
}

TEST_CASE("BrokenHeadersCostOnlyThemselves") {
    CHECK_FALSE(HeaderReader("hello world!").well_formed());
    CHECK_FALSE(HeaderReader("hello world!").next());
    CHECK_FALSE(HeaderReader("").well_formed());
    CHECK_FALSE(HeaderReader("NATS/1.00\r\nA: b\r\n\r\n").well_formed());
    CHECK(HeaderReader("NATS/1.0 5x3 text\r\n\r\n").status() == 0);
    CHECK(HeaderReader("NATS/1.0 5030\r\n\r\n").status() == 0);
    HeaderReader reader("NATS/1.0\r\nno colon\r\n: no key\r\na b: blank in key\r\nlast: no end");
    CHECK(reader.next()->key == "a b");
    CHECK(reader.next()->value == "no end");
    CHECK_FALSE(reader.next());
    HeaderReader bare("NATS/1.0\nA: b\n\n");
    CHECK(bare.next()->value == "b");
}

TEST_CASE("EveryTruncationOfABlockIsHarmless") {
    const std::string block = "NATS/1.0 409 Consumer Deleted\r\nA: b\r\nC:\r\n\r\n";
    for (std::size_t bytes = 0; bytes <= block.size(); ++bytes) {
        HeaderReader reader(std::string_view(block).substr(0, bytes));
        std::size_t headers = 0;
        while (reader.next()) ++headers;
        CHECK(headers <= 2);
    }
}

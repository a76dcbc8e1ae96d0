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

TEST_CASE("WhatTheWriterWritesTheReaderReads") {
    nats::HeaderWriter writer;
    CHECK(writer.block() == "NATS/1.0\r\n\r\n");
    REQUIRE(writer.add("Nats-Msg-Id", "order-1"));
    REQUIRE(writer.add("Key", " padded\t"));
    REQUIRE(writer.add("Key", "Soci\xC3\xA9t\xC3\xA9: two"));
    REQUIRE(writer.add("Empty", ""));
    CHECK(nats::is_header_block(writer.block()));
    HeaderReader reader(writer.block());
    CHECK(reader.well_formed());
    CHECK(reader.status() == 0);
    CHECK(reader.next()->value == "order-1");
    CHECK(reader.next()->value == "padded");
    CHECK(reader.next()->value == "Soci\xC3\xA9t\xC3\xA9: two");
    CHECK(reader.next()->value.empty());
    CHECK_FALSE(reader.next());
}

TEST_CASE("AStatusIsWrittenInline") {
    CHECK(nats::HeaderWriter(503).block() == "NATS/1.0 503\r\n\r\n");
    nats::HeaderWriter idle(100, "Idle Heartbeat");
    REQUIRE(idle.add("Nats-Last-Consumer", "7"));
    HeaderReader reader(idle.block());
    CHECK(reader.status() == 100);
    CHECK(reader.description() == "Idle Heartbeat");
    CHECK(reader.next()->value == "7");
}

TEST_CASE("WhatWouldBreakTheBlockIsNotWritten") {
    nats::HeaderWriter writer;
    for (const std::string_view key : {"", "a b", "a:b", "a\r\nb", "a\tb", "\x7F"})
        CHECK_FALSE(writer.add(key, "v"));
    for (const std::string_view value : {"a\rb", "a\nb", "\r\n\r\n"})
        CHECK_FALSE(writer.add("k", value));
    CHECK_FALSE(writer.add("k", std::string_view("a\0b", 3)));
    CHECK(writer.block() == "NATS/1.0\r\n\r\n");
    for (const std::string_view block : {"", "NATS/1.0", "NATS/1.0\r\n", "NATS/1.0\r\n\r\nx",
                                         "NATS/1.0\r\n\r\n\r\n\r\n", "hello world!\r\n\r\n"})
        CHECK_FALSE(nats::is_header_block(block));
}

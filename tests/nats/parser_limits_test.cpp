// The limits of src/nats/parser.h: at the limit, one past it, and the memory it keeps.
#include <doctest/doctest.h>

#include <string>

#include "nats/parser.h"

using namespace nats_blotter;
using nats::NatsError;
using nats::ParsedOp;
using nats::Parser;
using Kind = ParsedOp::Kind;

namespace {

// The last answer when fed in pieces of `piece` bytes.
ParsedOp last_answer(Parser& parser, std::string_view wire, std::size_t piece) {
    ParsedOp op;
    while (!wire.empty() && !parser.failed()) {
        parser.receive(wire.substr(0, piece));
        wire.remove_prefix(std::min(piece, wire.size()));
        op = parser.next();
    }
    return op;
}

std::string line_of(std::string_view start, std::size_t bytes) {
    std::string line(start);
    line.append(bytes - start.size(), 'x');
    return line + "\r\n";
}

void check_line_limit(std::string_view start, std::size_t limit, Kind kind) {
    for (const std::size_t piece : {std::size_t{1} << 30, std::size_t{4096}, std::size_t{997}}) {
        CAPTURE(piece);
        Parser at_limit;
        CHECK(last_answer(at_limit, line_of(start, limit), piece).kind == kind);
        Parser past_limit;
        CHECK(last_answer(past_limit, line_of(start, limit + 1), piece).kind == Kind::Failed);
        CHECK(past_limit.error().code == static_cast<int>(NatsError::LineTooLong));
    }
}

}  // namespace

TEST_CASE("AControlLineMayReachItsLimitAndNotPassIt") {
    check_line_limit("-ERR ", kControlLineBytesMax, Kind::Err);
}

TEST_CASE("AnInfoLineHasALimitOfItsOwn") {
    check_line_limit("INFO ", kInfoLineBytesMax, Kind::Info);
}

TEST_CASE("ALongMessageLineIsHeldToTheLimit") {
    for (const std::size_t over : {0u, 1u}) {
        std::string wire = "MSG ";
        wire.append(kControlLineBytesMax + over - 8, 's').append(" 1 0\r\n\r\n");
        Parser parser;
        CHECK(last_answer(parser, wire, 512).kind == (over == 0 ? Kind::Msg : Kind::Failed));
    }
}

TEST_CASE("BlanksBehindPingCountToo") {
    for (const std::size_t over : {0u, 1u}) {
        std::string wire = "PING";
        wire.append(kControlLineBytesMax + over - 4, ' ').append("\r\n");
        Parser parser;
        CHECK(last_answer(parser, wire, 512).kind == (over == 0 ? Kind::Ping : Kind::Failed));
    }
}

TEST_CASE("AnEndlessLineIsRefusedWhenItPassesTheLimit") {
    Parser parser;
    parser.receive("MSG ");
    const std::string piece(1024, 's');
    std::size_t pieces = 0;
    while (parser.next().kind == Kind::NeedMore) {
        parser.receive(piece);
        REQUIRE(++pieces <= kControlLineBytesMax / 1024 + 1);
    }
    CHECK(parser.error().code == static_cast<int>(NatsError::LineTooLong));
}

TEST_CASE("APayloadMayReachItsLimitAndNotPassIt") {
    Parser past;
    past.receive("MSG a 1 " + std::to_string(kPayloadBytesMax + 1) + "\r\n");
    CHECK(past.next().kind == Kind::Failed);
    CHECK(past.error().code == static_cast<int>(NatsError::PayloadTooBig));

    Parser at;
    at.receive("MSG a 1 " + std::to_string(kPayloadBytesMax) + "\r\n");
    CHECK(at.next().kind == Kind::NeedMore);
    const std::string piece(1024 * 1024, 'p');
    for (std::size_t fed = 0; fed < kPayloadBytesMax; fed += piece.size()) {
        at.receive(piece);
        CHECK(at.next().kind == Kind::NeedMore);
    }
    at.receive("\r\n");
    const ParsedOp op = at.next();
    CHECK(op.kind == Kind::Msg);
    CHECK(op.payload.size() == kPayloadBytesMax);
}

TEST_CASE("AGiantDeliveryIsReadInOneGoAndItsMemoryGivenBack") {
    std::string wire;
    while (wire.size() < 25 * 1024 * 1024)
        wire += "MSG a.b 1 100\r\n" + std::string(100, 'x') + "\r\n";
    Parser parser;
    parser.receive(wire);
    std::size_t messages = 0;
    while (parser.next().kind == Kind::Msg) ++messages;
    CHECK(messages == wire.size() / 117);
    CHECK(parser.capacity_bytes() >= wire.size());
    for (std::size_t i = 0; i < 2 * Parser::kIdlePreparesUntilShrink; ++i) {
        parser.receive("PING\r\n");
        CHECK(parser.next().kind == Kind::Ping);
    }
    CHECK(parser.capacity_bytes() <= Parser::kKeptBytesMax);
}

TEST_CASE("ABacklogIsNotMovedForEverySmallPiece") {
    // 24 MB wait; 100,000 pieces arrive while little is read. Moving all of it each time would take
    // minutes here; the buffer's growth is bounded instead.
    Parser parser;
    const std::string message = "MSG a 1 100\r\n" + std::string(100, 'x') + "\r\n";
    std::string wire;
    while (wire.size() < 24 * 1024 * 1024) wire += message;
    parser.receive(wire);
    for (int i = 0; i < 100'000; ++i) {
        CHECK_UNARY(parser.next().kind == Kind::Msg);
        parser.receive(message);
    }
    CHECK(parser.capacity_bytes() <= 4 * wire.size());
}

TEST_CASE("ResetGivesBackAGiantBuffer") {
    Parser parser;
    parser.receive("MSG a 1 9000000\r\n" + std::string(8'000'000, 'x'));
    CHECK(parser.next().kind == Kind::NeedMore);
    parser.reset();
    CHECK(parser.capacity_bytes() <= Parser::kKeptBytesMax);
    CHECK(parser.held_bytes() == 0);
}

// Every sample is fed whole, byte by byte, cut at each place, with a neighbour behind it, and
// truncated at every byte; the operations must be the same.
#include "nats/parser.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "base/random.h"

using namespace nats_blotter;
using nats::NatsError;
using nats::ParsedOp;
using nats::Parser;
using Kind = ParsedOp::Kind;

namespace {

// One operation as text: kind|subject|sid|reply|headers|payload|text.
std::string described(const ParsedOp& op, const Parser& parser) {
    static constexpr const char* kNames[] = {"more", "failed", "info", "msg", "hmsg",
                                             "ping", "pong",   "ok",   "err"};
    std::string text = kNames[static_cast<int>(op.kind)];
    if (op.kind == Kind::Failed) return text + " " + std::to_string(parser.error().code);
    for (const std::string_view part :
         {op.subject, op.sid, op.reply, op.headers, op.payload, op.text})
        text.append("|").append(part);
    return text;
}

using Ops = std::vector<std::string>;

void pull(Parser& parser, Ops& ops) {
    for (;;) {
        const ParsedOp op = parser.next();
        if (op.kind == Kind::NeedMore) return;
        ops.push_back(described(op, parser));
        if (op.kind == Kind::Failed) return;
    }
}

Ops parse(const std::vector<std::string_view>& pieces) {
    Parser parser;
    Ops ops;
    for (const std::string_view piece : pieces) {
        parser.receive(piece);
        pull(parser, ops);
        if (parser.failed()) return ops;
    }
    return ops;
}

std::string failed(NatsError code) { return "failed " + std::to_string(static_cast<int>(code)); }

constexpr std::string_view kNeighbour = "MSG next 77 2\r\nnn\r\n";
const std::string kNeighbourOp = "msg|next|77|||nn|";

void check_cut_everywhere(std::string_view wire, const Ops& expected) {
    CHECK(parse({wire}) == expected);
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < wire.size(); ++i) bytes.push_back(wire.substr(i, 1));
    CHECK(parse(bytes) == expected);
    for (std::size_t at = 1; at < wire.size(); ++at)
        CHECK(parse({wire.substr(0, at), wire.substr(at)}) == expected);
}

void check_sample(std::string_view wire, const std::string& op) {
    CAPTURE(std::string(wire));
    check_cut_everywhere(wire, {op});
    const std::string with_neighbour = std::string(wire).append(kNeighbour);
    check_cut_everywhere(with_neighbour, {op, kNeighbourOp});
    for (std::size_t bytes = 0; bytes < wire.size(); ++bytes)
        CHECK(parse({wire.substr(0, bytes)}).empty());
}

void check_breach(std::string_view wire, NatsError code) {
    CAPTURE(std::string(wire));
    check_cut_everywhere(wire, {failed(code)});
    check_cut_everywhere(std::string(wire).append(kNeighbour), {failed(code)});
}

}  // namespace

TEST_CASE("EverySampleIsTheSameHoweverItIsCut") {
    check_sample("PING\r\n", "ping||||||");
    check_sample("PONG\r\n", "pong||||||");
    check_sample("+OK\r\n", "ok||||||");
    check_sample("ping \t \r\n", "ping||||||");
    check_sample("+ok\r\n", "ok||||||");
    check_sample("INFO {\"a\":1} \r\n", "info||||||{\"a\":1}");
    check_sample("info\t{}\r\n", "info||||||{}");
    check_sample("-ERR 'Authorization Violation'\r\n", "err||||||Authorization Violation");
    check_sample("-err  no quotes \r\n", "err||||||no quotes");
    check_sample("-ERR \r\n", "err||||||");
    check_sample("-ERR ''\r\n", "err||||||");
    check_sample("-ERR '\r\n", "err||||||'");
    check_sample("-ERR ''a''\r\n", "err||||||'a'");
    check_sample("MSG a 1 0\r\n\r\n", "msg|a|1||||");
    check_sample("MSG a 1 5\r\nhello\r\n", "msg|a|1|||hello|");
    check_sample("msg a.b 12 inbox.1 5\r\nhello\r\n", "msg|a.b|12|inbox.1||hello|");
    check_sample("MSG \t a\t 1  5 \t\r\nhello\r\n", "msg|a|1|||hello|");
    check_sample("Msg 1 2 3 4\r\nabcd\r\n", "msg|1|2|3||abcd|");
    check_sample("MSG /accounts/22214/trades 9 4\r\n\r\n\r\n\r\n",
                 "msg|/accounts/22214/trades|9|||\r\n\r\n|");
    check_sample("MSG a 000x9Z 005\r\nPING\n\r\n", "msg|a|000x9Z|||PING\n|");
    check_sample("MSG Soci\xC3\xA9t\xC3\xA9 1 8\r\nSoci\xC3\xA9t\xC3\r\n",
                 "msg|Soci\xC3\xA9t\xC3\xA9|1|||Soci\xC3\xA9t\xC3|");
    check_sample("HMSG a 1 12 17\r\nNATS/1.0\r\n\r\nhello\r\n",
                 "hmsg|a|1||NATS/1.0\r\n\r\n|hello|");
    check_sample("HMSG a 1 r 12 12\r\nNATS/1.0\r\n\r\n\r\n", "hmsg|a|1|r|NATS/1.0\r\n\r\n||");
    check_sample("HMSG _INBOX.2 9 16 16\r\nNATS/1.0 503\r\n\r\n\r\n",
                 "hmsg|_INBOX.2|9||NATS/1.0 503\r\n\r\n||");
    check_sample("hmsg h 1 12 14\r\nhello world!ab\r\n", "hmsg|h|1||hello world!|ab|");
    check_sample("HMSG h 1 0 2\r\nab\r\n", "hmsg|h|1|||ab|");
}

TEST_CASE("ZeroBytesInAPayloadAreData") {
    const std::string wire("MSG a 1 3\r\n\0\1\0\r\n", 16);
    const std::string op("msg|a|1|||\0\1\0|", 14);
    check_sample(wire, op);
}

TEST_CASE("EveryBreachFailsForTheSameReasonHoweverItIsCut") {
    check_breach("X", NatsError::UnknownVerb);
    check_breach("\r\n", NatsError::UnknownVerb);
    check_breach(" PING\r\n", NatsError::UnknownVerb);
    check_breach("PUB a 1\r\n", NatsError::UnknownVerb);
    check_breach("PINK\r\n", NatsError::UnknownVerb);
    check_breach("MSGa 1 2\r\n", NatsError::UnknownVerb);
    check_breach("INFO{}\r\n", NatsError::UnknownVerb);
    check_breach("-ERRx\r\n", NatsError::UnknownVerb);
    check_breach("HTTP/1.1 502 Bad Gateway\r\n", NatsError::UnknownVerb);
    check_breach("PINGX\r\n", NatsError::UnexpectedBytes);
    check_breach("PONG x\r\n", NatsError::UnexpectedBytes);
    check_breach("+OK !\r\n", NatsError::UnexpectedBytes);
    check_breach("PING\n", NatsError::BareLineFeed);
    check_breach("PING \n", NatsError::BareLineFeed);
    check_breach("PING\r\r\n", NatsError::LoneCarriageReturn);
    check_breach("-ERR\n", NatsError::BareLineFeed);
    check_breach("-ERR 'a'\n", NatsError::BareLineFeed);
    check_breach("-ERR 'a\rb'\r\n", NatsError::LoneCarriageReturn);
    check_breach("INFO {}\n", NatsError::BareLineFeed);
    check_breach("INFO\r\n", NatsError::MissingArguments);
    check_breach("INFO  \r\n", NatsError::MissingArguments);
    check_breach("MSG\r\n", NatsError::MissingArguments);
    check_breach("-ERR\r\n", NatsError::MissingArguments);
    check_breach("MSG \r\n", NatsError::WrongArgumentCount);
    check_breach("MSG a 1\r\n", NatsError::WrongArgumentCount);
    check_breach("MSG a 1 r 2 3\r\n", NatsError::WrongArgumentCount);
    check_breach("MSG a 1 r 2 3 4 5 6\r\n", NatsError::WrongArgumentCount);
    check_breach("HMSG a 1 5\r\n", NatsError::WrongArgumentCount);
    check_breach("MSG a 1 5\nhello\r\n", NatsError::BareLineFeed);
    check_breach("MSG a\r 1 5\r\n", NatsError::LoneCarriageReturn);
    check_breach("MSG a 1 x\r\n", NatsError::BadSize);
    check_breach("MSG a 1 -5\r\n", NatsError::BadSize);
    check_breach("MSG a 1 +5\r\n", NatsError::BadSize);
    check_breach("MSG a 1 5.0\r\n", NatsError::BadSize);
    check_breach("MSG a 1 0000000005\r\n", NatsError::BadSize);
    check_breach("MSG a 1 4294967301\r\n", NatsError::BadSize);
    check_breach("MSG a 1 999999999\r\n", NatsError::PayloadTooBig);
    check_breach("HMSG a 1 6 5\r\n", NatsError::HeaderBeyondTotal);
    check_breach("HMSG a 1 12 x\r\n", NatsError::BadSize);
    check_breach("MSG a 1 5\r\nhelloPING\r\n", NatsError::MissingPayloadEnd);
    check_breach("MSG a 1 5\r\nhello\rX", NatsError::MissingPayloadEnd);
    check_breach("MSG a 1 5\r\nhello\n", NatsError::MissingPayloadEnd);
    check_breach("MSG a 1 0\r\nPING\r\n", NatsError::MissingPayloadEnd);
}

TEST_CASE("GarbageFailsAtItsFirstImpossibleByte") {
    Parser parser;
    parser.receive("PI");
    CHECK(parser.next().kind == Kind::NeedMore);
    parser.receive("X");
    CHECK(parser.next().kind == Kind::Failed);
    CHECK(parser.error().offset_bytes == 2);
}

TEST_CASE("TheErrorOffsetCountsFromTheStreamsFirstByte") {
    Parser parser;
    parser.receive("PING\r\nPONG\r\nX");
    Ops ops;
    pull(parser, ops);
    CHECK(parser.error().offset_bytes == 12);
}

TEST_CASE("OnceFailedAlwaysFailedWithTheFirstReason") {
    Parser parser;
    parser.receive("PING\nPING\r\n");
    CHECK(parser.next().kind == Kind::Failed);
    parser.receive("PING\r\n");
    CHECK(parser.next().kind == Kind::Failed);
    CHECK(parser.error().code == static_cast<int>(NatsError::BareLineFeed));
    CHECK(parser.backlog_bytes() == 0);
    parser.reset();
    parser.receive("PING\r\n");
    CHECK(parser.next().kind == Kind::Ping);
}

TEST_CASE("BacklogLeavesOutTheIncompleteOperation") {
    Parser parser;
    parser.receive("PING\r\nMSG a 1 5\r\nhe");
    CHECK(parser.backlog_bytes() == 19);
    CHECK(parser.next().kind == Kind::Ping);
    CHECK(parser.backlog_bytes() == 13);
    CHECK(parser.next().kind == Kind::NeedMore);
    CHECK(parser.backlog_bytes() == 0);
    CHECK(parser.held_bytes() == 13);
    parser.receive("ll");
    CHECK(parser.backlog_bytes() == 2);
}

// Piece by piece, once with next() alone and once with next_plain() tried before it.
TEST_CASE("APlainMessageIsWhatNextAnswers") {
    const std::string wire =
        "MSG a 1 2\r\nhi\r\nMSG /accounts/22214/trades 1234567 0\r\n\r\nPING\r\n"
        "MSG a 12345678 2\r\nhi\r\nMSG a 07 002\r\nhi\r\nMSG a x9 2\r\nhi\r\n"
        "MSG a 1 reply 2\r\nhi\r\nMSG  a 1 2\r\nhi\r\nmsg a 1 2\r\nhi\r\n"
        "HMSG a 1 14 16\r\nNATS/1.0\r\n\r\n\r\nhi\r\nMSG a 3 12\r\nMSG a 1 2\r\nh\r\n"
        "MSG a 4 5\r\nhello\r\nMSG a 5 5\r\nhello--";
    std::size_t plain = 0;
    for (std::size_t piece = 1; piece <= wire.size(); ++piece) {
        Parser one;
        Parser other;
        Ops expected;
        Ops ops;
        plain = 0;
        for (std::size_t at = 0; at < wire.size(); at += piece) {
            one.receive(std::string_view(wire).substr(at, piece));
            pull(one, expected);
            other.receive(std::string_view(wire).substr(at, piece));
            nats::PlainMessage message;
            while (other.next_plain(message)) {
                ++plain;
                CHECK(message.sid_number == std::stoull(std::string(message.sid)));
                ParsedOp op;
                op.kind = Kind::Msg;
                op.subject = message.subject;
                op.sid = message.sid;
                op.payload = message.payload;
                ops.push_back(described(op, other));
            }
            pull(other, ops);
            CHECK(one.held_bytes() == other.held_bytes());
            CHECK(one.backlog_bytes() == other.backlog_bytes());
        }
        CHECK(ops == expected);
        nats::PlainMessage message;
        CHECK_FALSE(other.next_plain(message));
    }
    CHECK(plain > 0);
}

TEST_CASE("RandomStreamsCutAtRandomGiveTheSameOperations") {
    const std::uint64_t seed = 20'260'101;
    std::printf("random cuts: seed %llu\n", static_cast<unsigned long long>(seed));
    Random random(seed);
    const auto below = [&random](std::size_t bound) {
        return static_cast<std::size_t>(random.below(bound));
    };
    for (int round = 0; round < 200; ++round) {
        CAPTURE(round);
        std::string wire;
        for (int i = 0; i < 40; ++i) {
            const std::string payload(below(300), static_cast<char>('a' + i % 26));
            switch (below(5)) {
                case 0: wire += "PING\r\n"; break;
                case 1: wire += "-ERR 'x'\r\n"; break;
                case 2: wire += "INFO {} \r\n"; break;
                default:
                    wire += "MSG s." + std::to_string(i) + " 3 " + std::to_string(payload.size()) +
                            "\r\n" + payload + "\r\n";
            }
        }
        if (below(2) == 0) wire[below(wire.size())] = '\x01';
        std::vector<std::string_view> pieces;
        for (std::string_view rest = wire; !rest.empty();) {
            const std::size_t bytes = 1 + below(120);
            pieces.push_back(rest.substr(0, bytes));
            rest = rest.substr(pieces.back().size());
        }
        CHECK(parse(pieces) == parse({wire}));
    }
}

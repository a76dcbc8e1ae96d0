// Hunts: any input, however cut, gives the events of the naive reference parser; limits are kept;
// once Failed always Failed, with the first reason.
//
// Also: what was held is what the reference has left over, and a stream that never ends its line is
// refused in time.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/random.h"
#include "fuzz/fuzz_check.h"
#include "fuzz/naive_parser.h"
#include "nats/parser.h"

namespace {

using namespace nats_blotter;
using nats::ParsedOp;
using nats::Parser;
using Kind = ParsedOp::Kind;

struct Outcome {
    std::vector<std::string> events;
    std::int32_t code = 0;  // of the failure, and at which byte
    std::size_t offset = 0;
    std::size_t held = 0;
};

std::string described(const ParsedOp& op) {
    static constexpr const char* kNames[] = {"more", "failed", "info", "msg", "hmsg",
                                             "ping", "pong",   "ok",   "err"};
    std::string text = kNames[static_cast<int>(op.kind)];
    if (op.kind == Kind::Failed) return text;
    for (const std::string_view part :
         {op.subject, op.sid, op.reply, op.headers, op.payload, op.text})
        text.append("|").append(part);
    return text;
}

void check_stays_failed(Parser& parser, const Outcome& outcome) {
    parser.receive("PING\r\n");
    FUZZ_CHECK(parser.next().kind == Kind::Failed);
    FUZZ_CHECK(parser.failed());
    FUZZ_CHECK(parser.error().code == outcome.code);
    FUZZ_CHECK(parser.error().offset_bytes == outcome.offset);
}

// Cuts `wire` after each of `sizes` bytes in turn, over and over.
Outcome parse(Parser& parser, std::string_view wire, const std::vector<std::size_t>& sizes) {
    Outcome outcome;
    parser.reset();
    const std::size_t all = wire.size();
    for (std::size_t turn = 0; !wire.empty() || turn == 0; ++turn) {
        const std::size_t bytes = std::min(sizes[turn % sizes.size()], wire.size());
        parser.receive(wire.substr(0, bytes));
        wire.remove_prefix(bytes);
        for (;;) {
            const ParsedOp op = parser.next();
            FUZZ_CHECK(parser.backlog_bytes() <= parser.held_bytes());
            if (op.kind == Kind::NeedMore) break;
            outcome.events.push_back(described(op));
            if (op.kind != Kind::Failed) continue;
            outcome.code = parser.error().code;
            outcome.offset = parser.error().offset_bytes;
            FUZZ_CHECK(outcome.offset <= all);
            check_stays_failed(parser, outcome);
            return outcome;
        }
        FUZZ_CHECK(parser.backlog_bytes() == 0);
    }
    outcome.held = parser.held_bytes();
    FUZZ_CHECK(parser.capacity_bytes() <= std::max<std::size_t>(16 * 1024, 4 * all));
    return outcome;
}

void check_same(const Outcome& one, const Outcome& other) {
    FUZZ_CHECK(one.events == other.events);
    FUZZ_CHECK(one.code == other.code);
    FUZZ_CHECK(one.offset == other.offset);
    FUZZ_CHECK(one.held == other.held);
}

// A line that never ends is refused once it passes the longest there is.
void check_endless_line_is_refused(std::string_view wire) {
    Parser parser;
    parser.receive(wire);
    ParsedOp op;
    while ((op = parser.next()).kind != Kind::NeedMore)
        if (op.kind == Kind::Failed) return;
    // In the middle of a message, or of an INFO, which may be much longer.
    const std::string_view held = wire.substr(wire.size() - parser.held_bytes());
    if (held.empty() || held.find('\n') != std::string_view::npos) return;
    if (held[0] == 'I' || held[0] == 'i') return;
    const std::string piece(8 * 1024, ' ');
    for (std::size_t fed = 0; fed <= kControlLineBytesMax && !parser.failed();
         fed += piece.size()) {
        parser.receive(piece);
        parser.next();
        FUZZ_CHECK(parser.held_bytes() <= kControlLineBytesMax + piece.size() + wire.size());
    }
    FUZZ_CHECK(parser.failed());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string wire(data, data + size);
    const fuzz::NaiveResult naive = fuzz::parse_naively(wire);
    Parser parser;  // one for all feedings: reset() leaves nothing of the last
    const Outcome whole = parse(parser, wire, {std::max<std::size_t>(wire.size(), 1)});
    FUZZ_CHECK(whole.events == naive.events);
    FUZZ_CHECK(naive.failed || whole.held == naive.rest_bytes);

    check_same(whole, parse(parser, wire, {1}));
    // The cuts follow from the bytes, so that an input is the same test wherever it is run.
    std::uint64_t seed = wire.size();
    for (const char c : wire) seed = seed * 31 + static_cast<unsigned char>(c);
    Random random(seed);
    std::vector<std::size_t> sizes;
    for (int i = 0; i < 7; ++i) sizes.push_back(static_cast<std::size_t>(random.below(12)));
    sizes.push_back(static_cast<std::size_t>(1 + random.below(40)));
    check_same(whole, parse(parser, wire, sizes));
    if (seed % 16 == 0) check_endless_line_is_refused(wire);
    return 0;
}

#include "conformance/feed.h"

#include "nats/parser.h"
#include "nats/server_info.h"

namespace nats_blotter::conformance {
namespace {

using nats::ParsedOp;
using nats::Parser;
using Kind = ParsedOp::Kind;

Op op_of(const ParsedOp& parsed) {
    switch (parsed.kind) {
        case Kind::Info: return Op::Info;
        case Kind::Msg: return Op::Msg;
        case Kind::Hmsg: return Op::Hmsg;
        case Kind::Ping: return Op::Ping;
        case Kind::Pong: return Op::Pong;
        case Kind::Ok: return Op::Ok;
        case Kind::Err: return Op::Err;
        case Kind::NeedMore:
        case Kind::Failed: break;
    }
    return Op::ProtocolError;
}

// Calls `take(op, text)` for each operation until it answers false or the bytes end. A protocol
// error is told once, as the last.
template <typename Take>
void feed(const Pieces& pieces, Take take) {
    Parser parser;
    for (const std::string_view piece : pieces) {
        parser.receive(piece);
        for (;;) {
            const ParsedOp parsed = parser.next();
            if (parsed.kind == Kind::NeedMore) break;
            if (parsed.kind == Kind::Failed) {
                take(parsed, Op::ProtocolError, parser.error().text);
                return;
            }
            if (parsed.kind == Kind::Info) {
                if (const auto info = nats::server_info_from_json(parsed.text); !info) {
                    take(parsed, Op::ProtocolError, info.error().text);
                    return;
                }
            }
            if (!take(parsed, op_of(parsed), parsed.text)) return;
        }
    }
}

}  // namespace

std::vector<Observed> observe(const Pieces& pieces) {
    std::vector<Observed> events;
    feed(pieces, [&events](const ParsedOp& parsed, Op op, std::string_view text) {
        Observed event;
        event.op = op;
        event.subject = parsed.subject;
        event.sid = parsed.sid;
        event.reply = parsed.reply;
        event.header_block = parsed.headers;
        event.payload = parsed.payload;
        event.text = text;
        events.push_back(std::move(event));
        return true;
    });
    return events;
}

bool gives_the_same(const Pieces& pieces, const std::vector<Observed>& expected) {
    std::size_t count = 0;
    bool same = true;
    feed(pieces, [&](const ParsedOp& parsed, Op op, std::string_view text) {
        same = count < expected.size();
        if (!same) return false;
        const Observed& event = expected[count++];
        same = event.op == op && event.subject == parsed.subject && event.sid == parsed.sid &&
               event.reply == parsed.reply && event.header_block == parsed.headers &&
               event.payload == parsed.payload && event.text == text;
        return same;
    });
    return same && count == expected.size();
}

std::vector<std::size_t> event_ends(std::string_view wire) {
    std::vector<std::size_t> ends;
    Parser parser;
    parser.receive(wire);
    for (;;) {
        const ParsedOp parsed = parser.next();
        if (parsed.kind == Kind::NeedMore || parsed.kind == Kind::Failed) return ends;
        ends.push_back(wire.size() - parser.held_bytes());
    }
}

Pieces bytewise(std::string_view wire) {
    Pieces pieces;
    pieces.reserve(wire.size());
    for (std::size_t i = 0; i < wire.size(); ++i) pieces.push_back(wire.substr(i, 1));
    return pieces;
}

}  // namespace nats_blotter::conformance

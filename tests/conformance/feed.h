// tests/conformance/feed.h - feeds a case's bytes to the parser, cut in a given way, and says what
// came out, as a client of src/nats sees it: an INFO that cannot be read is a protocol error.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/case_file.h"

namespace nats_blotter::conformance {

struct Observed {
    Op op = Op::ProtocolError;
    std::string subject;
    std::string sid;
    std::string reply;
    std::string header_block;
    std::string payload;
    std::string text;  // of INFO and -ERR; of a protocol error, why
};

using Pieces = std::vector<std::string_view>;

// A protocol error is the last.
std::vector<Observed> observe(const Pieces& pieces);

// Whether these pieces give the same as `expected`. Allocates nothing per event, because a case
// that is cut everywhere is fed as often as it has bytes.
bool gives_the_same(const Pieces& pieces, const std::vector<Observed>& expected);

// Up to which byte of `wire` each event reaches.
std::vector<std::size_t> event_ends(std::string_view wire);

// One piece per byte.
Pieces bytewise(std::string_view wire);

}  // namespace nats_blotter::conformance

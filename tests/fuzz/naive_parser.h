// tests/fuzz/naive_parser.h - the grammar of docs/wire-nats.md again, as plainly as can be.
//
// It sees the whole input at once, keeps no state, copies what it likes and is as slow as it likes.
// Written from the page and not from src/nats/parser.cpp, so that the two can differ.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace nats_blotter::fuzz {

struct NaiveResult {
    // Each `kind|subject|sid|reply|headers|payload|text`; "failed" is the last where it failed.
    std::vector<std::string> events;
    bool failed = false;
    std::size_t rest_bytes = 0;  // behind the last event
};

NaiveResult parse_naively(const std::string& wire);

}  // namespace nats_blotter::fuzz

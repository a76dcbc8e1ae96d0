// tests/conformance/runner.h - runs one case in every way it asks for.
//
// As its chunks are given; and with `split_all` also whole, at every two-way split, and byte by
// byte. A case longer than kFullySplitBytesMax is split near its beginning, its end and the end of
// each event, and every kSplitStride bytes: the work grows with the square of its length.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "conformance/case_file.h"

namespace nats_blotter::conformance {

inline constexpr std::size_t kFullySplitBytesMax = 32 * 1024;
inline constexpr std::size_t kSplitStride = 4093;  // a prime, so that it meets no block size
inline constexpr std::size_t kSplitsAroundPlace = 64;

struct Verdict {
    bool passed = true;
    std::string failure;  // the first: how it was fed, what was expected, what came
};

Verdict run_case(const Case& conformance_case);

// Where a stream of `bytes`, whose events end at `ends`, is cut in two.
std::vector<std::size_t> split_places(std::size_t bytes, const std::vector<std::size_t>& ends);

}  // namespace nats_blotter::conformance

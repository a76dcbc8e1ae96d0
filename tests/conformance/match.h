// tests/conformance/match.h - is what came out what a case expects?
#pragma once

#include <string>
#include <vector>

#include "conformance/case_file.h"
#include "conformance/feed.h"

namespace nats_blotter::conformance {

bool matches(const Expected& expected, const Observed& observed);
bool matches(const std::vector<Expected>& expected, const std::vector<Observed>& observed);

// One line for a person; long texts and payloads are cut short.
std::string described(const std::vector<Expected>& events);
std::string described(const std::vector<Observed>& events);

}  // namespace nats_blotter::conformance

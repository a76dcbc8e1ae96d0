// base/clock.h - time as values that are passed in; nobody below web/, services/ or examples/ reads
// a clock.
#pragma once

#include <cstdint>

namespace nats_blotter {

// Monotonic microseconds from an arbitrary start; never goes back, may jump ahead over a sleep.
using MonotonicUs = std::int64_t;

// Wall-clock milliseconds since 1970-01-01T00:00Z; may jump either way.
using EpochMs = std::int64_t;

// A deadline that never comes.
inline constexpr MonotonicUs kNever = INT64_MAX;

inline constexpr MonotonicUs kMillisecondUs = 1000;
inline constexpr MonotonicUs kSecondUs = 1000 * kMillisecondUs;

}  // namespace nats_blotter

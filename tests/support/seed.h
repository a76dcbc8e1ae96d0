// tests/support/seed.h - the seed of a random test, printed when it fails, set by NB_SEED.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>

#include "base/random.h"

namespace nats_blotter::support {

// Fixed unless NB_SEED is set, so that a run is the same everywhere.
inline std::uint64_t test_seed() {
    const char* text = std::getenv("NB_SEED");
    return text == nullptr ? 20260722 : std::strtoull(text, nullptr, 10);
}

}  // namespace nats_blotter::support

// Names the seed in every message of the enclosing scope, then gives the generator.
#define NB_SEEDED_RANDOM(name)                                              \
    const std::uint64_t name##_seed = ::nats_blotter::support::test_seed(); \
    INFO("NB_SEED=", name##_seed);                                          \
    ::nats_blotter::Random name(name##_seed)

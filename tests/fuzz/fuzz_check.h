// tests/fuzz/fuzz_check.h - how a fuzz target says that its invariant broke.
//
// Each target is `LLVMFuzzerTestOneInput`: under libFuzzer (preset native-fuzz) it hunts, and with
// corpus_main.cpp it is an ordinary test that reads its committed corpus.
#pragma once

#include <cstddef>
#include <cstdint>

namespace nats_blotter::fuzz {

[[noreturn]] void broken(const char* file, int line, const char* what);

}  // namespace nats_blotter::fuzz

#define FUZZ_CHECK(condition) \
    ((condition) ? void() : ::nats_blotter::fuzz::broken(__FILE__, __LINE__, #condition))

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

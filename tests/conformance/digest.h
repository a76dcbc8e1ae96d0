// tests/conformance/digest.h - what a case file says about a payload too large to be written down.
//
// SHA-256 is FIPS 180-4 and FNV-1a the 64-bit one; both are here because no library of ours has
// them in WebAssembly too. Test vectors: tests/conformance/digest_test.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nats_blotter::conformance {

// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

std::uint64_t fnv1a64(std::string_view bytes);

}  // namespace nats_blotter::conformance

// base/number_text.h - integers and exact decimals from and to text; no floating point on the way.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace nats_blotter {

enum class NumberError : std::int32_t {
    NotANumber = 1,  // not the JSON grammar of a number
    OutOfRange,      // does not fit the 64 bits (after scaling)
    TooPrecise,      // has digits that the scale cannot hold; never rounded away silently
};
inline constexpr std::int32_t kNumberErrorCount = 3;
std::string_view number_error_text(NumberError code);

// Most decimals a Decimal column may have: 10^18 is the largest power of ten in 64 bits.
inline constexpr int kDecimalScaleMax = 18;

// A JSON number that is a whole number, exponent forms included ("1e3", "2.0"). TooPrecise when it
// has a fraction that is not zero.
Result<std::int64_t> int_from_text(std::string_view text);

// A JSON number as a count of 10^-scale: ("187.24", 3) is 187240. TooPrecise when a digit behind
// the scale is not zero. REQUIRES: 0 <= scale <= kDecimalScaleMax.
Result<std::int64_t> scaled_from_text(std::string_view text, int scale);

// Digits with a leading minus where negative; "187.240" for (187240, 3).
void append_int(std::string& out, std::int64_t value);
void append_scaled(std::string& out, std::int64_t scaled, int scale);
// With zeros in front up to `digits`: ("07") for (7, 2). REQUIRES: value >= 0, digits <=
// kDecimalScaleMax.
void append_padded(std::string& out, std::int64_t value, int digits);

}  // namespace nats_blotter

// base/time_text.h - instants from and to text.
//
// TraderX writes one instant in four ways (contract, section 11): epoch milliseconds as a number,
// "2026-07-22T16:31:24.468+00:00", "...468Z" and up to nine fractional digits. Versions compare at
// the full precision of the source, so an instant is a count of nanoseconds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace nats_blotter {

enum class TimeError : std::int32_t {
    NotATime = 1,  // not the ISO 8601 form described above
    OutOfRange,    // a field out of its range, or outside the years 1678 to 2261 that 64 bits hold
};
inline constexpr std::int32_t kTimeErrorCount = 2;
std::string_view time_error_text(TimeError code);

// Nanoseconds since 1970-01-01T00:00Z.
using EpochNs = std::int64_t;

// "YYYY-MM-DDTHH:MM:SS[.fraction]" with "Z" or "+hh:mm" / "-hh:mm". A leap second (":60") reads as
// the next second. More than nine fractional digits is an error rather than a rounding.
Result<EpochNs> epoch_ns_from_text(std::string_view text);

// "2026-07-22T16:31:24.468+00:00", as the Spring services write it; milliseconds, cut off.
void append_iso_time(std::string& out, EpochMs time_ms);

}  // namespace nats_blotter

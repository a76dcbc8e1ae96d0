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

// The same for instants that mostly fall on one day: those of the form "2026-07-22T14:03:11.123"
// with "Z" or "+00:00" behind it are read in a few steps where date and zone are as the last time.
class DayReader {
  public:
    Result<EpochNs> epoch_ns(std::string_view text);

  private:
    bool read_known(std::string_view text, EpochNs& ns) const;
    void learn(std::string_view text, EpochNs ns);

    std::size_t bytes_ = 0;   // of the form; 0: none is known
    std::uint64_t year_ = 0;  // eight characters from the first on
    std::uint64_t day_ = 0;   // and to the T
    std::uint64_t zone_ = 0;
    EpochNs midnight_ = 0;
};

}  // namespace nats_blotter

// base/time_zone.h - how far a clock on the wall is ahead of UTC, for any moment: a small table of
// the moments at which that changed (daylight saving). Whoever knows the viewer's zone fills it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/limits.h"

namespace nats_blotter {

class TimeZone {
  public:
    // UTC.
    constexpr TimeZone() = default;
    // Always so many minutes ahead of UTC, or behind it.
    explicit constexpr TimeZone(int offset_minutes) : oldest_minutes_(offset_minutes) {}

    // Changes are added from the newest to the oldest: from `from_ms` (since 1970, UTC) on the
    // offset was `offset_minutes`, and before it `before_minutes`. False when kZoneChangesMax are
    // held: times before the oldest of these have the offset that held just before it.
    bool add_older_change(std::int64_t from_ms, int offset_minutes, int before_minutes);

    // At a moment in nanoseconds since 1970, UTC.
    int offset_minutes(std::int64_t epoch_ns) const;
    std::size_t change_count() const { return count_; }

    friend bool operator==(const TimeZone&, const TimeZone&) = default;

  private:
    struct Change {
        std::int64_t from_ns = 0;
        int offset_minutes = 0;
        friend bool operator==(const Change&, const Change&) = default;
    };
    std::array<Change, kZoneChangesMax> changes_{};  // the newest first
    std::size_t count_ = 0;
    int oldest_minutes_ = 0;  // before all changes
};

inline constexpr TimeZone kUtc{};

}  // namespace nats_blotter

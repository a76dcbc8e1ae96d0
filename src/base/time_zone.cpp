#include "base/time_zone.h"

#include "base/assert.h"

namespace nats_blotter {

bool TimeZone::add_older_change(std::int64_t from_ms, int offset_minutes, int before_minutes) {
    constexpr std::int64_t kNsPerMs = 1'000'000;
    if (count_ == changes_.size()) return false;
    const Change change{from_ms * kNsPerMs, offset_minutes};
    NB_ASSERT(count_ == 0 || change.from_ns < changes_[count_ - 1].from_ns);
    changes_[count_++] = change;
    oldest_minutes_ = before_minutes;
    return true;
}

// From the newest: most rows are of today.
int TimeZone::offset_minutes(std::int64_t epoch_ns) const {
    for (std::size_t index = 0; index < count_; ++index)
        if (epoch_ns >= changes_[index].from_ns) return changes_[index].offset_minutes;
    return oldest_minutes_;
}

}  // namespace nats_blotter

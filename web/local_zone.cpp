// web/local_zone.cpp - see web/local_zone.h.
#include "web/local_zone.h"

#include <emscripten.h>

#include "web/browser.h"

// clang-format off
EM_JS(int, nb_js_utc_offset, (double at_ms), { return -new Date(at_ms).getTimezoneOffset(); });
// clang-format on

namespace nats_blotter::web {
namespace {

constexpr EpochMs kMinuteMs = 60'000;
constexpr EpochMs kDayMs = 24 * 60 * kMinuteMs;
// Closer than any two changes of one zone: for Ramadan clocks go back for a month.
constexpr EpochMs kZoneStepMs = 14 * kDayMs;
constexpr EpochMs kZoneAheadMs = 2 * 365 * kDayMs;
constexpr EpochMs kZoneBackMs = 20 * 365 * kDayMs;

int utc_offset_at(EpochMs at_ms) { return nb_js_utc_offset(static_cast<double>(at_ms)); }

// The first minute that has the offset of `to`, which is another one than that of `from`.
EpochMs change_between(EpochMs from, EpochMs to) {
    const int offset = utc_offset_at(to);
    while (to - from > kMinuteMs) {
        const EpochMs middle = from + (to - from) / kMinuteMs / 2 * kMinuteMs;
        if (utc_offset_at(middle) == offset)
            to = middle;
        else
            from = middle;
    }
    return to;
}

}  // namespace

TimeZone local_time_zone() {
    const EpochMs now = epoch_now_ms() / kMinuteMs * kMinuteMs;
    EpochMs at = now + kZoneAheadMs;
    int offset = utc_offset_at(at);
    TimeZone zone(offset);
    while (at > now - kZoneBackMs) {
        const EpochMs before = at - kZoneStepMs;
        const int offset_before = utc_offset_at(before);
        if (offset_before != offset &&
            !zone.add_older_change(change_between(before, at), offset, offset_before))
            break;
        at = before;
        offset = offset_before;
    }
    return zone;
}

void update_time_zone(TimeZone& zone) {
    constexpr std::int64_t kNsPerMs = 1'000'000;
    // Half a year ago clocks were not as now where they change at all.
    for (const EpochMs at : {epoch_now_ms(), epoch_now_ms() - 26 * 7 * kDayMs})
        if (zone.offset_minutes(at * kNsPerMs) != utc_offset_at(at)) zone = local_time_zone();
}

}  // namespace nats_blotter::web

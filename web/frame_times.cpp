// web/frame_times.cpp - see web/frame_times.h.
#include "web/frame_times.h"

#include <algorithm>

namespace nats_blotter::web {

void FrameTimes::add(MonotonicUs duration_us) {
    times_us_[count_ % kKept] =
        static_cast<std::uint32_t>(std::clamp<MonotonicUs>(duration_us, 0, UINT32_MAX));
    ++count_;
}

Spread FrameTimes::spread() const {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(count_, kKept));
    if (size == 0) return {};
    std::array<std::uint32_t, kKept> sorted = times_us_;
    std::sort(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(size));
    return {sorted[(size - 1) * 50 / 100], sorted[(size - 1) * 99 / 100]};
}

}  // namespace nats_blotter::web

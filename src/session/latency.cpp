#include "session/latency.h"

#include <algorithm>

#include "base/assert.h"

namespace nats_blotter::session {

void LatencyRing::add(std::int64_t latency_ms) {
    const std::int64_t clamped = std::clamp<std::int64_t>(latency_ms, 0, INT32_MAX);
    samples_[count_ % kSamples] = static_cast<std::int32_t>(clamped);
    ++count_;
}

std::int64_t LatencyRing::percentile(int percent) const {
    NB_ASSERT(percent >= 0 && percent <= 100);
    const std::size_t held = std::min(count_, kSamples);
    if (held == 0) return -1;
    // Unsigned, as other times are sorted: one program for all.
    std::array<std::uint32_t, kSamples> sorted{};
    std::copy_n(samples_.begin(), held, sorted.begin());
    const auto end = sorted.begin() + static_cast<std::ptrdiff_t>(held);
    const std::size_t rank = std::min(held - 1, held * static_cast<std::size_t>(percent) / 100);
    std::sort(sorted.begin(), end);
    return sorted[rank];
}

std::array<std::uint32_t, kLatencyEdgesMs.size() + 1> LatencyRing::spread() const {
    std::array<std::uint32_t, kLatencyEdgesMs.size() + 1> counts{};
    for (std::size_t index = 0; index < std::min(count_, kSamples); ++index) {
        const auto* const edge =
            std::upper_bound(kLatencyEdgesMs.begin(), kLatencyEdgesMs.end(), samples_[index]);
        ++counts[static_cast<std::size_t>(edge - kLatencyEdgesMs.begin())];
    }
    return counts;
}

}  // namespace nats_blotter::session

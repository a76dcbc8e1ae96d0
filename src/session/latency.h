// session/latency.h - publication to merge, over the last events.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace nats_blotter::session {

// Of a histogram, milliseconds.
inline constexpr std::array<std::int32_t, 9> kLatencyEdgesMs{1, 2, 5, 10, 25, 50, 100, 250, 1000};

class LatencyRing {
  public:
    // Clocks of two machines may disagree; a negative latency counts as 0.
    void add(std::int64_t latency_ms);
    // The value below which `percent` of the last kSamples lie, -1 without a sample.
    std::int64_t percentile(int percent) const;
    // How many of them are below each edge, and not below the one before; the last has the rest.
    std::array<std::uint32_t, kLatencyEdgesMs.size() + 1> spread() const;
    void clear() { count_ = 0; }

  private:
    static constexpr std::size_t kSamples = 1024;
    std::array<std::int32_t, kSamples> samples_{};
    std::size_t count_ = 0;  // ever added
};

}  // namespace nats_blotter::session

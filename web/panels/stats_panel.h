// web/panels/stats_panel.h - the page about itself: figures in columns, and how long events take
// from their publication to the table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "session/latency.h"
#include "web/scene.h"

namespace nats_blotter::web {

struct StatLine {
    std::string_view words;
    std::string value;
};

struct StatGroup {
    std::string_view title;
    std::vector<StatLine> lines;
};

class StatsPanel {
  public:
    void draw(const Scene& scene, const Area& area, const std::vector<StatGroup>& groups,
              const session::LatencyRing& latency);

  private:
    float draw_histogram(const Scene& scene, ImVec2 at, const session::LatencyRing& latency);

    std::string scratch_;
};

}  // namespace nats_blotter::web

// web/panels/scroll_bar.h - a scroll bar over whole rows, exact at any number of them.
//
// Dear ImGui scrolls in float pixels, which hold 2^24: at 20 px a row that is exact to 840,000 rows
// and no further. This one counts rows.
#pragma once

#include <cstddef>

#include "web/scene.h"

namespace nats_blotter::web {

class ScrollBar {
  public:
    // Draws and handles the mouse; answers the first row to show. Draws nothing when all rows fit.
    std::size_t draw(const Scene& scene, const char* id, const Area& area, std::size_t total,
                     std::size_t visible, std::size_t first);

    static constexpr float kWidthPx = 12;

  private:
    float grab_offset_ = 0;  // of the mouse from the thumb's top, while dragging
};

}  // namespace nats_blotter::web

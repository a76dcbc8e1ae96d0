// web/figures_dom.h - the header's figures that move by themselves, as an element of text above the
// canvas.
//
// The feed's age changes every second though nothing happens. Drawn on the canvas that would be a
// frame a second for ever; a line of text costs the browser next to nothing.
#pragma once

#include <string_view>

#include "imgui.h"
#include "web/scene.h"

namespace nats_blotter::web {

class FiguresDom {
  public:
    void create();  // behind Module.canvas, in the cells' face
    void destroy();

    // `area` in device pixels. Cheap when nothing changed.
    void place(const Area& area, float density, ImU32 colour, bool shown);
    void show(std::string_view text);

  private:
    Area area_;
    float density_ = 0;
    ImU32 colour_ = 0;
    bool shown_ = false;
    std::string text_;
};

}  // namespace nats_blotter::web

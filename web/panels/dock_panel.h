// web/panels/dock_panel.h - the panels below: a bar of tabs, and the room of the one that is open.
//
// Collapsed by default: only the bar is there. What is in a tab is drawn by the app
// (App::draw_dock), into contents().
#pragma once

#include <optional>

#include "web/desk_look.h"
#include "web/scene.h"

namespace nats_blotter::web {

class DockPanel {
  public:
    static constexpr float kBarPx = 28;

    // Height in device pixels, of a screen that is `height` high.
    static float height(const Scene& scene, const DeskLook& look, float screen_height);

    // Changes `look` as the user asks: a tab opens, and closes where it is open.
    void draw(const Scene& scene, const Area& area, DeskLook& look);

    const Area& contents() const { return contents_; }
    const Area& tab_area(std::size_t tab) const { return tabs_[tab]; }

  private:
    Area contents_;
    Area tabs_[kDockTabs];
};

// Opens this tab, or closes the dock where it is the open one.
void toggle_dock(DeskLook& look, DockTab tab);

}  // namespace nats_blotter::web

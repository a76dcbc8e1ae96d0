// web/panels/help_panel.h - all keys with words, over the screen; from the table of web/keys.h.
#pragma once

#include "web/scene.h"

namespace nats_blotter::web {

class HelpPanel {
  public:
    void open() { open_asked_ = true; }
    // Call in every frame that draws; `within` is the whole screen.
    void draw(const Scene& scene, const Area& within);

  private:
    bool open_asked_ = false;
};

}  // namespace nats_blotter::web

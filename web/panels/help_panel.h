// web/panels/help_panel.h - the keys with words, over the screen; from the table of web/keys.h.
#pragma once

#include "web/scene.h"

namespace nats_blotter::web {

class HelpPanel {
  public:
    void open() { open_asked_ = true; }
    // Call in every frame that draws; `within` is the whole screen.
    // Keys of orders, accounts or cross-links are left out where the profile has none of these.
    struct Scope {
        bool orders = true;
        bool accounts = true;
        bool links = true;
        bool opened = false;  // the table is one that was opened on the page
    };
    void draw(const Scene& scene, const Area& within, Scope scope);

  private:
    bool open_asked_ = false;
};

}  // namespace nats_blotter::web

// web/panels/log_panel.h - the log book on the screen, newest line first.
#pragma once

#include <string>

#include "web/log_book.h"
#include "web/scene.h"

namespace nats_blotter::web {

class LogPanel {
  public:
    void draw(const Scene& scene, const Area& area, const LogBook& log);

  private:
    std::string scratch_;
};

}  // namespace nats_blotter::web

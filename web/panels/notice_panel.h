// web/panels/notice_panel.h - the bar that says in words what is wrong, and what happens next.
#pragma once

#include <string>
#include <string_view>

#include "session/session.h"
#include "web/scene.h"

namespace nats_blotter::web {

struct NoticeModel {
    session::Status status = session::Status::Connecting;
    std::string_view cause;  // empty: no bar
    MonotonicUs retry_at = kNever;
};

class NoticePanel {
  public:
    // Two lines of words where the screen is narrow.
    static float height(const Scene& scene, bool narrow) { return scene.px(narrow ? 52 : 32); }

    static bool is_needed(const NoticeModel& model);

    // True when the user asked to try again now.
    bool draw(const Scene& scene, const Area& area, const NoticeModel& model, bool narrow);

  private:
    std::string scratch_;
};

}  // namespace nats_blotter::web

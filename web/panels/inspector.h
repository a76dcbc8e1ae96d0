// web/panels/inspector.h - the dock's Inspector: subscriptions and subjects, messages, and the one
// that is chosen; side by side, or on a narrow screen below each other.
//
// What came is a stranger's and is drawn as text. Only the lines in sight are made ready.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "session/session.h"
#include "web/panels/scroll_bar.h"
#include "web/scene.h"
#include "web/text_field.h"

namespace nats_blotter::web {

struct InspectorWish {
    bool export_messages = false;
    bool redraw = false;  // something of it is another now
};

class InspectorPanel {
  public:
    InspectorWish draw(const Scene& scene, const Area& area, session::Session& session,
                       bool narrow);

    // "32 messages · 1,204 were let go: 16 MB are full"; also why something is refused.
    const std::string& words() const { return words_; }
    const std::string& detail() const { return detail_; }

  private:
    void draw_controls(const Scene& scene, const Area& area, session::Session& session,
                       InspectorWish& wish);
    void draw_subjects(const Scene& scene, const Area& area, session::Session& session,
                       InspectorWish& wish);
    void draw_messages(const Scene& scene, const Area& area, session::Session& session,
                       InspectorWish& wish);
    void draw_detail(const Scene& scene, const Area& area, session::Session& session);
    void ask(session::Session& session);
    void update_words(session::Session& session);

    TextField subject_;
    TextField filter_;
    std::string trouble_;  // of what was asked for last
    std::string words_;
    std::string offers_;
    std::size_t subjects_top_ = 0;
    std::size_t messages_top_ = 0;  // newest first
    std::uint64_t newest_seen_ = 0;
    std::size_t detail_top_ = 0;
    ScrollBar subjects_bar_;
    ScrollBar messages_bar_;
    ScrollBar detail_bar_;
    float wheel_rest_ = 0;
    std::uint64_t chosen_ = 0;  // the number of a message
    std::uint64_t detailed_ = 0;
    std::string detail_;
    std::vector<std::string_view> detail_lines_;
    std::string scratch_;
};

}  // namespace nats_blotter::web

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
    bool open_table = false;
    bool copy = false;    // the message
    bool focus = false;   // the keys are to come here
    bool redraw = false;  // something of it is another now
};

class InspectorPanel {
  public:
    // `focused`: it has the keys.
    InspectorWish draw(const Scene& scene, const Area& area, session::Session& session, bool narrow,
                       bool focused);

    // Chooses another message: the next one in that direction, a screenful on, or at the end.
    enum class Move : std::uint8_t { Newer, Older, PageNewer, PageOlder, Newest, Oldest };
    void move(Move move, const session::Inspector& inspector);
    // The number of the message, 0: none.
    std::uint64_t chosen() const { return chosen_; }

    // "32 messages · 1,204 were let go: 16 MB are full"; also why something is refused.
    const std::string& words() const { return words_; }
    const std::string& detail() const { return detail_; }

  private:
    void draw_controls(const Scene& scene, const Area& area, session::Session& session,
                       InspectorWish& wish);
    void draw_subjects(const Scene& scene, const Area& area, session::Session& session,
                       InspectorWish& wish);
    // What came since the last frame moves the lines, unless the newest one is in sight.
    void keep_place(const session::Inspector& inspector);
    void draw_messages(const Scene& scene, const Area& area, session::Session& session,
                       bool focused, InspectorWish& wish);
    void draw_hex(const Scene& scene, ImVec2 at, std::string_view line) const;
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
    std::size_t messages_visible_ = 1;
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

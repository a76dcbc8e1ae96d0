// web/panels/settings_panel.h - a dialog: theme and spacing, the layouts as a file, and the
// accounts (a new one, another name for the one that is shown, a user for it found among people).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "session/account_admin.h"
#include "session/session.h"
#include "web/desk_look.h"
#include "web/scene.h"
#include "web/text_field.h"

namespace nats_blotter::web {

class SettingsPanel {
  public:
    void open() { open_asked_ = true; }
    // Changes `look` as the user chooses; true when it did.
    // `opened`: the profile was opened on the page, and can be saved and left.
    bool draw(const Scene& scene, const Area& within, DeskLook& look, session::Session& session,
              bool opened);
    bool is_open() const { return was_open_; }
    const std::string& words() const { return words_; }
    // Its buttons, as they were drawn last, by their words; none in the frame that opens it, which
    // Dear ImGui measures and does not show: a click there would close it.
    template <typename Visit>
    void for_each_place(const Visit& visit) const {
        for (const auto& [words, area] : places_) visit(words, area);
    }

  private:
    void draw_layouts(const Scene& scene);
    void draw_profile(const Scene& scene);
    bool draw_looks(const Scene& scene, DeskLook& look);
    void draw_accounts(const Scene& scene, session::Session& session);
    void draw_people(const Scene& scene, session::Session& session);
    void say(std::string words);
    // Of the button that was drawn last.
    void remember_place(std::string_view words);

    bool open_asked_ = false;
    bool was_open_ = false;
    bool seen_ = false;
    TextField created_;
    TextField renamed_;
    TextField searched_;
    std::string refused_;  // why something was not even asked
    std::string words_;
    std::vector<std::pair<std::string, Area>> places_;
};

}  // namespace nats_blotter::web

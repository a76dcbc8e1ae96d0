// web/panels/settings_panel.h - a dialog: theme and spacing, and the accounts (a new one, another
// name for the one that is shown, a user for it found among people).
#pragma once

#include <string>

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
    bool draw(const Scene& scene, const Area& within, DeskLook& look, session::Session& session);
    bool is_open() const { return was_open_; }
    const std::string& words() const { return words_; }

  private:
    bool draw_looks(const Scene& scene, DeskLook& look);
    void draw_accounts(const Scene& scene, session::Session& session);
    void draw_people(const Scene& scene, session::Session& session);
    void say(std::string words);

    bool open_asked_ = false;
    bool was_open_ = false;
    TextField created_;
    TextField renamed_;
    TextField searched_;
    std::string refused_;  // why something was not even asked
    std::string words_;
};

}  // namespace nats_blotter::web

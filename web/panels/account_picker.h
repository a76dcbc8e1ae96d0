// web/panels/account_picker.h - which account is shown: a list with a field to find one by name or
// number.
//
// From the keyboard: A opens it, typing narrows the list, arrows choose, Enter takes, Escape
// leaves.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "session/session.h"
#include "web/scene.h"
#include "web/text_field.h"

namespace nats_blotter::web {

class AccountPicker {
  public:
    // Answers the account that was chosen in this frame.
    std::optional<session::AccountId> draw(const Scene& scene, const Area& area,
                                           session::AccountId shown);

    // Takes the keys at once.
    void open();

  private:
    void find_matches(const Scene& scene);
    std::optional<session::AccountId> draw_list(const Scene& scene, session::AccountId shown);
    bool move_mark(const TextFieldNews& news);
    void say_marked(const Scene& scene);

    bool open_asked_ = false;
    bool was_open_ = false;
    TextField find_;
    std::string hint_;
    std::size_t marked_ = 0;  // index into matches_
    std::vector<session::AccountId> matches_;
    std::string scratch_;
};

}  // namespace nats_blotter::web

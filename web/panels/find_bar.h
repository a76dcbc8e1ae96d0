// web/panels/find_bar.h - the field of a search in the table that has the focus, beside the filter;
// where the screen is narrow, in its place.
//
// Ctrl+F opens it. Each letter goes to the first match from where the table is; Enter goes to the
// next one, Shift+Enter to the one before, Escape closes it. What is found is the app's to say
// (app_find.cpp).
#pragma once

#include <string>

#include "web/scene.h"
#include "web/text_field.h"

namespace nats_blotter::web {

struct FindModel {
    std::string_view table;  // its name
    std::string_view words;  // "3 of 17"
    bool none = false;       // nothing is found: said in the colour of trouble
};

struct FindWish {
    bool changed = false;  // text() is another
    int steps = 0;         // so many matches on, or back
    bool close = false;
};

class FindBar {
  public:
    bool is_open() const { return open_; }
    void open();
    void close();
    const std::string& text() const { return field_.text(); }

    FindWish draw(const Scene& scene, const Area& area, const FindModel& model);

  private:
    TextField field_;
    bool open_ = false;
    std::string label_;
    std::string placeholder_;
};

}  // namespace nats_blotter::web

// web/panels/filter_bar.h - the bar above the tables, with the quick filter of the table that has
// the focus. How many of its rows pass is drawn in the table's title, and spoken here.
//
// `/` goes there from anywhere. Rows are filtered while one types; Enter goes back to them, Escape
// takes the filter away, and goes back when there is none.
#pragma once

#include <optional>
#include <string>

#include "web/scene.h"
#include "web/text_field.h"

namespace nats_blotter::web {

struct FilterModel {
    std::size_t index = 0;    // of the table, among all
    std::string_view table;   // its name
    std::string_view filter;  // the quick filter as it stands
    std::size_t rows = 0;     // that pass all filters
    std::size_t rows_in_table = 0;
};

struct FilterWish {
    std::size_t index = 0;
    std::string filter;
};

class FilterBar {
  public:
    static constexpr float kHeightPx = 36;

    // Answers the quick filter that is wanted from now on, when it is another: of the table that
    // was shown while it was typed.
    std::optional<FilterWish> draw(const Scene& scene, const Area& area, const FilterModel& model);

    void focus() { field_.focus(); }
    const Area& field() const { return area_; }
    // What is free for others, to the right of the field.
    const Area& rest() const { return rest_; }

  private:
    TextField field_;
    std::size_t index_ = 0;  // the table whose filter the field has
    Area area_;
    Area rest_;
    std::string label_;
    std::string placeholder_;
    std::string count_;
};

}  // namespace nats_blotter::web

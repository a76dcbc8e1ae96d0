// web/panels/filter_strip.h - the line above a table's heads that says which filter is on: the
// quick filter to type into, and a chip for each filter of a column, which a press takes off.
//
// It is there while something is filtered or typed, and takes no room else.
#pragma once

#include <string>

#include "table/table.h"
#include "web/scene.h"
#include "web/table_look.h"

namespace nats_blotter::web {

class FilterStrip {
  public:
    // True when the filter of the look is another.
    bool draw(const Scene& scene, const feed::TableSpec& spec, TableLook& look, const Area& area);

    static constexpr float kHeightPx = 28;

  private:
    bool draw_chip(const Scene& scene, const std::string& words, float& x, const Area& area);
};

}  // namespace nats_blotter::web

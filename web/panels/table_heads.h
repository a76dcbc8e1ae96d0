// web/panels/table_heads.h - the heads of a table's columns: a press sorts, a drag moves the
// column, a drag of its edge sizes it, a press of the other button opens its menu.
#pragma once

#include <cstddef>
#include <optional>

#include "table/table.h"
#include "web/panels/column_layout.h"
#include "web/scene.h"
#include "web/table_look.h"

namespace nats_blotter::web {

struct HeadsWish {
    bool sort = false;                // look.sort is another
    bool columns = false;             // look.columns is another
    std::optional<std::size_t> menu;  // open the menu of this column
};

// What a press on the head of a column makes of the sort keys. `add`: it joins the others, changes
// its direction, and leaves them with the third press; else it is the only one.
void press_sort(TableLook& look, const feed::TableSpec& spec, std::size_t column, bool add);

class TableHeads {
  public:
    // `scroll_x` is how far what is not pinned is scrolled.
    HeadsWish draw(const Scene& scene, const feed::TableSpec& spec, TableLook& look,
                   const ColumnPlaces& places, const Area& area, float scroll_x);

  private:
    void draw_head(const Scene& scene, const feed::TableSpec& spec, TableLook& look,
                   const PlacedColumn& place, const Area& head, HeadsWish& wish);
    void draw_edge(const Scene& scene, TableLook& look, const PlacedColumn& place, const Area& head,
                   HeadsWish& wish);
    void finish_drag(const Scene& scene, TableLook& look, const ColumnPlaces& places,
                     const Area& area, float scroll_x, HeadsWish& wish);

    std::size_t dragged_ = SIZE_MAX;  // the column that is being moved
    float edge_width_ = 0;            // of the column when its edge was taken
};

}  // namespace nats_blotter::web

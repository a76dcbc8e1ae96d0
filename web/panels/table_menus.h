// web/panels/table_menus.h - the menus of a table: that of a column's head, with its filter, and
// that of its rows.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "table/table.h"
#include "web/panels/table_panel.h"
#include "web/scene.h"
#include "web/table_look.h"
#include "web/text_field.h"

namespace nats_blotter::web {

struct MenuWish {
    TableWish look;  // how the look was changed
    bool copy = false;
    bool select_all = false;
    bool cross_link = false;
    bool export_csv = false;
    bool export_ndjson = false;
    bool key = false;  // the head's column is to name the rows, or no longer
};

class TableMenus {
  public:
    // Opens where the pointer is, with the next draw(). The values to choose from are those of now.
    void open_head(std::size_t table, const table::Table& of, const TableLook& look,
                   std::size_t column);
    void open_rows(std::size_t table);
    // The table whose menu it is.
    std::size_t table() const { return table_; }
    std::size_t column() const { return column_; }

    // Draws the one that is open, if any. `opened`: the table was opened on the page, and what
    // names its rows can be chosen.
    MenuWish draw(const Scene& scene, const feed::TableSpec& spec, TableLook& look, bool opened);

  private:
    void draw_head(const Scene& scene, const feed::TableSpec& spec, TableLook& look,
                   MenuWish& wish);
    void draw_columns(const Scene& scene, const feed::TableSpec& spec, TableLook& look,
                      MenuWish& wish);
    void draw_rows(const Scene& scene, MenuWish& wish);
    void draw_filter(const Scene& scene, const feed::TableSpec& spec, TableLook& look,
                     MenuWish& wish);
    void draw_text_filter(const Scene& scene, TableLook& look, MenuWish& wish);
    void draw_number_filter(const Scene& scene, const feed::ColumnSpec& column, TableLook& look,
                            MenuWish& wish);
    void draw_set_filter(const Scene& scene, TableLook& look, MenuWish& wish);
    void draw_time_filter(const Scene& scene, TableLook& look, MenuWish& wish);
    void set_filter(TableLook& look, ColumnFilterLook filter, MenuWish& wish);
    // True when it was entered.
    bool draw_field(const Scene& scene, std::string_view hint, float width, Keyboard keyboard,
                    TextField& field);

    bool head_asked_ = false;
    bool rows_asked_ = false;
    std::size_t table_ = 0;
    std::size_t column_ = 0;
    std::vector<std::string> values_;  // of a column of symbols, sorted
    TextField text_;
    TextField low_;
    TextField high_;
    std::string trouble_;
};

}  // namespace nats_blotter::web

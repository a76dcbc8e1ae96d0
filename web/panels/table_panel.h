// web/panels/table_panel.h - one live table on the screen: title, column heads, rows, scroll bar.
//
// Owns view state only: where it is scrolled to, which rows are fading. Each frame the app calls
// place(), take_snapshot() and draw(), in this order; draw() knows the snapshot, not the table.
//
// Scrolling counts whole rows. At the top the table follows what comes in; scrolled away, the rows
// under the eye stay where they are, whatever is added above them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "table/format.h"
#include "table/table.h"
#include "table/view.h"
#include "table/window.h"
#include "web/panels/column_layout.h"
#include "web/panels/scroll_bar.h"
#include "web/scene.h"

namespace nats_blotter::web {

struct TableState {
    bool current = true;            // false: rows may be old, drawn without colour
    bool loading = false;           // no snapshot of this scope yet
    bool rearranging = false;       // another order or filter is on its way
    std::size_t rows_in_table = 0;  // without the filter
    std::string empty_words;        // shown in place of rows when there are none
};

class TablePanel {
  public:
    // The area it will draw into, and the columns that fit.
    void place(const Scene& scene, const feed::TableSpec& spec, const Area& area,
               bool all_accounts);

    // Scrolls by the wheel when the mouse is here. Call within a window, before the snapshot.
    void handle_wheel();

    // Copies the visible rows. `table` and `view` agree (Session::refresh_views() was called).
    // True when something of it is not as it was last drawn.
    bool take_snapshot(const Scene& scene, const table::Table& table, const table::View& view,
                       bool loading);

    // What the user asked for: another order of rows.
    std::optional<table::SortKey> draw(const Scene& scene, const feed::TableSpec& spec,
                                       const std::vector<table::SortKey>& sort,
                                       const TableState& state, bool focused);

    // Forgets scrolling and fades: another account is shown.
    void reset();

    void scroll_by_rows(std::int64_t rows);
    void scroll_by_pages(int pages);
    void scroll_to_start();
    void scroll_to_end();

    // When the next step of a fade is due, kNever when nothing fades.
    MonotonicUs fade_due() const { return fade_due_; }

    const Area& area() const { return area_; }
    float row_height() const { return row_height_; }
    float head_height() const { return title_height_ + heads_height_; }
    std::size_t first_row() const { return top_row_; }
    bool was_clicked() const { return was_clicked_; }

  private:
    struct Flash {
        table::RowId row = table::kNoRow;
        MonotonicUs started = 0;
        bool down = false;
    };
    struct Seen {
        table::RowId row = table::kNoRow;
        std::int64_t number = 0;  // of the first number column: tells up from down
        std::uint64_t hash = 0;
    };

    void follow_anchor(const table::Table& table, const table::View& view);
    void note_changes(const Scene& scene, const feed::TableSpec& spec, bool quiet);
    std::uint64_t hash_of_shown(bool loading) const;
    std::size_t last_top() const;
    void draw_title(const Scene& scene, const feed::TableSpec& spec, const TableState& state,
                    bool focused);
    std::optional<table::SortKey> draw_heads(const Scene& scene, const feed::TableSpec& spec,
                                             const std::vector<table::SortKey>& sort);
    void draw_rows(const Scene& scene, const feed::TableSpec& spec, const TableState& state);
    void draw_row(const Scene& scene, const feed::TableSpec& spec, const TableState& state,
                  std::size_t index, float y);
    void draw_cell(const Scene& scene, const feed::ColumnSpec& column, const PlacedColumn& place,
                   const feed::Cell& cell, bool is_account, float y, ImU32 plain, bool coloured);
    void draw_words(const Scene& scene, const TableState& state);
    ImU32 row_ground(const Scene& scene, std::size_t index, bool* flashing) const;

    Area area_;
    Area body_;  // rows only
    float title_height_ = 0;
    float heads_height_ = 0;
    float row_px_ = 20;  // CSS pixels
    float row_height_ = 1;
    std::size_t rows_visible_ = 0;  // whole ones

    std::size_t top_row_ = 0;
    std::size_t new_above_ = 0;  // rows that came in above while scrolled away
    table::RowId anchor_row_ = table::kNoRow;
    float wheel_rest_ = 0;
    bool was_clicked_ = false;

    table::Window window_;
    std::vector<PlacedColumn> columns_;
    std::vector<Flash> flashes_;
    std::vector<Seen> seen_;
    std::uint64_t shown_hash_ = 0;  // of all that the snapshot brings to the screen
    std::uint64_t drawn_hash_ = 0;
    // The table's at the last snapshot. Ids of erased rows come back, so an anchor that was
    // inserted after it is another row.
    std::uint64_t seen_generation_ = 0;
    bool was_loading_ = true;
    MonotonicUs fade_due_ = kNever;
    ScrollBar scroll_bar_;
    std::string scratch_;
};

}  // namespace nats_blotter::web

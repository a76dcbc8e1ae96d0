// web/panels/table_panel.h - one live table on the screen: title, column heads, rows, sums, scroll
// bars.
//
// Owns view state only: where it is scrolled to, what is selected, what is fading. Each frame the
// app calls place(), take_snapshot() and draw(), in this order, and then carry_out(); draw() knows
// the snapshot, not the table. What the user wants to see of the table is in a TableLook, which the
// app keeps.
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
#include "web/display_rows.h"
#include "web/find_words.h"
#include "web/grid_selection.h"
#include "web/panels/column_layout.h"
#include "web/panels/filter_strip.h"
#include "web/panels/flashes.h"
#include "web/panels/scroll_bar.h"
#include "web/panels/table_heads.h"
#include "web/scene.h"
#include "web/table_look.h"
#include "web/text_line.h"

namespace nats_blotter::web {

struct TableState {
    bool current = true;            // false: rows may be old, drawn without colour
    bool stale = false;             // and nothing is heard that would say so: hatched
    bool loading = false;           // no snapshot of this scope yet
    bool rearranging = false;       // another order or filter is on its way
    std::size_t rows_in_table = 0;  // without the filter
    std::uint64_t unloaded = 0;     // older ones, at the row cap
    std::uint64_t unreadable = 0;   // records of the snapshot
    std::uint64_t accounts_not_followed = 0;
    std::string lacks_words;          // what may be missing for good
    std::string_view snapshot;        // by its address; empty: it has no name
    std::string empty_words;          // shown in place of rows when there are none
    const FindWords* find = nullptr;  // these are marked
};

// What the user did to the look, and what he asks for.
struct TableWish {
    bool sort = false;
    bool filter = false;
    bool group = false;
    bool columns = false;  // or formats: nothing of the view
    std::optional<std::size_t> head_menu;
    bool row_menu = false;
    bool cross_link = false;

    bool look_changed() const { return sort || filter || group || columns; }
};

class TablePanel {
  public:
    // The area it will draw into, and the columns that fit.
    void place(const Scene& scene, const feed::TableSpec& spec, const TableLook& look,
               const Area& area, bool all_accounts);

    // Scrolls by the wheel when the mouse is here. Call within a window, before the snapshot.
    void handle_wheel();

    // Copies the visible rows. `table` and `view` agree (Session::refresh_views() was called).
    // True when something of it is not as it was last drawn.
    bool take_snapshot(const Scene& scene, const table::Table& table, const table::View& view,
                       const TableLook& look, bool loading);

    // Draws, and changes `look` as its answer says.
    TableWish draw(const Scene& scene, const feed::TableSpec& spec, TableLook& look,
                   const TableState& state, bool focused);

    // Selects what was pressed while drawing. `table` and `view` as for take_snapshot(), which is
    // to follow.
    void carry_out(const table::Table& table, const table::View& view, const TableLook& look);

    // Forgets scrolling, selection and fades: another account is shown.
    void reset();

    void scroll_by_rows(std::int64_t rows);
    void scroll_to_start();
    void scroll_to_end();

    // ---- the focused cell; see table_focus.cpp
    enum class Extend : std::uint8_t { No, Rows, Cells };
    void move_focus(const table::Table& table, std::int64_t lines, int columns, Extend extend);
    void move_focus_by_pages(const table::Table& table, int pages, Extend extend);
    void focus_first(const table::Table& table, bool first_column);
    void focus_last(const table::Table& table, bool last_column);
    // kNoColumn: the column stays, or is the first one.
    void focus_row(const table::Table& table, table::RowId row, std::size_t column = kNoColumn);
    void select_all(const table::Table& table);
    // False when nothing was selected.
    bool clear_selection();
    // Where the focus is on the head of a group: its key; else null.
    const std::string* focused_head() const { return on_head_ ? &head_key_ : nullptr; }
    // From a row in the first column to the head of its group; false where it is elsewhere.
    bool focus_own_head(const table::Table& table);
    // Of the focused cell, where it is seen; kNoColumn where there is none.
    std::size_t focused_column() const {
        return on_head_ ? head_column_ : selection_.focus().column;
    }

    // When the next step of a fade is due, kNever when nothing fades.
    MonotonicUs fade_due() const { return due_; }

    const Area& area() const { return area_; }
    float row_height() const { return row_height_; }
    // Flashes begun since the page was loaded.
    std::uint64_t flash_count() const { return flashes_.started(); }
    float head_height() const { return title_height_ + strip_height_ + heads_height_; }
    float foot_height() const { return foot_height_ + bar_height_; }
    std::size_t first_row() const { return top_row_; }
    std::size_t shown_rows() const { return window_.row_count(); }  // as drawn last
    std::size_t new_above() const { return new_above_; }
    bool was_clicked() const { return was_clicked_; }
    const GridSelection& selection() const { return selection_; }
    const DisplayRows& lines() const { return lines_; }
    // For who asks for lines() between frames; the two as for take_snapshot().
    void update_lines(const table::View& view, const TableLook& look) { lines_.update(view, look); }
    const ColumnPlaces& places() const { return places_; }
    float scroll_x() const { return scroll_x_; }
    const table::Totals& totals() const { return totals_; }

  private:
    struct GroupHead {
        std::string words;
        std::string key;
        bool open = false;
        table::Totals totals;
        feed::Cell last{};  // the newest instant in its rows, where the view knows it
    };
    struct Gesture {
        enum class Kind : std::uint8_t { Select, Toggle, ExtendRows, ExtendCells };
        Kind kind = Kind::Select;
        GridSelection::Cell cell;
    };
    // Where the pointer is among the rows.
    struct Spot {
        std::size_t index = SIZE_MAX;  // of the window
        std::size_t column = kNoColumn;
    };

    static constexpr std::uint32_t kNoGroup = UINT32_MAX;

    void follow_anchor(const table::Table& table);
    void drop_anchor() {
        anchor_row_ = table::kNoRow;
        anchor_group_ = kNoGroup;
    }
    void snapshot_lines(const table::Table& table, const table::View& view, const Scene& scene);
    void snapshot_sums(const Scene& scene, const table::Table& table, const table::View& view);
    std::uint64_t hash_of_shown(bool loading) const;
    std::size_t last_top() const;
    void show_line(std::size_t index);
    void show_column(std::size_t column);
    std::size_t focus_line(const table::Table& table) const;
    void focus_line_at(const table::Table& table, std::size_t index, std::size_t column,
                       Extend extend);
    void focus_head(std::size_t group, std::size_t column);
    bool has_focus() const { return on_head_ || selection_.has_focus(); }

    void draw_title(const Scene& scene, const feed::TableSpec& spec, const TableState& state,
                    bool focused);
    void append_selection(std::string& out, const feed::TableSpec& spec) const;
    void handle_pointer(const Scene& scene, TableLook& look, TableWish& wish);
    Spot spot_at(ImVec2 at) const;
    void drag_to(const Scene& scene);
    float draw_warning(const Scene& scene, float x, std::string_view words);
    void draw_bars(const Scene& scene);

    // table_rows.cpp
    void draw_rows(const Scene& scene, const feed::TableSpec& spec, const TableLook& look,
                   const TableState& state, bool focused);
    void draw_row(const Scene& scene, const feed::TableSpec& spec, const TableLook& look,
                  const TableState& state, std::size_t index, float y, bool focused);
    void draw_group(const Scene& scene, const feed::TableSpec& spec, const TableLook& look,
                    const GroupHead& head, float y, bool focused);
    void draw_cell(const Scene& scene, const feed::ColumnSpec& column, const TableLook& look,
                   const PlacedColumn& place, const feed::Cell& cell, bool is_account, float y,
                   ImU32 plain, bool coloured);
    void draw_hatch(const Scene& scene);
    void draw_hint(const Scene& scene, const TableState& state);
    void draw_match(const Scene& scene, const PlacedColumn& place, float y);
    void draw_in_column(const Scene& scene, const PlacedColumn& place, float y, ImU32 colour);
    void draw_sums(const Scene& scene, const feed::TableSpec& spec, const TableLook& look,
                   const TableState& state);
    void append_sum(const feed::ColumnSpec& column, const TableLook& look,
                    const table::WideSum& sum);
    void append_long_short(const feed::ColumnSpec& column, const TableLook& look);
    void draw_words(const Scene& scene, TableLook& look, const TableState& state, TableWish& wish);
    bool clip_to(const PlacedColumn& place) const;
    float left_of(const PlacedColumn& place) const {
        return area_.x + place.x - (place.pinned ? 0 : scroll_x_);
    }
    bool is_selected_cell(std::size_t index, std::size_t column) const;

    Area area_;
    Area body_;  // rows only
    float title_height_ = 0;
    float strip_height_ = 0;  // the filter, where there is one
    float heads_height_ = 0;
    float foot_height_ = 0;  // the sums
    bool has_net_ = false;   // with a line for long, short and gross
    float bar_height_ = 0;   // the bar that scrolls sideways, where it is needed
    float row_px_ = 20;      // CSS pixels
    float row_height_ = 1;
    std::size_t rows_visible_ = 0;  // whole ones

    std::size_t top_row_ = 0;
    std::size_t new_above_ = 0;  // rows that came in above while scrolled away
    table::RowId anchor_row_ = table::kNoRow;
    std::uint32_t anchor_group_ = kNoGroup;  // where the top line is the head of one
    std::int32_t newest_column_ = -1;        // of GroupHead::last
    float wheel_rest_ = 0;
    float scroll_x_ = 0;  // device pixels
    bool was_clicked_ = false;

    DisplayRows lines_;
    table::Window window_;
    std::vector<table::RowId> window_rows_;   // scratch
    std::vector<std::size_t> window_groups_;  // by line of the window; SIZE_MAX: a row
    std::vector<GroupHead> group_heads_;      // of those that are heads, in order
    std::vector<std::uint16_t> sum_columns_;
    table::Totals totals_;
    std::size_t totals_in_table_ = 0;  // rows without the filter, at the same moment
    MonotonicUs totals_at_ = 0;
    ColumnPlaces places_;
    FilterStrip strip_;
    TableHeads heads_;
    Flashes flashes_;
    GridSelection selection_;
    // The focus is on the head of a group, and not on a row; which column it came from.
    bool on_head_ = false;
    std::string head_key_;
    std::size_t head_column_ = kNoColumn;
    std::vector<std::uint8_t> selected_;  // by line of the window
    std::size_t focus_index_ = SIZE_MAX;  // of the window
    std::vector<Gesture> gestures_;
    Spot pressed_;
    Spot dragged_;
    std::size_t hovered_ = SIZE_MAX;  // line of the window under the pointer
    bool summing_ = false;

    std::uint64_t shown_hash_ = 0;  // of all that the snapshot brings to the screen
    std::uint64_t drawn_hash_ = 0;
    // The table's at the last snapshot. Ids of erased rows come back, so an anchor that was
    // inserted after it is another row.
    std::uint64_t seen_generation_ = 0;
    bool was_loading_ = true;
    MonotonicUs due_ = kNever;
    ScrollBar scroll_bar_;
    std::string scratch_;
    TextLine line_;
};

}  // namespace nats_blotter::web

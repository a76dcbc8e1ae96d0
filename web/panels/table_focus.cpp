// web/panels/table_focus.cpp - the focused cell of a TablePanel, as keys move it.
#include <algorithm>

#include "web/panels/table_panel.h"

namespace nats_blotter::web {
namespace {

std::size_t place_index(const std::vector<PlacedColumn>& columns, std::size_t column) {
    const auto found =
        std::find_if(columns.begin(), columns.end(),
                     [column](const PlacedColumn& place) { return place.column == column; });
    return static_cast<std::size_t>(found - columns.begin());
}

}  // namespace

// Scrolls no further than it must.
void TablePanel::show_line(std::size_t index) {
    if (index < top_row_) {
        top_row_ = index;
    } else if (rows_visible_ > 0 && index >= top_row_ + rows_visible_) {
        top_row_ = index - rows_visible_ + 1;
    } else {
        return;
    }
    drop_anchor();
}

void TablePanel::show_column(std::size_t column) {
    const std::size_t at = place_index(places_.columns, column);
    if (at >= places_.columns.size() || places_.columns[at].pinned) return;
    const PlacedColumn& place = places_.columns[at];
    scroll_x_ = std::max(scroll_x_, place.x + place.width - body_.width);
    scroll_x_ = std::min(scroll_x_, place.x - places_.pinned_width);
}

std::size_t TablePanel::focus_line(const table::Table& table) const {
    if (on_head_) return lines_.index_of_head(head_key_);
    const table::RowId row = selection_.focus().row;
    return selection_.lives(table, row) ? lines_.index_of(row) : lines_.size();
}

void TablePanel::focus_line_at(const table::Table& table, std::size_t index, std::size_t column,
                               Extend extend) {
    if (index >= lines_.size()) return;
    const Line line = lines_.at(index);
    show_line(index);
    if (line.is_head) {
        if (extend == Extend::No) focus_head(line.group, column);
        return;
    }
    on_head_ = false;
    const GridSelection::Cell cell{line.row, column};
    if (extend == Extend::No) {
        selection_.select(table, cell);
    } else {
        const bool cells = extend == Extend::Cells || !selection_.whole_rows();
        selection_.extend(table, lines_, cell, cells);
    }
    show_column(column);
}

void TablePanel::focus_head(std::size_t group, std::size_t column) {
    selection_.clear();
    on_head_ = true;
    head_key_ = lines_.key_of(group);
    head_column_ = column;
}

bool TablePanel::focus_own_head(const table::Table& table) {
    const std::size_t index = focus_line(table);
    if (on_head_ || !lines_.grouped() || index >= lines_.size() || places_.columns.empty())
        return false;
    const std::size_t first = places_.columns.front().column;
    if (selection_.focus().column != first) return false;
    const Line line = lines_.at(index);
    show_line(lines_.index_of_head(line.group));
    focus_head(line.group, first);
    return true;
}

void TablePanel::move_focus(const table::Table& table, std::int64_t by, int columns,
                            Extend extend) {
    if (lines_.size() == 0 || places_.columns.empty()) return;
    std::size_t line = focus_line(table);
    const std::vector<PlacedColumn>& all = places_.columns;
    std::size_t at = place_index(all, on_head_ ? head_column_ : selection_.focus().column);
    if (at >= all.size()) at = 0;
    if (line >= lines_.size()) {
        // The first key only shows where the focus is.
        return focus_line_at(table, top_row_, all[at].column, Extend::No);
    }
    const auto last = static_cast<std::int64_t>(lines_.size() - 1);
    std::int64_t next = std::clamp<std::int64_t>(static_cast<std::int64_t>(line) + by, 0, last);
    // Heads of groups are not selected.
    const std::int64_t step = by < 0 ? -1 : 1;
    while (extend != Extend::No && next >= 0 && next <= last &&
           lines_.at(static_cast<std::size_t>(next)).is_head)
        next += step;
    if (next < 0 || next > last) next = static_cast<std::int64_t>(line);
    const auto column = std::clamp<std::int64_t>(static_cast<std::int64_t>(at) + columns, 0,
                                                 static_cast<std::int64_t>(all.size() - 1));
    focus_line_at(table, static_cast<std::size_t>(next),
                  all[static_cast<std::size_t>(column)].column, extend);
}

void TablePanel::move_focus_by_pages(const table::Table& table, int pages, Extend extend) {
    const auto page = static_cast<std::int64_t>(rows_visible_ > 1 ? rows_visible_ - 1 : 1);
    scroll_by_rows(pages * page);
    if (has_focus() || extend != Extend::No) move_focus(table, pages * page, 0, extend);
}

void TablePanel::focus_first(const table::Table& table, bool first_column) {
    scroll_to_start();
    if (first_column) scroll_x_ = 0;
    if (!has_focus() || lines_.size() == 0 || places_.columns.empty()) return;
    const std::size_t column = first_column ? places_.columns.front().column : focused_column();
    focus_line_at(table, 0, column, Extend::No);
}

void TablePanel::focus_last(const table::Table& table, bool last_column) {
    scroll_to_end();
    if (!has_focus() || lines_.size() == 0 || places_.columns.empty()) return;
    const std::size_t column = last_column ? places_.columns.back().column : focused_column();
    focus_line_at(table, lines_.size() - 1, column, Extend::No);
}

void TablePanel::focus_row(const table::Table& table, table::RowId row, std::size_t column) {
    const std::size_t index = lines_.index_of(row);
    if (index >= lines_.size() || places_.columns.empty()) return;
    if (column == kNoColumn) column = focused_column();
    on_head_ = false;
    if (place_index(places_.columns, column) >= places_.columns.size())
        column = places_.columns.front().column;
    selection_.select(table, {row, column});
    show_line(index);
    show_column(column);
}

void TablePanel::select_all(const table::Table& table) { selection_.select_all(table, lines_); }

bool TablePanel::clear_selection() {
    if (selection_.empty() && !has_focus()) return false;
    selection_.clear();
    on_head_ = false;
    return true;
}

}  // namespace nats_blotter::web

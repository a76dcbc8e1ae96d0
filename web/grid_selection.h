// web/grid_selection.h - which rows and cells of one table are selected, and which one has the
// focus.
//
// Rows are remembered by id, so that a selection stays with its rows while others come in between.
// Either whole rows are selected, or the same columns of each: a range of cells.
//
// Invariants (tests/screen/grid_selection_test.cpp):
//   1. A row that was erased is not selected, also where its id has come back as another row.
//   2. sums() are those of the selected rows as they are, once sum_some() answered true.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "table/groups.h"
#include "table/table.h"
#include "web/display_rows.h"

namespace nats_blotter::web {

inline constexpr std::size_t kNoColumn = SIZE_MAX;

class GridSelection {
  public:
    struct Cell {
        table::RowId row = table::kNoRow;
        std::size_t column = kNoColumn;  // in the table
    };

    void clear();
    bool empty() const { return count_ == 0; }
    // As many as were selected; some of them may have been erased since.
    std::size_t count() const { return count_; }

    bool has_focus() const { return focus_.row != table::kNoRow; }
    const Cell& focus() const { return focus_; }
    // False for a row that went, or whose id is another row's now.
    bool lives(const table::Table& table, table::RowId row) const;
    bool is_selected(const table::Table& table, table::RowId row) const {
        const std::size_t word = row / 64;
        return word < bits_.size() && (bits_[word] >> (row % 64) & 1) != 0 && lives(table, row);
    }
    // A range of cells; both kNoColumn where whole rows are selected.
    std::size_t first_column() const { return anchor_column_; }
    std::size_t last_column() const { return anchor_column_ == kNoColumn ? kNoColumn : last_; }
    bool whole_rows() const { return anchor_column_ == kNoColumn; }

    // ---- what the user does; `lines` is up to date
    // Only this row, and the focus there.
    void select(const table::Table& table, const Cell& cell);
    // Also this row, or no longer; the focus there.
    void toggle(const table::Table& table, const Cell& cell);
    // All lines from where the last of the two above was; `cells`: only the columns between.
    void extend(const table::Table& table, const DisplayRows& lines, const Cell& cell, bool cells);
    void select_all(const table::Table& table, const DisplayRows& lines);
    // The focus alone moves.
    void focus(const table::Table& table, const Cell& cell);

    // Selected rows that live, in no order.
    std::vector<table::RowId> rows(const table::Table& table) const;

    // ---- sums, some rows at a time
    // Looks at about this many rows; true when sums() is up to date.
    bool sum_some(const table::Table& table, const std::vector<std::uint16_t>& columns,
                  std::size_t steps);
    const table::Totals& sums() const { return sums_; }

    std::uint64_t version() const { return version_; }

  private:
    void prune(const table::Table& table);
    void set(table::RowId row, bool selected);
    void touch(const table::Table& table);

    std::vector<std::uint64_t> bits_;  // by row id
    std::size_t count_ = 0;
    Cell focus_;
    Cell anchor_;
    std::size_t anchor_column_ = kNoColumn;
    std::size_t last_ = kNoColumn;
    std::uint64_t generation_ = 0;  // of the table, at the last change
    std::uint64_t version_ = 0;

    table::Totals sums_;
    table::Totals summing_;
    std::size_t sum_word_ = SIZE_MAX;  // where summing goes on, SIZE_MAX: it is not under way
    std::uint64_t summed_version_ = UINT64_MAX;
    std::uint64_t summed_generation_ = UINT64_MAX;
};

}  // namespace nats_blotter::web

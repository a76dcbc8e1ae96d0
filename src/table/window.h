// table/window.h - the visible rows, copied out of a table for one frame.
//
// Panels draw from this and never from the table itself, so that decoding and drawing need not
// agree on a moment. Refilling reuses its memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "feed/cell.h"
#include "table/table.h"
#include "table/view.h"

namespace nats_blotter::table {

struct WindowRow {
    RowId row = kNoRow;
    bool phantom = false;  // seen on the bus but not confirmed by the database
    bool broken = false;   // its books do not balance (rule of truth 8)
    bool fresh = false;    // inserted since the `fresh_since` generation given to fill()
};

class Window {
  public:
    // Copies `count` rows from view position `first`, fewer at the end. Rows inserted after
    // generation `fresh_since` are marked fresh.
    void fill(const Table& table, const View& view, std::size_t first, std::size_t count,
              std::uint64_t fresh_since);

    // The same for these rows, which are the lines of a screen from `first` on, of `total`; a line
    // of kNoRow is no row, and all of its cells are null.
    void fill(const Table& table, std::span<const RowId> rows, std::size_t first, std::size_t total,
              std::uint64_t fresh_since);

    std::size_t first() const { return first_; }
    std::size_t row_count() const { return rows_.size(); }
    std::size_t total_rows() const { return total_rows_; }  // of the view, when filled
    const WindowRow& row(std::size_t index) const { return rows_[index]; }

    // Texts are owned by this window and die at the next fill().
    feed::Cell cell(std::size_t index, std::size_t column) const;

  private:
    void begin(const Table& table, std::size_t first, std::size_t total);
    void add(const Table& table, RowId row, std::uint64_t fresh_since);

    struct StoredCell {
        feed::Cell::Kind kind;
        std::int64_t number;
        std::uint32_t text_offset;
        std::uint32_t text_bytes;
    };
    std::size_t first_ = 0;
    std::size_t total_rows_ = 0;
    std::size_t column_count_ = 0;
    std::vector<WindowRow> rows_;
    std::vector<StoredCell> cells_;
    std::string texts_;
};

}  // namespace nats_blotter::table

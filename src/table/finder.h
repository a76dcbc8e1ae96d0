// table/finder.h - goes from match to match in a view, wherever the table changes meanwhile.
//
// Looks at some rows at a time, so that a search of a million rows blocks nobody; where the order
// changes under it, it goes on from the row it has looked at last. Behind the last row comes the
// first one again, and a search ends where it has looked at as many rows as there are.
#pragma once

#include <cstddef>
#include <cstdint>

#include "table/filter.h"
#include "table/view.h"

namespace nats_blotter::table {

class Finder {
  public:
    // `table` must outlive it.
    Finder(const Table& table, FilterSpec words) : words_(table, std::move(words)) {}

    // Wants the first match from this position on, or backwards.
    void seek(const View& view, std::size_t from, bool backwards);
    bool seeking() const { return rows_left_ > 0; }
    // Looks at no more than `rows_max` rows; true when the search is over, and found() its answer.
    // REQUIRES: the view had all the table's changes.
    bool seek_some(const View& view, std::size_t rows_max);
    // kNoRow: none matches.
    RowId found() const { return found_; }

  private:
    Filter words_;
    bool backwards_ = false;
    std::size_t position_ = 0;   // to be looked at next
    std::size_t rows_left_ = 0;  // to be looked at
    RowId row_ = kNoRow;         // at position_, at the order below
    std::uint64_t order_version_ = 0;
    RowId found_ = kNoRow;
};

}  // namespace nats_blotter::table

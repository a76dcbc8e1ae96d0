// table/change_log.h - what happened to which row since the views last looked, each row once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "table/paged.h"

namespace nats_blotter::table {

using RowId = std::uint32_t;
inline constexpr RowId kNoRow = UINT32_MAX;

struct Change {
    enum class Kind : std::uint8_t { Inserted, Updated, Erased };
    RowId row = kNoRow;
    Kind kind = Kind::Updated;
    std::uint64_t columns = 0;  // Updated: a bit for each changed column, see column_bit()
};

// Columns from the 63rd on share a bit, so a set bit means "may have changed".
inline std::uint64_t column_bit(std::size_t column) {
    return std::uint64_t{1} << (column < 62 ? column : 62);
}

// No column's bit: the row became a phantom, or no longer is one.
inline constexpr std::uint64_t kPhantomBit = std::uint64_t{1} << 63;

class ChangeLog {
  public:
    // Makes places for row ids below `rows`.
    void resize(std::size_t rows) { places_.resize(rows, 0); }
    // Adds a change, or adds to the one that the row has: a row inserted since the last
    // clear_changes() stays "inserted" until it is erased. REQUIRES: there is a place for `row`.
    void note(RowId row, Change::Kind kind, std::uint64_t columns);
    std::span<const Change> changes() const { return changes_; }
    void clear_changes();
    // Takes the places as well.
    void clear();
    std::size_t memory_bytes() const;

  private:
    std::vector<Change> changes_;
    // By row: the index of its change if that one names the row, so nothing has to be taken back
    // when the changes go.
    PagedArray<std::uint32_t> places_;
};

}  // namespace nats_blotter::table

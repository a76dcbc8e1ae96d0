// table/table.h - one live table: columns of cells, found by key, every change on record.
//
// Rows have ids that stay theirs until they are erased. Each mutation raises the generation and
// leaves a Change; views catch up from the changes, then the owner calls clear_changes(). The id of
// an erased row is not used again before that.
//
// Knows no subscriptions, snapshots or pixels; who may overwrite whom is feed/merge.h, applied by
// table/ingest.h.
//
// Invariants (tests/table/table_test.cpp, against a naive model):
//   1. find(key of row) == row, for every live row.
//   2. row_count() == number of live rows <= rows_max + rows_max / kEvictionBatchDivisor.
//   3. Each row has at most one Change between two clear_changes().
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "feed/cell.h"
#include "feed/merge.h"
#include "feed/schema.h"
#include "table/column.h"
#include "table/key_index.h"

namespace nats_blotter::table {

using RowId = std::uint32_t;
inline constexpr RowId kNoRow = UINT32_MAX;

struct Change {
    enum class Kind : std::uint8_t { Inserted, Updated, Erased };
    RowId row = kNoRow;
    Kind kind = Kind::Updated;
    std::uint64_t columns = 0;  // Updated: a bit for each changed column, see column_bit()
};

// Columns from the 64th on share the last bit, so a set bit means "may have changed".
inline std::uint64_t column_bit(std::size_t column) {
    return std::uint64_t{1} << (column < 63 ? column : 63);
}

class Table {
  public:
    // `spec` is copied.
    explicit Table(feed::TableSpec spec);

    const feed::TableSpec& spec() const { return spec_; }
    std::size_t row_count() const { return live_rows_; }
    // Row ids are below this; not all of them are live.
    std::size_t slot_count() const { return slots_.size(); }
    bool is_live(RowId row) const { return slots_[row].live; }

    // The row with the key of this record, or kNoRow. REQUIRES: one cell for each column, keys not
    // null.
    RowId find(std::span<const feed::Cell> cells) const;

    // REQUIRES: find(cells) == kNoRow. kNoRow and nothing changed when a column's own limit is
    // reached.
    RowId insert(std::span<const feed::Cell> cells);
    // Overwrites all cells of a live row; false and nothing changed at a column's limit.
    [[nodiscard]] bool update(RowId row, std::span<const feed::Cell> cells);
    void erase(RowId row);
    void clear();

    // Texts point into the table and die at its next mutation.
    feed::Cell cell(RowId row, std::size_t column) const { return columns_[column].cell(row); }
    // -1, 0, 1; null sorts first.
    int compare(RowId a, RowId b, std::size_t column) const {
        return columns_[column].compare(a, b);
    }

    // The version cell of a row, lowest possible where null or without a version column.
    std::int64_t version(RowId row) const;

    feed::Provenance& provenance(RowId row) { return slots_[row].provenance; }
    const feed::Provenance& provenance(RowId row) const { return slots_[row].provenance; }
    // Marks a row as changed though its cells are not (its provenance is, and that is shown).
    void touch(RowId row) { note(row, Change::Kind::Updated, 0); }

    // Rises with every mutation.
    std::uint64_t generation() const { return generation_; }
    // Compares by the low 32 bits, which is exact within the last two billion changes.
    bool inserted_after(RowId row, std::uint64_t generation) const {
        return static_cast<std::int32_t>(slots_[row].inserted_generation -
                                         static_cast<std::uint32_t>(generation)) > 0;
    }

    std::span<const Change> changes() const { return changes_; }
    // True after clear(): views must rebuild, changes() then holds what came after.
    bool was_cleared() const { return was_cleared_; }
    void clear_changes();

    // When above rows_max by a batch, erases the oldest by version (by id without one) down to
    // rows_max. Answers how many; remembers the newest version unloaded.
    std::size_t evict();
    std::uint64_t evicted() const { return evicted_; }
    // A row at most this old is beyond the cap and need not be inserted: INT64_MIN before any
    // eviction.
    std::int64_t evicted_version() const { return evicted_version_; }

    // Memory of rows, index and texts, by capacity.
    std::size_t memory_bytes() const;

  private:
    struct Slot {
        feed::Provenance provenance;
        std::uint32_t inserted_generation = 0;
        std::uint32_t change_index = UINT32_MAX;  // into changes_, UINT32_MAX: none
        bool live = false;
    };

    std::uint64_t key_hash(std::span<const feed::Cell> cells) const;
    std::uint64_t row_hash(RowId row) const;
    bool key_equals(RowId row, std::span<const feed::Cell> cells) const;
    void note(RowId row, Change::Kind kind, std::uint64_t columns);
    void check_row(RowId row) const;

    feed::TableSpec spec_;
    std::vector<Column> columns_;
    KeyIndex index_;
    std::vector<Slot> slots_;
    std::vector<RowId> free_;    // ready for use
    std::vector<RowId> erased_;  // free after clear_changes()
    std::vector<Change> changes_;
    std::size_t live_rows_ = 0;
    std::uint64_t generation_ = 0;
    std::uint64_t evicted_ = 0;
    std::int64_t evicted_version_ = INT64_MIN;
    bool was_cleared_ = false;
};

}  // namespace nats_blotter::table

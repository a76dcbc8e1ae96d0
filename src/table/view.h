// table/view.h - the rows of a table in a shown order, kept up to date from its changes.
//
// The order lives in chunks of row ids: a change costs a search in one chunk and a walk over the
// chunk counts (microseconds at a million rows), never a sort of the table. Many changes at once,
// as when a snapshot arrives, are cheaper sorted whole, and that is chosen by their number.
//
// Invariants, checked after apply() in debug builds (tests/table/view_test.cpp):
//   1. Every live row of the table is in exactly one chunk, and chunk_of_ names it.
//   2. The order is that of the sort keys; equal keys by row id, in the direction of the last key.
//   3. No chunk is empty or holds more than kChunkRowsMax rows; counts add up to size().
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "table/table.h"

namespace nats_blotter::table {

struct SortKey {
    std::uint16_t column = 0;
    bool descending = false;
};

class View {
  public:
    // Orders by the table's own default. `table` must outlive the view.
    explicit View(const Table& table);

    // Brings the order up to date with the table's pending changes. Call before the table forgets
    // them (Table::clear_changes()).
    void apply(std::span<const Change> changes);

    // Forgets everything and orders the table as it is now.
    void rebuild();

    void set_sort(std::vector<SortKey> keys);
    const std::vector<SortKey>& sort() const { return sort_; }

    std::size_t size() const { return size_; }
    // REQUIRES: position < size().
    RowId row_at(std::size_t position) const;
    // Position of a row, or size() when it is not shown.
    std::size_t position_of(RowId row) const;

    // Rises whenever the order or the set of rows changed.
    std::uint64_t order_version() const { return order_version_; }

  private:
    static constexpr std::size_t kChunkRowsMax = 512;
    static constexpr std::size_t kChunkRowsFilled = 384;  // by rebuild(), leaving room to insert
    static constexpr std::uint32_t kNoChunk = UINT32_MAX;
    // A chunk in shown order; its rows are chunk_rows_[id].
    struct Chunk {
        std::uint32_t id;
        std::uint32_t count;
    };

    bool before(RowId a, RowId b) const;
    std::size_t chunk_index_of(std::uint32_t id) const;
    std::uint32_t new_chunk();
    void insert_row(RowId row);
    void erase_row(RowId row);
    void split_chunk(std::size_t index);
    void check_invariants() const;

    const Table& table_;
    std::vector<SortKey> sort_;
    std::uint64_t sort_columns_ = 0;  // bits as in Change::columns
    std::vector<Chunk> order_;
    std::vector<std::vector<RowId>> chunk_rows_;  // by chunk id
    std::vector<std::uint32_t> free_chunks_;
    std::vector<std::uint32_t> chunk_of_;  // by row id: chunk id, kNoChunk where not shown
    std::size_t size_ = 0;
    std::uint64_t order_version_ = 0;
};

}  // namespace nats_blotter::table

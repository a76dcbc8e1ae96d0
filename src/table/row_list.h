// table/row_list.h - row ids in an order, cut into chunks: a change costs a search and a move
// within one chunk, and positions are counted once after many changes.
//
// Invariants (check_invariants(), called by the view after each change in debug builds):
//   1. Every row of the list is in exactly one chunk, and chunk_of_ names it.
//   2. The rows are in the order given to insert().
//   3. No chunk is empty or holds more than kChunkRowsMax rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "table/paged.h"
#include "table/row_order.h"

namespace nats_blotter::table {

class RowList {
  public:
    RowList() = default;
    RowList(const RowList& other);
    RowList& operator=(const RowList&) = delete;
    RowList(RowList&&) = default;
    RowList& operator=(RowList&&) = default;

    std::size_t size() const { return size_; }
    bool contains(RowId row) const { return row < chunk_of_.size() && chunk_of_[row] != kNoChunk; }

    // REQUIRES: position < size().
    RowId row_at(std::size_t position) const;
    // Position of a row, size() when it is not in the list.
    std::size_t position_of(RowId row) const;

    // REQUIRES: the row is in the list. Its cells may have changed since it was put in. To be
    // followed by tidy() before anything is put in.
    void erase(RowId row);
    void tidy();

    // Puts these rows, sorted by `order`, where they belong. REQUIRES: none is in the list, and
    // what is in it is in order.
    void insert(std::span<const RankedRow> rows, const RowOrder& order);
    // Puts a row that is behind all others.
    void append(RowId row);

    void clear();
    std::size_t memory_bytes() const;
    void check_invariants(const RowOrder& order) const;

  private:
    static constexpr std::size_t kChunkRowsMax = 1024;
    static constexpr std::size_t kChunkRowsFilled = 896;  // by append(), leaving room to insert
    static constexpr std::size_t kChunkRowsSplit = 704;   // of a chunk that overflowed
    static constexpr std::size_t kChunkRowsThin = 272;    // fewer are put to a neighbour's
    static constexpr std::size_t kFreeChunksKept = 16;    // with their memory
    static constexpr std::uint16_t kNoChunk = UINT16_MAX;
    // Enough ids even where every chunk is as thin as tidy() leaves it.
    static_assert(kRowIdsMax / kChunkRowsThin < kNoChunk);

    using ChunkId = std::uint16_t;
    struct Chunk {
        std::unique_ptr<RowId[]> rows;
        std::uint32_t count = 0;
    };

    std::span<RowId> rows_of(ChunkId id) { return {chunks_[id].rows.get(), chunks_[id].count}; }
    std::span<const RowId> rows_of(ChunkId id) const {
        return {chunks_[id].rows.get(), chunks_[id].count};
    }
    ChunkId new_chunk(std::size_t index);
    void set_rows(ChunkId id, std::span<const RowId> rows);
    void merge_into(std::size_t index, std::span<const RankedRow> rows, const RowOrder& order);
    void spread(std::size_t index, std::span<const RowId> rows);
    void count_starts() const;
    void note_row(RowId row, ChunkId id);

    std::vector<ChunkId> order_;
    std::vector<Chunk> chunks_;
    std::vector<ChunkId> free_;
    PagedArray<ChunkId> chunk_of_;  // by row id: kNoChunk where not in the list
    std::size_t size_ = 0;
    bool has_thin_ = false;
    std::vector<RowId> scratch_;
    // Positions of the first row of each chunk in order, and by chunk id its place in the order;
    // counted anew when asked for after a change.
    mutable bool counted_ = false;
    mutable std::vector<std::uint32_t> starts_;
    mutable std::vector<ChunkId> place_of_;
};

}  // namespace nats_blotter::table

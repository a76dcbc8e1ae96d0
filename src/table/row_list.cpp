#include "table/row_list.h"

#include <algorithm>

#include "base/assert.h"

namespace nats_blotter::table {

RowList::RowList(const RowList& other)
    : order_(other.order_),
      chunks_(other.chunks_.size()),
      free_(other.free_),
      chunk_of_(other.chunk_of_),
      size_(other.size_),
      has_thin_(other.has_thin_) {
    for (const ChunkId id : order_) {
        const Chunk& from = other.chunks_[id];
        chunks_[id].rows.reset(new RowId[kChunkRowsMax]);
        std::copy_n(from.rows.get(), from.count, chunks_[id].rows.get());
        chunks_[id].count = from.count;
    }
}

void RowList::note_row(RowId row, ChunkId id) {
    if (row >= chunk_of_.size()) chunk_of_.resize(row + 1, kNoChunk);
    chunk_of_[row] = id;
}

// Puts an empty chunk at this place in the order.
RowList::ChunkId RowList::new_chunk(std::size_t index) {
    ChunkId id = 0;
    if (!free_.empty()) {
        id = free_.back();
        free_.pop_back();
    } else {
        NB_ASSERT(chunks_.size() < kNoChunk);
        id = static_cast<ChunkId>(chunks_.size());
        chunks_.emplace_back();
    }
    // Not filled with zeros, as make_unique would.
    if (!chunks_[id].rows) chunks_[id].rows.reset(new RowId[kChunkRowsMax]);
    order_.insert(order_.begin() + static_cast<std::ptrdiff_t>(index), id);
    counted_ = false;
    return id;
}

void RowList::set_rows(ChunkId id, std::span<const RowId> rows) {
    std::copy(rows.begin(), rows.end(), chunks_[id].rows.get());
    chunks_[id].count = static_cast<std::uint32_t>(rows.size());
    for (const RowId row : rows) note_row(row, id);
}

void RowList::append(RowId row) {
    if (order_.empty() || chunks_[order_.back()].count >= kChunkRowsFilled)
        new_chunk(order_.size());
    Chunk& last = chunks_[order_.back()];
    last.rows[last.count++] = row;
    note_row(row, order_.back());
    ++size_;
    counted_ = false;
}

void RowList::erase(RowId row) {
    NB_ASSERT(contains(row));
    Chunk& chunk = chunks_[chunk_of_[row]];
    RowId* const end = chunk.rows.get() + chunk.count;
    RowId* const at = std::find(chunk.rows.get(), end, row);
    NB_ASSERT(at != end);
    std::copy(at + 1, end, at);
    --chunk.count;
    --size_;
    chunk_of_[row] = kNoChunk;
    counted_ = false;
    if (chunk.count < kChunkRowsThin) has_thin_ = true;
}

// Drops empty chunks and joins thin ones with the one before.
void RowList::tidy() {
    if (!has_thin_) return;
    has_thin_ = false;
    std::size_t kept = 0;
    for (const ChunkId id : order_) {
        Chunk& chunk = chunks_[id];
        if (kept > 0 && chunk.count > 0) {
            const ChunkId before_id = order_[kept - 1];
            Chunk& before = chunks_[before_id];
            if (std::min(chunk.count, before.count) < kChunkRowsThin &&
                chunk.count + before.count <= kChunkRowsSplit) {
                for (const RowId row : rows_of(id)) {
                    before.rows[before.count++] = row;
                    chunk_of_[row] = before_id;
                }
                chunk.count = 0;
            }
        }
        if (chunk.count > 0)
            order_[kept++] = id;
        else
            free_.push_back(id);
    }
    order_.resize(kept);
    for (std::size_t i = 0; i + kFreeChunksKept < free_.size(); ++i) chunks_[free_[i]].rows.reset();
}

void RowList::insert(std::span<const RankedRow> rows, const RowOrder& order) {
    tidy();
    std::size_t from = 0;  // in the order: no row left belongs before it
    while (!rows.empty()) {
        if (order_.empty()) {
            for (const RankedRow& row : rows) append(row.row);
            return;
        }
        // The last chunk whose first row is not behind the next row; the first when there is none.
        const RankedRow& next = rows.front();
        const auto behind = std::partition_point(
            order_.begin() + static_cast<std::ptrdiff_t>(from), order_.end(),
            [&](ChunkId id) { return order.before(chunks_[id].rows[0], next); });
        std::size_t index = static_cast<std::size_t>(behind - order_.begin());
        if (index > 0) --index;
        // All that comes before the next chunk's first row goes into this one.
        std::size_t count = rows.size();
        if (index + 1 < order_.size()) {
            const RankedRow border = order.ranked(chunks_[order_[index + 1]].rows[0]);
            std::size_t step = 1;  // galloping: often there is but one
            std::size_t low = 0;
            while (low + step < count && order.before(rows[low + step], border)) {
                low += step;
                step *= 2;
            }
            const auto end = std::partition_point(
                rows.begin() + static_cast<std::ptrdiff_t>(low),
                rows.begin() + static_cast<std::ptrdiff_t>(std::min(count, low + step)),
                [&](const RankedRow& row) { return order.before(row, border); });
            count = std::max<std::size_t>(1, static_cast<std::size_t>(end - rows.begin()));
        }
        const std::size_t chunks_before = order_.size();
        merge_into(index, rows.first(count), order);
        size_ += count;
        from = index + (order_.size() - chunks_before);
        rows = rows.subspan(count);
    }
    counted_ = false;
}

void RowList::merge_into(std::size_t index, std::span<const RankedRow> rows,
                         const RowOrder& order) {
    const ChunkId id = order_[index];
    Chunk& chunk = chunks_[id];
    const auto place_of = [&](const RankedRow& row, std::size_t first, std::size_t end) {
        return static_cast<std::size_t>(
            std::partition_point(chunk.rows.get() + first, chunk.rows.get() + end,
                                 [&](RowId other) { return order.before(other, row); }) -
            chunk.rows.get());
    };
    const std::size_t held = chunk.count;
    if (held + rows.size() <= kChunkRowsMax) {
        // From the back, so that each row moves once.
        std::size_t end = held;
        for (std::size_t left = rows.size(); left > 0; --left) {
            const std::size_t place = place_of(rows[left - 1], 0, end);
            std::copy_backward(chunk.rows.get() + place, chunk.rows.get() + end,
                               chunk.rows.get() + end + left);
            end = place;
            chunk.rows[place + left - 1] = rows[left - 1].row;
            note_row(rows[left - 1].row, id);
        }
        chunk.count = static_cast<std::uint32_t>(held + rows.size());
        return;
    }
    scratch_.clear();
    // What comes in at an end of the list stays apart, and the full chunk full.
    if (index == 0 && place_of(rows.back(), 0, held) == 0) {
        for (const RankedRow& row : rows) scratch_.push_back(row.row);
        new_chunk(0);
        return spread(0, scratch_);
    }
    if (index + 1 == order_.size() && place_of(rows.front(), 0, held) == held) {
        for (const RankedRow& row : rows) scratch_.push_back(row.row);
        new_chunk(index + 1);
        return spread(index + 1, scratch_);
    }
    std::size_t taken = 0;
    for (const RankedRow& row : rows) {
        const std::size_t place = place_of(row, taken, held);
        scratch_.insert(scratch_.end(), chunk.rows.get() + taken, chunk.rows.get() + place);
        scratch_.push_back(row.row);
        taken = place;
    }
    scratch_.insert(scratch_.end(), chunk.rows.get() + taken, chunk.rows.get() + held);
    spread(index, scratch_);
}

// Gives these rows to the chunk at `index` and as many new ones behind it as they need.
void RowList::spread(std::size_t index, std::span<const RowId> rows) {
    const std::size_t pieces = (rows.size() + kChunkRowsSplit - 1) / kChunkRowsSplit;
    for (std::size_t piece = 0; piece < pieces; ++piece) {
        const std::size_t first = rows.size() * piece / pieces;
        const std::size_t end = rows.size() * (piece + 1) / pieces;
        const ChunkId id = piece == 0 ? order_[index] : new_chunk(index + piece);
        set_rows(id, rows.subspan(first, end - first));
    }
}

void RowList::count_starts() const {
    if (counted_) return;
    counted_ = true;
    starts_.resize(order_.size());
    place_of_.resize(chunks_.size());
    std::uint32_t start = 0;
    for (std::size_t index = 0; index < order_.size(); ++index) {
        starts_[index] = start;
        place_of_[order_[index]] = static_cast<ChunkId>(index);
        start += chunks_[order_[index]].count;
    }
}

RowId RowList::row_at(std::size_t position) const {
    NB_ASSERT(position < size_);
    count_starts();
    const auto behind = std::upper_bound(starts_.begin(), starts_.end(), position);
    const auto index = static_cast<std::size_t>(behind - starts_.begin()) - 1;
    return chunks_[order_[index]].rows[position - starts_[index]];
}

std::size_t RowList::position_of(RowId row) const {
    if (!contains(row)) return size_;
    count_starts();
    const ChunkId id = chunk_of_[row];
    const std::span<const RowId> rows = rows_of(id);
    return starts_[place_of_[id]] +
           static_cast<std::size_t>(std::find(rows.begin(), rows.end(), row) - rows.begin());
}

void RowList::clear() { *this = RowList(); }

std::size_t RowList::memory_bytes() const {
    std::size_t chunk_bytes = 0;
    for (const Chunk& chunk : chunks_)
        if (chunk.rows) chunk_bytes += kChunkRowsMax * sizeof(RowId);
    return chunks_.capacity() * sizeof(Chunk) + chunk_bytes +
           (order_.capacity() + free_.capacity() + place_of_.capacity()) * sizeof(ChunkId) +
           starts_.capacity() * sizeof(starts_[0]) + chunk_of_.memory_bytes() +
           scratch_.capacity() * sizeof(RowId);
}

void RowList::check_invariants([[maybe_unused]] const RowOrder& order) const {
#ifndef NDEBUG
    std::size_t counted = 0;
    RowId previous = kNoRow;
    for (const ChunkId id : order_) {
        const std::span<const RowId> rows = rows_of(id);
        NB_ASSERT(!rows.empty() && rows.size() <= kChunkRowsMax);
        counted += rows.size();
        for (const RowId row : rows) {
            NB_ASSERT(chunk_of_[row] == id);
            NB_ASSERT(previous == kNoRow || order.before(previous, row));
            previous = row;
        }
    }
    NB_ASSERT(counted == size_);
#endif
}

}  // namespace nats_blotter::table

#include "table/view.h"

#include <algorithm>

#include "base/assert.h"

namespace nats_blotter::table {
namespace {

// Moves fewer than this are always made one by one.
constexpr std::size_t kRebuildMovesMin = 1024;

}  // namespace

View::View(const Table& table) : table_(table) {
    std::vector<SortKey> keys;
    const feed::TableSpec& spec = table.spec();
    if (spec.sort_column >= 0)
        keys.push_back({static_cast<std::uint16_t>(spec.sort_column), spec.sort_descending});
    set_sort(std::move(keys));
}

void View::set_sort(std::vector<SortKey> keys) {
    sort_ = std::move(keys);
    sort_columns_ = 0;
    for (const SortKey& key : sort_) {
        NB_ASSERT(key.column < table_.spec().columns.size());
        sort_columns_ |= column_bit(key.column);
    }
    rebuild();
}

bool View::before(RowId a, RowId b) const {
    for (const SortKey& key : sort_) {
        const int order = table_.compare(a, b, key.column);
        if (order != 0) return (order < 0) != key.descending;
    }
    // Ids rise with arrival, so "newest first" holds among rows of one instant too.
    const bool descending = !sort_.empty() && sort_.back().descending;
    return descending ? a > b : a < b;
}

void View::rebuild() {
    std::vector<RowId> rows;
    rows.reserve(table_.row_count());
    for (RowId row = 0; row < table_.slot_count(); ++row)
        if (table_.is_live(row)) rows.push_back(row);
    std::sort(rows.begin(), rows.end(), [this](RowId a, RowId b) { return before(a, b); });

    order_.clear();
    chunk_rows_.clear();
    free_chunks_.clear();
    chunk_of_.assign(table_.slot_count(), kNoChunk);
    size_ = rows.size();
    for (std::size_t first = 0; first < rows.size(); first += kChunkRowsFilled) {
        const std::size_t count = std::min(kChunkRowsFilled, rows.size() - first);
        const std::uint32_t id = new_chunk();
        const auto from = rows.begin() + static_cast<std::ptrdiff_t>(first);
        chunk_rows_[id].assign(from, from + static_cast<std::ptrdiff_t>(count));
        for (const RowId row : chunk_rows_[id]) chunk_of_[row] = id;
        order_.push_back({id, static_cast<std::uint32_t>(count)});
    }
    ++order_version_;
    check_invariants();
}

void View::apply(std::span<const Change> changes) {
    const auto moves = [this](const Change& change) {
        return change.kind != Change::Kind::Updated || (change.columns & sort_columns_) != 0;
    };
    const auto move_count =
        static_cast<std::size_t>(std::count_if(changes.begin(), changes.end(), moves));
    if (move_count == 0) return;
    if (move_count > std::max(kRebuildMovesMin, size_ / 4)) return rebuild();

    if (chunk_of_.size() < table_.slot_count()) chunk_of_.resize(table_.slot_count(), kNoChunk);
    // All that moves is taken out before anything is put in: the rest is in order, so a binary
    // search among it is right.
    for (const Change& change : changes)
        if (moves(change)) erase_row(change.row);
    for (const Change& change : changes)
        if (moves(change) && change.kind != Change::Kind::Erased) insert_row(change.row);
    ++order_version_;
    check_invariants();
}

std::uint32_t View::new_chunk() {
    if (!free_chunks_.empty()) {
        const std::uint32_t id = free_chunks_.back();
        free_chunks_.pop_back();
        return id;
    }
    chunk_rows_.emplace_back();
    chunk_rows_.back().reserve(kChunkRowsMax);
    return static_cast<std::uint32_t>(chunk_rows_.size() - 1);
}

std::size_t View::chunk_index_of(std::uint32_t id) const {
    std::size_t index = 0;
    while (order_[index].id != id) ++index;
    return index;
}

void View::erase_row(RowId row) {
    const std::uint32_t id = chunk_of_[row];
    if (id == kNoChunk) return;
    std::vector<RowId>& rows = chunk_rows_[id];
    rows.erase(std::find(rows.begin(), rows.end(), row));
    chunk_of_[row] = kNoChunk;
    --size_;
    const std::size_t index = chunk_index_of(id);
    if (--order_[index].count == 0) {
        order_.erase(order_.begin() + static_cast<std::ptrdiff_t>(index));
        free_chunks_.push_back(id);
    }
}

void View::insert_row(RowId row) {
    if (order_.empty()) order_.push_back({new_chunk(), 0});
    // The last chunk whose first row is not behind `row`; the first chunk when there is none.
    const auto behind =
        std::partition_point(order_.begin(), order_.end(), [this, row](const Chunk& chunk) {
            return chunk.count > 0 && before(chunk_rows_[chunk.id].front(), row);
        });
    std::size_t index = static_cast<std::size_t>(behind - order_.begin());
    if (index > 0) --index;

    std::vector<RowId>& rows = chunk_rows_[order_[index].id];
    const auto place = std::partition_point(rows.begin(), rows.end(),
                                            [this, row](RowId held) { return before(held, row); });
    rows.insert(place, row);
    chunk_of_[row] = order_[index].id;
    ++order_[index].count;
    ++size_;
    if (order_[index].count == kChunkRowsMax) split_chunk(index);
}

void View::split_chunk(std::size_t index) {
    const std::uint32_t upper_id = new_chunk();
    std::vector<RowId>& lower = chunk_rows_[order_[index].id];
    std::vector<RowId>& upper = chunk_rows_[upper_id];
    const auto middle = lower.begin() + static_cast<std::ptrdiff_t>(lower.size() / 2);
    upper.assign(middle, lower.end());
    lower.erase(middle, lower.end());
    for (const RowId row : upper) chunk_of_[row] = upper_id;
    order_[index].count = static_cast<std::uint32_t>(lower.size());
    order_.insert(order_.begin() + static_cast<std::ptrdiff_t>(index) + 1,
                  {upper_id, static_cast<std::uint32_t>(upper.size())});
}

RowId View::row_at(std::size_t position) const {
    NB_ASSERT(position < size_);
    for (const Chunk& chunk : order_) {
        if (position < chunk.count) return chunk_rows_[chunk.id][position];
        position -= chunk.count;
    }
    NB_ASSERT(false);
    return kNoRow;
}

std::size_t View::position_of(RowId row) const {
    if (row >= chunk_of_.size() || chunk_of_[row] == kNoChunk) return size_;
    std::size_t position = 0;
    for (const Chunk& chunk : order_) {
        if (chunk.id == chunk_of_[row]) break;
        position += chunk.count;
    }
    const std::vector<RowId>& rows = chunk_rows_[chunk_of_[row]];
    return position +
           static_cast<std::size_t>(std::find(rows.begin(), rows.end(), row) - rows.begin());
}

void View::check_invariants() const {
#ifndef NDEBUG
    NB_ASSERT(size_ == table_.row_count());
    std::size_t counted = 0;
    RowId previous = kNoRow;
    for (const Chunk& chunk : order_) {
        const std::vector<RowId>& rows = chunk_rows_[chunk.id];
        NB_ASSERT(!rows.empty() && rows.size() <= kChunkRowsMax && rows.size() == chunk.count);
        counted += rows.size();
        for (const RowId row : rows) {
            NB_ASSERT(table_.is_live(row) && chunk_of_[row] == chunk.id);
            NB_ASSERT(previous == kNoRow || before(previous, row));
            previous = row;
        }
    }
    NB_ASSERT(counted == size_);
#endif
}

}  // namespace nats_blotter::table

#include "table/row_order.h"

#include <algorithm>

#include "base/assert.h"

namespace nats_blotter::table {
namespace {

// Turns the order of ranks around; null stays last.
std::uint64_t turned(std::uint64_t rank) {
    return rank == Column::kNullRank ? rank : Column::kNullRank - 1 - rank;
}

}  // namespace

RowOrder::RowOrder(const Table& table, std::vector<SortKey> keys)
    : table_(&table), keys_(std::move(keys)) {
    for (const SortKey& key : keys_) {
        NB_ASSERT(key.column < table.spec().columns.size());
        columns_ |= column_bit(key.column);
    }
}

std::uint64_t RowOrder::rank(RowId row, std::size_t key) const {
    if (key >= keys_.size()) return 0;
    const std::uint64_t rank = table_->column(keys_[key].column).rank(row);
    return keys_[key].descending ? turned(rank) : rank;
}

bool RowOrder::is_whole(std::uint64_t rank, std::size_t key) const {
    const std::uint64_t plain = keys_[key].descending ? turned(rank) : rank;
    return table_->column(keys_[key].column).rank_is_whole(plain);
}

RankedRow RowOrder::ranked(RowId row) const { return {rank(row, 0), rank(row, 1), row}; }

void RowOrder::sort(std::vector<RankedRow>& rows) const {
    const auto first = [this](const RankedRow& a, const RankedRow& b) { return before(a, b); };
    // As most snapshots come: in this order or in its reverse.
    if (std::is_sorted(rows.begin(), rows.end(), first)) return;
    if (std::is_sorted(rows.rbegin(), rows.rend(), first))
        return std::reverse(rows.begin(), rows.end());
    std::sort(rows.begin(), rows.end(), first);
}

bool RowOrder::before(const RankedRow& a, const RankedRow& b) const {
    if (a.first != b.first) return a.first < b.first;
    if (!keys_.empty() && !is_whole(a.first, 0)) return compare_from(0, a.row, b.row) < 0;
    if (a.second != b.second) return a.second < b.second;
    return compare_from(1, a.row, b.row) < 0;
}

int RowOrder::compare(const RankedRow& a, RowId b) const {
    const std::uint64_t first = rank(b, 0);
    if (a.first != first) return a.first < first ? -1 : 1;
    if (!keys_.empty() && !is_whole(first, 0)) return compare_from(0, a.row, b);
    const std::uint64_t second = rank(b, 1);
    if (a.second != second) return a.second < second ? -1 : 1;
    return compare_from(1, a.row, b);
}

int RowOrder::compare_key(std::size_t key, RowId a, RowId b) const {
    const Column& column = table_->column(keys_[key].column);
    const bool null_a = column.is_null(a);
    const bool null_b = column.is_null(b);
    if (null_a || null_b) return int{null_a} - int{null_b};
    const int order = column.compare(a, b);
    return keys_[key].descending ? -order : order;
}

int RowOrder::compare_from(std::size_t key, RowId a, RowId b) const {
    for (; key < keys_.size(); ++key)
        if (const int order = compare_key(key, a, b); order != 0) return order;
    const int by_arrival = a < b ? -1 : a > b ? 1 : 0;
    return !keys_.empty() && keys_.back().descending ? -by_arrival : by_arrival;
}

}  // namespace nats_blotter::table

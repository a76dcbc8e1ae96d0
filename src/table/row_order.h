// table/row_order.h - which of two rows comes first: by sort keys, then by row id.
//
// Nulls come last in either direction. Ids rise with arrival, so rows that are equal in all keys
// stand in that order, or newest first where the last key is descending.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "table/table.h"

namespace nats_blotter::table {

struct SortKey {
    std::uint16_t column = 0;
    bool descending = false;

    friend bool operator==(const SortKey& a, const SortKey& b) {
        return a.column == b.column && a.descending == b.descending;
    }
};

// A row with what tells it apart from most others: the ranks of its first two keys, smaller first.
struct RankedRow {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    RowId row = kNoRow;
};

class RowOrder {
  public:
    RowOrder(const Table& table, std::vector<SortKey> keys);

    const std::vector<SortKey>& keys() const { return keys_; }
    // Bits as in Change::columns.
    std::uint64_t columns() const { return columns_; }

    RankedRow ranked(RowId row) const;
    void sort(std::vector<RankedRow>& rows) const;
    bool before(const RankedRow& a, const RankedRow& b) const;
    // The same with a row whose ranks are not known; looks at no more of it than it must.
    bool before(const RankedRow& a, RowId b) const { return compare(a, b) < 0; }
    bool before(RowId a, const RankedRow& b) const { return compare(b, a) > 0; }
    bool before(RowId a, RowId b) const { return compare(ranked(a), b) < 0; }

  private:
    std::uint64_t rank(RowId row, std::size_t key) const;
    bool is_whole(std::uint64_t rank, std::size_t key) const;
    int compare(const RankedRow& a, RowId b) const;
    int compare_from(std::size_t key, RowId a, RowId b) const;
    int compare_key(std::size_t key, RowId a, RowId b) const;

    const Table* table_;
    std::vector<SortKey> keys_;
    std::uint64_t columns_ = 0;
};

}  // namespace nats_blotter::table

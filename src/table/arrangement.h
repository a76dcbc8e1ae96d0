// table/arrangement.h - one filter, one order and one grouping of a table, with the rows they give.
//
// A view shows one, and while its user wants another, builds that beside it.
//
// Private to src/table and its tests.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "table/filter.h"
#include "table/groups.h"
#include "table/row_list.h"
#include "table/row_order.h"

namespace nats_blotter::table {

struct ViewSpec {
    std::vector<SortKey> sort;
    FilterSpec filter;
    GroupSpec group;

    friend bool operator==(const ViewSpec&, const ViewSpec&) = default;
};

class Arrangement {
  public:
    Arrangement(const Table& table, const ViewSpec& spec);
    // The same rows, of a copy of their table.
    Arrangement(const Table& copy, const Arrangement& of);

    // The rows by group and sort keys. Groups may be shown in another order: position by position
    // they are those of row_at().
    const RowList& rows() const { return rows_; }
    // REQUIRES: position < rows().size(), and nothing was erased without the settle() to follow.
    RowId row_at(std::size_t position) const;
    std::size_t position_of(RowId row) const;  // rows().size() when it is not shown
    const Groups& groups() const { return groups_; }
    const RowOrder& order() const { return order_; }
    Filter& filter() { return filter_; }

    // Brings the rows up to date; true when the order or the set of rows changed.
    bool apply(std::span<const Change> changes);

    // The parts of apply(), for an arrangement that is being built.
    bool moves(const Change& change) const;
    void append(RowId row);
    void erase(RowId row);
    void refresh(const Change& change);
    void insert(std::vector<RankedRow>& rows);  // sorts them
    // After the last of them.
    void settle() { groups_.settle_newest(rows_); }
    // For a row that lives.
    bool wants(RowId row) { return filter_.passes_all() || filter_.matches(row); }

    void check_invariants() const { rows_.check_invariants(order_); }
    std::size_t memory_bytes() const {
        return rows_.memory_bytes() + groups_.memory_bytes() +
               incoming_.capacity() * sizeof(RankedRow);
    }

  private:
    Filter filter_;
    Groups groups_;
    RowOrder order_;
    RowList rows_;
    std::vector<RankedRow> incoming_;  // scratch
};

}  // namespace nats_blotter::table

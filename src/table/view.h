// table/view.h - the rows of a table as someone wants to see them: filtered, sorted, grouped,
// summed; kept up to date from the table's changes.
//
// The order lives in chunks of row ids (row_list.h): a change costs a search and a move within one
// chunk, about a microsecond at a million rows, never a sort of the table; many changes at once are
// sorted among themselves and merged.
//
// Another sort, filter or grouping of a large table is built beside the one that is shown
// (rebuild.h), some steps with each rebuild_some(), while both follow the table's changes; it takes
// its place when it is complete. There is no clock here: the caller knows how many steps fit its
// frame.
//
// Invariants, checked after each change in debug builds (tests/table/view_test.cpp, against a naive
// model):
//   1. The view has every live row of the table that passes the shown filter, and no other.
//   2. The rows of a group stand together, the groups in the order that groups.h tells; then in the
//      order of the sort keys; equal keys by row id, in the direction of the last key. Nulls are
//      last.
//   3. totals() and the groups' are the sums over the view's rows that are not phantoms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "table/filter.h"
#include "table/groups.h"
#include "table/row_order.h"
#include "table/table.h"

namespace nats_blotter::table {

class Arrangement;
class Rebuild;
struct ViewSpec;

class View {
  public:
    // Orders by the table's own default. `table` must outlive the view.
    explicit View(const Table& table);
    // Ordered and grouped as `like` is wanted to be, with another filter. Has no rows, and is
    // rebuilding(), until rebuild_some() is done. REQUIRES: as for set_filter().
    View(const Table& table, const View& like, FilterSpec filter);
    // Shows the same rows of a copy of its table. What `of` was still building is begun anew.
    View(const Table& copy, const View& of);
    ~View();

    // Brings the view up to date with the table's pending changes. Call before the table forgets
    // them (Table::clear_changes()).
    void apply(std::span<const Change> changes);

    // Forgets everything and arranges the table as it is now, at once: for a table that was
    // cleared.
    void rebuild();

    // What the user wants. REQUIRES: apply() has had all the table's changes. A table of at most
    // kRowsAtOnce rows is rearranged at once, a larger one by rebuild_some().
    void set_sort(std::vector<SortKey> keys);
    void set_filter(FilterSpec filter);
    void set_group(GroupSpec group);
    // All three as `other` is wanted to be; nothing happens where they are the same.
    void set_as(const View& other);
    const std::vector<SortKey>& sort() const;
    const FilterSpec& filter() const;
    const GroupSpec& group() const;

    // True while what is shown is not yet what is wanted.
    bool rebuilding() const { return rebuild_ != nullptr; }
    // Works on for about this many rows; true when nothing is left to do. REQUIRES: as above.
    bool rebuild_some(std::size_t steps);

    std::size_t size() const;
    // REQUIRES: position < size().
    RowId row_at(std::size_t position) const;
    // Position of a row, or size() when it is not shown. Takes a search, not a walk.
    std::size_t position_of(RowId row) const;

    // Rises whenever the order or the set of rows changed.
    std::uint64_t order_version() const { return order_version_; }

    // Groups and totals as shown (sort(), filter() and group() are as wanted).
    const Groups& groups() const;
    const Totals& totals() const { return groups().totals(); }

    // Memory of what is shown and of what is being built, by capacity.
    std::size_t memory_bytes() const;

    static constexpr std::size_t kRowsAtOnce = 16'384;

  private:
    void arrange_anew();

    const Table& table_;
    std::unique_ptr<ViewSpec> wanted_;
    std::unique_ptr<Arrangement> shown_;
    std::unique_ptr<Rebuild> rebuild_;
    std::uint64_t order_version_ = 0;
};

}  // namespace nats_blotter::table

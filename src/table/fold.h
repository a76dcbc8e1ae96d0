// table/fold.h - a table that is worked out of another: its rows added up for each value of some of
// its columns.
//
// Before this: the source has changes that nobody has cleared yet. After this: the folded table has
// them too, as changes of its own, in which views catch up like those of any table.
//
// A fold is of the rows that the source holds: one that goes, or is unloaded, leaves the sums. A
// row that is not confirmed (a phantom) is in none (rule 3), nor is one without a value in a column
// that is folded by. Sums are exact; one that 64 bits cannot hold is shown as no value.
//
// Invariant (tests/table/fold_test.cpp, against sums from scratch): behind each catch_up() the
// folded table has exactly one row for each group that has rows, with its sums.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "feed/schema.h"
#include "table/groups.h"
#include "table/number_pages.h"
#include "table/table.h"

namespace nats_blotter::table {

class Fold {
  public:
    // REQUIRES: both outlive it; `folded` has the columns of `spec.by` and then a column for each
    // of `spec.sums`, its key is the first of them, and nobody else writes to it.
    Fold(const Table& source, Table& folded, feed::FoldSpec spec);

    // Of the changes since the source's last clear_changes(). To be called before the next one.
    void catch_up();

    // Times that a row was left out, or a sum not written, for a limit of the folded table.
    std::uint64_t refused() const { return refused_; }

  private:
    struct Group {
        std::uint64_t rows = 0;
        std::vector<WideSum> sums;
        bool changed = false;
    };

    void forget_all();
    void add(RowId row);
    void remove(RowId row);
    std::int64_t amount_of(RowId row, const feed::FoldSum& sum) const;
    RowId group_of(RowId row);
    void touch(RowId group);
    void write_changed();

    const Table& source_;
    Table& folded_;
    feed::FoldSpec spec_;
    std::uint64_t columns_ = kPhantomBit;  // of the source, that matter
    // By row id of the source, for rows that are in: their group, and what each has added.
    NumberPages group_of_row_;
    std::vector<NumberPages> added_;
    std::vector<Group> groups_;   // by row id of the folded table
    std::vector<RowId> changed_;  // groups whose row is to be written
    std::vector<feed::Cell> cells_;
    std::uint64_t refused_ = 0;
};

}  // namespace nats_blotter::table

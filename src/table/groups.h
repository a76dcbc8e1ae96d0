// table/groups.h - sums of the rows of a view, as a whole and for each value of one column; exact,
// and kept up to date row by row.
//
// Rows stand in the view's list by the value of their group. The groups themselves are shown in the
// order that the view's first sort key gives them: their value, their sum of that column, or the
// newest instant in it; groups that are equal, and groups without such a figure, by their value.
// Positions here are those that are shown; list_position() answers where that is in the list.
//
// For each row it remembers what it added, in as few bytes as number_pages.h needs, so that a row
// can be taken out again when its cells have long changed. Rows that are not confirmed (phantoms)
// are counted in `rows` but not in the sums (rule 3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "table/key_index.h"
#include "table/number_pages.h"
#include "table/row_list.h"
#include "table/row_order.h"
#include "table/table.h"

namespace nats_blotter::table {

// An exact sum of 64-bit numbers: 2^63 of the largest of them fit.
class WideSum {
  public:
    void add(std::int64_t value);
    void subtract(std::int64_t value);
    void add(const WideSum& other);
    void subtract(const WideSum& other);
    // Only where it fits 64 bits; INT64_MAX or INT64_MIN where it does not.
    std::int64_t clamped() const;
    bool is_below(const WideSum& other) const;
    // As a plain decimal number of this scale: "-1234.50".
    void append_to(std::string& out, int scale) const;

    friend bool operator==(const WideSum& a, const WideSum& b) {
        return a.high_ == b.high_ && a.low_ == b.low_;
    }

  private:
    std::int64_t high_ = 0;
    std::uint64_t low_ = 0;
};

struct GroupSpec {
    std::int32_t column = -1;  // -1: no groups, only the totals
    bool descending = false;   // order of the groups
    std::vector<std::uint16_t> sums;
    std::int32_t net = -1;     // of `sums`: its long part is added up as well; -1: none is
    std::int32_t newest = -1;  // a column of times, of which each group knows the newest; -1: that
                               // of the first sort key, where it is one

    bool is_empty() const { return column < 0 && sums.empty(); }
    friend bool operator==(const GroupSpec&, const GroupSpec&) = default;
};

struct Totals {
    std::uint64_t rows = 0;         // of the view, phantoms too
    std::uint64_t summed_rows = 0;  // without phantoms
    std::vector<WideSum> sums;      // in the order of GroupSpec::sums
    WideSum longs;                  // of what is above zero in the sum GroupSpec::net

    void add(const Totals& other);
};

// The sums of these rows alone, as of a selection.
void add_row(Totals& totals, const Table& table, RowId row,
             const std::vector<std::uint16_t>& columns);

class Groups {
  public:
    // `lead` is the view's first sort key, null where there is none.
    Groups(const Table& table, GroupSpec spec, const SortKey* lead = nullptr);
    // The same groups, of a copy of their table.
    Groups(const Table& copy, const Groups& of) : Groups(of) { table_ = &copy; }

    const GroupSpec& spec() const { return spec_; }
    // Bits as in Change::columns.
    std::uint64_t columns() const { return columns_; }

    // All three do nothing where the spec is empty.
    void add(RowId row);
    void remove(RowId row);
    void refresh(RowId row) {
        remove(row);
        add(row);
    }

    const Totals& totals() const { return totals_; }
    // Groups that have rows, in their order; null comes last.
    std::size_t count() const;
    const Totals& at(std::size_t index) const;
    // The value of a group. A text dies at the next call.
    feed::Cell value(std::size_t index) const;
    // Position in the view of the first row of a group, and the group that has this position.
    std::size_t first_position(std::size_t index) const;
    std::size_t index_at(std::size_t position) const;
    // The newest of GroupSpec::newest among the rows of a group that are no phantoms, or null.
    std::int64_t newest(std::size_t index) const;
    // The column of newest(), -1: none.
    std::int32_t newest_column() const { return newest_; }
    // What tells a group from the others while it has rows, and where it is shown now.
    std::uint32_t id(std::size_t index) const;
    std::size_t index_of_id(std::uint32_t id) const;  // count() where it has no rows

    // Whether groups are shown in another order than their rows have in the list. Then: the place
    // in the list of a position, and the position of a row of the view that has this place.
    bool reorders() const { return lead_ != Lead::None; }
    std::size_t list_position(std::size_t position) const;
    std::size_t position_of(RowId row, std::size_t list_position) const;
    // Whether groups may have changed their places since one was last asked for.
    bool moved() const { return !moved_.empty(); }
    // Looks up the newest of groups that have lost theirs. REQUIRES: `list` has all rows that were
    // added, and no other.
    void settle_newest(const RowList& list);

    std::size_t memory_bytes() const;

  private:
    Groups(const Groups&) = default;

    struct Group {
        Totals totals;
        std::int64_t newest = NumberPages::kNull;  // no row has a newer one
        bool is_settled = true;                    // one row has it, or none has any
        bool has_moved = false;                    // it is in moved_
        std::uint32_t list_start = 0;
    };
    // What the groups are in the order of: that of the list, or by the first sort key.
    enum class Lead : std::uint8_t { None, Value, Sum, Newest };

    bool active() const { return !spec_.is_empty(); }
    void follow(const SortKey& lead);
    std::uint32_t group_of(RowId row);
    RowHash hasher() const;
    bool before(std::uint32_t a, std::uint32_t b) const;
    bool shown_before(std::uint32_t a, std::uint32_t b) const;
    void note_move(std::uint32_t group);
    void add_newest(RowId row, Group& group, bool phantom);
    void remove_newest(RowId row, std::uint32_t group);
    void arrange_list() const;
    void arrange_shown() const;
    void arrange() const;

    const Table* table_;
    GroupSpec spec_;
    Lead lead_ = Lead::None;
    bool lead_descending_ = false;
    std::size_t lead_sum_ = 0;  // of the sums
    std::int32_t newest_ = -1;
    std::uint64_t columns_ = 0;
    Totals totals_;

    // By row id, for rows that are in: twice its group, one more for a phantom; and what it added,
    // null for a phantom or a null cell.
    NumberPages group_of_row_;
    std::vector<NumberPages> added_;
    NumberPages added_newest_{NumberPages::Unit::TimeNs};

    mutable std::vector<Group> groups_;
    mutable Column values_;  // by group
    mutable KeyIndex index_;
    mutable std::vector<std::uint32_t> free_;
    // In the order of the list; empty groups leave and new ones come in when someone looks.
    mutable bool arranged_ = true;
    mutable bool counted_ = true;
    mutable std::vector<std::uint32_t> order_;
    mutable std::vector<std::uint32_t> new_;
    // As shown, where that is another order, with those whose place in it is to be found.
    mutable std::vector<std::uint32_t> shown_;
    mutable std::vector<std::uint32_t> moved_;
    std::vector<std::uint32_t> unsettled_;
    // By place as shown: the position of its first row. By group: its place.
    mutable bool placed_ = true;
    mutable std::vector<std::uint32_t> starts_;
    mutable std::vector<std::uint32_t> place_of_;
};

}  // namespace nats_blotter::table

// table/groups.h - sums of the rows of a view, as a whole and for each value of one column; exact,
// and kept up to date row by row.
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
    std::int32_t net = -1;  // of `sums`: its long part is added up as well; -1: none is

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
    Groups(const Table& table, GroupSpec spec);
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

    std::size_t memory_bytes() const;

  private:
    Groups(const Groups&) = default;

    struct Group {
        Totals totals;
    };

    bool active() const { return !spec_.is_empty(); }
    std::uint32_t group_of(RowId row);
    RowHash hasher() const;
    bool before(std::uint32_t a, std::uint32_t b) const;
    void arrange() const;

    const Table* table_;
    GroupSpec spec_;
    std::uint64_t columns_ = 0;
    Totals totals_;

    // By row id, for rows that are in: twice its group, one more for a phantom; and what it added,
    // null for a phantom or a null cell.
    NumberPages group_of_row_;
    std::vector<NumberPages> added_;

    mutable std::vector<Group> groups_;
    mutable Column values_;  // by group
    mutable KeyIndex index_;
    mutable std::vector<std::uint32_t> free_;
    // In order; empty groups leave and new ones come in when someone looks.
    mutable bool arranged_ = true;
    mutable bool counted_ = true;
    mutable std::vector<std::uint32_t> order_;
    mutable std::vector<std::uint32_t> new_;
    mutable std::vector<std::uint32_t> starts_;
};

}  // namespace nats_blotter::table

// table/filter.h - which rows a view shows: a quick filter over many columns, and one for each
// column that has its own. A row must pass all of them.
//
// Upper and lower case are the same for ASCII and for the letters of Latin-1 (É is é).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time_zone.h"
#include "table/table.h"

namespace nats_blotter::table {

struct ColumnFilter {
    enum class Kind : std::uint8_t {
        Contains,    // text is somewhere in the cell as shown
        Equals,      // the cell as shown is `text`
        StartsWith,  // the cell as shown begins with `text`
        Range,  // number columns: low <= cell <= high, in the column's own unit (10^-scale, ns)
        OneOf,  // text of the cell is among `texts`, or its number among `numbers`
    };
    std::uint16_t column = 0;
    Kind kind = Kind::Contains;
    std::string text;
    std::optional<std::int64_t> low;  // none: no border
    std::optional<std::int64_t> high;
    std::vector<std::string> texts;
    std::vector<std::int64_t> numbers;

    friend bool operator==(const ColumnFilter&, const ColumnFilter&) = default;
};

struct FilterSpec {
    // Words apart by blanks; each must be in some column. A number is matched as its digits without
    // thousands separators, a time as HH:MM:SS.mmm.
    std::string quick;
    std::vector<std::uint16_t> quick_columns;  // empty: all
    std::vector<ColumnFilter> columns;
    TimeZone zone;  // times are shown in it

    bool is_empty() const;
    friend bool operator==(const FilterSpec&, const FilterSpec&) = default;
};

// Appends the text with letters in lower case, as the filter compares.
void append_folded(std::string& out, std::string_view text);

// Appends a cell as people type it, which is what words are looked for in: numbers without
// thousands separators. Nothing for a null.
void append_spelled(std::string& out, const feed::ColumnSpec& column, const feed::Cell& cell,
                    const TimeZone& zone);

// A FilterSpec made ready for one table. Keeps for each symbol whether it matched, so that a symbol
// column costs one look-up a row.
class Filter {
  public:
    // `table` must outlive the filter.
    Filter(const Table& table, FilterSpec spec);
    Filter(Filter&&) = default;
    Filter& operator=(Filter&&) = default;

    const FilterSpec& spec() const { return spec_; }
    bool passes_all() const { return tests_.empty(); }
    // Bits as in Change::columns: a change of others cannot change the answer.
    std::uint64_t columns() const { return columns_; }
    // REQUIRES: the row is live.
    bool matches(RowId row);

  private:
    enum class Find : std::uint8_t { Inside, Whole, Front };
    // One word or text in one column.
    struct Probe {
        std::uint16_t column = 0;
        std::vector<std::uint8_t> verdicts;  // by symbol id: 0 not known, 1 no, 2 yes
    };
    struct Test {
        bool is_text = true;
        Find find = Find::Inside;
        std::string needle;         // folded
        bool in_uuid = true;        // could be part of one
        std::vector<Probe> probes;  // any of them
        const ColumnFilter* filter = nullptr;
    };

    void add_words();
    void add_column(const ColumnFilter& filter);
    bool can_hold(std::uint16_t column, std::string_view word) const;
    bool holds(const Test& test, std::string_view text);
    bool probe(const Test& test, Probe& probe, RowId row);
    bool test_value(const Test& test, RowId row);
    void spell(std::uint16_t column, RowId row);

    const Table* table_;
    FilterSpec spec_;
    std::vector<Test> tests_;
    std::uint64_t columns_ = 0;
    std::uint64_t clears_ = 0;  // of the table: its symbols get new ids
    std::string spelled_;       // scratch
    std::string folded_;        // scratch
};

}  // namespace nats_blotter::table

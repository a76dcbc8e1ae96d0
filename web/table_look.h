// web/table_look.h - how the user wants to see one table: order of rows, filter, columns, groups,
// formats. Plain data that goes into the view state and comes back from it.
//
// Knows neither Dear ImGui nor the screen; what follows for a table::View is in filter_spec() and
// group_spec().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "table/filter.h"
#include "table/groups.h"
#include "table/row_order.h"

namespace nats_blotter::web {

// In CSS pixels. A column narrower than the least shows nothing, and a wider one hides all others.
inline constexpr float kColumnPxMin = 40;
inline constexpr float kColumnPxMax = 1200;
// Of a moving time filter: a year.
inline constexpr std::int64_t kMinutesMax = 366 * 24 * 60;
// Sort keys, and groups that are remembered as open; nobody asks for more by hand.
inline constexpr std::size_t kSortKeysMax = 8;
inline constexpr std::size_t kOpenGroupsMax = 1000;
// Of a text in a filter, and of values in one that takes them from a list.
inline constexpr std::size_t kFilterTextBytesMax = 1024;
inline constexpr std::size_t kFilterValuesMax = 1000;

struct ColumnLook {
    std::uint16_t column = 0;
    bool hidden = false;
    bool pinned = false;  // stays at the left while the others scroll
    float width_px = 0;   // 0: as it fits

    friend bool operator==(const ColumnLook&, const ColumnLook&) = default;
};

// A column's filter as the user sees it: one of the table's kinds, or the last minutes of a time.
struct ColumnFilterLook {
    table::ColumnFilter test;
    std::int64_t last_minutes = 0;  // of a time column; then `test` only names the column
};

struct TableLook {
    std::vector<ColumnLook> columns;  // all of the table's, in the order they are shown
    std::vector<table::SortKey> sort;
    std::string quick;
    std::vector<ColumnFilterLook> filters;  // at most one for a column
    bool group_by_scope = true;  // the next is as the scope has it: merged_column(), or none
    std::int32_t group_column = -1;
    bool group_descending = false;
    bool groups_open = false;          // those that `toggled` does not name
    std::vector<std::string> toggled;  // values of groups, as group_key() spells them
    bool utc = false;                  // times in UTC, else local
    bool milliseconds = true;
    bool separators = true;  // between thousands

    const ColumnLook* column(std::size_t column) const;
    ColumnLook* column(std::size_t column);
    const ColumnFilterLook* filter(std::size_t column) const;
    void clear_filter(std::size_t column);
    void clear_filters() {
        quick.clear();
        filters.clear();
    }
    bool is_filtered() const { return !quick.empty() || !filters.empty(); }
    bool is_open(std::string_view group) const;
    void toggle(std::string_view group);
};

// As a table is shown that nobody has touched.
TableLook default_look(const feed::TableSpec& spec);
// Whether rows may be grouped by the column: its values repeat.
bool can_group(const feed::TableSpec& spec, std::size_t column);
// Where rows of several accounts are told apart by the account and another column (a position by
// its security): that column, whose rows are merged while all accounts are shown. Else -1.
std::int32_t merged_column(const feed::TableSpec& spec);
// Whether the column names the rows of its table, with others or alone, and whether it could.
bool is_key(const feed::TableSpec& spec, std::size_t column);
bool can_be_key(const feed::TableSpec& spec, std::size_t column);
// The columns that have sums: numbers that are not names, nor prices.
std::vector<std::uint16_t> sum_columns(const feed::TableSpec& spec);

// Whether the first of these is an amount held, long or short: the rows are as of merged_column().
bool has_net(const feed::TableSpec& spec);

table::FilterSpec filter_spec(const TableLook& look, const feed::TableSpec& spec, EpochMs now_ms,
                              const TimeZone& zone);
table::GroupSpec group_spec(const TableLook& look, const feed::TableSpec& spec);

// The value of a group, as TableLook::toggled names it.
std::string group_key(const feed::Cell& value);

// "Security has IBM", "Qty 100 to 500", "Time: last 5 min".
void append_filter_words(std::string& out, const ColumnFilterLook& filter,
                         const feed::TableSpec& spec);
// All of them in one line, "IBM · Qty 100 to 500"; nothing where there is none.
std::string filter_words(const TableLook& look, const feed::TableSpec& spec);

// {"sort":[{"field":"updated","dir":"desc"}],"filter":{...},"columns":[...],...}
void append_json(std::string& out, const TableLook& look, const feed::TableSpec& spec);
// Takes from a JSON object what it knows and this table has, and leaves the rest of `look` as it
// is: view states are written by other versions, and by hand. False, and nothing changed, when
// `json` is no object.
bool read_json(TableLook& look, const feed::TableSpec& spec, std::string_view json);

}  // namespace nats_blotter::web

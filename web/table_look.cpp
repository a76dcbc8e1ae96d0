// web/table_look.cpp - see web/table_look.h; its JSON is in table_look_json.cpp.
#include "web/table_look.h"

#include <algorithm>

#include "base/number_text.h"

namespace nats_blotter::web {
namespace {

constexpr std::int64_t kNsPerMinute = 60'000'000'000;
constexpr std::int64_t kNsPerMs = 1'000'000;
// What a profile takes.
constexpr std::size_t kKeyColumnsMax = 4;
// Values of a set that are named in words.
constexpr std::size_t kNamedMax = 3;

using Kind = table::ColumnFilter::Kind;

void append_value(std::string& out, const feed::ColumnSpec& column, std::int64_t value) {
    append_scaled(out, value, column.type == feed::ColumnType::Decimal ? column.scale : 0);
}

void append_range_words(std::string& out, const table::ColumnFilter& test,
                        const feed::ColumnSpec& column) {
    if (test.low && test.high) {
        append_value(out, column, *test.low);
        out += " to ";
        append_value(out, column, *test.high);
    } else if (test.low) {
        out += "from ";
        append_value(out, column, *test.low);
    } else if (test.high) {
        out += "up to ";
        append_value(out, column, *test.high);
    }
}

void append_set_words(std::string& out, const table::ColumnFilter& test) {
    const std::size_t count = test.texts.size() + test.numbers.size();
    if (count == 0) out += "none";
    if (count > kNamedMax) {
        append_int(out, static_cast<std::int64_t>(count));
        out += " values";
        return;
    }
    bool first = true;
    const auto join = [&] {
        if (!first) out += ", ";
        first = false;
    };
    for (const std::string& text : test.texts) {
        join();
        out += text;
    }
    for (const std::int64_t number : test.numbers) {
        join();
        append_int(out, number);
    }
}

}  // namespace

const ColumnLook* TableLook::column(std::size_t wanted) const {
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [wanted](const ColumnLook& at) { return at.column == wanted; });
    return found == columns.end() ? nullptr : &*found;
}

ColumnLook* TableLook::column(std::size_t wanted) {
    return const_cast<ColumnLook*>(static_cast<const TableLook*>(this)->column(wanted));
}

const ColumnFilterLook* TableLook::filter(std::size_t wanted) const {
    const auto found =
        std::find_if(filters.begin(), filters.end(),
                     [wanted](const ColumnFilterLook& at) { return at.test.column == wanted; });
    return found == filters.end() ? nullptr : &*found;
}

void TableLook::clear_filter(std::size_t wanted) {
    std::erase_if(filters,
                  [wanted](const ColumnFilterLook& at) { return at.test.column == wanted; });
}

bool TableLook::is_open(std::string_view group) const {
    const bool named = std::find(toggled.begin(), toggled.end(), group) != toggled.end();
    return named != groups_open;
}

void TableLook::toggle(std::string_view group) {
    const auto found = std::find(toggled.begin(), toggled.end(), group);
    if (found != toggled.end()) {
        toggled.erase(found);
    } else if (toggled.size() < kOpenGroupsMax) {
        toggled.emplace_back(group);
    }
}

TableLook default_look(const feed::TableSpec& spec) {
    TableLook look;
    for (std::size_t index = 0; index < spec.columns.size(); ++index)
        look.columns.push_back({static_cast<std::uint16_t>(index), spec.columns[index].hidden});
    if (spec.sort_column >= 0)
        look.sort.push_back({static_cast<std::uint16_t>(spec.sort_column), spec.sort_descending});
    return look;
}

bool can_group(const feed::TableSpec& spec, std::size_t column) {
    const feed::ColumnType type = spec.columns[column].type;
    return type == feed::ColumnType::Symbol || type == feed::ColumnType::Enum ||
           static_cast<std::int32_t>(column) == spec.scope_column;
}

std::int32_t merged_column(const feed::TableSpec& spec) {
    const auto& keys = spec.key_columns;
    if (std::find(keys.begin(), keys.end(), spec.scope_column) == keys.end()) return -1;
    for (const std::uint16_t key : keys)
        if (static_cast<std::int32_t>(key) != spec.scope_column && can_group(spec, key)) return key;
    return -1;
}

bool is_key(const feed::TableSpec& spec, std::size_t column) {
    const auto& keys = spec.key_columns;
    return std::find(keys.begin(), keys.end(), column) != keys.end();
}

// The last one stays; a price or an instant does not stay the same.
bool can_be_key(const feed::TableSpec& spec, std::size_t column) {
    if (spec.fold || column >= spec.columns.size()) return false;
    if (is_key(spec, column)) return spec.key_columns.size() > 1;
    const feed::ColumnSpec& wanted = spec.columns[column];
    return wanted.type != feed::ColumnType::Decimal && wanted.type != feed::ColumnType::Time &&
           wanted.origin == feed::Origin::Record && spec.key_columns.size() < kKeyColumnsMax;
}

std::vector<std::uint16_t> sum_columns(const feed::TableSpec& spec) {
    std::vector<std::uint16_t> sums;
    for (std::size_t index = 0; index < spec.columns.size(); ++index) {
        const feed::ColumnType type = spec.columns[index].type;
        const bool number = type == feed::ColumnType::Int || type == feed::ColumnType::Decimal;
        if (number && spec.columns[index].sum &&
            static_cast<std::int32_t>(index) != spec.scope_column)
            sums.push_back(static_cast<std::uint16_t>(index));
    }
    return sums;
}

bool has_net(const feed::TableSpec& spec) {
    return merged_column(spec) >= 0 && !sum_columns(spec).empty();
}

table::FilterSpec filter_spec(const TableLook& look, const feed::TableSpec& spec, EpochMs now_ms,
                              const TimeZone& zone) {
    table::FilterSpec made;
    made.quick = look.quick;
    made.zone = look.utc ? kUtc : zone;
    // What is not on the screen is not what the user looks for.
    for (const ColumnLook& column : look.columns) {
        const bool is_scope = static_cast<std::int32_t>(column.column) == spec.scope_column;
        if (!column.hidden || is_scope) made.quick_columns.push_back(column.column);
    }
    for (const ColumnFilterLook& filter : look.filters) {
        made.columns.push_back(filter.test);
        if (filter.last_minutes == 0) continue;
        made.columns.back().kind = Kind::Range;
        made.columns.back().low = now_ms * kNsPerMs - filter.last_minutes * kNsPerMinute;
    }
    return made;
}

table::GroupSpec group_spec(const TableLook& look, const feed::TableSpec& spec) {
    table::GroupSpec made{look.group_column, look.group_descending, sum_columns(spec),
                          has_net(spec) ? 0 : -1};
    // Of merged rows: when the last of them was.
    const std::int32_t version = spec.version_column;
    if (version >= 0 && look.group_column >= 0 && look.group_column == merged_column(spec) &&
        spec.columns[static_cast<std::size_t>(version)].type == feed::ColumnType::Time)
        made.newest = version;
    return made;
}

std::string group_key(const feed::Cell& value) {
    if (value.is_null()) return "–";
    if (value.kind == feed::Cell::Kind::Text) return std::string(value.text);
    std::string key;
    append_int(key, value.number);
    return key;
}

void append_filter_words(std::string& out, const ColumnFilterLook& filter,
                         const feed::TableSpec& spec) {
    const feed::ColumnSpec& column = spec.columns[filter.test.column];
    out += column.title;
    if (filter.last_minutes > 0) {
        out += ": last ";
        append_int(out, filter.last_minutes);
        out += " min";
        return;
    }
    switch (filter.test.kind) {
        case Kind::Contains: out += " has "; break;
        case Kind::Equals: out += " is "; break;
        case Kind::StartsWith: out += " begins with "; break;
        case Kind::Range: out += ' '; return append_range_words(out, filter.test, column);
        case Kind::OneOf: out += ": "; return append_set_words(out, filter.test);
    }
    out += filter.test.text;
}

std::string filter_words(const TableLook& look, const feed::TableSpec& spec) {
    std::string words = look.quick;
    for (const ColumnFilterLook& filter : look.filters) {
        if (!words.empty()) words += " · ";
        append_filter_words(words, filter, spec);
    }
    return words;
}

}  // namespace nats_blotter::web

// web/table_look_json.cpp - a TableLook as JSON and back.
#include <algorithm>
#include <cmath>

#include "base/json_scanner.h"
#include "base/json_text.h"
#include "base/number_text.h"
#include "web/table_look.h"

namespace nats_blotter::web {
namespace {

using Kind = table::ColumnFilter::Kind;

// ---- writing

// `{"field":"updated"`, to be gone on with.
void append_field(std::string& out, const feed::TableSpec& spec, std::size_t column) {
    if (out.back() == '}') out += ',';
    out += "{\"field\":";
    append_json_string(out, spec.columns[column].field);
}

void append_bool(std::string& out, std::string_view name, bool value) {
    out += ",\"";
    out += name;
    out += value ? "\":true" : "\":false";
}

void append_border(std::string& out, std::string_view name,
                   const std::optional<std::int64_t>& border, const feed::ColumnSpec& column) {
    if (!border) return;
    out += name;
    out += '"';
    append_scaled(out, *border, column.type == feed::ColumnType::Decimal ? column.scale : 0);
    out += '"';
}

void append_values(std::string& out, const table::ColumnFilter& test) {
    out += ",\"oneOf\":[";
    for (const std::string& text : test.texts) {
        if (out.back() != '[') out += ',';
        append_json_string(out, text);
    }
    for (const std::int64_t number : test.numbers) {
        if (out.back() != '[') out += ',';
        append_int(out, number);
    }
    out += ']';
}

void append_filter(std::string& out, const ColumnFilterLook& filter, const feed::TableSpec& spec) {
    append_field(out, spec, filter.test.column);
    if (filter.last_minutes > 0) {
        out += ",\"lastMinutes\":";
        append_int(out, filter.last_minutes);
        out += '}';
        return;
    }
    const auto append_text = [&](std::string_view name) {
        out += name;
        append_json_string(out, filter.test.text);
    };
    switch (filter.test.kind) {
        case Kind::Contains: append_text(",\"contains\":"); break;
        case Kind::Equals: append_text(",\"equals\":"); break;
        case Kind::StartsWith: append_text(",\"startsWith\":"); break;
        case Kind::Range:
            append_border(out, ",\"low\":", filter.test.low, spec.columns[filter.test.column]);
            append_border(out, ",\"high\":", filter.test.high, spec.columns[filter.test.column]);
            break;
        case Kind::OneOf: append_values(out, filter.test); break;
    }
    out += '}';
}

// ---- reading

// Walks through one JSON object or array; every value is either taken or passed over.
class Reader {
  public:
    explicit Reader(std::string_view text) : scanner_(text) {}

    // The value that comes next.
    void begin() { token_ = scanner_.next(); }
    bool failed() const { return failed_; }
    bool is_object() const { return token_ == JsonToken::ObjectStart; }

    // take(key) for each member, with the value as the present token; it must use it or leave it.
    template <typename Take>
    void object(Take take) {
        if (token_ != JsonToken::ObjectStart) return pass();
        std::string key;
        while (!failed_) {
            const JsonToken name = scanner_.next();
            if (name == JsonToken::ObjectEnd) return;
            if (name != JsonToken::Key) return fail();
            key = scanner_.string(scratch_);
            value([&] { take(std::string_view(key)); });
        }
    }
    template <typename Take>
    void array(Take take) {
        if (token_ != JsonToken::ArrayStart) return pass();
        while (!failed_) {
            used_ = false;
            token_ = scanner_.next();
            if (token_ == JsonToken::ArrayEnd) return;
            if (token_ == JsonToken::Error || token_ == JsonToken::End) return fail();
            take();
            if (!used_) pass();
            used_ = true;
        }
    }
    std::optional<std::string> text() {
        if (token_ != JsonToken::String) return std::nullopt;
        used_ = true;
        return std::string(scanner_.string(scratch_));
    }
    // Digits of a number, or the text of a string.
    std::optional<std::string> digits() {
        if (token_ != JsonToken::Number) return text();
        used_ = true;
        return std::string(scanner_.raw());
    }
    std::optional<bool> truth() const {
        if (token_ == JsonToken::True) return true;
        if (token_ == JsonToken::False) return false;
        return std::nullopt;
    }
    bool is_null() const { return token_ == JsonToken::Null; }
    bool is_number() const { return token_ == JsonToken::Number; }
    // Marks the value as read by object() or array().
    void use() { used_ = true; }

  private:
    template <typename Take>
    void value(Take take) {
        used_ = false;
        token_ = scanner_.next();
        if (token_ == JsonToken::Error || token_ == JsonToken::End) return fail();
        take();
        if (!used_) pass();
        used_ = true;
    }
    void pass() {
        if (!scanner_.skip(token_)) fail();
    }
    void fail() { failed_ = true; }

    JsonScanner scanner_;
    JsonToken token_ = JsonToken::Null;
    bool used_ = false;
    bool failed_ = false;
    std::string scratch_;
};

template <typename Take>
void read_list(Reader& reader, Take take) {
    reader.use();
    reader.array(take);
}

template <typename Take>
void read_object(Reader& reader, Take take) {
    reader.use();
    reader.object(take);
}

std::int32_t column_of(const feed::TableSpec& spec, const std::optional<std::string>& field) {
    return field ? spec.column_index(*field) : -1;
}

void read_sort(Reader& reader, const feed::TableSpec& spec, TableLook& look) {
    std::vector<table::SortKey> keys;
    read_list(reader, [&] {
        std::int32_t column = -1;
        bool descending = false;
        read_object(reader, [&](std::string_view key) {
            if (key == "field") column = column_of(spec, reader.text());
            if (key == "dir") descending = reader.text() == "desc";
        });
        const auto same = [column](const table::SortKey& at) { return at.column == column; };
        if (column < 0 || keys.size() == kSortKeysMax ||
            std::any_of(keys.begin(), keys.end(), same))
            return;
        keys.push_back({static_cast<std::uint16_t>(column), descending});
    });
    look.sort = std::move(keys);
}

void read_columns(Reader& reader, const feed::TableSpec& spec, TableLook& look) {
    std::vector<ColumnLook> columns;
    const auto has = [&columns](std::int32_t column) {
        return std::any_of(columns.begin(), columns.end(),
                           [column](const ColumnLook& at) { return at.column == column; });
    };
    read_list(reader, [&] {
        std::int32_t column = -1;
        ColumnLook read;
        read_object(reader, [&](std::string_view key) {
            if (key == "field") column = column_of(spec, reader.text());
            if (key == "hidden") read.hidden = reader.truth().value_or(false);
            if (key == "pinned") read.pinned = reader.truth().value_or(false);
            if (key != "width" || !reader.is_number()) return;
            const std::string digits = reader.digits().value_or("");
            const Result<std::int64_t> width =
                scaled_from_text(digits.substr(0, digits.find('.')), 0);
            if (width && *width > 0)
                read.width_px = std::clamp(static_cast<float>(*width), kColumnPxMin, kColumnPxMax);
        });
        if (column < 0 || has(column)) return;
        read.column = static_cast<std::uint16_t>(column);
        columns.push_back(read);
    });
    // Those it does not name come behind, as they were.
    for (const ColumnLook& before : look.columns)
        if (!has(before.column)) columns.push_back(before);
    look.columns = std::move(columns);
}

// One column's filter; nothing where it makes no sense. The members may come in any order, so that
// what depends on the column's type waits until all are there.
void read_filter(Reader& reader, const feed::TableSpec& spec, TableLook& look) {
    std::int32_t column = -1;
    ColumnFilterLook read;
    std::optional<std::string> low;
    std::optional<std::string> high;
    std::vector<std::string> values;
    bool known = false;
    const auto take_text = [&](Kind kind) {
        const std::optional<std::string> text = reader.text();
        if (!text || text->size() > kFilterTextBytesMax) return;
        read.test.kind = kind;
        read.test.text = *text;
        known = true;
    };
    read_object(reader, [&](std::string_view key) {
        if (key == "field") column = column_of(spec, reader.text());
        if (key == "contains") take_text(Kind::Contains);
        if (key == "equals") take_text(Kind::Equals);
        if (key == "startsWith") take_text(Kind::StartsWith);
        if (key == "low") low = reader.digits();
        if (key == "high") high = reader.digits();
        if (key == "lastMinutes" && reader.is_number()) {
            const Result<std::int64_t> minutes = int_from_text(reader.digits().value_or(""));
            if (minutes && *minutes > 0) read.last_minutes = std::min(*minutes, kMinutesMax);
        }
        if (key == "oneOf") {
            read.test.kind = Kind::OneOf;
            known = true;
            read_list(reader, [&] {
                std::optional<std::string> value = reader.digits();
                if (value && value->size() <= kFilterTextBytesMax &&
                    values.size() < kFilterValuesMax)
                    values.push_back(std::move(*value));
            });
        }
    });
    if (column < 0) return;
    const feed::ColumnSpec& of = spec.columns[static_cast<std::size_t>(column)];
    const bool is_number = of.type == feed::ColumnType::Int || of.type == feed::ColumnType::Decimal;
    const auto border = [&](const std::optional<std::string>& digits) {
        std::optional<std::int64_t> value;
        if (!digits || !is_number) return value;
        const Result<std::int64_t> read_value =
            scaled_from_text(*digits, of.type == feed::ColumnType::Decimal ? of.scale : 0);
        if (read_value) value = *read_value;
        return value;
    };
    read.test.low = border(low);
    read.test.high = border(high);
    if (read.test.low || read.test.high) {
        read.test.kind = Kind::Range;
        known = true;
    }
    for (std::string& value : values) {
        const Result<std::int64_t> whole = int_from_text(value);
        if (!is_number)
            read.test.texts.push_back(std::move(value));
        else if (whole)
            read.test.numbers.push_back(*whole);
    }
    if (of.type != feed::ColumnType::Time) read.last_minutes = 0;
    if (!known && read.last_minutes == 0) return;
    read.test.column = static_cast<std::uint16_t>(column);
    look.clear_filter(read.test.column);
    look.filters.push_back(std::move(read));
}

void read_filters(Reader& reader, const feed::TableSpec& spec, TableLook& look) {
    look.clear_filters();
    read_object(reader, [&](std::string_view key) {
        if (key == "quick") {
            const std::optional<std::string> text = reader.text();
            if (text && text->size() <= kFilterTextBytesMax) look.quick = *text;
        }
        if (key == "columns") read_list(reader, [&] { read_filter(reader, spec, look); });
    });
}

void read_group(Reader& reader, const feed::TableSpec& spec, TableLook& look) {
    look.group_column = -1;
    look.group_descending = false;
    look.groups_open = false;
    look.toggled.clear();
    look.group_by_scope = reader.is_null();
    if (look.group_by_scope) return;
    read_object(reader, [&](std::string_view key) {
        if (key == "field") look.group_column = column_of(spec, reader.text());
        if (key == "dir") look.group_descending = reader.text() == "desc";
        if (key == "open") look.groups_open = reader.truth().value_or(false);
        if (key != "except") return;
        read_list(reader, [&] {
            const std::optional<std::string> value = reader.text();
            if (value && look.toggled.size() < kOpenGroupsMax) look.toggled.push_back(*value);
        });
    });
    if (look.group_column >= 0 && !can_group(spec, static_cast<std::size_t>(look.group_column)))
        look.group_column = -1;
}

}  // namespace

void append_json(std::string& out, const TableLook& look, const feed::TableSpec& spec) {
    out += "{\"sort\":[";
    for (const table::SortKey& key : look.sort) {
        append_field(out, spec, key.column);
        out += key.descending ? ",\"dir\":\"desc\"}" : ",\"dir\":\"asc\"}";
    }
    out += "],\"filter\":{\"quick\":";
    append_json_string(out, look.quick);
    out += ",\"columns\":[";
    for (const ColumnFilterLook& filter : look.filters) append_filter(out, filter, spec);
    out += "]},\"columns\":[";
    for (const ColumnLook& column : look.columns) {
        append_field(out, spec, column.column);
        append_bool(out, "hidden", column.hidden);
        append_bool(out, "pinned", column.pinned);
        if (column.width_px > 0) {
            out += ",\"width\":";
            append_int(out, std::llround(double(column.width_px)));
        }
        out += '}';
    }
    out += "],\"group\":";
    if (look.group_by_scope || look.group_column < 0) {
        out += look.group_by_scope ? "null" : "false";
    } else {
        // A space keeps append_field() from a comma.
        out += ' ';
        append_field(out, spec, static_cast<std::size_t>(look.group_column));
        out += look.group_descending ? ",\"dir\":\"desc\"" : ",\"dir\":\"asc\"";
        append_bool(out, "open", look.groups_open);
        out += ",\"except\":[";
        for (const std::string& group : look.toggled) {
            if (out.back() != '[') out += ',';
            append_json_string(out, group);
        }
        out += "]}";
    }
    append_bool(out, "utc", look.utc);
    append_bool(out, "milliseconds", look.milliseconds);
    append_bool(out, "separators", look.separators);
    out += '}';
}

bool read_json(TableLook& look, const feed::TableSpec& spec, std::string_view json) {
    Reader reader(json);
    reader.begin();
    if (!reader.is_object()) return false;
    TableLook read = look;
    reader.object([&](std::string_view key) {
        if (key == "sort") read_sort(reader, spec, read);
        if (key == "columns") read_columns(reader, spec, read);
        if (key == "filter") read_filters(reader, spec, read);
        if (key == "group") read_group(reader, spec, read);
        if (key == "utc") read.utc = reader.truth().value_or(read.utc);
        if (key == "milliseconds") read.milliseconds = reader.truth().value_or(read.milliseconds);
        if (key == "separators") read.separators = reader.truth().value_or(read.separators);
    });
    if (reader.failed()) return false;
    look = std::move(read);
    return true;
}

}  // namespace nats_blotter::web

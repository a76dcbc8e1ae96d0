// tests/support/sample_table.h - a small table for tests: key `id`, version `v`, symbol `s`, number
// `n`.
#pragma once

#include <string>
#include <vector>

#include "feed/cell.h"
#include "feed/schema.h"

namespace nats_blotter::support {

inline feed::TableSpec sample_spec(std::size_t rows_max = 1'000'000) {
    feed::TableSpec spec;
    spec.name = "sample";
    const auto add = [&spec](const char* field, feed::ColumnType type) {
        feed::ColumnSpec column;
        column.field = field;
        column.title = field;
        column.type = type;
        spec.columns.push_back(column);
    };
    add("id", feed::ColumnType::Text);
    add("v", feed::ColumnType::Int);
    add("s", feed::ColumnType::Symbol);
    add("n", feed::ColumnType::Int);
    spec.key_columns = {0};
    spec.version_column = 1;
    spec.sort_column = 1;
    spec.sort_descending = true;
    spec.rows_max = rows_max;
    return spec;
}

struct SampleRow {
    std::string id;
    std::int64_t v = 0;
    std::string s;
    std::int64_t n = 0;

    friend bool operator==(const SampleRow& a, const SampleRow& b) {
        return a.id == b.id && a.v == b.v && a.s == b.s && a.n == b.n;
    }
};

// The record's texts point into `row`.
inline feed::Record record_of(const SampleRow& row) {
    feed::Record record;
    record.cells = {feed::Cell::of_text(row.id), feed::Cell::of_number(row.v),
                    feed::Cell::of_text(row.s), feed::Cell::of_number(row.n)};
    return record;
}

}  // namespace nats_blotter::support

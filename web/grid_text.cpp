// web/grid_text.cpp - see web/grid_text.h.
#include "web/grid_text.h"

#include "base/json_text.h"
#include "base/number_text.h"
#include "table/format.h"
#include "web/cell_text.h"

namespace nats_blotter::web {
namespace {

bool is_number(const feed::ColumnSpec& column) {
    return column.type == feed::ColumnType::Int || column.type == feed::ColumnType::Decimal;
}

void append_plain(std::string& out, const feed::ColumnSpec& column, const feed::Cell& cell,
                  const TableLook& look, const TimeZone& zone) {
    if (cell.is_null()) return;
    if (is_number(column)) {
        append_scaled(out, cell.number,
                      column.type == feed::ColumnType::Decimal ? column.scale : 0);
    } else {
        append_as_looked(out, column, cell, look, zone);
    }
}

// Tabs and line ends would make other cells of it.
void append_tsv_text(std::string& out, std::string_view text) {
    for (const char letter : text)
        out += letter == '\t' || letter == '\n' || letter == '\r' ? ' ' : letter;
}

void append_html_text(std::string& out, std::string_view text) {
    for (const char letter : text) {
        switch (letter) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            default: out += letter;
        }
    }
}

void append_csv_text(std::string& out, std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += text;
        return;
    }
    out += '"';
    for (const char letter : text) {
        if (letter == '"') out += '"';
        out += letter;
    }
    out += '"';
}

}  // namespace

void append_tsv(std::string& out, const table::Table& table, const std::vector<table::RowId>& rows,
                const std::vector<std::size_t>& columns, const TableLook& look,
                const TimeZone& zone) {
    const auto separate = [&](std::size_t index) {
        out += index + 1 < columns.size() ? "\t" : "\r\n";
    };
    for (std::size_t index = 0; index < columns.size(); ++index) {
        append_tsv_text(out, table.spec().columns[columns[index]].title);
        separate(index);
    }
    std::string text;
    for (const table::RowId row : rows) {
        for (std::size_t index = 0; index < columns.size(); ++index) {
            text.clear();
            append_plain(text, table.spec().columns[columns[index]],
                         table.cell(row, columns[index]), look, zone);
            append_tsv_text(out, text);
            separate(index);
        }
    }
}

void append_html(std::string& out, const table::Table& table, const std::vector<table::RowId>& rows,
                 const std::vector<std::size_t>& columns, const TableLook& look,
                 const TimeZone& zone) {
    out += "<table><thead><tr>";
    for (const std::size_t column : columns) {
        out += "<th>";
        append_html_text(out, table.spec().columns[column].title);
        out += "</th>";
    }
    out += "</tr></thead><tbody>";
    std::string text;
    for (const table::RowId row : rows) {
        out += "<tr>";
        for (const std::size_t column : columns) {
            text.clear();
            append_plain(text, table.spec().columns[column], table.cell(row, column), look, zone);
            out += "<td>";
            append_html_text(out, text);
            out += "</td>";
        }
        out += "</tr>";
    }
    out += "</tbody></table>";
}

void RowExport::begin(const table::Table& table, const table::View& view,
                      std::vector<std::size_t> columns, Format format) {
    rows_.clear();
    rows_.reserve(view.size());
    for (std::size_t at = 0; at < view.size(); ++at) rows_.push_back(view.row_at(at));
    columns_ = std::move(columns);
    next_ = 0;
    generation_ = table.generation();
    format_ = format;
    head_ = format == Format::Csv;
}

bool RowExport::append_some(std::string& out, const table::Table& table, std::size_t bytes) {
    if (std::exchange(head_, false)) {
        for (const std::size_t column : columns_) {
            append_csv_text(out, table.spec().columns[column].field);
            out += column == columns_.back() ? "\r\n" : ",";
        }
    }
    for (; next_ < rows_.size() && out.size() < bytes; ++next_) {
        const table::RowId row = rows_[next_];
        const bool lives = row < table.slot_count() && table.is_live(row) &&
                           !table.inserted_after(row, generation_);
        if (lives) append_row(out, table, row);
    }
    if (next_ < rows_.size()) return true;
    rows_ = {};
    next_ = 0;
    return false;
}

void RowExport::append_row(std::string& out, const table::Table& table, table::RowId row) const {
    std::string text;
    for (const std::size_t column : columns_) {
        const feed::ColumnSpec& spec = table.spec().columns[column];
        const feed::Cell cell = table.cell(row, column);
        if (format_ == Format::Csv) {
            text.clear();
            // As other programs read them: digits, and times as epoch milliseconds.
            if (!cell.is_null() && cell.kind == feed::Cell::Kind::Number) {
                if (spec.type == feed::ColumnType::Time)
                    table::append_json(text, spec, cell, false);
                else
                    append_plain(text, spec, cell, {}, kUtc);
            } else if (!cell.is_null()) {
                text = cell.text;
            }
            append_csv_text(out, text);
            out += column == columns_.back() ? "\r\n" : ",";
        } else {
            out += column == columns_.front() ? '{' : ',';
            append_json_string(out, spec.field);
            out += ':';
            table::append_json(out, spec, cell, false);
        }
    }
    if (format_ == Format::Ndjson) out += "}\n";
}

}  // namespace nats_blotter::web

// web/app_text.cpp - what leaves the tables as text: the clipboard and files.
#include "base/sort_ids.h"
#include "session/inspect_text.h"
#include "session/inspector.h"
#include "web/app.h"
#include "web/browser.h"

namespace nats_blotter::web {

// TSV, a zero byte and HTML of what is selected in the table that has the focus; of the Inspector
// its message, text alone.
void App::append_copy(std::string& out) {
    if (inspector_has_keys()) {
        out += inspector_.detail();
        return;
    }
    const TablePanel& panel = panels_[focus_];
    const table::Table& table = session_.table(focus_);
    std::vector<table::RowId> rows = panel.selection().rows(table);
    if (rows.empty()) return;
    session_.refresh_views();
    const table::View& view = session_.view(focus_);
    sort_ids(rows, [&view](table::RowId a, table::RowId b) {
        return view.position_of(a) < view.position_of(b);
    });
    if (rows.size() > kCopyRowsMax) rows.resize(kCopyRowsMax);
    std::vector<std::size_t> columns;
    bool inside = panel.selection().whole_rows();
    const auto is_end = [&](std::size_t column) {
        return column == panel.selection().first_column() ||
               column == panel.selection().last_column();
    };
    const bool single = panel.selection().first_column() == panel.selection().last_column();
    for (const PlacedColumn& place : panel.places().columns) {
        const bool end = !panel.selection().whole_rows() && is_end(place.column);
        if (inside || end) columns.push_back(place.column);
        if (end && !single) inside = !inside;
    }
    const TableLook& look = table_looks_[focus_];
    append_tsv(out, table, rows, columns, look, zone_);
    out += '\0';
    append_html(out, table, rows, columns, look, zone_);
}

void App::begin_export(std::size_t index, RowExport::Format format) {
    session_.refresh_views();
    std::vector<std::size_t> columns;
    for (const ColumnLook& column : table_looks_[index].columns)
        if (!column.hidden) columns.push_back(column.column);
    exported_ = index;
    next_message_ = 0;
    export_.begin(session_.table(index), session_.view(index), std::move(columns), format);
}

void App::begin_inspector_export() { next_message_ = 1; }

bool App::append_export(std::string& out, std::size_t bytes) {
    if (next_message_ > 0) {
        const session::Inspector& inspector = session_.inspector();
        // By number: what was let go meanwhile is passed over.
        std::size_t index = inspector.match_from(next_message_);
        for (; index < inspector.match_count() && out.size() < bytes; ++index) {
            next_message_ = inspector.match(index) + 1;
            session::append_ndjson(out, inspector.ring().at(next_message_ - 1));
        }
        return index < inspector.match_count();
    }
    return export_.append_some(out, session_.table(exported_), bytes);
}

// "trades 22214 IBM · Qty 100 to 500": so that a file says what was left out.
std::string App::export_name(std::size_t index) const {
    const feed::TableSpec& spec = session_.table(index).spec();
    std::string name = spec.name;
    if (session_.profile().has_accounts()) {
        name += ' ';
        name += session_.scope() == session::kAllAccounts ? "all accounts"
                                                          : std::to_string(session_.scope());
    }
    const std::string filter = filter_words(table_looks_[index], spec);
    if (!filter.empty()) name += " filter " + filter;
    return name;
}

}  // namespace nats_blotter::web

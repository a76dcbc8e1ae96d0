// web/app_grid.cpp - what the user does to the tables: looks, and what follows from them for views;
// the view state.
#include "base/json_scanner.h"
#include "base/json_text.h"
#include "base/number_text.h"
#include "web/app.h"
#include "web/browser.h"

namespace nats_blotter::web {
namespace {

// A moving time filter is moved in steps of this part of its length, and not oftener than each
// second: a table of a million rows takes a hundred frames to be filtered anew.
constexpr MonotonicUs kMoveSteps = 60;

// The column by which tables are joined: the first of symbols.
std::int32_t link_column(const feed::TableSpec& spec) {
    for (std::size_t index = 0; index < spec.columns.size(); ++index)
        if (spec.columns[index].type == feed::ColumnType::Symbol)
            return static_cast<std::int32_t>(index);
    return -1;
}

bool has_key(const feed::TableSpec& spec, std::int32_t column) {
    return std::find(spec.key_columns.begin(), spec.key_columns.end(), column) !=
           spec.key_columns.end();
}

}  // namespace

void App::start_looks() {
    for (std::size_t index = 0; index < session_.table_count(); ++index) {
        table_looks_.push_back(default_look(session_.table(index).spec()));
        apply_group(index);
    }
}

void App::apply_sort(std::size_t index) {
    session_.refresh_views();
    session_.view(index).set_sort(table_looks_[index].sort);
    panels_[index].scroll_to_start();
    refresh_find(index);
    look_changed();
}

void App::apply_filter(std::size_t index) {
    session_.refresh_views();
    const feed::TableSpec& spec = session_.table(index).spec();
    session_.view(index).set_filter(filter_spec(table_looks_[index], spec, epoch_now_ms(), zone_));
    panels_[index].scroll_to_start();
    plan_filter_move(monotonic_now());
    refresh_find(index);
    look_changed();
}

void App::apply_group(std::size_t index) {
    session_.refresh_views();
    const feed::TableSpec& spec = session_.table(index).spec();
    session_.view(index).set_group(group_spec(table_looks_[index], spec));
    if (started_) panels_[index].scroll_to_start();
    refresh_find(index);
    look_changed();
}

// Merges what all accounts have of the same thing, as long as nobody has chosen other groups.
void App::group_by_scope() {
    const bool all = session_.profile().has_accounts() && session_.has_scope() &&
                     session_.scope() == session::kAllAccounts;
    for (std::size_t index = 0; index < table_looks_.size(); ++index) {
        TableLook& look = table_looks_[index];
        const std::int32_t column = all ? merged_column(session_.table(index).spec()) : -1;
        if (!look.group_by_scope || look.group_column == column) continue;
        look.group_column = column;
        look.group_descending = false;
        look.groups_open = false;
        look.toggled.clear();
        apply_group(index);
    }
}

void App::look_changed() {
    ++view_version_;
    want_frames(2);
}

void App::apply_wish(std::size_t index, const TableWish& wish) {
    if (wish.sort) apply_sort(index);
    if (wish.filter) apply_filter(index);
    if (wish.group) apply_group(index);
    if (wish.columns) look_changed();
}

void App::draw_menus(const Scene& scene) {
    const std::size_t index = menus_.table();
    if (index >= panels_.size()) return;
    const MenuWish wish =
        menus_.draw(scene, session_.table(index).spec(), table_looks_[index], options_.opened);
    apply_wish(index, wish.look);
    if (wish.select_all) panels_[index].select_all(session_.table(index));
    if (wish.cross_link) cross_link(index);
    if (wish.copy) copy_selection();
    if (wish.key) choose_key(index, menus_.column());
    if (wish.export_csv || wish.export_ndjson)
        tell_export(session_.table(index).spec().name, wish.export_csv ? "csv" : "ndjson");
}

// By the profile: the table is opened anew, and its rows come as they are told again.
void App::choose_key(std::size_t index, std::size_t column) {
    const feed::TableSpec& spec = session_.table(index).spec();
    if (can_be_key(spec, column)) return tell_key(spec.name, spec.columns[column].field);
    note("That column cannot be chosen to name the rows, or to do so no longer.", true);
}

// ---- the focused row and column

// From a row to what belongs to it in the other tables: a table whose key holds the symbol (a
// position) filters those with a key of their own (its trades); of these a row leads to the former.
void App::cross_link(std::size_t from) {
    const table::RowId row = panels_[from].selection().focus().row;
    const table::Table& table = session_.table(from);
    if (!panels_[from].selection().lives(table, row)) return;
    const std::int32_t symbol = link_column(table.spec());
    if (symbol < 0) return;
    const std::string value(table.cell(row, static_cast<std::size_t>(symbol)).text);
    const bool is_position = has_key(table.spec(), symbol);
    for (std::size_t to = 0; to < panels_.size(); ++to) {
        const feed::TableSpec& spec = session_.table(to).spec();
        const std::int32_t column = link_column(spec);
        if (to == from || column < 0 || has_key(spec, column) == is_position) continue;
        if (is_position) {
            ColumnFilterLook filter;
            filter.test.column = static_cast<std::uint16_t>(column);
            filter.test.kind = table::ColumnFilter::Kind::OneOf;
            filter.test.texts = {value};
            table_looks_[to].clear_filter(filter.test.column);
            table_looks_[to].filters.push_back(std::move(filter));
            linked_ = to;
            apply_filter(to);
        } else {
            select_linked(to, table, row, value);
        }
        return;
    }
}

// The row of table `to` that has the same symbol, and the same account.
void App::select_linked(std::size_t to, const table::Table& table, table::RowId row,
                        const std::string& value) {
    const table::Table& other = session_.table(to);
    const feed::TableSpec& spec = other.spec();
    const auto symbol = static_cast<std::size_t>(link_column(spec));
    const auto scope_of = [](const table::Table& of, table::RowId at) {
        const std::int32_t scope = of.spec().scope_column;
        return scope < 0 ? feed::Cell{} : of.cell(at, static_cast<std::size_t>(scope));
    };
    session_.refresh_views();
    const table::View& view = session_.view(to);
    for (std::size_t position = 0; position < view.size(); ++position) {
        const table::RowId found = view.row_at(position);
        if (other.cell(found, symbol).text != value ||
            scope_of(other, found).number != scope_of(table, row).number)
            continue;
        panels_[to].focus_row(other, found);
        return;
    }
}

void App::size_column(int steps) {
    constexpr float kStepPx = 10;
    const std::size_t column = panels_[focus_].focused_column();
    if (column == kNoColumn) return;
    ColumnLook* look = table_looks_[focus_].column(column);
    const ColumnPlaces& places = panels_[focus_].places();
    for (const PlacedColumn& place : places.columns) {
        if (place.column != column || look == nullptr) continue;
        // Several steps may come before the columns are placed anew.
        const float width =
            look->width_px > 0 ? look->width_px : std::round(place.width / platform_.density());
        look->width_px =
            std::clamp(width + kStepPx * static_cast<float>(steps), kColumnPxMin, kColumnPxMax);
        look_changed();
    }
}

// First what is selected here, then the filter: one press for each.
void App::clear_in_table() {
    if (panels_[focus_].clear_selection() && !linked_) return;
    const std::size_t index = linked_.value_or(focus_);
    linked_.reset();
    if (!table_looks_[index].is_filtered()) return;
    table_looks_[index].clear_filters();
    apply_filter(index);
}

// ---- moving time filters

void App::plan_filter_move(MonotonicUs now) {
    filter_move_due_ = kNever;
    if (session_.is_held()) return;
    for (const TableLook& look : table_looks_) {
        for (const ColumnFilterLook& filter : look.filters) {
            if (filter.last_minutes == 0) continue;
            const MonotonicUs step = filter.last_minutes * 60 * kSecondUs / kMoveSteps;
            filter_move_due_ = std::min(filter_move_due_, now + step);
        }
    }
}

void App::move_filters(MonotonicUs now) {
    if (now < filter_move_due_) return;
    for (std::size_t index = 0; index < table_looks_.size(); ++index) {
        const bool moves =
            std::any_of(table_looks_[index].filters.begin(), table_looks_[index].filters.end(),
                        [](const ColumnFilterLook& filter) { return filter.last_minutes > 0; });
        if (!moves || session_.view(index).rebuilding()) continue;
        session_.refresh_views();
        session_.view(index).set_filter(
            filter_spec(table_looks_[index], session_.table(index).spec(), epoch_now_ms(), zone_));
        refresh_find(index);
        want_frames(1);
    }
    plan_filter_move(now);
}

// ---- the element

void App::set_sort(std::size_t table, std::vector<table::SortKey> keys) {
    if (keys.size() > kSortKeysMax) keys.resize(kSortKeysMax);
    table_looks_[table].sort = std::move(keys);
    apply_sort(table);
}

void App::set_filter(std::size_t table, std::string_view text) {
    table_looks_[table].quick = text;
    apply_filter(table);
}

void App::append_view_state_json(std::string& out) const {
    out += "{\"account\":";
    append_int(out, static_cast<std::int64_t>(session_.scope()));
    out += ",\"desk\":";
    append_json(out, look_);
    out += ",\"tables\":{";
    for (std::size_t index = 0; index < table_looks_.size(); ++index) {
        if (index > 0) out += ',';
        append_json_string(out, session_.table(index).spec().name);
        out += ':';
        append_json(out, table_looks_[index], session_.table(index).spec());
    }
    out += "}}";
}

bool App::set_view_state(std::string_view json) {
    JsonScanner scanner(json);
    if (scanner.next() != JsonToken::ObjectStart) return false;
    std::string scratch;
    // First all of it is read, so that nothing changes where it is no JSON.
    DeskLook desk = look_;
    std::vector<TableLook> looks = table_looks_;
    std::optional<session::AccountId> account;
    for (;;) {
        const JsonToken name = scanner.next();
        if (name == JsonToken::ObjectEnd) break;
        if (name != JsonToken::Key) return false;
        const std::string key(scanner.string(scratch));
        const JsonToken value = scanner.next();
        const std::size_t start = scanner.offset_bytes() - 1;
        const std::string number(value == JsonToken::Number ? scanner.raw() : "");
        if (key == "tables" && value == JsonToken::ObjectStart) {
            for (JsonToken table = scanner.next(); table != JsonToken::ObjectEnd;
                 table = scanner.next()) {
                if (table != JsonToken::Key) return false;
                const std::size_t index = session_.table_index(scanner.string(scratch));
                const JsonToken look = scanner.next();
                const std::size_t from = scanner.offset_bytes() - 1;
                if (!scanner.skip(look)) return false;
                if (index < looks.size() && look == JsonToken::ObjectStart)
                    read_json(looks[index], session_.table(index).spec(),
                              json.substr(from, scanner.offset_bytes() - from));
            }
            continue;
        }
        if (!scanner.skip(value)) return false;
        if (key == "desk" && value == JsonToken::ObjectStart)
            read_json(desk, json.substr(start, scanner.offset_bytes() - start));
        if (key == "account" && !number.empty()) {
            const Result<std::int64_t> read = int_from_text(number);
            if (read && *read >= 0) account = static_cast<session::AccountId>(*read);
        }
    }
    if (scanner.next() != JsonToken::End) return false;
    look_ = desk;
    on_look_changed();
    table_looks_ = std::move(looks);
    for (std::size_t index = 0; index < table_looks_.size(); ++index) {
        apply_sort(index);
        apply_filter(index);
        apply_group(index);
    }
    if (account) choose_account(*account);
    group_by_scope();
    return true;
}

}  // namespace nats_blotter::web

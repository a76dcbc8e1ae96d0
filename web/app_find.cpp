// web/app_find.cpp - the search in the table that has the focus. Where it is, is where the table's
// focus is: a match that is found takes the focus, and the next one is sought from there.
//
// Two things work at it, some rows a frame: a table::Finder goes to the next match, and a second
// view of the table, with the words as a further filter, counts all of them.
#include "table/format.h"
#include "web/app.h"
#include "web/browser.h"

namespace nats_blotter::web {
namespace {

constexpr MonotonicUs kFindBudgetUs = 4 * kMillisecondUs;
constexpr std::size_t kFindSteps = 4'096;
// Steps that wait: more than a second of a key held down.
constexpr int kStepsMax = 64;

std::string counted(std::size_t count) {
    std::string text;
    table::append_shown(text, feed::ColumnSpec{.type = feed::ColumnType::Int},
                        feed::Cell::of_number(static_cast<std::int64_t>(count)), kUtc);
    return text;
}

}  // namespace

void App::open_find() {
    find_.origin = table::kNoRow;
    find_bar_.open();
    if (!find_.finder) begin_find();
    want_frames(2);
}

void App::close_find() {
    find_bar_.close();
    end_find();
    want_frames(2);
}

void App::end_find() {
    session_.end_search(find_.table);
    find_.finder.reset();
    find_.words.clear();
    find_.shows = table::kNoRow;
    find_.steps = 0;
}

// The words, the table, or what is shown of it, are others.
void App::begin_find() {
    end_find();
    if (find_.table != focus_) find_.origin = table::kNoRow;
    find_.table = focus_;
    find_.words.set(find_bar_.text());
    if (find_.words.empty() || !find_bar_.is_open()) return;
    session_.refresh_views();
    const table::Table& table = session_.table(find_.table);
    const TableLook& look = table_looks_[find_.table];
    table::FilterSpec all = filter_spec(look, table.spec(), epoch_now_ms(), zone_);
    table::FilterSpec words;
    words.quick = find_bar_.text();
    words.quick_columns = all.quick_columns;
    words.zone = all.zone;
    all.quick += ' ';
    all.quick += words.quick;
    session_.begin_search(find_.table, std::move(all));
    find_.finder.emplace(table, std::move(words));
}

void App::refresh_find(std::size_t index) {
    if (find_.finder && find_.table == index) begin_find();
}

table::RowId App::find_focus() const {
    const GridSelection& selection = panels_[find_.table].selection();
    const table::RowId row = selection.focus().row;
    return selection.lives(session_.table(find_.table), row) ? row : table::kNoRow;
}

// The position in the view of where the words are sought from.
std::size_t App::find_start() {
    const TablePanel& panel = panels_[find_.table];
    const table::View& view = session_.view(find_.table);
    const table::RowId focus = find_focus();
    const bool moved = focus != find_.at || find_.origin == table::kNoRow;
    if (moved && focus != table::kNoRow) {
        find_.origin = focus;
    } else if (moved && panel.first_row() < panel.lines().size()) {
        const std::size_t top = panel.lines().at(panel.first_row()).position;
        if (top < view.size()) find_.origin = view.row_at(top);
    }
    find_.at = focus;
    const std::size_t position = view.position_of(find_.origin);
    return position < view.size() ? position : 0;
}

// To the next match, or the one before; with 0 the first one from the origin on.
void App::seek(int step) {
    if (!find_.finder) return;
    session_.refresh_views();
    const table::View& view = session_.view(find_.table);
    std::size_t from = find_start();
    const std::size_t focus = view.position_of(find_focus());
    if (step != 0 && focus < view.size()) from = focus;
    const table::View* all = session_.search(find_.table);
    const bool on_match =
        all != nullptr && from < view.size() && all->position_of(view.row_at(from)) < all->size();
    if (on_match && step != 0) from += step > 0 ? 1 : view.size() - 1;
    find_.finder->seek(view, from, step < 0);
    if (step != 0) find_.origin = table::kNoRow;  // what it leads to
    want_frames(2);
}

// Before the snapshots, so that this frame shows what was found.
void App::work_find(const Scene& scene) {
    if (!find_bar_.is_open()) return;
    if (find_.table != focus_) begin_find();
    if (!find_.finder) return;
    const MonotonicUs end = scene.now + kFindBudgetUs;
    const table::View& view = session_.view(find_.table);
    if (find_.shows != table::kNoRow) show_match(std::exchange(find_.shows, table::kNoRow));
    if (find_.steps != 0 && find_.shows == table::kNoRow && !find_.finder->seeking()) {
        const int step = find_.steps > 0 ? 1 : -1;
        find_.steps -= step;
        seek(step);
    }
    if (find_.finder->seeking()) {
        bool over = false;
        do over = find_.finder->seek_some(view, kFindSteps);
        while (!over && monotonic_now() < end);
        if (over && find_.finder->found() != table::kNoRow) show_match(find_.finder->found());
        want_frames(2);
    }
    table::View* all = session_.search(find_.table);
    while (all->rebuilding()) {
        want_frames(2);
        if (all->rebuild_some(kFindSteps) || monotonic_now() >= end) break;
    }
}

void App::show_match(table::RowId row) {
    const table::Table& table = session_.table(find_.table);
    const table::View& view = session_.view(find_.table);
    TablePanel& panel = panels_[find_.table];
    TableLook& look = table_looks_[find_.table];
    const std::size_t position = view.position_of(row);
    if (position >= view.size()) return;
    const table::Groups& groups = view.groups();
    if (groups.spec().column >= 0) {
        const std::string key = group_key(groups.value(groups.index_at(position)));
        if (!look.is_open(key)) {
            look.toggle(key);
            find_.shows = row;  // once its line is there
            return look_changed();
        }
    }
    std::size_t column = kNoColumn;
    const TimeZone& zone = look.utc ? kUtc : zone_;
    for (const PlacedColumn& place : panel.places().columns) {
        const feed::ColumnSpec& spec = table.spec().columns[place.column];
        if (find_.words.found(spec, table.cell(row, place.column), zone) == 0) continue;
        column = place.column;
        break;
    }
    panel.focus_row(table, row, column);
    find_.at = find_focus();
    find_.spoken = false;
}

std::string App::find_words() {
    if (!find_bar_.is_open() || !find_.finder) return {};
    const table::View* all = session_.search(find_.table);
    if (all->rebuilding() || find_.finder->seeking()) return "searching…";
    if (all->size() == 0) return "not found";
    const TablePanel& panel = panels_[find_.table];
    const table::RowId row = panel.selection().focus().row;
    std::size_t at = all->size();
    if (panel.selection().lives(session_.table(find_.table), row)) at = all->position_of(row);
    if (at >= all->size()) return counted(all->size()) + " found";
    return counted(at + 1) + " of " + counted(all->size());
}

void App::draw_find(const Scene& scene, const Area& area) {
    find_.shown = find_words();
    const FindWish wish =
        find_bar_.draw(scene, area,
                       {.table = session_.table(focus_).spec().name,
                        .words = find_.shown,
                        .none = find_.finder && session_.search(find_.table)->size() == 0});
    if (wish.changed) {
        begin_find();
        seek(0);
        want_frames(2);
    }
    if (wish.steps != 0) {
        find_.steps = std::clamp(find_.steps + wish.steps, -kStepsMax, kStepsMax);
        want_frames(2);
    }
    if (wish.close) close_find();
    const bool settled =
        find_.finder && !find_.finder->seeking() && !session_.search(find_.table)->rebuilding();
    if (!settled || find_.spoken) return;
    find_.spoken = true;
    tell_words(find_.shown);
}

}  // namespace nats_blotter::web

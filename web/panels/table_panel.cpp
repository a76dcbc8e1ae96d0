// web/panels/table_panel.cpp - see web/panels/table_panel.h. Rows are drawn in table_rows.cpp, the
// focus moves in table_focus.cpp.
#include "web/panels/table_panel.h"

#include <algorithm>

#include "base/number_text.h"
#include "web/cell_text.h"
#include "web/hash.h"
#include "web/targets.h"

namespace nats_blotter::web {
namespace {

constexpr float kTitlePx = 26;
constexpr float kHeadsPx = 22;
constexpr float kFootPx = 22;
constexpr float kCellPaddingPx = 8;
constexpr float kBarPx = 10;
// Sums change with rows out of sight: shown so often, and not with each of them.
constexpr MonotonicUs kSumsStepUs = 250 * kMillisecondUs;
// Of a long selection that is added up, in a frame.
constexpr std::size_t kSumStepsPerFrame = 16'384;

void append_count(std::string& out, std::size_t count) {
    const feed::ColumnSpec column{.type = feed::ColumnType::Int};
    table::append_shown(out, column, feed::Cell::of_number(static_cast<std::int64_t>(count)), kUtc);
}

}  // namespace

void TablePanel::place(const Scene& scene, const feed::TableSpec& spec, const TableLook& look,
                       const Area& area, bool all_accounts) {
    area_ = area;
    title_height_ = scene.px(kTitlePx);
    strip_height_ = look.is_filtered() ? scene.px(FilterStrip::kHeightPx) : 0;
    heads_height_ = scene.px(kHeadsPx);
    row_px_ = scene.row_px;
    row_height_ = scene.px(row_px_);
    sum_columns_ = sum_columns(spec);
    has_net_ = has_net(spec);
    foot_height_ = sum_columns_.empty() ? 0 : scene.px(has_net_ ? 2 * kFootPx : kFootPx);
    const float width = area.width - scene.px(ScrollBar::kWidthPx);
    places_ = place_columns(scene, spec, look, width, all_accounts);
    bar_height_ = places_.total_width > width + 0.5f ? scene.px(kBarPx) : 0;
    const float head = head_height();
    body_ = {area.x, area.y + head, width, std::max(0.0f, area.height - head - foot_height())};
    rows_visible_ = static_cast<std::size_t>(body_.height / row_height_);
    scroll_x_ = std::clamp(scroll_x_, 0.0f, std::max(0.0f, places_.total_width - width));
}

void TablePanel::handle_wheel() {
    const ImGuiIO& io = ImGui::GetIO();
    if (!ImGui::IsMouseHoveringRect(area_.top_left(), area_.bottom_right())) return;
    const bool sideways = io.KeyShift && io.MouseWheelH == 0;
    const float x = sideways ? io.MouseWheel : io.MouseWheelH;
    const float y = sideways ? 0 : io.MouseWheel;
    const float room = std::max(0.0f, places_.total_width - body_.width);
    // ImGui's unit is 100 CSS pixels.
    scroll_x_ = std::clamp(scroll_x_ - std::round(x * 100.0f * row_height_ / row_px_), 0.0f, room);
    if (y == 0) return;
    wheel_rest_ -= y * (100.0f / row_px_);
    const float whole = std::trunc(wheel_rest_);
    wheel_rest_ -= whole;
    scroll_by_rows(static_cast<std::int64_t>(whole));
}

std::size_t TablePanel::last_top() const {
    const std::size_t total = lines_.size();
    return total > rows_visible_ ? total - rows_visible_ : 0;
}

bool TablePanel::take_snapshot(const Scene& scene, const table::Table& table,
                               const table::View& view, const TableLook& look, bool loading) {
    lines_.update(view, look);
    follow_anchor(table);
    top_row_ = std::min(top_row_, last_top());
    if (top_row_ == 0) new_above_ = 0;
    snapshot_lines(table, view, scene);
    flashes_.note(scene, table.spec(), window_, places_.columns,
                  loading || was_loading_ || !scene.motion);
    due_ = flashes_.due();
    snapshot_sums(scene, table, view);
    seen_generation_ = table.generation();
    was_loading_ = loading;
    shown_hash_ = hash_of_shown(loading);
    return shown_hash_ != drawn_hash_;
}

void TablePanel::snapshot_lines(const table::Table& table, const table::View& view,
                                const Scene& scene) {
    // One more than fits whole: the last one is cut by the edge.
    const std::size_t end = std::min(lines_.size(), top_row_ + rows_visible_ + 1);
    window_rows_.clear();
    window_groups_.clear();
    group_heads_.clear();
    anchor_row_ = table::kNoRow;
    anchor_group_ = kNoGroup;
    newest_column_ = view.groups().newest_column();
    for (std::size_t index = top_row_; index < end; ++index) {
        const Line line = lines_.at(index);
        window_rows_.push_back(line.row);
        window_groups_.push_back(line.is_head ? line.group : SIZE_MAX);
        const table::Groups& groups = view.groups();
        if (index == top_row_) {
            anchor_row_ = line.row;
            if (line.is_head) anchor_group_ = groups.id(line.group);
        }
        if (!line.is_head) continue;
        const feed::Cell value = groups.value(line.group);
        GroupHead head;
        const auto column = static_cast<std::size_t>(groups.spec().column);
        const bool is_account = static_cast<std::int32_t>(column) == table.spec().scope_column;
        head.key = group_key(value);
        head.words = is_account && !value.is_null() ? scene.accounts.words(value.number) : head.key;
        head.open = lines_.is_open(line.group);
        head.totals = groups.at(line.group);
        const std::int64_t newest =
            newest_column_ < 0 ? table::NumberPages::kNull : groups.newest(line.group);
        if (newest != table::NumberPages::kNull) head.last = feed::Cell::of_number(newest);
        group_heads_.push_back(std::move(head));
    }
    window_.fill(table, window_rows_, top_row_, lines_.size(), seen_generation_);
    selected_.assign(window_rows_.size(), 0);
    focus_index_ = SIZE_MAX;
    for (std::size_t index = 0; index < window_rows_.size(); ++index) {
        const table::RowId row = window_rows_[index];
        if (row == table::kNoRow) continue;
        selected_[index] = selection_.is_selected(table, row) ? 1 : 0;
        if (row == selection_.focus().row && selection_.lives(table, row)) focus_index_ = index;
    }
}

// The sums of the filter step by step in time, those of the selection step by step in rows.
void TablePanel::snapshot_sums(const Scene& scene, const table::Table& table,
                               const table::View& view) {
    const table::Totals& now = view.totals();
    const std::size_t in_table = table.row_count();
    // A view that adds nothing up does not count its rows there.
    const std::size_t rows = view.size();
    const bool same = rows == totals_.rows && now.sums == totals_.sums &&
                      now.longs == totals_.longs && in_table == totals_in_table_;
    if (!same) {
        // The first rows do not wait: "0 rows" above them would be wrong.
        const bool first = totals_.rows == 0 && rows > 0;
        if (scene.now - totals_at_ >= kSumsStepUs || was_loading_ || first) {
            totals_ = now;
            totals_.rows = rows;
            totals_in_table_ = in_table;
            totals_at_ = scene.now;
        } else {
            due_ = std::min(due_, totals_at_ + kSumsStepUs);
        }
    }
    summing_ = !selection_.empty() && !selection_.sum_some(table, sum_columns_, kSumStepsPerFrame);
    if (summing_) due_ = std::min(due_, scene.now);
}

std::uint64_t TablePanel::hash_of_shown(bool loading) const {
    std::uint64_t hash = kHashStart;
    const auto add_totals = [&hash](const table::Totals& totals) {
        hash = hash_number(hash, totals.rows);
        for (const table::WideSum& sum : totals.sums)
            hash = hash_number(hash, static_cast<std::uint64_t>(sum.clamped()));
        hash = hash_number(hash, static_cast<std::uint64_t>(totals.longs.clamped()));
    };
    hash = hash_number(hash, window_.total_rows());
    hash = hash_number(hash, totals_in_table_);
    hash = hash_number(hash, window_.first());
    hash = hash_number(hash, new_above_);
    hash = hash_number(hash, loading ? 1 : 0);
    hash = hash_number(hash, flashes_.seen_hash());
    hash = hash_number(hash, selection_.version());
    hash = hash_number(hash, focus_index_);
    if (on_head_) hash = hash_text(hash, head_key_);
    add_totals(totals_);
    if (!selection_.empty()) add_totals(selection_.sums());
    for (const GroupHead& head : group_heads_) {
        hash = hash_text(hash, head.words);
        add_totals(head.totals);
        hash = hash_cell(hash, head.last);
    }
    return hash;
}

void TablePanel::follow_anchor(const table::Table& table) {
    if (top_row_ == 0) return;
    if (anchor_group_ != kNoGroup && lines_.grouped()) {
        // Groups change places: none of them is new.
        const std::size_t group = lines_.groups().index_of_id(anchor_group_);
        if (group < lines_.groups().count()) top_row_ = lines_.index_of_head(group);
        return;
    }
    if (anchor_row_ == table::kNoRow) return;
    const bool lives = anchor_row_ < table.slot_count() && table.is_live(anchor_row_) &&
                       !table.inserted_after(anchor_row_, seen_generation_);
    if (!lives) return;
    const std::size_t index = lines_.index_of(anchor_row_);
    if (index >= lines_.size()) return;
    if (index > top_row_) new_above_ += index - top_row_;
    top_row_ = index;
}

void TablePanel::reset() {
    top_row_ = 0;
    new_above_ = 0;
    drop_anchor();
    flashes_.reset();
    selection_.clear();
    on_head_ = false;
    gestures_.clear();
    was_loading_ = true;
    wheel_rest_ = 0;
}

void TablePanel::scroll_by_rows(std::int64_t rows) {
    const auto top = static_cast<std::int64_t>(top_row_) + rows;
    const auto last = static_cast<std::int64_t>(last_top());
    top_row_ = static_cast<std::size_t>(std::clamp<std::int64_t>(top, 0, last));
    drop_anchor();  // the next snapshot takes the new top row
}

void TablePanel::scroll_to_start() {
    top_row_ = 0;
    drop_anchor();
}

void TablePanel::scroll_to_end() {
    top_row_ = last_top();
    drop_anchor();
}

TableWish TablePanel::draw(const Scene& scene, const feed::TableSpec& spec, TableLook& look,
                           const TableState& state, bool focused) {
    ImGui::PushID(spec.name.c_str());
    drawn_hash_ = shown_hash_;
    TableWish wish;
    ImGui::PushClipRect(area_.top_left(), area_.bottom_right(), true);
    draw_title(scene, spec, state, focused);
    const float below = area_.y + title_height_;
    if (strip_height_ > 0)
        wish.filter = strip_.draw(scene, spec, look, {area_.x, below, area_.width, strip_height_});
    const Area heads{area_.x, below + strip_height_, area_.width, heads_height_};
    const HeadsWish pressed = heads_.draw(scene, spec, look, places_, heads, scroll_x_);
    wish.sort = pressed.sort;
    wish.columns = pressed.columns;
    wish.head_menu = pressed.menu;

    handle_pointer(scene, look, wish);
    draw_rows(scene, spec, look, state, focused);
    if (window_.total_rows() == 0) draw_words(scene, look, state, wish);
    if (state.stale) draw_hatch(scene);
    draw_sums(scene, spec, look, state);
    draw_bars(scene);
    draw_hint(scene, state);
    ImGui::PopClipRect();
    ImGui::PopID();
    return wish;
}

// ---- the pointer among the rows

TablePanel::Spot TablePanel::spot_at(ImVec2 at) const {
    Spot spot;
    const float y = at.y - body_.y;
    if (y >= 0) spot.index = static_cast<std::size_t>(y / row_height_);
    if (spot.index >= window_.row_count()) spot.index = SIZE_MAX;
    for (const PlacedColumn& place : places_.columns) {
        const float left = left_of(place);
        if (at.x < left || at.x >= left + place.width) continue;
        spot.column = place.column;
        if (place.pinned) break;  // it lies above the others
    }
    // Beside the columns it is the last one's.
    if (spot.column == kNoColumn && !places_.columns.empty())
        spot.column = places_.columns.back().column;
    return spot;
}

void TablePanel::handle_pointer(const Scene& scene, TableLook& look, TableWish& wish) {
    was_clicked_ = false;
    hovered_ = SIZE_MAX;
    if (body_.width < 1 || body_.height < 1) return;
    ImGui::SetCursorScreenPos(body_.top_left());
    ImGui::InvisibleButton("rows", {body_.width, body_.height},
                           ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight);
    const ImGuiIO& io = ImGui::GetIO();
    if (ImGui::IsItemHovered()) hovered_ = spot_at(io.MousePos).index;
    const bool right = ImGui::IsItemClicked(ImGuiMouseButton_Right);
    was_clicked_ = ImGui::IsItemClicked() || right;
    if (was_clicked_) {
        pressed_ = spot_at(io.MousePos);
        dragged_ = pressed_;
        if (pressed_.index == SIZE_MAX) return;
        const table::RowId row = window_.row(pressed_.index).row;
        if (row == table::kNoRow) {
            const auto heads_before = static_cast<std::size_t>(
                std::count_if(window_groups_.begin(),
                              window_groups_.begin() + static_cast<std::ptrdiff_t>(pressed_.index),
                              [](std::size_t group) { return group != SIZE_MAX; }));
            if (right || heads_before >= group_heads_.size()) return;
            look.toggle(group_heads_[heads_before].key);
            wish.columns = true;
            pressed_.index = SIZE_MAX;
            return;
        }
        using Kind = Gesture::Kind;
        const bool keeps = right && selected_[pressed_.index] != 0;
        const Kind kind = right         ? Kind::Select
                          : io.KeyShift ? Kind::ExtendRows
                          : io.KeyCtrl  ? Kind::Toggle
                                        : Kind::Select;
        if (!keeps) gestures_.push_back({kind, {row, pressed_.column}});
        wish.row_menu = right;
        if (!right && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) wish.cross_link = true;
        return;
    }
    if (ImGui::IsItemActive() && ImGui::IsMouseDown(ImGuiMouseButton_Left)) drag_to(scene);
}

// Every cell between the one that was pressed and the one the pointer is over, which scrolls where
// it is above or below the rows.
void TablePanel::drag_to(const Scene& scene) {
    if (pressed_.index == SIZE_MAX) return;
    ImVec2 at = ImGui::GetIO().MousePos;
    if (at.y < body_.y) scroll_by_rows(-1);
    if (at.y >= body_.bottom()) scroll_by_rows(1);
    at.y = std::clamp(at.y, body_.y, body_.bottom() - 1);
    Spot spot = spot_at(at);
    if (spot.index == SIZE_MAX && window_.row_count() > 0) spot.index = window_.row_count() - 1;
    const bool scrolls = at.y != ImGui::GetIO().MousePos.y;
    if (scrolls) due_ = std::min(due_, scene.now);
    if (spot.index == dragged_.index && spot.column == dragged_.column && !scrolls) return;
    dragged_ = spot;
    if (spot.index == SIZE_MAX) return;
    const table::RowId row = window_.row(spot.index).row;
    if (row != table::kNoRow) gestures_.push_back({Gesture::Kind::ExtendCells, {row, spot.column}});
}

void TablePanel::carry_out(const table::Table& table, const table::View& view,
                           const TableLook& look) {
    if (gestures_.empty()) return;
    on_head_ = false;
    lines_.update(view, look);
    for (const Gesture& gesture : gestures_) {
        switch (gesture.kind) {
            case Gesture::Kind::Select: selection_.select(table, gesture.cell); break;
            case Gesture::Kind::Toggle: selection_.toggle(table, gesture.cell); break;
            case Gesture::Kind::ExtendRows:
                selection_.extend(table, lines_, gesture.cell, false);
                break;
            case Gesture::Kind::ExtendCells:
                selection_.extend(table, lines_, gesture.cell, true);
                break;
        }
    }
    gestures_.clear();
}

// ---- above and beside the rows

void TablePanel::append_selection(std::string& out, const feed::TableSpec& spec) const {
    if (selection_.empty()) return;
    const table::Totals& sums = selection_.sums();
    out += " · ";
    append_count(out, selection_.count());
    out += " selected";
    if (summing_) out += " · Σ …";
    for (std::size_t index = 0; !summing_ && index < sums.sums.size(); ++index) {
        const std::uint16_t at = sum_columns_[index];
        const feed::ColumnSpec& column = spec.columns[at];
        const auto& places = places_.columns;
        // Of the columns that are shown.
        if (std::none_of(places.begin(), places.end(),
                         [at](const PlacedColumn& place) { return place.column == at; }))
            continue;
        out += " · Σ ";
        out += column.title;
        out += ' ';
        std::string digits;
        sums.sums[index].append_to(digits,
                                   column.type == feed::ColumnType::Decimal ? column.scale : 0);
        if (digits[0] != '-') out += '+';
        append_grouped(out, digits, column.grouped);
    }
}

void TablePanel::draw_title(const Scene& scene, const feed::TableSpec& spec,
                            const TableState& state, bool focused) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float size = scene.px(kTextPx);
    const float bottom = area_.y + title_height_;
    list.AddRectFilled(area_.top_left(), {area_.right(), bottom}, scene.theme.panel);
    float x = area_.x + scene.px(kCellPaddingPx);
    draw_text(list, scene.label_font, size, x, area_.y, bottom, scene.theme.text, spec.title);
    x += text_width(scene.label_font, size, spec.title) + scene.px(10);

    scratch_.clear();
    const auto rows = static_cast<std::size_t>(totals_.rows);
    if (rows > 0 || !state.loading) {
        append_count(scratch_, rows);
        if (totals_in_table_ > rows) {
            scratch_ += " of ";
            append_count(scratch_, totals_in_table_);
            scratch_ += " rows";
        } else {
            scratch_ += rows == 1 ? " row" : " rows";
        }
        if (state.rearranging) scratch_ += ", rearranging…";
        if (state.loading) scratch_ += ", live only: history is missing";
    }
    append_selection(scratch_, spec);
    draw_text(list, scene.cell_font, size, x, area_.y, bottom, scene.theme.dim, scratch_);
    const float words_width = text_width(scene.cell_font, size, scratch_);
    scene.targets.add("title " + scratch_, x, area_.y, words_width, title_height_);

    // What the table lacks, each in a chip.
    x += words_width + scene.px(10);
    const auto draw_count = [&](std::string_view before, std::uint64_t count,
                                std::string_view after) {
        if (count == 0) return;
        scratch_ = before;
        append_count(scratch_, static_cast<std::size_t>(count));
        scratch_ += after;
        x = draw_warning(scene, std::floor(x), scratch_) + scene.px(6);
    };
    draw_count("oldest ", state.unloaded, " unloaded");
    draw_count("", state.unreadable, " unreadable");
    draw_count("", state.accounts_not_followed, " accounts not followed");
    if (!state.lacks_words.empty()) draw_warning(scene, std::floor(x), state.lacks_words);

    if (new_above_ > 0) {
        scratch_ = "▲ ";
        append_count(scratch_, new_above_);
        scratch_ += " new";
        const float width = text_width(scene.label_font, size, scratch_) + scene.px(16);
        const float left = area_.right() - width - scene.px(16);
        ImGui::SetCursorScreenPos({left, area_.y});
        if (ImGui::InvisibleButton("new", {width, title_height_})) scroll_to_start();
        if (ImGui::IsItemHovered()) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
        list.AddRectFilled({left, area_.y + scene.px(3)}, {left + width, bottom - scene.px(3)},
                           scene.theme.selection, scene.px(4));
        draw_text(list, scene.label_font, size, left + scene.px(8), area_.y, bottom,
                  scene.theme.text, scratch_);
        scene.targets.add(scratch_, left, area_.y, width, title_height_);
    }
    if (focused) {
        list.AddRectFilled({area_.x, area_.y}, {area_.right(), area_.y + scene.px(2)},
                           scene.theme.focus);
    }
}

// A mark in the title; answers where it ends.
float TablePanel::draw_warning(const Scene& scene, float x, std::string_view words) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float size = scene.px(kTextPx);
    const float bottom = area_.y + title_height_;
    const float width = text_width(scene.label_font, size, words) + scene.px(16);
    list.AddRect({x, area_.y + scene.px(3)}, {x + width, bottom - scene.px(3)}, scene.theme.stale,
                 scene.px(4), 0, scene.px(1));
    draw_text(list, scene.label_font, size, x + scene.px(8), area_.y, bottom, scene.theme.stale,
              words);
    scene.targets.add(words, x, area_.y, width, title_height_);
    return std::floor(x + width);
}

void TablePanel::draw_bars(const Scene& scene) {
    const Area bar{body_.right(), body_.y, scene.px(ScrollBar::kWidthPx), body_.height};
    const std::size_t first =
        scroll_bar_.draw(scene, "bar", bar, window_.total_rows(), rows_visible_, top_row_);
    if (first != top_row_) {
        top_row_ = first;
        drop_anchor();
    }
    if (bar_height_ <= 0) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const Area track{body_.x, area_.bottom() - bar_height_, body_.width, bar_height_};
    ImGui::SetCursorScreenPos(track.top_left());
    ImGui::InvisibleButton("across", {track.width, track.height});
    const float room = places_.total_width - body_.width;
    const float thumb = std::max(scene.px(24), track.width * body_.width / places_.total_width);
    const float way = std::max(1.0f, track.width - thumb);
    if (ImGui::IsItemActive()) {
        const float wanted = (ImGui::GetIO().MousePos.x - track.x - thumb / 2) / way * room;
        scroll_x_ = std::round(std::clamp(wanted, 0.0f, room));
    }
    const bool hot = ImGui::IsItemActive() || ImGui::IsItemHovered();
    const float left = std::floor(track.x + way * std::clamp(scroll_x_ / room, 0.0f, 1.0f));
    list.AddRectFilled({area_.x, track.y}, {area_.right(), track.bottom()}, scene.theme.panel);
    list.AddRectFilled({left, track.y + scene.px(2)}, {left + thumb, track.bottom() - scene.px(2)},
                       hot ? scene.theme.dim : scene.theme.border, scene.px(3));
    scene.targets.add("across", track.x, track.y, track.width, track.height);
}

}  // namespace nats_blotter::web

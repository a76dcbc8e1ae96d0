// web/panels/table_rows.cpp - the rows, heads of groups and sums of a TablePanel.
#include <algorithm>

#include "base/number_text.h"
#include "web/cell_text.h"
#include "web/panels/table_panel.h"
#include "web/targets.h"

namespace nats_blotter::web {
namespace {

constexpr float kCellPaddingPx = 8;
constexpr float kHeadWordsPx = 60;  // kept for the words of a group's head, at the least

bool is_number(const feed::ColumnSpec& column) {
    return column.type == feed::ColumnType::Int || column.type == feed::ColumnType::Decimal;
}

}  // namespace

// Clips to what a column that scrolls may show; true when there is something to take back.
bool TablePanel::clip_to(const PlacedColumn& place) const {
    if (place.pinned || places_.total_width <= body_.width + 0.5f) return false;
    ImGui::GetWindowDrawList()->PushClipRect({area_.x + places_.pinned_width, area_.y},
                                             area_.bottom_right(), true);
    return true;
}

bool TablePanel::is_selected_cell(std::size_t index, std::size_t column) const {
    if (selected_[index] == 0) return false;
    if (selection_.whole_rows()) return true;
    const auto place = [this](std::size_t wanted) {
        return std::find_if(places_.columns.begin(), places_.columns.end(),
                            [wanted](const PlacedColumn& at) { return at.column == wanted; }) -
               places_.columns.begin();
    };
    const auto from = place(selection_.first_column());
    const auto to = place(selection_.last_column());
    const auto at = place(column);
    return at >= std::min(from, to) && at <= std::max(from, to);
}

void TablePanel::draw_rows(const Scene& scene, const feed::TableSpec& spec, const TableLook& look,
                           const TableState& state, bool focused) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.PushClipRect(body_.top_left(), {area_.right(), body_.bottom()}, true);
    float y = body_.y;
    std::size_t head = 0;
    for (std::size_t index = 0; index < window_.row_count(); ++index) {
        if (window_groups_[index] != SIZE_MAX) {
            const GroupHead& one = group_heads_[head++];
            draw_group(scene, spec, look, one, y, focused && on_head_ && one.key == head_key_);
        } else {
            draw_row(scene, spec, look, state, index, y, focused);
        }
        y += row_height_;
    }
    list.PopClipRect();
}

void TablePanel::draw_row(const Scene& scene, const feed::TableSpec& spec, const TableLook& look,
                          const TableState& state, std::size_t index, float y, bool focused) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const table::WindowRow& row = window_.row(index);
    // Counted from the end, so that a row keeps its shade when others come in above it.
    const std::size_t from_end = window_.total_rows() - (window_.first() + index);
    const ImU32 plain_ground = from_end % 2 == 0 ? scene.theme.zebra : scene.theme.ground;
    bool row_flashing = false;
    ImU32 ground = flashes_.row_ground(scene, row.row, plain_ground, &row_flashing);
    const bool selected = selected_[index] != 0 && selection_.whole_rows();
    if (selected) ground = scene.theme.selection;
    if (ground != scene.theme.ground)
        list.AddRectFilled({area_.x, y}, {area_.right(), y + row_height_}, ground);
    const bool faint = row.phantom || !state.current;
    const ImU32 plain = faint && !selected ? scene.theme.dim : scene.theme.text;
    const TimeZone& zone = look.utc ? kUtc : scene.zone;
    const auto found = [&](const PlacedColumn& place) {
        return state.find->found(spec.columns[place.column], window_.cell(index, place.column),
                                 zone);
    };
    std::uint64_t words = 0;
    if (state.find != nullptr)
        for (const PlacedColumn& place : places_.columns) words |= found(place);
    const bool matches = state.find != nullptr && words == state.find->all();
    for (const PlacedColumn& place : places_.columns) {
        const bool clipped = clip_to(place);
        bool flashing = row_flashing;
        const bool marked = is_selected_cell(index, place.column);
        ImU32 own = flashes_.cell_ground(scene, row.row, place.column, ground, &flashing);
        if (marked) own = scene.theme.selection;
        const float left = left_of(place);
        if (own != ground)
            list.AddRectFilled({left, y}, {left + place.width, y + row_height_}, own);
        const bool is_account = static_cast<std::int32_t>(place.column) == spec.scope_column;
        draw_cell(scene, spec.columns[place.column], look, place, window_.cell(index, place.column),
                  is_account, y, plain, !faint && !flashing && !marked);
        if (focused && index == focus_index_ && place.column == selection_.focus().column) {
            const float line = scene.px(scene.theme.plain ? 2 : 1);
            const float half = (line - 1) / 2;  // AddRect adds half a pixel
            list.AddRect({left + half, y + half},
                         {left + place.width - half, y + row_height_ - half}, scene.theme.focus, 0,
                         0, line);
        }
        if (matches && found(place) != 0) draw_match(scene, place, y);
        if (clipped) list.PopClipRect();
    }
    // The books of this row do not balance: a bar at its edge until they do.
    if (row.broken)
        list.AddRectFilled({area_.x, y}, {area_.x + scene.px(3), y + row_height_},
                           scene.theme.offline);
    if (row.phantom && !places_.columns.empty()) {
        const float middle = y + std::floor(row_height_ / 2);
        const float padding = scene.px(kCellPaddingPx);
        const PlacedColumn& last = places_.columns.back();
        list.AddRectFilled({area_.x + padding, middle},
                           {left_of(last) + last.width - padding, middle + scene.px(1)},
                           scene.theme.dim);
    }
}

// Over the left edge of all that may be old: two columns of dashes, one a step below the other.
void TablePanel::draw_hatch(const Scene& scene) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float step = scene.px(3);
    const float width = scene.px(2);
    const auto rows = static_cast<float>(window_.row_count());
    const float end = std::min(body_.bottom(), body_.y + rows * row_height_);
    bool left = true;
    for (float y = body_.y; y < end; y += step, left = !left) {
        const float x = area_.x + (left ? 0 : width);
        list.AddRectFilled({x, y}, {x + width, std::min(end, y + step)}, scene.theme.stale);
    }
}

// What is odd about the row under the pointer.
void TablePanel::draw_hint(const Scene& scene, const TableState& state) {
    if (hovered_ >= window_.row_count()) return;
    const table::WindowRow& row = window_.row(hovered_);
    if (!row.phantom && !row.broken) return;
    scratch_ = "trades and position do not add up: read again";
    if (row.phantom) {
        scratch_ = "not confirmed by ";
        scratch_ += state.snapshot.empty() ? "the snapshot" : state.snapshot;
    }
    const std::string_view words = scratch_;
    const float size = scene.px(kTextPx);
    const float padding = scene.px(kCellPaddingPx);
    const float width = text_width(scene.label_font, size, words) + 2 * padding;
    const float height = scene.px(26);
    const float last = std::max(area_.x, body_.right() - width - scene.px(4));
    const float x = std::floor(std::clamp(ImGui::GetIO().MousePos.x, area_.x, last));
    // Below the row, or above it where there is no room.
    float y = body_.y + row_height_ * static_cast<float>(hovered_ + 1) + scene.px(2);
    if (y + height > body_.bottom()) y -= row_height_ + height + scene.px(4);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled({x, y}, {x + width, y + height}, scene.theme.panel, scene.px(4));
    list.AddRect({x, y}, {x + width, y + height}, scene.theme.border, scene.px(4), 0, scene.px(1));
    draw_text(list, scene.label_font, size, x + padding, y, y + height, scene.theme.text, words);
    scene.targets.add(words, x, y, width, height);
}

// A frame within the cell, so that it can be told from the focus around it.
void TablePanel::draw_match(const Scene& scene, const PlacedColumn& place, float y) {
    const float line = scene.px(scene.theme.plain ? 2 : 1);
    const float inset = scene.px(2) + (line - 1) / 2;
    const float left = left_of(place);
    ImGui::GetWindowDrawList()->AddRect({left + inset, y + inset},
                                        {left + place.width - inset, y + row_height_ - inset},
                                        scene.theme.stale, scene.px(3), 0, line);
    scene.targets.add("match", left, y, place.width, row_height_);
}

void TablePanel::draw_cell(const Scene& scene, const feed::ColumnSpec& column,
                           const TableLook& look, const PlacedColumn& place, const feed::Cell& cell,
                           bool is_account, float y, ImU32 plain, bool coloured) {
    ImU32 colour = plain;
    scratch_.clear();
    const std::string_view account =
        is_account && !cell.is_null() ? scene.accounts.name(cell.number) : std::string_view{};
    if (!account.empty()) {
        scratch_ = account;
    } else if (is_account && !cell.is_null()) {
        append_int(scratch_, cell.number);  // a number without a name has no thousands
    } else if (column.type == feed::ColumnType::Enum && cell.text == "Buy") {
        scratch_ = "▲ Buy";
        if (coloured) colour = scene.theme.up;
    } else if (column.type == feed::ColumnType::Enum && cell.text == "Sell") {
        scratch_ = "▼ Sell";
        if (coloured) colour = scene.theme.down;
    } else {
        append_as_looked(scratch_, column, cell, look, scene.zone);
        const bool number = is_number(column) && !cell.is_null();
        if (number && cell.number < 0 && coloured) colour = scene.theme.down;
        if (number && cell.number == 0 && coloured) colour = scene.theme.dim;
    }
    draw_in_column(scene, place, y, colour);
}

// The text of scratch_, cut where it does not fit.
void TablePanel::draw_in_column(const Scene& scene, const PlacedColumn& place, float y,
                                ImU32 colour) {
    const float padding = scene.px(kCellPaddingPx);
    line_.fit(*scene.cell_font, scene.px(kTextPx), scratch_, place.width - 2 * padding);
    const float left = left_of(place);
    const float x =
        place.right_aligned ? left + place.width - padding - line_.width() : left + padding;
    line_.draw(*ImGui::GetWindowDrawList(), x, y, y + row_height_, colour);
}

void TablePanel::append_sum(const feed::ColumnSpec& column, const TableLook& look,
                            const table::WideSum& sum) {
    std::string digits;
    sum.append_to(digits, column.type == feed::ColumnType::Decimal ? column.scale : 0);
    append_grouped(scratch_, digits, column.grouped && look.separators);
}

// "long 1,200 · short −300 · gross 1,500", into scratch_.
void TablePanel::append_long_short(const feed::ColumnSpec& column, const TableLook& look) {
    table::WideSum shorts = totals_.sums[0];
    shorts.subtract(totals_.longs);
    table::WideSum gross = totals_.longs;
    gross.subtract(shorts);
    scratch_ = "long ";
    append_sum(column, look, totals_.longs);
    scratch_ += " · short ";
    append_sum(column, look, shorts);
    scratch_ += " · gross ";
    append_sum(column, look, gross);
}

void TablePanel::draw_group(const Scene& scene, const feed::TableSpec& spec, const TableLook& look,
                            const GroupHead& head, float y, bool focused) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled({area_.x, y}, {area_.right(), y + row_height_}, scene.theme.panel);
    if (focused) {
        const float line = scene.px(scene.theme.plain ? 2 : 1);
        const float half = (line - 1) / 2;  // AddRect adds half a pixel
        list.AddRect({area_.x + half, y + half}, {body_.right() - half, y + row_height_ - half},
                     scene.theme.focus, 0, 0, line);
    }
    const float size = scene.px(kTextPx);
    const float padding = scene.px(kCellPaddingPx);
    scratch_ = head.open ? "▾ " : "▸ ";
    scratch_ += head.words;
    scratch_ += " (";
    append_int(scratch_, static_cast<std::int64_t>(head.totals.rows));
    scratch_ += ')';
    scene.targets.add("group " + scratch_, area_.x, y, body_.width, row_height_);
    // The words come first: a figure of a column that begins where they do has no room.
    const float words = area_.x + scene.px(kHeadWordsPx);
    const auto has_room = [&](const PlacedColumn& place) { return left_of(place) >= words; };
    const auto has_last = [&](const PlacedColumn& place) {
        return !head.last.is_null() && has_room(place) &&
               static_cast<std::int32_t>(place.column) == newest_column_;
    };
    const auto has_sum = [&](const PlacedColumn& place, std::size_t index) {
        return place.column == sum_columns_[index] && has_room(place);
    };
    float right = body_.right();
    for (const PlacedColumn& place : places_.columns) {
        if (has_last(place)) right = std::min(right, left_of(place));
        for (std::size_t index = 0; index < sum_columns_.size(); ++index)
            if (has_sum(place, index)) right = std::min(right, left_of(place));
    }
    list.PushClipRect({area_.x, y}, {right, y + row_height_}, true);
    draw_text(list, scene.label_font, size, area_.x + padding, y, y + row_height_, scene.theme.text,
              scratch_);
    list.PopClipRect();
    for (std::size_t index = 0; index < sum_columns_.size(); ++index) {
        for (const PlacedColumn& place : places_.columns) {
            if (!has_sum(place, index)) continue;
            const bool clipped = clip_to(place);
            scratch_.clear();
            append_sum(spec.columns[place.column], look, head.totals.sums[index]);
            draw_in_column(scene, place, y, scene.theme.text);
            if (clipped) list.PopClipRect();
        }
    }
    for (const PlacedColumn& place : places_.columns) {
        if (!has_last(place)) continue;
        const bool clipped = clip_to(place);
        scratch_.clear();
        append_as_looked(scratch_, spec.columns[place.column], head.last, look, scene.zone);
        scene.targets.add("last of " + head.words + ' ' + scratch_, left_of(place), y, place.width,
                          row_height_);
        draw_in_column(scene, place, y, scene.theme.text);
        if (clipped) list.PopClipRect();
    }
}

void TablePanel::draw_sums(const Scene& scene, const feed::TableSpec& spec, const TableLook& look,
                           const TableState& state) {
    if (foot_height_ <= 0 || totals_.sums.size() != sum_columns_.size()) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float y = body_.bottom();
    const float line = scene.px(1);
    list.AddRectFilled({area_.x, y}, {area_.right(), y + foot_height_}, scene.theme.panel);
    list.AddRectFilled({area_.x, y}, {area_.right(), y + line}, scene.theme.border);
    const float size = scene.px(kTextPx);
    const float height = has_net_ ? std::floor(foot_height_ / 2) : foot_height_;
    const float left = area_.x + scene.px(kCellPaddingPx);
    draw_text(list, scene.label_font, size, left, y, y + height, scene.theme.dim,
              look.is_filtered() ? "Σ of the filter" : "Σ");
    // What has not been read is not zero.
    if (state.loading && totals_.rows == 0) return;
    if (has_net_) {
        append_long_short(spec.columns[sum_columns_[0]], look);
        draw_text(list, scene.cell_font, size, left, y + height, y + foot_height_, scene.theme.dim,
                  scratch_);
        scene.targets.add("sums " + scratch_, left, y + height,
                          text_width(scene.cell_font, size, scratch_), height);
    }
    const float row_height = std::exchange(row_height_, height);
    for (std::size_t index = 0; index < sum_columns_.size(); ++index) {
        for (const PlacedColumn& place : places_.columns) {
            if (place.column != sum_columns_[index]) continue;
            const bool clipped = clip_to(place);
            scratch_.clear();
            append_sum(spec.columns[place.column], look, totals_.sums[index]);
            const std::string words = "sum " + spec.columns[place.column].title + ' ' + scratch_;
            scene.targets.add(words, left_of(place), y, place.width, height);
            draw_in_column(scene, place, y, scene.theme.text);
            if (clipped) list.PopClipRect();
        }
    }
    row_height_ = row_height;
}

void TablePanel::draw_words(const Scene& scene, TableLook& look, const TableState& state,
                            TableWish& wish) {
    if (state.empty_words.empty()) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float size = scene.px(kTextPx);
    const float wrap = std::max(scene.px(80), area_.width - scene.px(32));
    const ImVec2 extent = scene.label_font->CalcTextSizeA(
        size, FLT_MAX, wrap, text_begin(state.empty_words), text_end(state.empty_words));
    const float x = std::floor(area_.x + (area_.width - extent.x) / 2);
    const float y = std::floor(body_.y + std::max(scene.px(12), body_.height / 3 - extent.y / 2));
    list.AddText(scene.label_font, size, {x, y}, scene.theme.dim, text_begin(state.empty_words),
                 text_end(state.empty_words), wrap);
    scene.targets.add(state.empty_words, x, y, extent.x, extent.y);
    if (state.rows_in_table == 0 || !look.is_filtered()) return;
    ImGui::SetCursorScreenPos({std::floor(area_.x + area_.width / 2 - scene.px(30)),
                               std::floor(y + extent.y + scene.px(8))});
    const bool pressed = ImGui::Button("Clear##empty", {scene.px(60), scene.px(24)});
    const ImVec2 from = ImGui::GetItemRectMin();
    scene.targets.add("Clear", from.x, from.y, scene.px(60), scene.px(24));
    if (!pressed) return;
    look.clear_filters();
    wish.filter = true;
}

}  // namespace nats_blotter::web

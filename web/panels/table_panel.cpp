// web/panels/table_panel.cpp - see web/panels/table_panel.h.
#include "web/panels/table_panel.h"

#include "base/number_text.h"

namespace nats_blotter::web {
namespace {

constexpr MonotonicUs kFadeUs = 300 * kMillisecondUs;
// A fade is drawn in steps: each costs a frame, and more of them are not seen.
constexpr MonotonicUs kFadeStepUs = 75 * kMillisecondUs;
// More rows than this changing in one frame would strobe; they show without a fade.
constexpr std::size_t kFlashesPerFrameMax = 8;
constexpr float kTitlePx = 26;
constexpr float kHeadsPx = 22;
constexpr float kCellPaddingPx = 8;

// FNV-1a.
constexpr std::uint64_t kHashStart = 14695981039346656037ULL;
constexpr std::uint64_t kHashPrime = 1099511628211ULL;

std::uint64_t hash_number(std::uint64_t hash, std::uint64_t number) {
    hash = (hash ^ number) * kHashPrime;
    return hash ^ (hash >> 32);
}

std::uint64_t hash_cell(std::uint64_t hash, const feed::Cell& cell) {
    hash = hash_number(hash, static_cast<std::uint64_t>(cell.kind));
    hash = hash_number(hash, static_cast<std::uint64_t>(cell.number));
    for (const char byte : cell.text) hash = (hash ^ static_cast<unsigned char>(byte)) * kHashPrime;
    return hash;
}

bool is_number(const feed::ColumnSpec& column) {
    return column.type == feed::ColumnType::Int || column.type == feed::ColumnType::Decimal;
}

}  // namespace

void TablePanel::place(const Scene& scene, const feed::TableSpec& spec, const Area& area,
                       bool all_accounts) {
    area_ = area;
    title_height_ = scene.px(kTitlePx);
    heads_height_ = scene.px(kHeadsPx);
    row_px_ = scene.row_px;
    row_height_ = scene.px(row_px_);
    const float head = head_height();
    body_ = {area.x, area.y + head, area.width - scene.px(ScrollBar::kWidthPx),
             std::max(0.0f, area.height - head)};
    rows_visible_ = static_cast<std::size_t>(body_.height / row_height_);
    columns_ = place_columns(scene, spec, body_.width, all_accounts);
}

void TablePanel::handle_wheel() {
    const float wheel = ImGui::GetIO().MouseWheel;
    if (wheel == 0 || !ImGui::IsMouseHoveringRect(area_.top_left(), area_.bottom_right())) return;
    wheel_rest_ -= wheel * (100.0f / row_px_);  // ImGui's unit is 100 CSS pixels
    const float whole = std::trunc(wheel_rest_);
    wheel_rest_ -= whole;
    scroll_by_rows(static_cast<std::int64_t>(whole));
}

std::size_t TablePanel::last_top() const {
    const std::size_t total = window_.total_rows();
    return total > rows_visible_ ? total - rows_visible_ : 0;
}

bool TablePanel::take_snapshot(const Scene& scene, const table::Table& table,
                               const table::View& view, bool loading) {
    follow_anchor(table, view);
    const std::size_t last = view.size() > rows_visible_ ? view.size() - rows_visible_ : 0;
    top_row_ = std::min(top_row_, last);
    if (top_row_ == 0) new_above_ = 0;
    // One more than fits whole: the last one is cut by the edge.
    window_.fill(table, view, top_row_, rows_visible_ + 1, seen_generation_);
    anchor_row_ = window_.row_count() > 0 ? window_.row(0).row : table::kNoRow;
    note_changes(scene, table.spec(), loading || was_loading_ || !scene.motion);
    seen_generation_ = table.generation();
    was_loading_ = loading;
    shown_hash_ = hash_of_shown(loading);
    return shown_hash_ != drawn_hash_;
}

std::uint64_t TablePanel::hash_of_shown(bool loading) const {
    std::uint64_t hash = kHashStart;
    hash = hash_number(hash, window_.total_rows());
    hash = hash_number(hash, window_.first());
    hash = hash_number(hash, new_above_);
    hash = hash_number(hash, loading ? 1 : 0);
    for (std::size_t index = 0; index < seen_.size(); ++index) {
        hash = hash_number(hash, seen_[index].row);
        hash = hash_number(hash, seen_[index].hash);
        hash = hash_number(hash, window_.row(index).phantom ? 1 : 0);
    }
    return hash;
}

void TablePanel::follow_anchor(const table::Table& table, const table::View& view) {
    if (top_row_ == 0 || anchor_row_ == table::kNoRow) return;
    const bool lives = anchor_row_ < table.slot_count() && table.is_live(anchor_row_) &&
                       !table.inserted_after(anchor_row_, seen_generation_);
    if (!lives) return;
    const std::size_t position = view.position_of(anchor_row_);
    if (position >= view.size()) return;
    if (position > top_row_) new_above_ += position - top_row_;
    top_row_ = position;
}

void TablePanel::note_changes(const Scene& scene, const feed::TableSpec& spec, bool quiet) {
    std::erase_if(flashes_,
                  [&scene](const Flash& flash) { return scene.now - flash.started >= kFadeUs; });
    std::vector<Seen> now_seen;
    std::vector<Flash> started;
    for (std::size_t index = 0; index < window_.row_count(); ++index) {
        Seen seen{window_.row(index).row, 0, kHashStart};
        bool has_number = false;
        for (const PlacedColumn& place : columns_) {
            const std::size_t column = place.column;
            const feed::Cell cell = window_.cell(index, column);
            seen.hash = hash_cell(seen.hash, cell);
            const bool is_key = static_cast<std::int32_t>(column) == spec.scope_column;
            if (!has_number && !is_key && is_number(spec.columns[column])) {
                has_number = true;
                seen.number = cell.number;
            }
        }
        if (window_.row(index).fresh) {
            started.push_back({seen.row, scene.now, false});
        } else {
            for (const Seen& before : seen_) {
                if (before.row != seen.row || before.hash == seen.hash) continue;
                started.push_back({seen.row, scene.now, seen.number < before.number});
            }
        }
        now_seen.push_back(seen);
    }
    seen_ = std::move(now_seen);
    if (!quiet && started.size() <= kFlashesPerFrameMax) {
        for (const Flash& flash : started) {
            std::erase_if(flashes_, [&flash](const Flash& old) { return old.row == flash.row; });
            flashes_.push_back(flash);
        }
    }
    fade_due_ = flashes_.empty() ? kNever : scene.now + kFadeStepUs;
}

void TablePanel::reset() {
    top_row_ = 0;
    new_above_ = 0;
    anchor_row_ = table::kNoRow;
    flashes_.clear();
    seen_.clear();
    was_loading_ = true;
    wheel_rest_ = 0;
}

void TablePanel::scroll_by_rows(std::int64_t rows) {
    const auto top = static_cast<std::int64_t>(top_row_) + rows;
    const auto last = static_cast<std::int64_t>(last_top());
    top_row_ = static_cast<std::size_t>(std::clamp<std::int64_t>(top, 0, last));
    anchor_row_ = table::kNoRow;  // the next snapshot takes the new top row
}

void TablePanel::scroll_by_pages(int pages) {
    const auto page = static_cast<std::int64_t>(rows_visible_ > 1 ? rows_visible_ - 1 : 1);
    scroll_by_rows(pages * page);
}

void TablePanel::scroll_to_start() {
    top_row_ = 0;
    anchor_row_ = table::kNoRow;
}

void TablePanel::scroll_to_end() {
    top_row_ = last_top();
    anchor_row_ = table::kNoRow;
}

std::optional<table::SortKey> TablePanel::draw(const Scene& scene, const feed::TableSpec& spec,
                                               const std::vector<table::SortKey>& sort,
                                               const TableState& state, bool focused) {
    ImGui::PushID(spec.name.c_str());
    drawn_hash_ = shown_hash_;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.PushClipRect(area_.top_left(), area_.bottom_right(), true);
    draw_title(scene, spec, state, focused);
    const std::optional<table::SortKey> wanted = draw_heads(scene, spec, sort);

    ImGui::SetCursorScreenPos(body_.top_left());
    was_clicked_ = false;
    if (body_.width >= 1 && body_.height >= 1) {
        ImGui::InvisibleButton("rows", {body_.width, body_.height});
        was_clicked_ = ImGui::IsItemClicked();
    }
    draw_rows(scene, spec, state);
    if (window_.total_rows() == 0) draw_words(scene, state);

    const Area bar{body_.right(), body_.y, scene.px(ScrollBar::kWidthPx), body_.height};
    const std::size_t first =
        scroll_bar_.draw(scene, "bar", bar, window_.total_rows(), rows_visible_, top_row_);
    if (first != top_row_) {
        top_row_ = first;
        anchor_row_ = table::kNoRow;
    }
    list.PopClipRect();
    ImGui::PopID();
    return wanted;
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
    const auto total = static_cast<std::int64_t>(window_.total_rows());
    const feed::ColumnSpec count_column{.type = feed::ColumnType::Int};
    if (total > 0 || !state.loading) {
        table::append_shown(scratch_, count_column, feed::Cell::of_number(total), 0);
        if (state.rows_in_table > window_.total_rows()) {
            scratch_ += " of ";
            table::append_shown(
                scratch_, count_column,
                feed::Cell::of_number(static_cast<std::int64_t>(state.rows_in_table)), 0);
            scratch_ += " rows";
        } else {
            scratch_ += total == 1 ? " row" : " rows";
        }
        if (state.rearranging) scratch_ += ", rearranging…";
        if (state.loading) scratch_ += ", live only: history is missing";
    }
    draw_text(list, scene.cell_font, size, x, area_.y, bottom, scene.theme.dim, scratch_);

    if (new_above_ > 0) {
        scratch_ = "▲ ";
        table::append_shown(scratch_, count_column,
                            feed::Cell::of_number(static_cast<std::int64_t>(new_above_)), 0);
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
    }
    if (focused) {
        list.AddRectFilled({area_.x, area_.y}, {area_.right(), area_.y + scene.px(2)},
                           scene.theme.focus);
    }
}

std::optional<table::SortKey> TablePanel::draw_heads(const Scene& scene,
                                                     const feed::TableSpec& spec,
                                                     const std::vector<table::SortKey>& sort) {
    std::optional<table::SortKey> wanted;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float size = scene.px(kTextPx);
    const float top = area_.y + title_height_;
    const float bottom = top + heads_height_;
    const float line = scene.px(1);
    list.AddRectFilled({area_.x, top}, {area_.right(), bottom}, scene.theme.panel);
    list.AddRectFilled({area_.x, bottom - line}, {area_.right(), bottom}, scene.theme.border);
    for (const PlacedColumn& place : columns_) {
        const feed::ColumnSpec& column = spec.columns[place.column];
        const float left = area_.x + place.x;
        const bool sorted = !sort.empty() && sort.front().column == place.column;
        ImGui::PushID(static_cast<int>(place.column));
        ImGui::SetCursorScreenPos({left, top});
        if (ImGui::InvisibleButton("head", {place.width, heads_height_})) {
            wanted = table::SortKey{
                static_cast<std::uint16_t>(place.column),
                sorted ? !sort.front().descending : column.type == feed::ColumnType::Time};
        }
        const bool hot = ImGui::IsItemHovered();
        ImGui::PopID();
        if (hot) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);

        scratch_ = column.title;
        if (sorted) scratch_ += sort.front().descending ? " ▾" : " ▴";
        const float padding = scene.px(kCellPaddingPx);
        const float width = text_width(scene.label_font, size, scratch_);
        const float x = place.right_aligned ? left + place.width - padding - width : left + padding;
        list.PushClipRect({left, top}, {left + place.width, bottom}, true);
        draw_text(list, scene.label_font, size, x, top, bottom,
                  hot ? scene.theme.text : scene.theme.dim, scratch_);
        list.PopClipRect();
    }
    return wanted;
}

void TablePanel::draw_rows(const Scene& scene, const feed::TableSpec& spec,
                           const TableState& state) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.PushClipRect(body_.top_left(), {area_.right(), body_.bottom()}, true);
    float y = body_.y;
    for (std::size_t index = 0; index < window_.row_count(); ++index) {
        draw_row(scene, spec, state, index, y);
        y += row_height_;
    }
    list.PopClipRect();
}

ImU32 TablePanel::row_ground(const Scene& scene, std::size_t index, bool* flashing) const {
    // Counted from the end, so that a row keeps its shade when others come in above it.
    const std::size_t from_end = window_.total_rows() - (window_.first() + index);
    ImU32 ground = from_end % 2 == 0 ? scene.theme.zebra : scene.theme.ground;
    *flashing = false;
    for (const Flash& flash : flashes_) {
        if (flash.row != window_.row(index).row) continue;
        const float rest =
            1.0f - static_cast<float>(scene.now - flash.started) / static_cast<float>(kFadeUs);
        const ImU32 colour = flash.down ? scene.theme.flash_down : scene.theme.flash_up;
        ground = mix(ground, colour, std::clamp(rest, 0.0f, 1.0f));
        *flashing = true;
    }
    return ground;
}

void TablePanel::draw_row(const Scene& scene, const feed::TableSpec& spec, const TableState& state,
                          std::size_t index, float y) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    bool flashing = false;
    const ImU32 ground = row_ground(scene, index, &flashing);
    if (ground != scene.theme.ground) {
        list.AddRectFilled({area_.x, y}, {area_.right(), y + row_height_}, ground);
    }
    const bool phantom = window_.row(index).phantom;
    const bool faint = phantom || !state.current;
    const ImU32 plain = faint ? scene.theme.dim : scene.theme.text;
    for (const PlacedColumn& place : columns_) {
        const bool is_account = static_cast<std::int32_t>(place.column) == spec.scope_column;
        draw_cell(scene, spec.columns[place.column], place, window_.cell(index, place.column),
                  is_account, y, plain, !faint && !flashing);
    }
    if (phantom && !columns_.empty()) {
        const float middle = y + std::floor(row_height_ / 2);
        const float padding = scene.px(kCellPaddingPx);
        const float right = area_.x + columns_.back().x + columns_.back().width - padding;
        list.AddRectFilled({area_.x + padding, middle}, {right, middle + scene.px(1)},
                           scene.theme.dim);
    }
}

void TablePanel::draw_cell(const Scene& scene, const feed::ColumnSpec& column,
                           const PlacedColumn& place, const feed::Cell& cell, bool is_account,
                           float y, ImU32 plain, bool coloured) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
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
        table::append_shown(scratch_, column, cell, scene.utc_offset_minutes);
        const bool number = is_number(column) && !cell.is_null();
        if (number && cell.number < 0 && coloured) colour = scene.theme.down;
        if (number && cell.number == 0) colour = scene.theme.dim;
    }
    const float size = scene.px(kTextPx);
    const float left = area_.x + place.x;
    const float padding = scene.px(kCellPaddingPx);
    const float room = place.width - 2 * padding;
    float width = text_width(scene.cell_font, size, scratch_);
    while (width > room && scratch_.size() > 4) {
        // Cut at a character's border, with the ellipsis that says so.
        std::size_t end = scratch_.size();
        if (scratch_.ends_with("…")) end -= std::string_view("…").size();
        do --end;
        while (end > 0 && (static_cast<unsigned char>(scratch_[end]) & 0xC0) == 0x80);
        scratch_.resize(end);
        scratch_ += "…";
        width = text_width(scene.cell_font, size, scratch_);
    }
    const float x = place.right_aligned ? left + place.width - padding - width : left + padding;
    draw_text(list, scene.cell_font, size, x, y, y + row_height_, colour, scratch_);
}

void TablePanel::draw_words(const Scene& scene, const TableState& state) {
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
}

}  // namespace nats_blotter::web

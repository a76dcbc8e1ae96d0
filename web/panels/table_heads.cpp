// web/panels/table_heads.cpp - see web/panels/table_heads.h.
#include "web/panels/table_heads.h"

#include <algorithm>
#include <string>

#include "base/number_text.h"
#include "web/targets.h"

namespace nats_blotter::web {
namespace {

constexpr float kPaddingPx = 8;
constexpr float kEdgePx = 7;   // of a column's edge that can be taken
constexpr float kMenuPx = 16;  // the three dots
constexpr float kDragPx = 6;   // less is a press by an unsteady hand

std::size_t key_index(const TableLook& look, std::size_t column) {
    const auto found =
        std::find_if(look.sort.begin(), look.sort.end(),
                     [column](const table::SortKey& key) { return key.column == column; });
    return static_cast<std::size_t>(found - look.sort.begin());
}

// "Qty ▾", and "Qty ▾2" where several keys sort.
std::string head_words(const TableLook& look, const feed::ColumnSpec& spec, std::size_t column) {
    std::string words = spec.title;
    const std::size_t at = key_index(look, column);
    if (at < look.sort.size()) {
        words += look.sort[at].descending ? " ▾" : " ▴";
        if (look.sort.size() > 1) append_int(words, static_cast<std::int64_t>(at + 1));
    }
    return words;
}

void draw_dots(const Scene& scene, const Area& head, ImU32 colour) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float size = scene.px(2);
    const float x = std::floor(head.right() - scene.px(kMenuPx / 2 + kEdgePx / 2));
    const float middle = std::floor(head.y + head.height / 2);
    for (int dot = -1; dot <= 1; ++dot) {
        const float y = middle + static_cast<float>(dot) * scene.px(4);
        list.AddRectFilled({x, y}, {x + size, y + size}, colour);
    }
}

}  // namespace

void press_sort(TableLook& look, const feed::TableSpec& spec, std::size_t column, bool add) {
    const bool down_first = spec.columns[column].type == feed::ColumnType::Time;
    const std::size_t at = key_index(look, column);
    const bool held = at < look.sort.size();
    if (!add) {
        const bool descending =
            held && look.sort.size() == 1 ? !look.sort[at].descending : down_first;
        look.sort = {{static_cast<std::uint16_t>(column), descending}};
    } else if (!held) {
        if (look.sort.size() < kSortKeysMax)
            look.sort.push_back({static_cast<std::uint16_t>(column), down_first});
    } else if (look.sort[at].descending == down_first) {
        look.sort[at].descending = !down_first;
    } else {
        look.sort.erase(look.sort.begin() + static_cast<std::ptrdiff_t>(at));
    }
}

HeadsWish TableHeads::draw(const Scene& scene, const feed::TableSpec& spec, TableLook& look,
                           const ColumnPlaces& places, const Area& area, float scroll_x) {
    HeadsWish wish;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float line = scene.px(1);
    list.AddRectFilled(area.top_left(), area.bottom_right(), scene.theme.panel);
    list.AddRectFilled({area.x, area.bottom() - line}, area.bottom_right(), scene.theme.border);
    const float pinned_right = area.x + places.pinned_width;
    for (const bool pinned : {true, false}) {
        ImGui::PushClipRect({pinned ? area.x : pinned_right, area.y}, area.bottom_right(), true);
        for (const PlacedColumn& place : places.columns) {
            if (place.pinned != pinned) continue;
            const float x = area.x + place.x - (pinned ? 0 : scroll_x);
            if (x >= area.right() || (!pinned && x + place.width <= pinned_right)) continue;
            ImGui::PushID(static_cast<int>(place.column));
            draw_head(scene, spec, look, place, {x, area.y, place.width, area.height}, wish);
            ImGui::PopID();
        }
        ImGui::PopClipRect();
    }
    if (places.pinned_width > 0) {
        list.AddRectFilled({pinned_right - line, area.y}, {pinned_right, area.bottom()},
                           scene.theme.border);
    }
    if (dragged_ != SIZE_MAX) finish_drag(scene, look, places, area, scroll_x, wish);
    return wish;
}

void TableHeads::draw_head(const Scene& scene, const feed::TableSpec& spec, TableLook& look,
                           const PlacedColumn& place, const Area& head, HeadsWish& wish) {
    const ImGuiIO& io = ImGui::GetIO();
    const feed::ColumnSpec& column = spec.columns[place.column];
    const float edge = scene.px(kEdgePx);
    const float dots = scene.px(kMenuPx);
    ImGui::SetCursorScreenPos(head.top_left());
    const float width = std::max(1.0f, head.width - edge);
    const bool pressed = ImGui::InvisibleButton("head", {width, head.height});
    const bool hot = ImGui::IsItemHovered() || ImGui::IsItemActive();
    const bool on_dots = hot && io.MousePos.x >= head.right() - edge - dots &&
                         head.width >= scene.px(kColumnPxMin + kMenuPx);
    if (ImGui::IsItemClicked(ImGuiMouseButton_Right)) wish.menu = place.column;
    if (ImGui::IsItemActive() && ImGui::IsMouseDragging(ImGuiMouseButton_Left, scene.px(kDragPx)))
        dragged_ = place.column;
    if (pressed && dragged_ == SIZE_MAX) {
        if (on_dots) {
            wish.menu = place.column;
        } else {
            press_sort(look, spec, place.column, io.KeyShift);
            wish.sort = true;
        }
    }
    if (hot) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);

    const std::string words = head_words(look, column, place.column);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float size = scene.px(kTextPx);
    const float padding = scene.px(kPaddingPx);
    const float text = text_width(scene.label_font, size, words);
    // The words and their arrow make room for the dots.
    const float end = head.right() - (hot ? edge + dots : padding);
    const float x = place.right_aligned ? std::max(head.x + padding, end - text) : head.x + padding;
    // Each clip rectangle is a draw call of its own: only for words that do not fit.
    const bool fits = x + text <= end;
    if (!fits)
        list.PushClipRect(head.top_left(), {head.right() - (hot ? dots : 0), head.bottom()}, true);
    draw_text(list, scene.label_font, size, x, head.y, head.bottom(),
              hot ? scene.theme.text : scene.theme.dim, words);
    if (!fits) list.PopClipRect();
    if (look.filter(place.column) != nullptr) {
        const float line = scene.px(2);
        list.AddRectFilled({head.x, head.bottom() - line}, {head.right(), head.bottom()},
                           scene.theme.focus);
    }
    if (hot) draw_dots(scene, head, on_dots ? scene.theme.text : scene.theme.dim);
    scene.targets.add("head " + words, head.x, head.y, head.width, head.height);
    draw_edge(scene, look, place, head, wish);
}

void TableHeads::draw_edge(const Scene& scene, TableLook& look, const PlacedColumn& place,
                           const Area& head, HeadsWish& wish) {
    const float edge = scene.px(kEdgePx);
    ImGui::SetCursorScreenPos({head.right() - edge, head.y});
    ImGui::InvisibleButton("edge", {edge, head.height});
    if (ImGui::IsItemActivated()) edge_width_ = place.width;
    const bool held = ImGui::IsItemActive();
    if (!held && !ImGui::IsItemHovered()) return;
    ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
    const float line = scene.px(2);
    ImGui::GetWindowDrawList()->AddRectFilled({head.right() - line, head.y},
                                              {head.right(), head.bottom()}, scene.theme.focus);
    ColumnLook* column = look.column(place.column);
    if (column == nullptr) return;
    // A double press: as it fits again.
    if (held && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
        column->width_px = 0;
        wish.columns = true;
        return;
    }
    const float moved = ImGui::GetMouseDragDelta(ImGuiMouseButton_Left, 1).x;
    if (!held || moved == 0) return;
    const float wanted =
        std::clamp((edge_width_ + moved) / scene.density, kColumnPxMin, kColumnPxMax);
    if (wanted == column->width_px) return;
    column->width_px = wanted;
    wish.columns = true;
}

// Shows where the dragged column would come to stand, and puts it there when it is let go.
void TableHeads::finish_drag(const Scene& scene, TableLook& look, const ColumnPlaces& places,
                             const Area& area, float scroll_x, HeadsWish& wish) {
    const float x = ImGui::GetIO().MousePos.x;
    const auto left_of = [&](const PlacedColumn& place) {
        return area.x + place.x - (place.pinned ? 0 : scroll_x);
    };
    // Before the first column whose middle is to the right of the pointer.
    std::size_t before = SIZE_MAX;
    float mark = area.x;
    for (const PlacedColumn& place : places.columns) {
        const float left = left_of(place);
        if (x < left + place.width / 2) {
            before = place.column;
            mark = left;
            break;
        }
        mark = left + place.width;
    }
    const float line = scene.px(2);
    ImGui::GetWindowDrawList()->AddRectFilled({mark - line, area.y}, {mark + line, area.bottom()},
                                              scene.theme.focus);
    if (ImGui::IsMouseDown(ImGuiMouseButton_Left)) return;
    const std::size_t moved = std::exchange(dragged_, SIZE_MAX);
    const ColumnLook* held = look.column(moved);
    if (held == nullptr || before == moved) return;
    const ColumnLook taken = *held;
    const auto at = [&look](std::size_t column) {
        return std::find_if(look.columns.begin(), look.columns.end(),
                            [column](const ColumnLook& one) { return one.column == column; });
    };
    look.columns.erase(at(moved));
    look.columns.insert(before == SIZE_MAX ? look.columns.end() : at(before), taken);
    wish.columns = true;
}

}  // namespace nats_blotter::web

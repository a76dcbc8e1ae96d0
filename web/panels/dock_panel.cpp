// web/panels/dock_panel.cpp - see web/panels/dock_panel.h.
#include "web/panels/dock_panel.h"

#include <string>

#include "web/panels/splitter.h"

namespace nats_blotter::web {

void toggle_dock(DeskLook& look, DockTab tab) {
    const bool closes = look.dock_open && look.dock_tab == tab;
    look.dock_open = !closes;
    look.dock_tab = tab;
}

float DockPanel::height(const Scene& scene, const DeskLook& look, float screen_height) {
    const float bar = scene.px(kBarPx);
    if (!look.dock_open) return bar;
    return std::clamp(scene.px(look.dock_px), bar, std::max(bar, std::floor(screen_height * 0.6f)));
}

void DockPanel::draw(const Scene& scene, const Area& area, DeskLook& look) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float bar = scene.px(kBarPx);
    const float line = scene.px(1);
    const float size = scene.px(kTextPx);
    list.AddRectFilled(area.top_left(), {area.right(), area.y + bar}, scene.theme.panel);
    const Area edge{area.x, area.y, area.width, line};
    if (look.dock_open) {
        const SplitterMove move = draw_splitter(scene, "dock edge", edge, false);
        const float wanted = (area.bottom() - move.at) / scene.density;
        if (move.dragged) look.dock_px = std::clamp(wanted, kDockPxMin, kDockPxMax);
        if (move.reset) look.dock_px = DeskLook{}.dock_px;
    } else {
        list.AddRectFilled(edge.top_left(), edge.bottom_right(), scene.theme.border);
    }

    float x = area.x + scene.px(4);
    for (std::size_t index = 0; index < kDockTabs; ++index) {
        const auto tab = static_cast<DockTab>(index);
        const std::string words(dock_tab_words(tab));
        const float width = text_width(scene.label_font, size, words) + scene.px(24);
        const Area place{x, area.y + line, width, bar - line};
        tabs_[index] = place;
        const bool open = look.dock_open && look.dock_tab == tab;
        ImGui::SetCursorScreenPos({place.x, place.y + scene.px(4)});
        ImGui::PushID(static_cast<int>(index));
        if (ImGui::InvisibleButton("tab", {place.width, place.height - scene.px(4)}))
            toggle_dock(look, tab);
        const bool hot = ImGui::IsItemHovered();
        ImGui::PopID();
        if (hot) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
        draw_text(list, scene.label_font, size, place.x + scene.px(12), place.y, place.bottom(),
                  open || hot ? scene.theme.text : scene.theme.dim, words);
        if (open) {
            list.AddRectFilled({place.x + scene.px(8), place.bottom() - scene.px(2)},
                               {place.right() - scene.px(8), place.bottom()}, scene.theme.focus);
        }
        x += width;
    }
    contents_ = {area.x, area.y + bar, area.width, std::max(0.0f, area.height - bar)};
    if (!look.dock_open) contents_.height = 0;
    if (contents_.height > 0) {
        list.AddRectFilled({area.x, contents_.y}, {area.right(), contents_.y + line},
                           scene.theme.border);
        contents_.y += line;
        contents_.height -= line;
    }
}

}  // namespace nats_blotter::web

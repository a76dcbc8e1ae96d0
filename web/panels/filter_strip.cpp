// web/panels/filter_strip.cpp - see web/panels/filter_strip.h.
#include "web/panels/filter_strip.h"

namespace nats_blotter::web {
namespace {

constexpr float kGapPx = 6;

}  // namespace

bool FilterStrip::draw(const Scene& scene, const feed::TableSpec& spec, TableLook& look,
                       const Area& area) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled(area.top_left(), area.bottom_right(), scene.theme.panel);
    const float gap = scene.px(kGapPx);
    float x = area.x + gap;
    if (!look.quick.empty() && draw_chip(scene, look.quick + " ✕", x, area)) {
        look.quick.clear();
        return true;
    }
    for (std::size_t index = 0; index < look.filters.size(); ++index) {
        std::string words;
        append_filter_words(words, look.filters[index], spec);
        ImGui::PushID(static_cast<int>(index));
        const bool pressed = draw_chip(scene, words + " ✕", x, area);
        ImGui::PopID();
        if (!pressed) continue;
        look.filters.erase(look.filters.begin() + static_cast<std::ptrdiff_t>(index));
        return true;
    }
    if (!draw_chip(scene, "Clear", x, area)) return false;
    look.clear_filters();
    return true;
}

bool FilterStrip::draw_chip(const Scene& scene, const std::string& words, float& x,
                            const Area& area) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float size = scene.px(kTextPx);
    const float width = text_width(scene.label_font, size, words) + scene.px(16);
    const float top = area.y + scene.px(3);
    const float bottom = area.bottom() - scene.px(3);
    ImGui::SetCursorScreenPos({x, area.y});
    const bool pressed = ImGui::InvisibleButton(words.c_str(), {width, area.height});
    if (ImGui::IsItemHovered()) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    list.AddRectFilled({x, top}, {x + width, bottom}, scene.theme.selection, scene.px(4));
    draw_text(list, scene.label_font, size, x + scene.px(8), top, bottom, scene.theme.text, words);
    scene.targets.add(words, x, area.y, width, area.height);
    x += width + scene.px(kGapPx);
    return pressed;
}

}  // namespace nats_blotter::web

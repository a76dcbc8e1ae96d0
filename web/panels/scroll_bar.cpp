// web/panels/scroll_bar.cpp - see web/panels/scroll_bar.h.
#include "web/panels/scroll_bar.h"

namespace nats_blotter::web {

std::size_t ScrollBar::draw(const Scene& scene, const char* id, const Area& area, std::size_t total,
                            std::size_t visible, std::size_t first) {
    if (total <= visible || area.height <= 0) return first;
    const double last_first = static_cast<double>(total - visible);
    const double share = static_cast<double>(visible) / static_cast<double>(total);
    const float thumb_height =
        std::max(scene.px(24), std::floor(area.height * static_cast<float>(share)));
    const double travel = std::max(1.0, static_cast<double>(area.height - thumb_height));
    const float thumb_y =
        area.y + static_cast<float>(std::floor(travel * (static_cast<double>(first) / last_first)));

    ImGui::SetCursorScreenPos(area.top_left());
    ImGui::InvisibleButton(id, {area.width, area.height});
    const float mouse_y = ImGui::GetIO().MousePos.y;
    if (ImGui::IsItemActivated()) {
        const bool on_thumb = mouse_y >= thumb_y && mouse_y < thumb_y + thumb_height;
        grab_offset_ = on_thumb ? mouse_y - thumb_y : thumb_height / 2;
    }
    if (ImGui::IsItemActive()) {
        const double place = static_cast<double>(mouse_y - grab_offset_ - area.y) / travel;
        first = static_cast<std::size_t>(std::llround(std::clamp(place, 0.0, 1.0) * last_first));
    }

    const bool hot = ImGui::IsItemHovered() || ImGui::IsItemActive();
    const float inset = scene.px(3);
    ImGui::GetWindowDrawList()->AddRectFilled(
        {area.x + inset, thumb_y + inset}, {area.right() - inset, thumb_y + thumb_height - inset},
        hot ? scene.theme.dim : scene.theme.border, scene.px(3));
    return first;
}

}  // namespace nats_blotter::web

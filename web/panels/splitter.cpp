// web/panels/splitter.cpp - see web/panels/splitter.h.
#include "web/panels/splitter.h"

namespace nats_blotter::web {

SplitterMove draw_splitter(const Scene& scene, const char* id, const Area& line, bool upright) {
    const float reach = scene.px(kSplitterReachPx);
    const Area hit = upright ? Area{line.x - reach, line.y, line.width + 2 * reach, line.height}
                             : Area{line.x, line.y - reach, line.width, line.height + 2 * reach};
    SplitterMove move;
    if (hit.width < 1 || hit.height < 1) return move;
    ImGui::SetCursorScreenPos(hit.top_left());
    ImGui::SetNextItemAllowOverlap();
    ImGui::InvisibleButton(id, {hit.width, hit.height});
    const bool active = ImGui::IsItemActive();
    const bool hot = active || ImGui::IsItemHovered();
    if (hot) ImGui::SetMouseCursor(upright ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
    move.reset = ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
    move.dragged = active && ImGui::IsMouseDragging(ImGuiMouseButton_Left, 2) && !move.reset;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    move.at = upright ? mouse.x : mouse.y;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled(line.top_left(), line.bottom_right(),
                       hot ? scene.theme.focus : scene.theme.border);
    return move;
}

}  // namespace nats_blotter::web

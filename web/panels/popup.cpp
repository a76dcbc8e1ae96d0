// web/panels/popup.cpp - see web/panels/popup.h.
#include "web/panels/popup.h"

namespace nats_blotter::web {

bool begin_dialog(const Scene& scene, const Area& within, const char* id, const char* title,
                  float width, float height, bool open_asked) {
    if (open_asked) ImGui::OpenPopup(id);
    ImGui::SetNextWindowPos({std::floor(within.x + (within.width - width) / 2),
                             std::floor(within.y + (within.height - height) / 2)});
    ImGui::SetNextWindowSize({width, height});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {scene.px(16), scene.px(12)});
    const bool open = ImGui::BeginPopup(id, ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoScrollbar |
                                                ImGuiWindowFlags_NoScrollWithMouse);
    ImGui::PopStyleVar();
    if (!open) return false;
    if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) ImGui::CloseCurrentPopup();
    const ImVec2 start = ImGui::GetCursorScreenPos();
    const float line = scene.px(28);
    draw_text(*ImGui::GetWindowDrawList(), scene.label_font, scene.px(17), start.x, start.y,
              start.y + line, scene.theme.text, title);
    ImGui::SetCursorScreenPos({start.x + width - scene.px(32) - line, start.y});
    if (ImGui::Button("✕", {line, line})) ImGui::CloseCurrentPopup();
    ImGui::SetCursorScreenPos({start.x, start.y + line + scene.px(8)});
    ImGui::BeginChild("contents", {0, 0});
    return true;
}

void end_dialog() {
    ImGui::EndChild();
    ImGui::EndPopup();
}

}  // namespace nats_blotter::web

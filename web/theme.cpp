// web/theme.cpp - see web/theme.h.
#include "web/theme.h"

namespace nats_blotter::web {

ImU32 mix(ImU32 a, ImU32 b, float amount) {
    const ImVec4 from = ImGui::ColorConvertU32ToFloat4(a);
    const ImVec4 to = ImGui::ColorConvertU32ToFloat4(b);
    return ImGui::ColorConvertFloat4ToU32(
        {from.x + (to.x - from.x) * amount, from.y + (to.y - from.y) * amount,
         from.z + (to.z - from.z) * amount, from.w + (to.w - from.w) * amount});
}

void apply_theme(const Theme& theme, float density) {
    ImGuiStyle style;
    const auto set = [&style](ImGuiCol slot, ImU32 colour) {
        style.Colors[slot] = ImGui::ColorConvertU32ToFloat4(colour);
    };
    for (ImVec4& colour : style.Colors) colour = ImGui::ColorConvertU32ToFloat4(theme.panel);
    set(ImGuiCol_Text, theme.text);
    set(ImGuiCol_TextDisabled, theme.dim);
    set(ImGuiCol_InputTextCursor, theme.text);
    set(ImGuiCol_TextSelectedBg, theme.selection);
    set(ImGuiCol_WindowBg, theme.ground);
    set(ImGuiCol_PopupBg, theme.panel);
    set(ImGuiCol_Border, theme.border);
    set(ImGuiCol_BorderShadow, 0);
    set(ImGuiCol_FrameBg, theme.ground);
    set(ImGuiCol_FrameBgHovered, mix(theme.ground, theme.selection, 0.6f));
    set(ImGuiCol_FrameBgActive, theme.selection);
    set(ImGuiCol_Button, theme.ground);
    set(ImGuiCol_ButtonHovered, mix(theme.ground, theme.selection, 0.6f));
    set(ImGuiCol_ButtonActive, theme.selection);
    set(ImGuiCol_Header, theme.selection);
    set(ImGuiCol_HeaderHovered, theme.selection);
    set(ImGuiCol_HeaderActive, theme.selection);
    set(ImGuiCol_ScrollbarBg, theme.panel);
    set(ImGuiCol_ScrollbarGrab, theme.border);
    set(ImGuiCol_ScrollbarGrabHovered, theme.dim);
    set(ImGuiCol_ScrollbarGrabActive, theme.dim);
    set(ImGuiCol_NavCursor, theme.focus);
    set(ImGuiCol_Separator, theme.border);

    style.WindowPadding = {0, 0};
    style.WindowBorderSize = 0;
    style.FrameBorderSize = theme.plain ? 2 : 1;
    style.PopupBorderSize = theme.plain ? 2 : 1;
    style.FrameRounding = 4;
    style.PopupRounding = 6;
    style.FramePadding = {8, 5};
    style.ItemSpacing = {8, 4};
    style.ScrollbarSize = 12;
    style.ScaleAllSizes(density);
    style.FontSizeBase = 15;  // kTextPx
    style.FontScaleDpi = density;
    ImGui::GetStyle() = style;
}

}  // namespace nats_blotter::web

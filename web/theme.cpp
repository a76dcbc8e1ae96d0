// web/theme.cpp - see web/theme.h.
#include "web/theme.h"

#include <cstdint>

namespace nats_blotter::web {
namespace {

constexpr ImU32 rgb(std::uint32_t hex) {
    return IM_COL32((hex >> 16) & 0xff, (hex >> 8) & 0xff, hex & 0xff, 0xff);
}

constexpr Theme kDark{
    .ground = rgb(0x0E1116),
    .panel = rgb(0x151A21),
    .zebra = rgb(0x12161C),
    .border = rgb(0x2A313A),
    .text = rgb(0xE6EDF3),
    .dim = rgb(0x9AA7B4),
    .up = rgb(0x3FB950),
    .down = rgb(0xF85149),
    .flash_up = rgb(0x1F4D2B),
    .flash_down = rgb(0x5A1E1C),
    .live = rgb(0x3FB950),
    .stale = rgb(0xD29922),
    .offline = rgb(0xF85149),
    .selection = rgb(0x1F3A5F),
    .focus = rgb(0x79C0FF),
};

constexpr Theme kLight{
    .ground = rgb(0xFFFFFF),
    .panel = rgb(0xF6F8FA),
    .zebra = rgb(0xFAFBFC),
    .border = rgb(0xD1D9E0),
    .text = rgb(0x1F2328),
    .dim = rgb(0x59636E),
    .up = rgb(0x116329),
    .down = rgb(0xB42318),
    .flash_up = rgb(0xD3F2DA),
    .flash_down = rgb(0xFFD8D3),
    .live = rgb(0x1A7F37),
    .stale = rgb(0x9A6700),
    .offline = rgb(0xCF222E),
    .selection = rgb(0xDDF4FF),
    .focus = rgb(0x0969DA),
};

}  // namespace

const Theme& dark_theme() { return kDark; }
const Theme& light_theme() { return kLight; }

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
    style.FrameBorderSize = 1;
    style.PopupBorderSize = 1;
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

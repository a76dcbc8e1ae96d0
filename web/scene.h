// web/scene.h - what every panel may know of the frame it draws in.
#pragma once

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <string_view>

#include "base/clock.h"
#include "base/time_zone.h"
#include "imgui.h"
#include "web/account_names.h"
#include "web/targets.h"
#include "web/theme.h"

namespace nats_blotter::web {

// A rectangle in device pixels.
struct Area {
    float x = 0;
    float y = 0;
    float width = 0;
    float height = 0;

    float right() const { return x + width; }
    float bottom() const { return y + height; }
    ImVec2 top_left() const { return {x, y}; }
    ImVec2 bottom_right() const { return {x + width, y + height}; }
};

struct Scene {
    const Theme& theme;
    const AccountNames& accounts;
    Targets& targets;  // what can be pressed, added to as it is drawn
    ImFont* label_font = nullptr;
    ImFont* cell_font = nullptr;
    float density = 1;  // device pixels in a CSS pixel
    float row_px = 20;  // CSS pixels of a table's row
    MonotonicUs now = 0;
    const TimeZone& zone;
    bool motion = true;  // false: no fades, as the system's preference asks

    // CSS pixels as whole device pixels, at least one.
    float px(float css) const { return std::max(1.0f, std::round(css * density)); }
};

// CSS pixels, of every text. From ascender to descender, as Dear ImGui counts: 13 px as CSS does.
inline constexpr float kTextPx = 15;

inline const char* text_begin(std::string_view text) { return text.data(); }
inline const char* text_end(std::string_view text) { return text.data() + text.size(); }

inline float text_width(ImFont* font, float size, std::string_view text) {
    if (text.empty()) return 0;
    return std::ceil(font->CalcTextSizeA(size, FLT_MAX, 0, text_begin(text), text_end(text)).x);
}

// Text with its left edge at x, centred between top and bottom.
inline void draw_text(ImDrawList& list, ImFont* font, float size, float x, float top, float bottom,
                      ImU32 colour, std::string_view text) {
    if (text.empty()) return;
    const float y = std::floor(top + (bottom - top - size) / 2);
    list.AddText(font, size, {std::floor(x), y}, colour, text_begin(text), text_end(text));
}

}  // namespace nats_blotter::web

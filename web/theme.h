// web/theme.h - Dear ImGui's style made from a theme of web/theme_table.h.
#pragma once

#include "imgui.h"
#include "web/theme_table.h"

namespace nats_blotter::web {

// `amount` 0 is `a`, 1 is `b`.
ImU32 mix(ImU32 a, ImU32 b, float amount);

// Sets ImGui's colours and sizes for a display of this density.
void apply_theme(const Theme& theme, float density);

}  // namespace nats_blotter::web

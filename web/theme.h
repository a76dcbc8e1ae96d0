// web/theme.h - the colours of the screen, by meaning; and Dear ImGui's style made from them.
//
// Text on its ground keeps at least 4.5:1. Text on a flash or a selection is drawn in `text`.
#pragma once

#include "imgui.h"

namespace nats_blotter::web {

struct Theme {
    ImU32 ground;
    ImU32 panel;
    ImU32 zebra;
    ImU32 border;
    ImU32 text;
    ImU32 dim;
    ImU32 up;    // buy
    ImU32 down;  // sell, short
    ImU32 flash_up;
    ImU32 flash_down;
    ImU32 live;
    ImU32 stale;
    ImU32 offline;
    ImU32 selection;
    ImU32 focus;
};

const Theme& dark_theme();
const Theme& light_theme();

// `amount` 0 is `a`, 1 is `b`.
ImU32 mix(ImU32 a, ImU32 b, float amount);

// Sets ImGui's colours and sizes for a display of this density.
void apply_theme(const Theme& theme, float density);

}  // namespace nats_blotter::web

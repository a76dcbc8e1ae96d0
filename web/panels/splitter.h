// web/panels/splitter.h - a line between two panels that can be dragged; a double click puts it
// back.
#pragma once

#include "web/scene.h"

namespace nats_blotter::web {

// CSS pixels to the left and right of the line that take the mouse.
inline constexpr float kSplitterReachPx = 4;

struct SplitterMove {
    bool dragged = false;
    bool reset = false;
    float at = 0;  // device pixels: where the line is wanted, along the axis it moves on
};

// `line` is the line itself. REQUIRES: within a window, before what stands beside it is drawn.
SplitterMove draw_splitter(const Scene& scene, const char* id, const Area& line, bool upright);

}  // namespace nats_blotter::web

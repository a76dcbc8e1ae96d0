// web/raster.h - operations of a picture as pixels in memory.
//
// Pixels are bytes R, G, B, A from the top left, always opaque. The outcome is that of the WebGL
// renderer to within what its interpolation may differ by: pixel centres decide, those on an edge
// are a left or lower edge's, colours blend as source over, texels between others are mixed
// linearly.
#pragma once

#include <cstdint>

#include "web/picture.h"

namespace nats_blotter::web {

struct Pixels {
    std::uint32_t* data = nullptr;
    int width = 0;  // also from one line to the next
    int height = 0;
};

// Draws all of a picture that is inside `area`, which must not leave its band.
void raster(const Pixels& target, const Picture& picture, const PixelRect& area, ImU32 ground);

}  // namespace nats_blotter::web

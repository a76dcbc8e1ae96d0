// web/raster.cpp - see web/raster.h.
#include "web/raster.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace nats_blotter::web {
namespace {

constexpr std::uint32_t kOpaque = 0xFF000000;
constexpr std::uint32_t kEvenBytes = 0x00FF00FF;

// x / 255, rounded, for x up to 255 * 255.
std::uint32_t divide_by_255(std::uint32_t x) {
    x += 128;
    return (x + (x >> 8)) >> 8;
}

// Two bytes of a pixel at once, each as 16 bits: none of the sums reaches into its neighbour.
std::uint32_t divide_pair_by_255(std::uint32_t x) {
    x += 0x00800080;
    return ((x + ((x >> 8) & kEvenBytes)) >> 8) & kEvenBytes;
}

struct Ink {
    std::uint32_t red_blue;
    std::uint32_t green;  // and 255 for alpha, which keeps the target opaque
    std::uint32_t solid;
    std::uint32_t alpha;
};

Ink ink_of(ImU32 colour) {
    const std::uint32_t solid = colour | kOpaque;
    return {solid & kEvenBytes, (solid >> 8) & kEvenBytes, solid, colour >> IM_COL32_A_SHIFT};
}

// `alpha` of the ink over the pixel.
void blend(std::uint32_t& pixel, const Ink& ink, std::uint32_t alpha) {
    const std::uint32_t rest = 255 - alpha;
    const std::uint32_t red_blue = ink.red_blue * alpha + (pixel & kEvenBytes) * rest;
    const std::uint32_t green = ink.green * alpha + ((pixel >> 8) & kEvenBytes) * rest;
    pixel = divide_pair_by_255(red_blue) | (divide_pair_by_255(green) << 8);
}

std::uint32_t* line_of(const Pixels& target, int y) {
    return target.data + static_cast<std::ptrdiff_t>(y) * target.width;
}

void fill(const Pixels& target, const PixelRect& area, ImU32 colour) {
    const Ink ink = ink_of(colour);
    const std::uint64_t two = (std::uint64_t{ink.solid} << 32) | ink.solid;
    for (int y = area.top; y < area.bottom; ++y) {
        std::uint32_t* at = line_of(target, y) + area.left;
        std::uint32_t* const end = line_of(target, y) + area.right;
        if (ink.alpha == 255) {
            for (; end - at >= 8; at += 8) {
                for (int pair = 0; pair < 4; ++pair) std::memcpy(at + 2 * pair, &two, sizeof two);
            }
            while (at < end) *at++ = ink.solid;
        } else {
            for (; at < end; ++at) blend(*at, ink, ink.alpha);
        }
    }
}

void blit(const Pixels& target, const DrawOp& op, const PixelRect& area) {
    const Ink ink = ink_of(op.colour);
    for (int y = area.top; y < area.bottom; ++y) {
        const unsigned char* texel =
            op.texture->Pixels + (y + op.v) * op.texture->Width + area.left + op.u;
        std::uint32_t* at = line_of(target, y) + area.left;
        std::uint32_t* const end = line_of(target, y) + area.right;
        while (at < end) {
            // Most of a glyph's box is empty.
            std::uint32_t four = 1;
            if (end - at >= 4) std::memcpy(&four, texel, sizeof four);
            if (four == 0) {
                at += 4;
                texel += 4;
                continue;
            }
            const std::uint32_t cover = *texel++;
            if (cover != 0) {
                const std::uint32_t alpha =
                    ink.alpha == 255 ? cover : divide_by_255(cover * ink.alpha);
                if (alpha == 255) {
                    *at = ink.solid;
                } else {
                    blend(*at, ink, alpha);
                }
            }
            ++at;
        }
    }
}

// ---- triangles

struct Edge {
    std::int64_t step_x;  // of the edge function, from a pixel to the one right of it
    std::int64_t step_y;
    std::int64_t at;  // at the centre of the first pixel
    bool takes_zero;  // a left or lower edge owns the centres that lie on it
};

struct SubpixelPoint {
    std::int64_t x;
    std::int64_t y;
};

// Positive to the right of the way from a to b, with y downwards.
Edge edge_from(SubpixelPoint a, SubpixelPoint b, SubpixelPoint first_centre) {
    const std::int64_t dx = b.x - a.x;
    const std::int64_t dy = b.y - a.y;
    Edge edge{};
    edge.step_x = -dy * (1 << kSubpixelBits);
    edge.step_y = dx * (1 << kSubpixelBits);
    edge.at = dx * (first_centre.y - a.y) - dy * (first_centre.x - a.x);
    edge.takes_zero = dy < 0 || (dy == 0 && dx < 0);
    return edge;
}

// How much the texture covers at a place in texels, mixed from the four around it.
float coverage_at(const ImTextureData& texture, float u, float v) {
    u -= 0.5f;
    v -= 0.5f;
    const float column = std::floor(u);
    const float line = std::floor(v);
    const auto texel = [&](float x, float y) {
        const int column_in =
            static_cast<int>(std::clamp(x, 0.0f, static_cast<float>(texture.Width - 1)));
        const int line_in =
            static_cast<int>(std::clamp(y, 0.0f, static_cast<float>(texture.Height - 1)));
        return static_cast<float>(texture.Pixels[line_in * texture.Width + column_in]);
    };
    const float x = u - column;
    const float y = v - line;
    const float upper = texel(column, line) * (1 - x) + texel(column + 1, line) * x;
    const float lower = texel(column, line + 1) * (1 - x) + texel(column + 1, line + 1) * x;
    return (upper * (1 - y) + lower * y) / 255.0f;
}

float channel(ImU32 colour, int shift) { return static_cast<float>((colour >> shift) & 255); }

void triangle(const Pixels& target, const DrawOp& op, const PixelRect& area) {
    std::array<const ImDrawVert*, 3> corner = op.corners;
    std::array<SubpixelPoint, 3> point{};
    const auto place = [&] {
        for (std::size_t i = 0; i < 3; ++i) {
            point[i] = {std::lrint(corner[i]->pos.x * kSubpixels),
                        std::lrint(corner[i]->pos.y * kSubpixels)};
        }
        return (point[1].x - point[0].x) * (point[2].y - point[0].y) -
               (point[1].y - point[0].y) * (point[2].x - point[0].x);
    };
    std::int64_t twice_area = place();
    if (twice_area == 0) return;
    if (twice_area < 0) {
        std::swap(corner[1], corner[2]);
        twice_area = place();
    }
    const std::int64_t half = 1 << (kSubpixelBits - 1);
    const SubpixelPoint first{area.left * (1 << kSubpixelBits) + half,
                              area.top * (1 << kSubpixelBits) + half};
    // Each edge's function is the share of the corner opposite to it.
    std::array<Edge, 3> edges{edge_from(point[1], point[2], first),
                              edge_from(point[2], point[0], first),
                              edge_from(point[0], point[1], first)};
    const ImDrawVert &a = *corner[0], &b = *corner[1], &c = *corner[2];
    const bool one_texel = a.uv.x == b.uv.x && a.uv.x == c.uv.x && a.uv.y == b.uv.y &&
                           a.uv.y == c.uv.y;  // the white one
    const bool one_colour = a.col == b.col && a.col == c.col;
    Ink ink = ink_of(a.col);
    const float scale = 1.0f / static_cast<float>(twice_area);

    for (int y = area.top; y < area.bottom; ++y) {
        std::array<std::int64_t, 3> at{edges[0].at, edges[1].at, edges[2].at};
        std::uint32_t* line = line_of(target, y);
        for (int x = area.left; x < area.right; ++x) {
            bool inside = true;
            for (std::size_t i = 0; i < 3; ++i) {
                inside = inside && (at[i] > 0 || (at[i] == 0 && edges[i].takes_zero));
            }
            if (inside) {
                const float of_a = static_cast<float>(at[0]) * scale;
                const float of_b = static_cast<float>(at[1]) * scale;
                const float of_c = 1.0f - of_a - of_b;
                float alpha = static_cast<float>(ink.alpha);
                if (!one_colour) {
                    ImU32 colour = 0;
                    for (int shift = 0; shift < 24; shift += 8) {
                        const float mixed = channel(a.col, shift) * of_a +
                                            channel(b.col, shift) * of_b +
                                            channel(c.col, shift) * of_c;
                        colour |= static_cast<ImU32>(std::clamp(mixed, 0.0f, 255.0f) + 0.5f)
                                  << shift;
                    }
                    ink = ink_of(colour);
                    alpha = channel(a.col, IM_COL32_A_SHIFT) * of_a +
                            channel(b.col, IM_COL32_A_SHIFT) * of_b +
                            channel(c.col, IM_COL32_A_SHIFT) * of_c;
                }
                if (!one_texel) {
                    alpha *= coverage_at(*op.texture,
                                         (a.uv.x * of_a + b.uv.x * of_b + c.uv.x * of_c) *
                                             static_cast<float>(op.texture->Width),
                                         (a.uv.y * of_a + b.uv.y * of_b + c.uv.y * of_c) *
                                             static_cast<float>(op.texture->Height));
                }
                blend(line[x], ink,
                      static_cast<std::uint32_t>(std::clamp(alpha, 0.0f, 255.0f) + 0.5f));
            }
            for (std::size_t i = 0; i < 3; ++i) at[i] += edges[i].step_x;
        }
        for (Edge& edge : edges) edge.at += edge.step_y;
    }
}

bool covers(const PixelRect& outer, const PixelRect& inner) {
    return outer.left <= inner.left && outer.top <= inner.top && outer.right >= inner.right &&
           outer.bottom >= inner.bottom;
}

}  // namespace

void raster(const Pixels& target, const Picture& picture, const PixelRect& area, ImU32 ground) {
    const std::span<const std::uint32_t> ops = picture.band(area.top / Picture::kBandPx);
    // What lies under the last thing that hides it all need not be drawn.
    std::size_t first = ops.size();
    while (first > 0) {
        const DrawOp& op = picture.op(ops[first - 1]);
        if (op.is_opaque_fill() && covers(op.area, area)) break;
        --first;
    }
    if (first > 0) {
        --first;
    } else {
        fill(target, area, ground | kOpaque);
    }
    for (const std::uint32_t index : ops.subspan(first)) {
        const DrawOp& op = picture.op(index);
        const PixelRect part = intersection(op.area, area);
        if (part.empty()) continue;
        switch (op.kind) {
            case DrawOp::Kind::Fill: fill(target, part, op.colour); break;
            case DrawOp::Kind::Blit: blit(target, op, part); break;
            case DrawOp::Kind::Triangle: triangle(target, op, part); break;
        }
    }
}

}  // namespace nats_blotter::web

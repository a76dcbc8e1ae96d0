// web/picture.cpp - see web/picture.h.
#include "web/picture.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace nats_blotter::web {
namespace {

// How far a glyph's texels may stand from the pixels and still be copied: a quarter of what the
// eye, or the comparison with a GPU, could tell.
constexpr float kTexelSlack = 1.0f / 64;

constexpr int kHalf = 1 << (kSubpixelBits - 1);

int subpixels(float x) { return static_cast<int>(std::lrint(x * kSubpixels)); }

// The first pixel whose centre is not left of x, or is below y: of centres that lie on an edge, the
// left and the lower edge own theirs. GPUs see the picture upside down, and own the upper ones.
int first_column(float x) { return (subpixels(x) + kHalf - 1) >> kSubpixelBits; }
int first_line(float y) { return (subpixels(y) + kHalf) >> kSubpixelBits; }

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
    hash = (hash ^ value) * 0x9E3779B97F4A7C15ULL;
    return hash ^ (hash >> 29);
}

std::uint64_t pack(int a, int b) {
    return (std::uint64_t{static_cast<std::uint32_t>(a)} << 32) | static_cast<std::uint32_t>(b);
}

// Corners clockwise from the top left, with straight edges and one colour.
bool is_rectangle(const ImDrawVert* c) {
    return c[0].pos.x == c[3].pos.x && c[1].pos.x == c[2].pos.x && c[0].pos.y == c[1].pos.y &&
           c[2].pos.y == c[3].pos.y && c[0].col == c[1].col && c[0].col == c[2].col &&
           c[0].col == c[3].col && c[0].pos.x <= c[2].pos.x && c[0].pos.y <= c[2].pos.y;
}

bool near_whole(float value) { return std::fabs(value - std::round(value)) < kTexelSlack; }

}  // namespace

PixelRect intersection(const PixelRect& a, const PixelRect& b) {
    return {std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right),
            std::min(a.bottom, b.bottom)};
}

void Picture::take(const ImDrawData& data, ImU32 ground, std::uint64_t texture_version) {
    texture_version_ = texture_version;
    start(static_cast<int>(data.DisplaySize.x), static_cast<int>(data.DisplaySize.y), ground);
    for (const ImDrawList* list : data.CmdLists) take_list(*list);
    sort_into_bands();
    find_damage();
}

void Picture::start(int width, int height, ImU32 ground) {
    if (width != width_ || height != height_) known_ = false;
    width_ = width;
    height_ = height;
    tiles_across_ = (width + kTilePx - 1) / kTilePx;
    bands_ = (height + kBandPx - 1) / kBandPx;
    ops_.clear();
    hashes_.assign(static_cast<std::size_t>(tiles_across_) * static_cast<std::size_t>(bands_),
                   mix(0, ground));
}

void Picture::take_list(const ImDrawList& list) {
    const PixelRect all{0, 0, width_, height_};
    for (const ImDrawCmd& command : list.CmdBuffer) {
        if (command.UserCallback != nullptr || command.ElemCount == 0) continue;
        const PixelRect clip = intersection(
            all, {static_cast<int>(command.ClipRect.x), static_cast<int>(command.ClipRect.y),
                  static_cast<int>(command.ClipRect.z), static_cast<int>(command.ClipRect.w)});
        const ImTextureData* texture = command.TexRef._TexData;
        if (clip.empty() || texture == nullptr || texture->Pixels == nullptr) continue;
        const ImDrawIdx* index = list.IdxBuffer.Data + command.IdxOffset;
        const ImDrawIdx* end = index + command.ElemCount;
        const ImDrawVert* vertices = list.VtxBuffer.Data + command.VtxOffset;
        while (index + 3 <= end) {
            const ImDrawIdx a = index[0];
            const bool quad = end - index >= 6 && index[1] == a + 1 && index[2] == a + 2 &&
                              index[3] == a && index[4] == a + 2 && index[5] == a + 3;
            if (quad && is_rectangle(vertices + a)) {
                take_quad(vertices + a, *texture, clip);
                index += 6;
            } else {
                take_triangle({vertices + a, vertices + index[1], vertices + index[2]}, *texture,
                              clip);
                index += 3;
            }
        }
    }
}

void Picture::take_quad(const ImDrawVert* c, const ImTextureData& texture, const PixelRect& clip) {
    if ((c[0].col >> IM_COL32_A_SHIFT) == 0) return;
    DrawOp op;
    op.colour = c[0].col;
    op.area = intersection(clip, {first_column(c[0].pos.x), first_line(c[0].pos.y),
                                  first_column(c[2].pos.x), first_line(c[2].pos.y)});
    if (op.area.empty()) return;
    const auto width = static_cast<float>(texture.Width);
    const auto height = static_cast<float>(texture.Height);
    if (c[0].uv.x == c[2].uv.x && c[0].uv.y == c[2].uv.y) {
        // One texel for all: the white one, with which ImGui fills.
        op.kind = DrawOp::Kind::Fill;
        add(op, mix(1, op.colour));
        return;
    }
    const float u = c[0].uv.x * width - c[0].pos.x;
    const float v = c[0].uv.y * height - c[0].pos.y;
    const float u_end = c[2].uv.x * width - c[2].pos.x;
    const float v_end = c[2].uv.y * height - c[2].pos.y;
    if (near_whole(u) && near_whole(v) && std::fabs(u_end - u) < kTexelSlack &&
        std::fabs(v_end - v) < kTexelSlack) {
        op.kind = DrawOp::Kind::Blit;
        op.texture = &texture;
        op.u = static_cast<int>(std::lround(u));
        op.v = static_cast<int>(std::lround(v));
        // Coordinates rounded may reach one texel past the texture's edge.
        op.area =
            intersection(op.area, {-op.u, -op.v, texture.Width - op.u, texture.Height - op.v});
        if (op.area.empty()) return;
        add(op, mix(mix(mix(2, op.colour), pack(op.u, op.v)), texture_version_));
        return;
    }
    take_triangle({c, c + 1, c + 2}, texture, clip);
    take_triangle({c, c + 2, c + 3}, texture, clip);
}

void Picture::take_triangle(std::array<const ImDrawVert*, 3> c, const ImTextureData& texture,
                            const PixelRect& clip) {
    if (((c[0]->col | c[1]->col | c[2]->col) >> IM_COL32_A_SHIFT) == 0) return;
    const auto [left, right] = std::minmax({c[0]->pos.x, c[1]->pos.x, c[2]->pos.x});
    const auto [top, bottom] = std::minmax({c[0]->pos.y, c[1]->pos.y, c[2]->pos.y});
    DrawOp op;
    op.kind = DrawOp::Kind::Triangle;
    op.colour = c[0]->col;
    // A pixel more on each side: corners are rounded to parts of a pixel before they are filled.
    op.area = intersection(clip, {first_column(left) - 1, first_line(top) - 1,
                                  first_column(right) + 1, first_line(bottom) + 1});
    if (op.area.empty()) return;
    op.texture = &texture;
    op.corners = c;
    std::uint64_t hash = mix(3, texture_version_);
    for (const ImDrawVert* corner : c) {
        std::uint64_t words[2];
        static_assert(sizeof(ImDrawVert) == 20);
        std::memcpy(words, corner, sizeof words);
        hash = mix(mix(mix(hash, words[0]), words[1]), corner->col);
    }
    add(op, hash);
}

void Picture::add(const DrawOp& op, std::uint64_t hash) {
    ops_.push_back(op);
    const PixelRect& area = op.area;
    hash = mix(mix(hash, pack(area.left, area.top)), pack(area.right, area.bottom));
    const int last_tile = (area.right - 1) / kTilePx;
    const int last_band = (area.bottom - 1) / kBandPx;
    for (int band = area.top / kBandPx; band <= last_band; ++band) {
        std::uint64_t* row = hashes_.data() + band * tiles_across_;
        for (int tile = area.left / kTilePx; tile <= last_tile; ++tile) {
            row[tile] = (row[tile] + hash) * 0x9E3779B97F4A7C15ULL;
        }
    }
}

void Picture::sort_into_bands() {
    band_starts_.assign(static_cast<std::size_t>(bands_) + 1, 0);
    for (const DrawOp& op : ops_) {
        for (int band = op.area.top / kBandPx; band <= (op.area.bottom - 1) / kBandPx; ++band) {
            ++band_starts_[static_cast<std::size_t>(band)];
        }
    }
    std::uint32_t total = 0;
    for (std::uint32_t& start : band_starts_) {
        total += start;
        start = total;  // the band's end; counted down to its start below
    }
    band_ops_.resize(total);
    for (std::size_t index = ops_.size(); index-- > 0;) {
        const PixelRect& area = ops_[index].area;
        for (int band = area.top / kBandPx; band <= (area.bottom - 1) / kBandPx; ++band) {
            band_ops_[--band_starts_[static_cast<std::size_t>(band)]] =
                static_cast<std::uint32_t>(index);
        }
    }
}

void Picture::find_damage() {
    damage_.clear();
    for (int band = 0; band < bands_; ++band) {
        const auto row = static_cast<std::size_t>(band * tiles_across_);
        const auto differs = [&](int tile) {
            const std::size_t at = row + static_cast<std::size_t>(tile);
            return !known_ || hashes_[at] != last_hashes_[at];
        };
        for (int tile = 0; tile < tiles_across_; ++tile) {
            if (!differs(tile)) continue;
            const int first = tile;
            while (tile < tiles_across_ && differs(tile)) ++tile;
            damage_.push_back({first * kTilePx, band * kBandPx, std::min(tile * kTilePx, width_),
                               std::min((band + 1) * kBandPx, height_)});
        }
    }
    std::swap(hashes_, last_hashes_);
    known_ = true;
}

std::span<const std::uint32_t> Picture::band(int index) const {
    const auto at = static_cast<std::size_t>(index);
    return {band_ops_.data() + band_starts_[at], band_starts_[at + 1] - band_starts_[at]};
}

}  // namespace nats_blotter::web

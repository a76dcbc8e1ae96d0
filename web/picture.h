// web/picture.h - one frame's draw lists as operations on whole pixels, and what of the picture
// differs from the one before.
//
// Nearly all that ImGui draws is rectangles of one colour and glyphs that are copied texel by
// pixel; both are told from their corners. Everything else stays the triangle it was.
//
// The picture is cut into tiles. Each operation enters the hash of the tiles it touches, in drawing
// order; a tile with the hash it had is a tile with the pixels it had (64 bits: a mistake is not to
// be waited for).
//
// Invariants (tests/web/renderers.test.mjs compares the outcome with a whole picture):
//   1. Operations are in drawing order and clipped to the picture; none is empty.
//   2. A pixel outside damage() is the same in this picture and in the one before.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "imgui.h"

namespace nats_blotter::web {

// In device pixels, right and bottom are outside.
struct PixelRect {
    int left = 0;
    int top = 0;
    int right = 0;
    int bottom = 0;

    bool empty() const { return left >= right || top >= bottom; }
};

PixelRect intersection(const PixelRect& a, const PixelRect& b);

// Corners are rounded to this part of a pixel before anything is filled, as GPUs do: some to
// 1/256, the emulated ones, and so we, to the 1/16 that is the least allowed.
inline constexpr int kSubpixelBits = 4;
inline constexpr float kSubpixels = 1 << kSubpixelBits;

struct DrawOp {
    enum class Kind : std::uint8_t {
        Fill,      // every pixel of `area` in `colour`
        Blit,      // the texel at (x + u, y + v) is how much of `colour` pixel (x, y) gets
        Triangle,  // `corners`, within `area`
    };
    Kind kind = Kind::Fill;
    ImU32 colour = 0;  // straight alpha
    PixelRect area;
    int u = 0;
    int v = 0;
    const ImTextureData* texture = nullptr;
    std::array<const ImDrawVert*, 3> corners{};

    bool is_opaque_fill() const {
        return kind == Kind::Fill && (colour >> IM_COL32_A_SHIFT) == 255;
    }
};

class Picture {
  public:
    static constexpr int kBandPx = 32;   // a tile's height: one or two rows
    static constexpr int kTilePx = 128;  // and its width: a column or two

    // Everything is damage in the next picture.
    void forget() { known_ = false; }

    // Takes `data` apart; its lists must live as long as ops() is read. `texture_version` rises
    // with every change of texels, since a glyph may then have become another.
    void take(const ImDrawData& data, ImU32 ground, std::uint64_t texture_version);

    // One rectangle for each run of tiles in a band that differs, top to bottom.
    std::span<const PixelRect> damage() const { return damage_; }

    // Indices of the operations that touch a band, in drawing order.
    std::span<const std::uint32_t> band(int index) const;
    const DrawOp& op(std::uint32_t index) const { return ops_[index]; }

  private:
    void start(int width, int height, ImU32 ground);
    void take_list(const ImDrawList& list);
    void take_quad(const ImDrawVert* corners, const ImTextureData& texture, const PixelRect& clip);
    void take_triangle(std::array<const ImDrawVert*, 3> corners, const ImTextureData& texture,
                       const PixelRect& clip);
    void add(const DrawOp& op, std::uint64_t hash);
    void sort_into_bands();
    void find_damage();

    int width_ = 0;
    int height_ = 0;
    int tiles_across_ = 0;
    int bands_ = 0;
    bool known_ = false;
    std::uint64_t texture_version_ = 0;
    std::vector<DrawOp> ops_;
    std::vector<std::uint32_t> band_starts_;  // into band_ops_, one more than there are bands
    std::vector<std::uint32_t> band_ops_;
    std::vector<std::uint64_t> hashes_;  // by tile
    std::vector<std::uint64_t> last_hashes_;
    std::vector<PixelRect> damage_;
};

}  // namespace nats_blotter::web

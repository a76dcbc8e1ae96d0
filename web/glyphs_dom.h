// web/glyphs_dom.h - glyphs that our faces lack, drawn by the browser's own 2D canvas into Dear
// ImGui's atlas: Cyrillic, Greek, Chinese, Japanese, Korean, emoji (in one colour), whatever the
// system has.
//
// One code point at a time: scripts whose letters change shape by their neighbours are readable,
// not beautiful. Marks that only steer layout (joiners, directions, variations) take no room, so
// that a name cannot turn the text around it.
#pragma once

#include <cstdint>

#include "imgui.h"

struct ImFontLoader;

namespace nats_blotter::web {

// The pixels that such glyphs may take in the atlas at one time: some 16,000 of them at density 1,
// 4,000 at density 2; a screen has room for fewer. What comes after is shown as U+FFFD and counted.
inline constexpr int kBrowserGlyphTexelsMax = 4 * 1024 * 1024;

// Merge it as the last source of a font; ImFontConfig::FontLoaderFlags is the CSS weight.
const ImFontLoader& browser_glyphs();

struct BrowserGlyphCounts {
    std::int64_t drawn = 0;
    std::int64_t refused = 0;  // for want of room
    int texels = 0;            // in the atlas now
};
BrowserGlyphCounts browser_glyph_counts();

}  // namespace nats_blotter::web

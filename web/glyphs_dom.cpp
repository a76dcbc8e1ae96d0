// web/glyphs_dom.cpp - see web/glyphs_dom.h.
#include "web/glyphs_dom.h"

#include <emscripten.h>

#include <array>
#include <cmath>

#include "imgui_internal.h"

// clang-format off
// Measures a code point and keeps it ready. `box`: left, top (from the baseline, down is positive),
// width, height, advance, in pixels. Answers 0 where there is no 2D canvas.
EM_JS(int, nb_js_glyph_measure, (int code, double em_px, int weight, double* box), {
    let pen = Module.glyphPen;
    if (!pen) {
        pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
        if (!pen) return 0;
        Module.glyphPen = pen;
    }
    const font = `${weight} ${em_px}px system-ui, sans-serif`;
    pen.font = font;
    const text = String.fromCodePoint(code);
    const told = pen.measureText(text);
    // Antialiasing reaches into the pixel next door.
    const clamp = (value) => Math.max(-2 * em_px, Math.min(4 * em_px, value || 0));
    const left = Math.floor(clamp(-told.actualBoundingBoxLeft)) - 1;
    const top = Math.floor(clamp(-told.actualBoundingBoxAscent)) - 1;
    const right = Math.ceil(clamp(told.actualBoundingBoxRight)) + 1;
    const bottom = Math.ceil(clamp(told.actualBoundingBoxDescent)) + 1;
    Module.glyph = {text, font, left, top, width: right - left, height: bottom - top};
    const blank = right - left <= 2 || bottom - top <= 2;
    HEAPF64.set([left, top, blank ? 0 : right - left, blank ? 0 : bottom - top, told.width],
                box >> 3);
    return 1;
});
// The glyph measured last, one byte of cover a pixel.
EM_JS(void, nb_js_glyph_draw, (unsigned char* pixels), {
    const pen = Module.glyphPen;
    const {text, font, left, top, width, height} = Module.glyph;
    if (pen.canvas.width < width || pen.canvas.height < height) {
        pen.canvas.width = Math.max(pen.canvas.width, width);
        pen.canvas.height = Math.max(pen.canvas.height, height);
    }
    pen.clearRect(0, 0, width, height);
    pen.font = font;
    pen.fillStyle = '#fff';
    pen.fillText(text, -left, -top);
    const {data} = pen.getImageData(0, 0, width, height);
    let coloured = false;
    for (let at = 0; at < data.length && !coloured; at += 4) {
        coloured = data[at + 3] > 128 && Math.min(data[at], data[at + 1], data[at + 2]) < 200;
    }
    for (let i = 0; i < width * height; ++i) {
        const [red, green, blue, cover] = data.subarray(4 * i, 4 * i + 4);
        // What is dark in a picture is dense, so that its features stay when its colours go.
        const light = coloured ? (red * 2 + green * 5 + blue) / 8 : 0;
        HEAPU8[pixels + i] = Math.round(cover * (1 - light / 340));
    }
});
// clang-format on

namespace nats_blotter::web {
namespace {

// Our faces' 15 pixels from ascender to descender are 13 pixels of an em.
constexpr float kEmOfSize = 13.0f / 15.0f;

BrowserGlyphCounts counts;

struct BakedGlyphs {
    int texels;
};

// Zero-width spaces and joiners, directions, variation selectors, tags, the byte order mark.
bool steers_layout(ImWchar code) {
    return (code >= 0x200B && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) ||
           (code >= 0x2060 && code <= 0x206F) || (code >= 0xFE00 && code <= 0xFE0F) ||
           code == 0xFEFF || (code >= 0xE0000 && code <= 0xE0FFF);
}

// Controls, halves of pairs and numbers beyond Unicode are not glyphs.
bool is_character(ImWchar code) {
    return code >= 0xA0 && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF) &&
           (code & 0xFFFE) != 0xFFFE;
}

bool contains_glyph(ImFontAtlas*, ImFontConfig*, ImWchar code) { return is_character(code); }

bool init_baked(ImFontAtlas*, ImFontConfig*, ImFontBaked*, void* data) {
    *static_cast<BakedGlyphs*>(data) = {0};
    return true;
}

void destroy_baked(ImFontAtlas*, ImFontConfig*, ImFontBaked*, void* data) {
    counts.texels -= static_cast<BakedGlyphs*>(data)->texels;
}

bool load_glyph(ImFontAtlas* atlas, ImFontConfig* source, ImFontBaked* baked, void* data,
                ImWchar code, ImFontGlyph* glyph, float* advance_only) {
    if (!is_character(code)) return false;
    const float density = source->RasterizerDensity * baked->RasterizerDensity;
    std::array<double, 5> box{};
    if (!steers_layout(code) &&
        nb_js_glyph_measure(static_cast<int>(code), double(baked->Size * kEmOfSize * density),
                            static_cast<int>(source->FontLoaderFlags), box.data()) == 0) {
        return false;
    }
    const float advance = std::round(static_cast<float>(box[4])) / density;
    if (advance_only != nullptr) {
        *advance_only = advance;
        return true;
    }
    glyph->Codepoint = code;
    glyph->AdvanceX = advance;
    const int width = static_cast<int>(box[2]);
    const int height = static_cast<int>(box[3]);
    if (width == 0 || height == 0) return true;

    const int padding = atlas->TexGlyphPadding;
    const int texels = (width + padding) * (height + padding);
    if (counts.texels + texels > kBrowserGlyphTexelsMax) {
        ++counts.refused;
        return false;
    }
    const ImFontAtlasRectId pack = ImFontAtlasPackAddRect(atlas, width, height);
    if (pack == ImFontAtlasRectId_Invalid) {
        ++counts.refused;
        return false;
    }
    counts.texels += texels;
    static_cast<BakedGlyphs*>(data)->texels += texels;
    ++counts.drawn;

    ImTextureRect* const rect = ImFontAtlasPackGetRect(atlas, pack);
    ImVector<unsigned char>& pixels = atlas->Builder->TempBuffer;
    pixels.resize(width * height);
    nb_js_glyph_draw(pixels.Data);
    // Whole pixels: the text begins on one, and so does each glyph.
    const float baseline = std::round(baked->Ascent * density);
    glyph->X0 = static_cast<float>(box[0]) / density;
    glyph->Y0 = (static_cast<float>(box[1]) + baseline) / density;
    glyph->X1 = glyph->X0 + static_cast<float>(width) / density;
    glyph->Y1 = glyph->Y0 + static_cast<float>(height) / density;
    glyph->Visible = true;
    glyph->PackId = pack;
    ImFontAtlasBakedSetFontGlyphBitmap(atlas, baked, source, glyph, rect, pixels.Data,
                                       ImTextureFormat_Alpha8, width);
    return true;
}

}  // namespace

const ImFontLoader& browser_glyphs() {
    static const ImFontLoader loader = [] {
        ImFontLoader made;
        made.Name = "browser";
        made.FontSrcContainsGlyph = contains_glyph;
        made.FontBakedInit = init_baked;
        made.FontBakedDestroy = destroy_baked;
        made.FontBakedLoadGlyph = load_glyph;
        made.FontBakedSrcLoaderDataSize = sizeof(BakedGlyphs);
        return made;
    }();
    return loader;
}

BrowserGlyphCounts browser_glyph_counts() { return counts; }

}  // namespace nats_blotter::web

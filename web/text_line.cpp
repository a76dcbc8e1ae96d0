// web/text_line.cpp - see web/text_line.h.
#include "web/text_line.h"

#include <cmath>

#include "imgui_internal.h"

namespace nats_blotter::web {
namespace {

constexpr ImWchar kEllipsis = 0x2026;

}  // namespace

void TextLine::fit(ImFont& font, float size, std::string_view text, float room) {
    baked_ = font.GetFontBaked(size);
    size_ = size;
    letters_.clear();
    float width = 0;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at < end) {
        unsigned letter = static_cast<unsigned char>(*at);
        at += letter < 0x80 ? 1 : ImTextCharFromUtf8(&letter, at, end);
        if (letter < ' ') continue;
        width += baked_->FindGlyph(letter)->AdvanceX;
        letters_.push_back(letter);
        if (std::ceil(width) <= room) continue;
        const float ellipsis = baked_->FindGlyph(kEllipsis)->AdvanceX;
        while (letters_.size() > 1 && std::ceil(width + ellipsis) > room) {
            width -= baked_->FindGlyph(letters_.back())->AdvanceX;
            letters_.pop_back();
        }
        // A single character is no shorter for it.
        if (letters_.size() > 1 || at < end) {
            width += ellipsis;
            letters_.push_back(kEllipsis);
        }
        break;
    }
    width_ = std::ceil(width);
}

void TextLine::draw(ImDrawList& list, float x, float top, float bottom, ImU32 colour) const {
    const ImVec4& clip = list._CmdHeader.ClipRect;
    const float y = std::floor(top + (bottom - top - size_) / 2);
    if (letters_.empty() || (colour >> IM_COL32_A_SHIFT) == 0) return;
    if (y > clip.w || y + size_ < clip.y) return;
    const int count = static_cast<int>(letters_.size());
    list.PrimReserve(count * 6, count * 4);
    ImDrawVert* vertex = list._VtxWritePtr;
    ImDrawIdx* index = list._IdxWritePtr;
    ImDrawIdx first = list._VtxCurrentIdx;
    float left = std::floor(x);
    for (const ImWchar letter : letters_) {
        const ImFontGlyph& glyph = *baked_->FindGlyph(letter);
        const float x1 = left + glyph.X0;
        const float x2 = left + glyph.X1;
        left += glyph.AdvanceX;
        if (!glyph.Visible || x1 > clip.z || x2 < clip.x) continue;
        const float y1 = y + glyph.Y0;
        const float y2 = y + glyph.Y1;
        vertex[0] = {{x1, y1}, {glyph.U0, glyph.V0}, colour};
        vertex[1] = {{x2, y1}, {glyph.U1, glyph.V0}, colour};
        vertex[2] = {{x2, y2}, {glyph.U1, glyph.V1}, colour};
        vertex[3] = {{x1, y2}, {glyph.U0, glyph.V1}, colour};
        index[0] = first;
        index[1] = first + 1;
        index[2] = first + 2;
        index[3] = first;
        index[4] = first + 2;
        index[5] = first + 3;
        vertex += 4;
        index += 6;
        first += 4;
    }
    const int kept = static_cast<int>(first - list._VtxCurrentIdx) / 4;
    list._VtxWritePtr = vertex;
    list._IdxWritePtr = index;
    list._VtxCurrentIdx = first;
    list.PrimUnreserve((count - kept) * 6, (count - kept) * 4);
}

}  // namespace nats_blotter::web

// web/text_line.h - one line of text, measured, cut where there is no room and put into a draw
// list, with each of its characters looked up once.
//
// For what is drawn a thousand times a frame: the cells of tables. Dear ImGui's own functions go
// through a text once to measure it, once for each character that is cut, and once to draw it.
#pragma once

#include <string_view>
#include <vector>

#include "imgui.h"

namespace nats_blotter::web {

class TextLine {
  public:
    // Takes the text, in a font of `size` whole device pixels, and cuts it to `room` with an
    // ellipsis; one character stays in any case. Its glyphs are in the atlas then. Control
    // characters take no place: a cell has one line.
    void fit(ImFont& font, float size, std::string_view text, float room);

    // Whole device pixels.
    float width() const { return width_; }

    // With its left edge at x, centred between top and bottom; both are rounded down to pixels.
    // What lies outside the list's clip rectangle is left out. Draws what fit() took last, in the
    // frame of that call.
    void draw(ImDrawList& list, float x, float top, float bottom, ImU32 colour) const;

  private:
    ImFontBaked* baked_ = nullptr;
    float size_ = 0;
    float width_ = 0;
    std::vector<ImWchar> letters_;
};

}  // namespace nats_blotter::web

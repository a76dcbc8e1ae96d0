// web/fonts.h - the page's faces, subset and turned into bytes at build time (cmake/fonts.cmake).
//
// The bytes are static and TrueType; with Dear ImGui set FontDataOwnedByAtlas = false. What each
// face holds is listed in cmake/fonts.cmake; licences are in docs/third-party.md.
#pragma once

#include <cstddef>

namespace nats_blotter::web {

struct FontBytes {
    const unsigned char* data;
    std::size_t size;  // bytes
};

// Roboto Medium: headings, labels, buttons. Basic Latin, Latin-1, punctuation.
FontBytes text_font();

// Roboto Regular, the same characters, for cells: all of its digits are of one width.
FontBytes cell_font();

// Arrows and shapes out of DejaVu Sans, to be merged behind either of them.
FontBytes symbol_font();

}  // namespace nats_blotter::web

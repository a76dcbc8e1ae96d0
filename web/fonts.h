// web/fonts.h - the page's faces, subset and turned into bytes at build time (cmake/fonts.cmake).
//
// The bytes are static and TrueType; with Dear ImGui set FontDataOwnedByAtlas = false. What each
// face holds is listed in cmake/fonts.cmake; licences are in docs/third-party.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace nats_blotter::web {

struct FontBytes {
    const unsigned char* data;
    std::size_t size;  // bytes
};

// Roboto Regular: all of its digits are of one width. Basic Latin and punctuation. The first paint
// is made with it alone.
FontBytes cell_font();

// The others are files beside the program, which the element fetches once it runs: text.ttf, Roboto
// Medium with Latin-1, for labels; latin.ttf, the rest of Latin-1 for cells; symbol.ttf, arrows and
// shapes out of DejaVu Sans, merged behind either. Without them labels are in the face of the
// cells, and the browser draws the rest.
struct LateFaces {
    std::string text;
    std::string latin;
    std::string symbol;
};

// FNV-1a (web/hash.h) of what the build made: ImGui's reader of faces trusts every byte, so a face
// that does not arrive as it was made is not handed to it.
std::uint64_t text_face_hash();
std::uint64_t latin_face_hash();
std::uint64_t symbol_face_hash();

}  // namespace nats_blotter::web

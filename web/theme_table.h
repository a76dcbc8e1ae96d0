// web/theme_table.h - the colours of the screen by meaning, one row for each theme, and the pairs
// of them that are drawn on one another.
//
// Knows no Dear ImGui, so that a native test can hold every pair to its contrast
// (tests/screen/theme_test.cpp): text at least 4.5:1 on its ground, lines and shapes 3:1. Up and
// down, buy and sell are told by glyph and sign as well, never by colour alone. Text on a flash or
// a selection is drawn in `text`.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace nats_blotter::web {

// Auto is dark or light as the system prefers, or high contrast where it forces colours.
enum class ThemeChoice : std::uint8_t { Auto, Dark, Light, HighContrast, ColourBlind };
inline constexpr std::size_t kThemeChoices = 5;

std::string_view theme_choice_name(ThemeChoice choice);   // "colour-blind", as the attribute says
std::string_view theme_choice_words(ThemeChoice choice);  // "colour-blind safe"
// Auto for an unknown or empty name.
ThemeChoice theme_choice_from_name(std::string_view name);

// Red in the lowest byte, as Dear ImGui and canvases have it; opaque.
using Colour = std::uint32_t;

struct Theme {
    Colour ground;
    Colour panel;
    Colour zebra;
    Colour border;
    Colour text;
    Colour dim;
    Colour up;    // buy
    Colour down;  // sell, short
    Colour flash_up;
    Colour flash_down;
    Colour live;
    Colour stale;
    Colour offline;
    Colour selection;
    Colour focus;
    bool plain;  // high contrast: borders of two pixels, no fades
};

// REQUIRES: not Auto.
const Theme& theme_of(ThemeChoice choice);

struct ColourPair {
    Colour Theme::*front;
    Colour Theme::*ground;
    bool is_text;  // else a line or a shape
    std::string_view words;
};
std::span<const ColourPair> colour_pairs();

}  // namespace nats_blotter::web

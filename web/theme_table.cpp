// web/theme_table.cpp - see web/theme_table.h.
#include "web/theme_table.h"

namespace nats_blotter::web {
namespace {

constexpr Colour rgb(std::uint32_t hex) {
    return (hex >> 16 & 0xff) | (hex & 0xff00) | (hex & 0xff) << 16 | 0xff000000;
}

constexpr Theme kDark{
    .ground = rgb(0x0E1116),
    .panel = rgb(0x151A21),
    .zebra = rgb(0x12161C),
    .border = rgb(0x2A313A),
    .text = rgb(0xE6EDF3),
    .dim = rgb(0x9AA7B4),
    .up = rgb(0x3FB950),
    .down = rgb(0xF85149),
    .flash_up = rgb(0x1F4D2B),
    .flash_down = rgb(0x5A1E1C),
    .live = rgb(0x3FB950),
    .stale = rgb(0xD29922),
    .offline = rgb(0xF85149),
    .selection = rgb(0x1F3A5F),
    .focus = rgb(0x79C0FF),
    .plain = false,
};

constexpr Theme kLight{
    .ground = rgb(0xFFFFFF),
    .panel = rgb(0xF6F8FA),
    .zebra = rgb(0xFAFBFC),
    .border = rgb(0xD1D9E0),
    .text = rgb(0x1F2328),
    .dim = rgb(0x59636E),
    .up = rgb(0x116329),
    .down = rgb(0xB42318),
    .flash_up = rgb(0xD3F2DA),
    .flash_down = rgb(0xFFD8D3),
    .live = rgb(0x1A7F37),
    .stale = rgb(0x9A6700),
    .offline = rgb(0xCF222E),
    .selection = rgb(0xDDF4FF),
    .focus = rgb(0x0969DA),
    .plain = false,
};

constexpr Theme kHighContrast{
    .ground = rgb(0x000000),
    .panel = rgb(0x000000),
    .zebra = rgb(0x101010),
    .border = rgb(0xFFFFFF),
    .text = rgb(0xFFFFFF),
    .dim = rgb(0xE0E0E0),
    .up = rgb(0x6CFF6C),
    .down = rgb(0xFF9D94),
    .flash_up = rgb(0x00440A),
    .flash_down = rgb(0x5C0800),
    .live = rgb(0x6CFF6C),
    .stale = rgb(0xFFD54A),
    .offline = rgb(0xFF9D94),
    .selection = rgb(0x00408C),
    .focus = rgb(0xFFFF00),
    .plain = true,
};

constexpr Theme colour_blind() {
    Theme theme = kDark;
    theme.up = rgb(0x58A6FF);
    theme.down = rgb(0xF0883E);
    theme.flash_up = rgb(0x1B3A5C);
    theme.flash_down = rgb(0x5C3413);
    theme.live = rgb(0x58A6FF);
    theme.stale = rgb(0xE3B341);
    theme.offline = rgb(0xFF7B72);
    return theme;
}
constexpr Theme kColourBlind = colour_blind();

struct Named {
    std::string_view name;
    std::string_view words;
};
constexpr std::array<Named, kThemeChoices> kNames{{{"auto", "as the system prefers"},
                                                   {"dark", "dark"},
                                                   {"light", "light"},
                                                   {"high-contrast", "high contrast"},
                                                   {"colour-blind", "colour-blind safe"}}};

constexpr std::array kPairs{
    ColourPair{&Theme::text, &Theme::ground, true, "text on the ground"},
    ColourPair{&Theme::text, &Theme::panel, true, "text on a panel"},
    ColourPair{&Theme::text, &Theme::zebra, true, "text on every other row"},
    ColourPair{&Theme::text, &Theme::selection, true, "text on a selection"},
    ColourPair{&Theme::text, &Theme::flash_up, true, "text on a flash up"},
    ColourPair{&Theme::text, &Theme::flash_down, true, "text on a flash down"},
    ColourPair{&Theme::dim, &Theme::ground, true, "dim text on the ground"},
    ColourPair{&Theme::dim, &Theme::panel, true, "dim text on a panel"},
    ColourPair{&Theme::dim, &Theme::zebra, true, "dim text on every other row"},
    ColourPair{&Theme::up, &Theme::ground, true, "up on the ground"},
    ColourPair{&Theme::up, &Theme::panel, true, "up on a panel"},
    ColourPair{&Theme::up, &Theme::zebra, true, "up on every other row"},
    ColourPair{&Theme::down, &Theme::ground, true, "down on the ground"},
    ColourPair{&Theme::down, &Theme::panel, true, "down on a panel"},
    ColourPair{&Theme::down, &Theme::zebra, true, "down on every other row"},
    ColourPair{&Theme::live, &Theme::panel, true, "live on a panel"},
    ColourPair{&Theme::stale, &Theme::panel, true, "stale on a panel"},
    ColourPair{&Theme::offline, &Theme::panel, true, "offline on a panel"},
    ColourPair{&Theme::stale, &Theme::ground, true, "stale on the ground"},
    ColourPair{&Theme::offline, &Theme::ground, true, "offline on the ground"},
    ColourPair{&Theme::focus, &Theme::ground, false, "focus on the ground"},
    ColourPair{&Theme::focus, &Theme::panel, false, "focus on a panel"},
    ColourPair{&Theme::focus, &Theme::selection, false, "focus on a selection"},
};

}  // namespace

std::string_view theme_choice_name(ThemeChoice choice) {
    return kNames[static_cast<std::size_t>(choice)].name;
}

std::string_view theme_choice_words(ThemeChoice choice) {
    return kNames[static_cast<std::size_t>(choice)].words;
}

ThemeChoice theme_choice_from_name(std::string_view name) {
    for (std::size_t index = 0; index < kNames.size(); ++index)
        if (kNames[index].name == name) return static_cast<ThemeChoice>(index);
    return ThemeChoice::Auto;
}

const Theme& theme_of(ThemeChoice choice) {
    switch (choice) {
        case ThemeChoice::Light: return kLight;
        case ThemeChoice::HighContrast: return kHighContrast;
        case ThemeChoice::ColourBlind: return kColourBlind;
        case ThemeChoice::Auto:
        case ThemeChoice::Dark: break;
    }
    return kDark;
}

std::span<const ColourPair> colour_pairs() { return kPairs; }

}  // namespace nats_blotter::web

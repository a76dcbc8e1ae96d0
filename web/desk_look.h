// web/desk_look.h - how the user has arranged the screen around the tables: theme, spacing,
// splitters, the dock. Plain data that goes into the view state and comes back from it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "web/theme_table.h"

namespace nats_blotter::web {

enum class Spacing : std::uint8_t { Normal, Comfortable, Compact };
inline constexpr std::size_t kSpacings = 3;
std::string_view spacing_words(Spacing spacing);  // "comfortable"
float row_px(Spacing spacing);                    // CSS pixels of a row: 20, 26, 16

enum class DockTab : std::uint8_t { Inspector, Stats, Log };
inline constexpr std::size_t kDockTabs = 3;
std::string_view dock_tab_words(DockTab tab);  // "Stats"

struct DeskLook {
    ThemeChoice theme = ThemeChoice::Auto;
    Spacing spacing = Spacing::Normal;
    // Of the first table: of the width where tables stand side by side, of the height where not.
    float share_wide = 0.62f;
    float share_narrow = 0.58f;
    bool dock_open = false;
    DockTab dock_tab = DockTab::Stats;
    float dock_px = 240;  // CSS pixels, with its tabs
    bool flash = true;    // new rows and changed cells are seen for a moment

    friend bool operator==(const DeskLook&, const DeskLook&) = default;
};

// The ends of what the splitters allow.
inline constexpr float kShareMin = 0.15f;
inline constexpr float kShareMax = 0.85f;
inline constexpr float kDockPxMin = 110;
inline constexpr float kDockPxMax = 2000;

// {"theme":"dark","spacing":"normal","shareWide":0.62,...}
void append_json(std::string& out, const DeskLook& look);
// Takes from a JSON object what it knows and can use, and leaves the rest of `look` as it is: view
// states are written by other versions, and by hand. False when `json` is no object.
bool read_json(DeskLook& look, std::string_view json);

}  // namespace nats_blotter::web

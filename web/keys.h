// web/keys.h - every key of the screen, in one table: dispatch, the help overlay and
// docs/keyboard.md come from it (tests/screen/keys_test.cpp holds the page to the table).
//
// Letters and signs go by what is typed, so that they are where the user's keyboard has them;
// where a keyboard types no Latin letters, by the place of the key. Keys that are not in the
// table stay with the browser: F5, F11, F12, Ctrl+L/N/R/T/W, Ctrl+Plus, Ctrl+Minus and all others.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace nats_blotter::web {

// A place on the keyboard, in the order of the list in platform_dom.cpp; -1 there is None here.
enum class Key : std::int8_t {
    None = -1,
    Tab,
    Left,
    Right,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
    Insert,
    Delete,
    Backspace,
    Space,
    Enter,
    Escape,
    KeypadEnter,
    Slash,
    A,
    Z = A + 25,
    Digit0,
    Digit9 = Digit0 + 9,
};
inline constexpr int kKeyCount = static_cast<int>(Key::Digit9) + 1;

inline constexpr int kModifierControl = 1;
inline constexpr int kModifierShift = 2;
inline constexpr int kModifierAlt = 4;
inline constexpr int kModifierMeta = 8;

enum class Command : std::uint8_t {
    // Where one is
    NextPanel,
    PreviousPanel,
    Close,
    // In a table
    RowUp,
    RowDown,
    CellLeft,
    CellRight,
    PageUp,
    PageDown,
    FirstRow,
    LastRow,
    TableStart,
    TableEnd,
    ExtendUp,
    ExtendDown,
    ExtendLeft,
    ExtendRight,
    ExtendPageUp,
    ExtendPageDown,
    SelectAll,
    CrossLink,
    Copy,
    Filter,
    Find,
    Export,
    NarrowColumn,
    WidenColumn,
    KeyColumn,
    // Orders
    Ticket,
    Buy,
    Sell,
    Accounts,
    // The view
    Pause,
    Resync,
    Inspector,
    OpenTable,
    Density,
    Theme,
    PlainTable,
    LoadLayout,  // `number` 1 to 9
    SaveLayout,
    Help,
};

enum class KeyGroup : std::uint8_t { Moving, Tables, Orders, View };
std::string_view key_group_words(KeyGroup group);

struct KeyRow {
    Command command;
    KeyGroup group;
    Key key;                 // None: goes by `letter`
    char letter;             // as typed, letters in lower case; 0: goes by `key`
    int modifiers;           // held, of Control, Shift and Alt; see keys.cpp for signs
    std::string_view shown;  // "Shift+Tab"
    std::string_view words;  // what it does
};

// In the order they are shown. Rows of one command are together.
std::span<const KeyRow> key_table();

struct KeyStroke {
    Key key = Key::None;
    std::uint32_t letter = 0;  // the character typed, 0 for a key that types none
    int modifiers = 0;
};

struct KeyCommand {
    Command command;
    int number = 0;  // the digit of LoadLayout and SaveLayout
};

// `mac`: Command stands where others have Control.
std::optional<KeyCommand> command_of(const KeyStroke& stroke, bool mac);

}  // namespace nats_blotter::web

// web/keys.cpp - see web/keys.h.
#include "web/keys.h"

#include <array>

namespace nats_blotter::web {
namespace {

using enum Command;

constexpr KeyRow by_key(Command command, KeyGroup group, Key key, int modifiers,
                        std::string_view shown, std::string_view words) {
    return {command, group, key, 0, modifiers, shown, words};
}

constexpr KeyRow by_letter(Command command, KeyGroup group, char letter, int modifiers,
                           std::string_view shown, std::string_view words) {
    return {command, group, Key::None, letter, modifiers, shown, words};
}

constexpr KeyGroup kMoving = KeyGroup::Moving;
constexpr KeyGroup kTables = KeyGroup::Tables;
constexpr KeyGroup kOrders = KeyGroup::Orders;
constexpr KeyGroup kView = KeyGroup::View;
constexpr int kControl = kModifierControl;
constexpr int kShift = kModifierShift;

constexpr std::array kTable{
    by_key(NextPanel, kMoving, Key::Tab, 0, "Tab", "to the next panel"),
    by_key(PreviousPanel, kMoving, Key::Tab, kShift, "Shift+Tab", "to the panel before"),
    by_key(RowUp, kMoving, Key::Up, 0, "↑", "up a row"),
    by_key(RowDown, kMoving, Key::Down, 0, "↓", "down a row"),
    by_key(CellLeft, kMoving, Key::Left, 0, "←", "left a column; close a group"),
    by_key(CellRight, kMoving, Key::Right, 0, "→", "right a column; open a group"),
    by_key(PageUp, kMoving, Key::PageUp, 0, "PgUp", "up a page"),
    by_key(PageDown, kMoving, Key::PageDown, 0, "PgDn", "down a page"),
    by_key(FirstRow, kMoving, Key::Home, 0, "Home", "to the first row, which follows what is new"),
    by_key(LastRow, kMoving, Key::End, 0, "End", "to the last row"),
    by_key(TableStart, kMoving, Key::Home, kControl, "Ctrl+Home", "to the first row and column"),
    by_key(TableEnd, kMoving, Key::End, kControl, "Ctrl+End", "to the last row and column"),
    by_key(Close, kMoving, Key::Escape, 0, "Esc", "clear or close what is foremost"),

    by_letter(Filter, kTables, '/', 0, "/", "filter the rows"),
    by_letter(Find, kTables, 'f', kControl, "Ctrl+F", "find in the rows"),
    by_key(ExtendUp, kTables, Key::Up, kShift, "Shift+↑", "select up to the row above"),
    by_key(ExtendDown, kTables, Key::Down, kShift, "Shift+↓", "select down to the row below"),
    by_key(ExtendLeft, kTables, Key::Left, kShift, "Shift+←", "select up to the cell at the left"),
    by_key(ExtendRight, kTables, Key::Right, kShift, "Shift+→",
           "select up to the cell at the right"),
    by_key(ExtendPageUp, kTables, Key::PageUp, kShift, "Shift+PgUp", "select a page up"),
    by_key(ExtendPageDown, kTables, Key::PageDown, kShift, "Shift+PgDn", "select a page down"),
    by_letter(SelectAll, kTables, 'a', kControl, "Ctrl+A", "select all rows"),
    by_key(CrossLink, kTables, Key::Enter, 0, "Enter", "a position's trades; a trade's position"),
    by_letter(Copy, kTables, 'c', kControl, "Ctrl+C", "copy the selected rows, or the message"),
    by_letter(Export, kTables, 'e', 0, "E", "export the rows to a file"),
    by_letter(NarrowColumn, kTables, '[', 0, "[", "narrow the column"),
    by_letter(WidenColumn, kTables, ']', 0, "]", "widen the column"),
    by_letter(KeyColumn, kTables, 'k', 0, "K", "the column names the rows, or no longer"),

    by_letter(Ticket, kOrders, 'n', 0, "N", "new ticket"),
    by_letter(Buy, kOrders, 'b', 0, "B", "a ticket to buy"),
    by_letter(Sell, kOrders, 's', 0, "S", "a ticket to sell"),
    by_letter(Accounts, kOrders, 'a', 0, "A", "choose the account"),

    by_key(Pause, kView, Key::Space, 0, "Space", "pause the view, or go on"),
    by_letter(Resync, kView, 'r', 0, "R", "read everything again"),
    by_letter(Inspector, kView, 'i', 0, "I", "the panels below: inspector, stats, log"),
    by_letter(OpenTable, kView, 'o', 0, "O", "what the inspector sees as a table; back from it"),
    by_letter(Density, kView, 'd', 0, "D", "rows closer together or wider apart"),
    by_letter(Theme, kView, 't', 0, "T", "the next theme"),
    by_letter(PlainTable, kView, 'p', 0, "P", "the plain table"),
    by_key(LoadLayout, kView, Key::Digit0, 0, "1 … 9", "a saved layout"),
    by_key(SaveLayout, kView, Key::Digit0, kShift, "Shift+1 … 9", "save the layout"),
    by_letter(Help, kView, '?', 0, "?", "this help"),
};

bool is_latin(std::uint32_t letter) { return letter >= 'a' && letter <= 'z'; }

// What was typed, in lower case; the letter on the key where that is none of ours.
std::uint32_t letter_of(const KeyStroke& stroke) {
    std::uint32_t letter = stroke.letter;
    if (letter >= 'A' && letter <= 'Z') letter += 'a' - 'A';
    const bool foreign = letter >= 0x80;
    if (foreign && stroke.key >= Key::A && stroke.key <= Key::Z)
        letter = 'a' + static_cast<std::uint32_t>(stroke.key) - static_cast<std::uint32_t>(Key::A);
    return letter;
}

bool matches(const KeyRow& row, const KeyStroke& stroke, int modifiers) {
    if (row.command == LoadLayout || row.command == SaveLayout)
        return stroke.key > Key::Digit0 && stroke.key <= Key::Digit9 && modifiers == row.modifiers;
    if (row.letter == 0) {
        const Key key = stroke.key == Key::KeypadEnter ? Key::Enter : stroke.key;
        return key == row.key && modifiers == row.modifiers;
    }
    const std::uint32_t letter = letter_of(stroke);
    if (letter != static_cast<std::uint32_t>(row.letter)) return false;
    // A sign may need Shift, and a letter may be a capital for the key that locks them.
    return is_latin(letter) ? modifiers == row.modifiers : (modifiers & ~kShift) == row.modifiers;
}

}  // namespace

std::string_view key_group_words(KeyGroup group) {
    switch (group) {
        case KeyGroup::Moving: return "Moving about";
        case KeyGroup::Tables: return "In a table";
        case KeyGroup::Orders: return "Orders";
        case KeyGroup::View: return "The view";
    }
    return "";
}

std::span<const KeyRow> key_table() { return kTable; }

std::optional<KeyCommand> command_of(const KeyStroke& stroke, bool mac) {
    int modifiers = stroke.modifiers;
    if (mac) {
        const bool command = (modifiers & kModifierMeta) != 0;
        const bool control = (modifiers & kModifierControl) != 0;
        modifiers &= ~(kModifierMeta | kModifierControl);
        if (command) modifiers |= kModifierControl;
        if (control) modifiers |= kModifierMeta;
    }
    for (const KeyRow& row : kTable) {
        if (!matches(row, stroke, modifiers)) continue;
        const int digit = static_cast<int>(stroke.key) - static_cast<int>(Key::Digit0);
        const bool numbered = row.command == LoadLayout || row.command == SaveLayout;
        return KeyCommand{row.command, numbered ? digit : 0};
    }
    return std::nullopt;
}

}  // namespace nats_blotter::web

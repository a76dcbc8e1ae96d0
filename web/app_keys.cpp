// web/app_keys.cpp - what a key does: which of them the program takes from the browser, and the
// commands of web/keys.h carried out, in the frame after.
#include "session/inspector.h"
#include "web/app.h"
#include "web/browser.h"

namespace nats_blotter::web {

// Whether the key is the program's: Dear ImGui's in a list, or a command. Else it is the browser's.
bool App::on_key_down(int key, int modifiers, std::uint32_t letter) {
    const KeyStroke stroke{static_cast<Key>(key), letter, modifiers};
    const bool plain = (modifiers & ~kModifierShift) == 0;
    if (popup_open_) return plain && key >= 0;
    if (ticket_.asks() && plain && answer_ticket(stroke)) return true;
    const std::optional<KeyCommand> command =
        command_of(stroke, ImGui::GetIO().ConfigMacOSXBehaviors);
    if (!command || !takes(*command)) return false;
    if (focus_field_of(command->command)) return true;
    if (commands_.size() < kCommandsMax) commands_.push_back(*command);
    return true;
}

// At once, not in the frame to come: what is typed next belongs to the field.
bool App::focus_field_of(Command command) {
    switch (command) {
        case Command::Accounts: header_.open_accounts(); return true;
        case Command::Filter: filter_bar_.focus(); return true;
        case Command::Find: open_find(); return true;
        case Command::Ticket: ticket_.open(std::nullopt); return true;
        case Command::Buy: ticket_.open(session::Side::Buy); return true;
        case Command::Sell: ticket_.open(session::Side::Sell); return true;
        default: return false;
    }
}

// Whether the command means anything now; one that does not is left with the browser.
bool App::takes(const KeyCommand& command) {
    switch (command.command) {
        case Command::NextPanel:
        case Command::PreviousPanel: return move_focus(command.command == Command::NextPanel);
        case Command::Accounts: return session_.profile().has_accounts();
        case Command::OpenTable: return can_open_table() || options_.opened;
        case Command::Filter:
        case Command::Find:
        case Command::Pause:
        case Command::Inspector:
        case Command::Resync:
        case Command::Density:
        case Command::Theme:
        case Command::PlainTable:
        case Command::LoadLayout:
        case Command::SaveLayout:
        case Command::Help: return true;
        case Command::Ticket:
        case Command::Buy:
        case Command::Sell:
            return session_.takes_orders() && session_.scope() != session::kAllAccounts;
        default: return takes_in_table(command);
    }
}

// The second key of a ticket that asks: one that sends, another than the first.
bool App::answer_ticket(const KeyStroke& stroke) {
    const bool yes = stroke.letter == 'y' || stroke.letter == 'Y';
    const bool no = stroke.key == Key::Escape || stroke.letter == 'n' || stroke.letter == 'N';
    if (!yes && !no) return false;
    const MonotonicUs now = monotonic_now();
    ticket_.answer(session_, yes, now);
    settle(now);
    want_frames(2);
    return true;
}

// From panel to panel, and at the last one out of the element.
bool App::move_focus(bool onwards) {
    keys_used_ = true;
    const bool last = focus_ + 1 >= panels_.size();
    if (inspects() && (onwards ? last && !inspector_focus_ : inspector_focus_)) {
        inspector_focus_ = onwards;
        want_frames(1);
        return true;
    }
    if (onwards ? focus_ + 1 >= panels_.size() : focus_ == 0) return false;
    focus_ += onwards ? 1 : std::size_t(-1);
    return true;
}

void App::run_commands(const Scene& scene) {
    for (const KeyCommand& command : std::exchange(commands_, {})) run_command(scene, command);
}

void App::run_command(const Scene& scene, const KeyCommand& command) {
    switch (command.command) {
        case Command::NextPanel:
        case Command::PreviousPanel: return;  // done, as it had to be known who gets the key
        case Command::Resync: return session_.resync(scene.now);
        case Command::Pause: return toggle_pause(scene.now);
        case Command::Inspector: look_.dock_open = !look_.dock_open; return want_frames(2);
        case Command::OpenTable: return can_open_table() ? open_table() : tell_close_profile();
        case Command::Density: return next_spacing();
        case Command::Theme: return next_theme();
        case Command::LoadLayout:
        case Command::SaveLayout:
            return tell_layout(command.number, command.command == Command::SaveLayout);
        case Command::PlainTable: return show_plain_table();
        case Command::Help: return help_.open();
        default: return run_in_table(command);
    }
}

// ---- the commands of the table that has the focus

bool App::can_open_table() const {
    return inspects() && !session_.inspector().subscriptions().empty();
}

// The keys of the Inspector while it has them.
std::optional<InspectorPanel::Move> App::inspector_move(Command command) const {
    using Move = InspectorPanel::Move;
    switch (command) {
        case Command::RowUp: return Move::Newer;
        case Command::RowDown: return Move::Older;
        case Command::PageUp: return Move::PageNewer;
        case Command::PageDown: return Move::PageOlder;
        case Command::FirstRow:
        case Command::TableStart: return Move::Newest;
        case Command::LastRow:
        case Command::TableEnd: return Move::Oldest;
        default: return std::nullopt;
    }
}

bool App::takes_in_table(const KeyCommand& command) {
    if (inspector_has_keys()) {
        keys_used_ = true;
        return command.command == Command::Close || inspector_move(command.command).has_value();
    }
    switch (command.command) {
        case Command::RowUp:
        case Command::RowDown:
        case Command::CellLeft:
        case Command::CellRight:
        case Command::PageUp:
        case Command::PageDown:
        case Command::FirstRow:
        case Command::LastRow:
        case Command::TableStart:
        case Command::TableEnd:
        case Command::ExtendUp:
        case Command::ExtendDown:
        case Command::ExtendLeft:
        case Command::ExtendRight:
        case Command::ExtendPageUp:
        case Command::ExtendPageDown:
        case Command::SelectAll:
        case Command::Export:
        case Command::CrossLink:
        case Command::NarrowColumn:
        case Command::WidenColumn:
        case Command::Close: keys_used_ = true; return !panels_.empty();
        case Command::KeyColumn: return options_.opened;
        default: return false;
    }
}

void App::run_in_table(const KeyCommand& command) {
    if (inspector_has_keys()) {
        if (const auto move = inspector_move(command.command))
            inspector_.move(*move, session_.inspector());
        else
            inspector_focus_ = false;
        return want_frames(2);
    }
    if (fold(command.command)) return;
    using Extend = TablePanel::Extend;
    TablePanel& panel = panels_[focus_];
    const table::Table& table = session_.table(focus_);
    switch (command.command) {
        case Command::RowUp: return panel.move_focus(table, -1, 0, Extend::No);
        case Command::RowDown: return panel.move_focus(table, 1, 0, Extend::No);
        case Command::CellLeft: return panel.move_focus(table, 0, -1, Extend::No);
        case Command::CellRight: return panel.move_focus(table, 0, 1, Extend::No);
        case Command::PageUp: return panel.move_focus_by_pages(table, -1, Extend::No);
        case Command::PageDown: return panel.move_focus_by_pages(table, 1, Extend::No);
        case Command::FirstRow: return panel.focus_first(table, false);
        case Command::LastRow: return panel.focus_last(table, false);
        case Command::TableStart: return panel.focus_first(table, true);
        case Command::TableEnd: return panel.focus_last(table, true);
        case Command::ExtendUp: return panel.move_focus(table, -1, 0, Extend::Rows);
        case Command::ExtendDown: return panel.move_focus(table, 1, 0, Extend::Rows);
        case Command::ExtendLeft: return panel.move_focus(table, 0, -1, Extend::Cells);
        case Command::ExtendRight: return panel.move_focus(table, 0, 1, Extend::Cells);
        case Command::ExtendPageUp: return panel.move_focus_by_pages(table, -1, Extend::Rows);
        case Command::ExtendPageDown: return panel.move_focus_by_pages(table, 1, Extend::Rows);
        case Command::Export: return tell_export(table.spec().name, "csv");
        case Command::SelectAll: return panel.select_all(table);
        case Command::CrossLink: return cross_link(focus_);
        case Command::NarrowColumn: return size_column(-1);
        case Command::WidenColumn: return size_column(1);
        case Command::KeyColumn: return choose_key(focus_, panel.selection().focus().column);
        case Command::Close: return find_bar_.is_open() ? close_find() : clear_in_table();
        default: return;
    }
}

// Opens and closes the group whose head has the focus: Right and Left, and Enter for the other of
// the two. Left in the first column leads to the head. False where the key means something else.
bool App::fold(Command command) {
    TablePanel& panel = panels_[focus_];
    TableLook& look = table_looks_[focus_];
    const std::string* const head = panel.focused_head();
    if (head == nullptr)
        return command == Command::CellLeft && panel.focus_own_head(session_.table(focus_));
    const bool is_open = look.is_open(*head);
    bool open = is_open;
    switch (command) {
        case Command::CellLeft: open = false; break;
        case Command::CellRight: open = true; break;
        case Command::CrossLink: open = !is_open; break;
        default: return false;
    }
    if (open == is_open) return true;
    look.toggle(*head);
    look_changed();
    return true;
}

// ---- how it looks

void App::next_theme() {
    const auto next = (static_cast<std::size_t>(look_.theme) + 1) % kThemeChoices;
    choose_theme(static_cast<ThemeChoice>(next));
}

void App::choose_theme(ThemeChoice choice) {
    look_.theme = choice;
    on_look_changed();
}

void App::next_spacing() {
    look_.spacing = static_cast<Spacing>((static_cast<std::size_t>(look_.spacing) + 1) % kSpacings);
    want_frames(2);
}

}  // namespace nats_blotter::web

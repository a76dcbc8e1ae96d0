// The table of keys: what a stroke means, and docs/keyboard.md, which is made from it.
#include "web/keys.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

using namespace nats_blotter::web;

namespace {

Key letter_key(char letter) { return static_cast<Key>(static_cast<int>(Key::A) + (letter - 'a')); }

KeyStroke typed(char letter, int modifiers = 0) {
    return {letter >= 'a' && letter <= 'z' ? letter_key(letter) : Key::None,
            static_cast<std::uint32_t>(letter), modifiers};
}

std::optional<Command> meaning(const KeyStroke& stroke, bool mac = false) {
    const std::optional<KeyCommand> found = command_of(stroke, mac);
    return found ? std::optional(found->command) : std::nullopt;
}

std::string keyboard_page() {
    std::string page =
        "<!-- Made from web/keys.cpp by `NB_WRITE=1` and the screen_test; do not edit. -->\n"
        "# Keyboard\n\n"
        "These keys are the blotter's while it has the focus and nothing is being typed. Letters\n"
        "and signs go by what your keyboard types. On a Mac, Command stands for Ctrl. All other\n"
        "keys stay with the browser: F5, F11, F12, Ctrl+L, Ctrl+N, Ctrl+R, Ctrl+T, Ctrl+W, zoom.\n";
    const KeyRow* before = nullptr;
    for (const KeyRow& row : key_table()) {
        if (before == nullptr || before->group != row.group) {
            page += "\n## ";
            page += key_group_words(row.group);
            page += "\n\n| Key | |\n|---|---|\n";
        }
        page += "| `";
        page += row.shown;
        page += "` | ";
        page += row.words;
        page += " |\n";
        before = &row;
    }
    return page;
}

}  // namespace

TEST_CASE("LettersAndSignsGoByWhatIsTyped") {
    CHECK(meaning(typed('n')) == Command::Ticket);
    CHECK(meaning(typed('N')) == Command::Ticket);  // by the key that locks capitals
    CHECK(meaning(typed('/')) == Command::Filter);
    CHECK(meaning(typed('/', kModifierShift)) == Command::Filter);  // on a German keyboard
    CHECK(meaning(typed('?', kModifierShift)) == Command::Help);
    CHECK(meaning(typed('c', kModifierControl)) == Command::Copy);
    CHECK_FALSE(meaning(typed('n', kModifierShift)));
    // Russian: the key of N types т.
    CHECK(meaning({letter_key('n'), 0x442, 0}) == Command::Ticket);
    // A French keyboard types q where others have a.
    CHECK(meaning({letter_key('q'), 'a', 0}) == Command::Accounts);
}

TEST_CASE("KeysThatTypeNothingGoByTheirPlace") {
    CHECK(meaning({Key::Tab, 0, 0}) == Command::NextPanel);
    CHECK(meaning({Key::Tab, 0, kModifierShift}) == Command::PreviousPanel);
    CHECK(meaning({Key::Up, 0, kModifierShift}) == Command::ExtendUp);
    CHECK(meaning({Key::Home, 0, kModifierControl}) == Command::TableStart);
    CHECK(meaning({Key::KeypadEnter, 0, 0}) == Command::CrossLink);
    CHECK(meaning({Key::Space, ' ', 0}) == Command::Pause);
}

TEST_CASE("LayoutsAreNumbered") {
    const auto digit = [](int number) {
        return static_cast<Key>(static_cast<int>(Key::Digit0) + number);
    };
    const auto load = command_of({digit(7), '7', 0}, false);
    REQUIRE(load);
    CHECK(load->command == Command::LoadLayout);
    CHECK(load->number == 7);
    const auto save = command_of({digit(9), '(', kModifierShift}, false);
    REQUIRE(save);
    CHECK(save->command == Command::SaveLayout);
    CHECK(save->number == 9);
    CHECK_FALSE(command_of({digit(0), '0', 0}, false));
}

TEST_CASE("CommandStandsForControlOnAMac") {
    CHECK(meaning(typed('c', kModifierMeta), true) == Command::Copy);
    CHECK_FALSE(meaning(typed('c', kModifierControl), true));
    CHECK_FALSE(meaning(typed('c', kModifierMeta), false));
}

TEST_CASE("TheBrowserKeepsItsOwnKeys") {
    for (const char letter : {'l', 'n', 'r', 't', 'w', '+', '-', '0'})
        CHECK_FALSE(meaning(typed(letter, kModifierControl)));
    for (const char letter : {'a', 'd', 'e', 'f'})
        CHECK_FALSE(meaning(typed(letter, kModifierAlt)));
    CHECK_FALSE(meaning({Key::Tab, 0, kModifierControl}));
    CHECK_FALSE(meaning({Key::Left, 0, kModifierAlt}));
    CHECK_FALSE(meaning({Key::None, 0, 0}));  // F5, F11, F12 and all that have no place
}

TEST_CASE("NoTwoCommandsShareAKey") {
    std::set<std::string> seen;
    for (const KeyRow& row : key_table()) {
        CAPTURE(std::string(row.shown));
        CHECK(seen.insert(std::string(row.shown)).second);
        CHECK_FALSE(row.words.empty());
    }
}

TEST_CASE("TheKeyboardPageIsTheTable") {
    const std::string path = std::string(NB_TEST_DATA) + "/../../docs/keyboard.md";
    const std::string page = keyboard_page();
    if (std::getenv("NB_WRITE") != nullptr) std::ofstream(path) << page;
    std::ifstream file(path);
    std::stringstream held;
    held << file.rdbuf();
    CHECK_MESSAGE(held.str() == page, "NB_WRITE=1 with this test writes it anew");
}

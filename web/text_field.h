// web/text_field.h - a field to type into: a rectangle of the frame with a real <input> over it.
//
// Input methods, dead keys, the clipboard, screen keyboards and screen readers talk to the <input>
// as to any other. The frame is drawn on the canvas, the text by the browser. Of a field that is
// not drawn in a frame, or lies under a popup, nothing is seen. Several may stand side by side;
// the one that has the focus keeps it for as long as it is drawn.
//
// Tab goes on to the next field and out of the element, as in any page. Enter and Escape are told.
// All keys of a field are the browser's but for these.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "web/scene.h"

namespace nats_blotter::web {

// Characters that a field takes, by the browser's count: a filter or a name, not a text.
inline constexpr int kTextFieldLettersMax = 256;

// Which keys a small screen offers.
enum class Keyboard : std::uint8_t { Text, Search, Number };

struct TextFieldLook {
    std::string_view label;        // spoken: what belongs in here
    std::string_view placeholder;  // seen while it is empty
    std::string_view error;        // spoken, and the frame is in the colour of errors
    std::string_view hint;         // spoken behind the label: what is chosen, how many match
    std::string_view suggestions;  // offered by the browser, one a line
    Keyboard keyboard = Keyboard::Text;
    bool enabled = true;
    bool takes_arrows = false;  // up, down and by pages: told, and not the browser's
    bool takes_tab = false;     // told, and not the browser's: move the focus with focus()
    bool align_right = false;
    // Both at once, not when the news are read: what is typed next is for the canvas.
    bool enter_leaves = false;
    bool escape_clears = false;  // empties it and tells a change; when empty, gives the keys back
    bool escape_leaves = false;
};

// What the user did since the field was drawn last.
struct TextFieldNews {
    bool changed = false;  // text() is another; not while an input method composes
    bool entered = false;
    int entries = 0;  // how often, those with Shift counted backwards
    bool escaped = false;
    bool left = false;  // it lost the focus
    int lines = 0;      // arrows: down is positive
    int pages = 0;
    int tab = 0;  // 1: on, -1: back
};

class TextField {
  public:
    TextField();
    ~TextField();
    TextField(TextField&&) noexcept;
    TextField& operator=(TextField&&) noexcept;

    // As typed so far, valid UTF-8 in one line.
    const std::string& text() const;
    // Shows another text, with the cursor at its end; nothing when it is text() already. What was
    // typed since the last draw() counts as text(), so take the news of draw() first.
    void set_text(std::string_view text);
    // Takes the keys from now on, also before it is drawn for the first time; call in the event
    // that asks for it, so that no key typed after it is lost. `select`: typing replaces the text.
    void focus(bool select = true);
    bool focused() const;
    // Gives the keys back to the canvas.
    void leave();

    // Draws the frame and lays the <input> over it. REQUIRES: within a window of Dear ImGui.
    TextFieldNews draw(const Scene& scene, const Area& area, const TextFieldLook& look);

    struct State;

  private:
    std::unique_ptr<State> state_;
};

// ---- for the App

// What happens in a field; the order is that of the list in text_field.cpp.
enum class FieldEvent : std::uint8_t {
    Text,
    Focus,
    Blur,
    Enter,
    Escape,
    Tab,
    TabBack,
    Down,
    Up,
    PageDown,
    PageUp,
    EnterBack,
};
// From the page: event `what` of field `id`, with its text.
void on_field_event(int id, FieldEvent what, std::string_view text);
// Puts away the fields that were not drawn. Call at the end of each frame.
void put_away_fields();

}  // namespace nats_blotter::web

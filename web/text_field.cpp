// web/text_field.cpp - see web/text_field.h.
#include "web/text_field.h"

#include <emscripten.h>

#include <vector>

#include "imgui_internal.h"

// clang-format off
EM_JS(void, nb_js_field_create, (int id, int letters_max), {
    if (!Module.fields) {
        const box = document.createElement('div');
        box.className = 'fields';
        Module.canvas.after(box);
        Module.fields = {box: box, list: new Map()};
    }
    const box = Module.fields.box;
    const list = Module.fields.list;
    const field = document.createElement('input');
    field.type = 'text';
    field.maxLength = letters_max;
    field.spellcheck = false;
    for (const name of ['autocomplete', 'autocorrect', 'autocapitalize']) {
        field.setAttribute(name, 'off');
    }
    const tell = (what) => {
        if (list.get(id) !== field) return; // it is being taken away
        const text = new TextEncoder().encode(field.value);
        const at = _nb_text_in(text.length);
        HEAPU8.set(text, at);
        _nb_field(id, what);
    };
    const on = (name, work) => field.addEventListener(name, Module.userGuard(work));
    on('input', (event) => { if (!event.isComposing) tell(0); });
    on('compositionend', () => tell(0));
    on('focus', () => tell(1));
    on('blur', (event) => {
        tell(2);
        const to = event.relatedTarget;
        if (list.get(id) === field && to !== Module.canvas && !(to && to.parentNode === box))
            _nb_focus(0);
    });
    on('keydown', (event) => {
        if (event.isComposing || event.keyCode === 229) return; // the input method's
        if (event.ctrlKey || event.altKey || event.metaKey) return;
        let what = 0;
        if (event.key === 'Enter') what = 3;
        else if (event.key === 'Escape') what = 4;
        else if (event.key === 'Tab' && field.takesTab) what = event.shiftKey ? 6 : 5;
        else if (field.takesArrows && !event.shiftKey) {
            what = 7 + ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp'].indexOf(event.key);
            if (what < 7) what = 0;
        }
        if (!what) return;
        event.preventDefault();
        const clears = what === 4 && field.escapeClears;
        const leaves = clears ? field.value === ""
                     : what === 4 ? field.escapeLeaves : what === 3 && field.enterLeaves;
        if (clears) field.value = "";
        tell(what === 3 && event.shiftKey ? 11 : what);
        if (leaves) Module.canvas.focus({preventScroll: true});
    });
    list.set(id, field);
    box.append(field);
});
EM_JS(void, nb_js_field_destroy, (int id), {
    const list = Module.fields.list;
    const field = list.get(id);
    list.delete(id); // before it loses the focus, and tells
    if (field.list) field.list.remove();
    field.remove();
});
EM_JS(void, nb_js_field_place, (int id, double left, double top, double width, double height), {
    const field = Module.fields.list.get(id);
    const style = field.style;
    style.left = left + 'px';
    style.top = top + 'px';
    style.width = width + 'px';
    style.height = height + 'px';
    field.inert = false;
    field.classList.remove('away');
});
EM_JS(void, nb_js_field_away, (int id), {
    const field = Module.fields.list.get(id);
    field.classList.add('away');
    if (field.matches(':focus')) Module.canvas.focus({preventScroll: true});
    field.inert = true;
});
// The words of a look, in the order of TextFieldLook, with line feeds between them; and its
// switches, in the order of the bits that look_bits() makes.
EM_JS(void, nb_js_field_look, (int id, const char* words, int bytes, int bits), {
    const field = Module.fields.list.get(id);
    const [label, placeholder, error, hint, ...suggestions] =
        UTF8ToString(words, bytes).split('\n');
    const say = (name, value) => {
        if (value) field.setAttribute(name, value);
        else field.removeAttribute(name);
    };
    say('aria-label', label);
    say('placeholder', placeholder);
    say('aria-invalid', error && 'true');
    say('aria-description', [error, hint].filter(Boolean).join(' '));
    field.inputMode = ['text', 'search', 'decimal'][bits & 3];
    field.disabled = !(bits & 4);
    field.takesArrows = (bits & 8) !== 0;
    field.takesTab = (bits & 16) !== 0;
    field.classList.toggle('right', (bits & 32) !== 0);
    field.enterLeaves = (bits & 64) !== 0;
    field.escapeClears = (bits & 128) !== 0;
    field.escapeLeaves = (bits & 256) !== 0;
    const wanted = suggestions.filter(Boolean);
    if (field.list) field.list.remove();
    say('list', wanted.length > 0 ? `field-${id}` : "");
    if (wanted.length === 0) return;
    const offered = document.createElement('datalist');
    offered.id = `field-${id}`;
    offered.append(...wanted.map((value) => new Option(value, value)));
    field.after(offered);
});
EM_JS(void, nb_js_field_text, (int id, const char* text, int bytes), {
    Module.fields.list.get(id).value = UTF8ToString(text, bytes);
});
EM_JS(void, nb_js_field_focus, (int id, int select), {
    const field = Module.fields.list.get(id);
    field.inert = false;
    field.focus({preventScroll: true});
    if (select) field.select();
});
EM_JS(void, nb_js_field_leave, (int id), {
    if (Module.fields.list.get(id).matches(':focus')) Module.canvas.focus({preventScroll: true});
});
EM_JS(void, nb_js_field_colours, (unsigned text, unsigned dim), {
    const style = Module.fields.box.style;
    const css = (colour) => '#' + [0, 8, 16].map((shift) =>
        ((colour >>> shift) & 255).toString(16).padStart(2, '0')).join("");
    style.setProperty('--text', css(text));
    style.setProperty('--dim', css(dim));
});
// clang-format on

namespace nats_blotter::web {

struct TextField::State {
    int id = 0;  // 0: the page has no <input> for it yet
    std::string text;
    bool focused = false;
    bool shown = false;
    int drawn_frame = -1;
    Area area;
    float density = 0;
    std::string look_words;
    int look_bits = -1;
    TextFieldNews news;
};

namespace {

std::vector<TextField::State*> fields;  // that the page has an <input> for
int last_id = 0;
Colour told_text = 0;
Colour told_dim = 0;

void make_input(TextField::State& state) {
    if (state.id != 0) return;
    state.id = ++last_id;
    fields.push_back(&state);
    nb_js_field_create(state.id, kTextFieldLettersMax);
    nb_js_field_away(state.id);
    if (!state.text.empty())
        nb_js_field_text(state.id, state.text.data(), static_cast<int>(state.text.size()));
}

void tell_colours(const Theme& theme) {
    if (told_text == theme.text && told_dim == theme.dim) return;
    told_text = theme.text;
    told_dim = theme.dim;
    nb_js_field_colours(theme.text, theme.dim);
}

int look_bits(const TextFieldLook& look) {
    return static_cast<int>(look.keyboard) | (look.enabled ? 4 : 0) | (look.takes_arrows ? 8 : 0) |
           (look.takes_tab ? 16 : 0) | (look.align_right ? 32 : 0) | (look.enter_leaves ? 64 : 0) |
           (look.escape_clears ? 128 : 0) | (look.escape_leaves ? 256 : 0);
}

void tell_look(TextField::State& state, const TextFieldLook& look) {
    std::string words;
    for (const std::string_view part : {look.label, look.placeholder, look.error, look.hint}) {
        words += part;
        words += '\n';
    }
    words += look.suggestions;
    const int bits = look_bits(look);
    if (words == state.look_words && bits == state.look_bits) return;
    state.look_words = std::move(words);
    state.look_bits = bits;
    nb_js_field_look(state.id, state.look_words.data(), static_cast<int>(state.look_words.size()),
                     bits);
}

// Text above the canvas would shine through a popup that is drawn over it.
bool is_covered(const Area& area) {
    const ImGuiWindow& window = *ImGui::GetCurrentWindowRead();
    const bool in_popup = (window.RootWindow->Flags & ImGuiWindowFlags_Popup) != 0;
    if (!in_popup && ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup)) return true;
    if (window.Hidden || window.Appearing) return false;  // not laid out yet
    const float middle = area.y + area.height / 2;
    return middle < window.ClipRect.Min.y || middle > window.ClipRect.Max.y;
}

void place(TextField::State& state, const Area& area, float density) {
    const bool stays = state.shown && density == state.density && area.x == state.area.x &&
                       area.y == state.area.y && area.width == state.area.width &&
                       area.height == state.area.height;
    if (stays) return;
    state.shown = true;
    state.area = area;
    state.density = density;
    nb_js_field_place(state.id, double(area.x / density), double(area.y / density),
                      double(area.width / density), double(area.height / density));
}

void put_away(TextField::State& state) {
    if (!state.shown && !state.focused) return;
    state.shown = false;
    nb_js_field_away(state.id);
}

void draw_frame(const TextField::State& state, const Scene& scene, const Area& area,
                const TextFieldLook& look) {
    const Theme& theme = scene.theme;
    const ImU32 line = !look.error.empty() ? theme.offline
                       : state.focused     ? theme.focus
                                           : theme.border;
    const float width = scene.px(state.focused || theme.plain ? 2 : 1);
    const float half = (width - 1) / 2;  // AddRect adds half a pixel
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled(area.top_left(), area.bottom_right(),
                       look.enabled ? theme.ground : theme.panel);
    list.AddRect({area.x + half, area.y + half}, {area.right() - half, area.bottom() - half}, line,
                 0, 0, width);
}

// Where the browser does not show the text, the canvas does.
void draw_covered(const TextField::State& state, const Scene& scene, const Area& area,
                  const TextFieldLook& look) {
    const bool empty = state.text.empty();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.PushClipRect(area.top_left(), area.bottom_right(), true);
    draw_text(list, scene.cell_font, scene.px(kTextPx), area.x + scene.px(8), area.y, area.bottom(),
              empty ? scene.theme.dim : scene.theme.text, empty ? look.placeholder : state.text);
    list.PopClipRect();
}

}  // namespace

TextField::TextField() : state_(std::make_unique<State>()) {}
TextField::TextField(TextField&&) noexcept = default;
TextField& TextField::operator=(TextField&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
}

TextField::~TextField() {
    if (!state_ || state_->id == 0) return;
    std::erase(fields, state_.get());
    nb_js_field_destroy(state_->id);
}

const std::string& TextField::text() const { return state_->text; }
bool TextField::focused() const { return state_->focused; }

void TextField::set_text(std::string_view text) {
    if (state_->text == text) return;
    state_->text = text;
    if (state_->id != 0) nb_js_field_text(state_->id, text.data(), static_cast<int>(text.size()));
}

void TextField::focus(bool select) {
    make_input(*state_);
    nb_js_field_focus(state_->id, select ? 1 : 0);
}

void TextField::leave() {
    if (state_->id != 0) nb_js_field_leave(state_->id);
}

TextFieldNews TextField::draw(const Scene& scene, const Area& area, const TextFieldLook& look) {
    State& state = *state_;
    make_input(state);
    tell_colours(scene.theme);
    tell_look(state, look);
    draw_frame(state, scene, area, look);
    if (is_covered(area)) {
        draw_covered(state, scene, area, look);
    } else {
        place(state, area, scene.density);
        state.drawn_frame = ImGui::GetFrameCount();
    }
    return std::exchange(state.news, {});
}

void on_field_event(int id, FieldEvent what, std::string_view text) {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [id](const auto* state) { return state->id == id; });
    if (found == fields.end()) return;
    TextField::State& state = **found;
    TextFieldNews& news = state.news;
    // Every event brings the text: what an input method ends with may come without one of its own.
    if (state.text != text && what != FieldEvent::Focus) {
        state.text = text;
        news.changed = true;
    }
    switch (what) {
        case FieldEvent::Text: break;
        case FieldEvent::Focus: state.focused = true; break;
        case FieldEvent::Blur:
            state.focused = false;
            news.left = true;
            break;
        case FieldEvent::Enter:
        case FieldEvent::EnterBack:
            news.entered = true;
            news.entries += what == FieldEvent::EnterBack ? -1 : 1;
            break;
        case FieldEvent::Escape: news.escaped = true; break;
        case FieldEvent::Tab: news.tab = 1; break;
        case FieldEvent::TabBack: news.tab = -1; break;
        case FieldEvent::Down: ++news.lines; break;
        case FieldEvent::Up: --news.lines; break;
        case FieldEvent::PageDown: ++news.pages; break;
        case FieldEvent::PageUp: --news.pages; break;
    }
}

void put_away_fields() {
    for (TextField::State* state : fields)
        if (state->drawn_frame != ImGui::GetFrameCount()) put_away(*state);
}

}  // namespace nats_blotter::web

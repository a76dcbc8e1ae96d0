// web/platform_dom.cpp - see web/platform_dom.h.
#include "web/platform_dom.h"

#include <emscripten.h>

#include <array>
#include <cfloat>
#include <string>

#include "imgui_internal.h"

// clang-format off
EM_JS(void, nb_js_platform_create, (), {
    const canvas = Module.canvas;
    const root = canvas.getRootNode();
    // The order is that of kKeys in C++; a letter or digit follows behind.
    const keys = ['Tab', 'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'PageUp', 'PageDown',
                  'Home', 'End', 'Insert', 'Delete', 'Backspace', 'Space', 'Enter', 'Escape',
                  'NumpadEnter', 'Slash'];
    const keyFromCode = (code) => {
        const known = keys.indexOf(code);
        if (known >= 0) return known;
        const letter = code.match(/^Key([A-Z])$/);
        return letter ? keys.length + letter[1].charCodeAt(0) - 65 : -1;
    };
    const position = (event) => {
        const box = canvas.getBoundingClientRect();
        return [(event.clientX - box.left) * canvas.width / (box.width || 1),
                (event.clientY - box.top) * canvas.height / (box.height || 1)];
    };
    const modifiers = (event) => (event.ctrlKey ? 1 : 0) | (event.shiftKey ? 2 : 0) |
                                 (event.altKey ? 4 : 0) | (event.metaKey ? 8 : 0);
    const undo = [];
    const on = (target, name, work, options) => {
        const guarded = Module.guard(work);
        target.addEventListener(name, guarded, options);
        undo.push(() => target.removeEventListener(name, guarded, options));
    };

    // A finger that moves scrolls; one that does not is a click.
    let touch = null;
    on(canvas, 'pointerdown', (event) => {
        if (event.pointerType === 'touch') {
            touch = {id: event.pointerId, x: event.clientX, y: event.clientY, moved: false};
            return;
        }
        if (event.button > 2) return;
        canvas.setPointerCapture(event.pointerId);
        _nb_pointer_move(...position(event));
        _nb_pointer_button(event.button === 0 ? 0 : event.button === 2 ? 1 : 2, 1);
    });
    on(canvas, 'pointermove', (event) => {
        if (event.pointerType === 'touch') {
            if (!touch || touch.id !== event.pointerId) return;
            const dy = event.clientY - touch.y;
            if (!touch.moved && Math.abs(dy) < 6 && Math.abs(event.clientX - touch.x) < 6) return;
            touch.moved = true;
            touch.y = event.clientY;
            _nb_pointer_move(...position(event));
            _nb_wheel(0, -dy);
            return;
        }
        _nb_pointer_move(...position(event));
    });
    on(canvas, 'pointerup', (event) => {
        if (event.pointerType === 'touch') {
            if (touch && touch.id === event.pointerId && !touch.moved) {
                _nb_pointer_move(...position(event));
                _nb_pointer_button(0, 1);
                _nb_pointer_button(0, 0);
            }
            touch = null;
            return;
        }
        _nb_pointer_move(...position(event));
        _nb_pointer_button(event.button === 0 ? 0 : event.button === 2 ? 1 : 2, 0);
    });
    on(canvas, 'pointercancel', () => {
        touch = null;
        _nb_pointer_button(0, 0);
        _nb_pointer_leave();
    });
    on(canvas, 'pointerleave', (event) => { if (event.buttons === 0) _nb_pointer_leave(); });
    on(canvas, 'wheel', (event) => {
        if (event.ctrlKey) return; // page zoom
        event.preventDefault();
        const unit = event.deltaMode === 1 ? 20 : event.deltaMode === 2 ? canvas.clientHeight : 1;
        _nb_pointer_move(...position(event));
        _nb_wheel(event.deltaX * unit, event.deltaY * unit);
    }, {passive: false});

    on(canvas, 'keydown', (event) => {
        const key = keyFromCode(event.code);
        // Answers 1 when the program uses this key now; all others stay with the browser.
        if (_nb_key(key, 1, modifiers(event)) !== 0) event.preventDefault();
        if ([...event.key].length === 1 && !event.ctrlKey && !event.metaKey && !event.isComposing) {
            const text = new TextEncoder().encode(event.key);
            const at = _nb_text_in(text.length);
            HEAPU8.set(text, at);
            _nb_key_text();
        }
    });
    on(canvas, 'keyup', (event) => { _nb_key(keyFromCode(event.code), 0, modifiers(event)); });
    on(canvas, 'focus', () => _nb_focus(1));
    on(canvas, 'blur', () => _nb_focus(0));
    on(matchMedia('(prefers-color-scheme: light)'), 'change', () => _nb_look_changed());

    // Exact device pixels where the browser tells them (a fractional density rounds by position).
    const sized = Module.guard((entries) => {
        const entry = entries[entries.length - 1];
        const density = devicePixelRatio || 1;
        const box = entry.devicePixelContentBoxSize && entry.devicePixelContentBoxSize[0];
        const near = (told, css) => Math.abs(told - css * density) < 2;
        // The exact box knows nothing of an emulated density (developer tools).
        const exact = box && near(box.inlineSize, entry.contentRect.width) &&
                      near(box.blockSize, entry.contentRect.height);
        const width = exact ? box.inlineSize : Math.round(entry.contentRect.width * density);
        const height = exact ? box.blockSize : Math.round(entry.contentRect.height * density);
        _nb_resize(width, height, density);
    });
    const observer = new ResizeObserver(sized);
    try {
        observer.observe(canvas, {box: 'device-pixel-content-box'});
    } catch (error) {
        observer.observe(canvas);
    }
    undo.push(() => observer.disconnect());
    // What has been scrolled out of sight, or is not laid out at all, is not drawn.
    const seen = new IntersectionObserver(Module.guard((entries) => {
        _nb_visible(entries[entries.length - 1].isIntersecting ? 1 : 0);
    }));
    seen.observe(canvas);
    undo.push(() => seen.disconnect());
    Module.platformDestroy = () => { for (const step of undo) step(); };
});
EM_JS(void, nb_js_platform_destroy, (), { Module.platformDestroy(); });
EM_JS(void, nb_js_cursor, (int shape), {
    Module.canvas.style.cursor =
        ['default', 'text', 'move', 'ns-resize', 'ew-resize', 'nesw-resize', 'nwse-resize',
         'pointer', 'wait', 'progress', 'not-allowed'][shape] || 'default';
});
// clang-format on

namespace nats_blotter::web {
namespace {

constexpr std::array kKeys{
    ImGuiKey_Tab,       ImGuiKey_LeftArrow, ImGuiKey_RightArrow, ImGuiKey_UpArrow,
    ImGuiKey_DownArrow, ImGuiKey_PageUp,    ImGuiKey_PageDown,   ImGuiKey_Home,
    ImGuiKey_End,       ImGuiKey_Insert,    ImGuiKey_Delete,     ImGuiKey_Backspace,
    ImGuiKey_Space,     ImGuiKey_Enter,     ImGuiKey_Escape,     ImGuiKey_KeypadEnter,
    ImGuiKey_Slash,
};

}  // namespace

ImGuiKey key_from_index(int index) {
    const int named = static_cast<int>(kKeys.size());
    if (index < 0 || index >= named + 26) return ImGuiKey_None;
    if (index < named) return kKeys[static_cast<std::size_t>(index)];
    return static_cast<ImGuiKey>(ImGuiKey_A + (index - named));
}

void Platform::create() {
    ImGuiIO& io = ImGui::GetIO();
    io.BackendPlatformName = "dom";
    io.BackendFlags |= ImGuiBackendFlags_HasMouseCursors;
    cursor_ = -1;
    nb_js_platform_create();
}

void Platform::destroy() { nb_js_platform_destroy(); }

void Platform::begin_frame(double now_s) {
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = {static_cast<float>(width_), static_cast<float>(height_)};
    const double step_s = now_s - last_frame_s_;
    io.DeltaTime = step_s > 0.001 ? static_cast<float>(step_s < 0.25 ? step_s : 0.25) : 0.001f;
    last_frame_s_ = now_s;
}

void Platform::end_frame() {
    const int cursor = ImGui::GetMouseCursor();
    if (cursor == cursor_) return;
    cursor_ = cursor;
    nb_js_cursor(cursor);
}

bool Platform::has_input() const { return ImGui::GetCurrentContext()->InputEventsQueue.Size > 0; }

void Platform::on_resize(int width, int height, float density) {
    width_ = width;
    height_ = height;
    density_ = density;
}

void Platform::on_pointer_move(float x, float y) { ImGui::GetIO().AddMousePosEvent(x, y); }

void Platform::on_pointer_button(int button, bool down) {
    ImGui::GetIO().AddMouseButtonEvent(button, down);
}

void Platform::on_pointer_leave() { ImGui::GetIO().AddMousePosEvent(-FLT_MAX, -FLT_MAX); }

void Platform::on_wheel(float x_px, float y_px) {
    ImGui::GetIO().AddMouseWheelEvent(-x_px / kWheelNotchPx, -y_px / kWheelNotchPx);
}

void Platform::on_key(int key, bool down, int modifiers) {
    ImGuiIO& io = ImGui::GetIO();
    io.AddKeyEvent(ImGuiMod_Ctrl, (modifiers & kModifierControl) != 0);
    io.AddKeyEvent(ImGuiMod_Shift, (modifiers & kModifierShift) != 0);
    io.AddKeyEvent(ImGuiMod_Alt, (modifiers & kModifierAlt) != 0);
    io.AddKeyEvent(ImGuiMod_Super, (modifiers & kModifierMeta) != 0);
    const ImGuiKey known = key_from_index(key);
    if (known != ImGuiKey_None) io.AddKeyEvent(known, down);
}

void Platform::on_text(std::string_view text) {
    ImGui::GetIO().AddInputCharactersUTF8(std::string(text).c_str());
}

void Platform::on_focus(bool focused) {
    focused_ = focused;
    ImGui::GetIO().AddFocusEvent(focused);  // losing it lets go of every key
}

}  // namespace nats_blotter::web

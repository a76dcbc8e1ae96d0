// web/platform_dom.cpp - see web/platform_dom.h.
#include "web/platform_dom.h"

#include <emscripten.h>

#include <array>
#include <cfloat>

#include "imgui_internal.h"

// clang-format off
EM_JS(void, nb_js_platform_create, (), {
    const canvas = Module.canvas;
    // The order is that of Key in web/keys.h; letters and digits follow behind.
    const keys = ['Tab', 'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'PageUp', 'PageDown',
                  'Home', 'End', 'Insert', 'Delete', 'Backspace', 'Space', 'Enter', 'Escape',
                  'NumpadEnter', 'Slash'];
    const keyFromCode = (code) => {
        const known = keys.indexOf(code);
        if (known >= 0) return known;
        const [, letter, digit] = code.match(/^(?:Key([A-Z])|Digit([0-9]))$/) || [];
        if (letter) return keys.length + letter.charCodeAt(0) - 65;
        return digit ? keys.length + 26 + Number(digit) : -1;
    };
    const position = (event) => {
        const box = canvas.getBoundingClientRect();
        const {width, height} = Module.surface;
        return [(event.clientX - box.left) * width / (box.width || 1),
                (event.clientY - box.top) * height / (box.height || 1)];
    };
    const modifiers = (event) => {
        // AltGr only chooses a sign, though Windows calls it Ctrl and Alt.
        const sign = event.getModifierState('AltGraph');
        return (event.ctrlKey && !sign ? 1 : 0) | (event.shiftKey ? 2 : 0) |
               (event.altKey && !sign ? 4 : 0) | (event.metaKey ? 8 : 0);
    };
    const undo = [];
    const on = (target, name, work, options) => {
        const user = target === canvas && name !== 'contextmenu'; // which calls nothing
        const guarded = user ? Module.userGuard(work) : Module.guard(work);
        target.addEventListener(name, guarded, options);
        undo.push(() => target.removeEventListener(name, guarded, options));
    };

    // The buttons that the program believes to be down. Told by what every event says of all of
    // them, so that none stays down: a second button sends no event of its own.
    let held = 0;
    const holdButtons = (buttons) => {
        for (let button = 0; button < 3; ++button) { // the bits have the order of ImGui's buttons
            const bit = 1 << button;
            if (((buttons ^ held) & bit) !== 0) _nb_pointer_button(button, buttons & bit ? 1 : 0);
        }
        held = buttons & 7;
    };

    // A finger that moves scrolls, and goes on a little when it is lifted; one that does not move
    // is a click. Of several fingers the first counts.
    let touch = null;
    let glide = 0;
    const stopGlide = () => { cancelAnimationFrame(glide); glide = 0; };
    undo.push(stopGlide);
    const startGlide = (velocity) => {
        let last = performance.now();
        const step = Module.guard((now) => {
            const ms = Math.min(Math.max(now - last, 0), 100);
            last = now;
            const decay = Math.exp(-ms / 325); // as phones do it
            velocity = [velocity[0] * decay, velocity[1] * decay];
            if (Math.hypot(...velocity) < 0.02) { glide = 0; return; }
            glide = requestAnimationFrame(step); // before the program is called, which may trap
            _nb_wheel(-velocity[0] * ms, -velocity[1] * ms);
        });
        glide = requestAnimationFrame(step);
    };
    // A finger that stays asks for a menu, as the other button of a mouse does.
    let hold = 0;
    const holdTouch = (finger, at) => {
        clearTimeout(hold);
        hold = setTimeout(Module.guard(() => {
            if (touch !== finger || finger.moved) return;
            touch = null; // it is no press any more
            _nb_pointer_move(...at);
            _nb_pointer_button(1, 1);
            _nb_pointer_button(1, 0);
        }), 500);
    };
    undo.push(() => clearTimeout(hold));
    const touchMoved = (event) => {
        if (!touch || touch.id !== event.pointerId) return;
        const dx = event.clientX - touch.x;
        const dy = event.clientY - touch.y;
        if (!touch.moved && Math.hypot(dx, dy) < 6) return;
        touch.moved = true;
        touch.x = event.clientX;
        touch.y = event.clientY;
        touch.trail.push([event.timeStamp, event.clientX, event.clientY]);
        while (event.timeStamp - touch.trail[0][0] > 100) touch.trail.shift();
        _nb_pointer_move(...position(event));
        _nb_wheel(-dx, -dy);
    };
    const touchEnded = (event) => {
        if (!touch || touch.id !== event.pointerId) return;
        const moved = touch.moved;
        const trail = touch.trail;
        touch = null;
        if (!moved) {
            _nb_pointer_move(...position(event));
            _nb_pointer_button(0, 1);
            _nb_pointer_button(0, 0);
        } else if (trail.length > 1 && event.timeStamp - trail[trail.length - 1][0] < 60) {
            const first = trail[0];
            const last = trail[trail.length - 1];
            const ms = Math.max(last[0] - first[0], 8);
            startGlide([(last[1] - first[1]) / ms, (last[2] - first[2]) / ms]);
        }
    };

    on(canvas, 'pointerdown', (event) => {
        stopGlide();
        if (event.pointerType === 'touch') {
            if (touch) return;
            const x = event.clientX;
            const y = event.clientY;
            touch = {id: event.pointerId, x, y, moved: false, trail: [[event.timeStamp, x, y]]};
            holdTouch(touch, position(event));
            return;
        }
        // A drag goes on outside of the element; one that was held back may be over.
        try { canvas.setPointerCapture(event.pointerId); } catch (error) {}
        _nb_modifiers(modifiers(event));
        _nb_pointer_move(...position(event));
        holdButtons(event.buttons);
    });
    on(canvas, 'pointermove', (event) => {
        if (event.pointerType === 'touch') return touchMoved(event);
        _nb_pointer_move(...position(event));
        if (held !== 0 || event.buttons === 0) holdButtons(event.buttons);
    });
    on(canvas, 'pointerup', (event) => {
        if (event.pointerType === 'touch') return touchEnded(event);
        _nb_pointer_move(...position(event));
        holdButtons(event.buttons);
    });
    on(canvas, 'pointercancel', (event) => {
        if (touch && touch.id === event.pointerId) touch = null;
        holdButtons(0);
        _nb_pointer_leave();
    });
    on(canvas, 'lostpointercapture', (event) => {
        if (event.pointerType !== 'touch' && event.buttons === 0) holdButtons(0);
    });
    Module.copied = () => {
        const bytes = _nb_copy();
        if (bytes === 0) return null;
        const at = _nb_answer();
        const [tsv, html] = new TextDecoder()
            .decode(HEAPU8.subarray(at, at + bytes))
            .split(String.fromCharCode(0));
        return html === undefined ? {'text/plain': tsv} : {'text/plain': tsv, 'text/html': html};
    };
    on(canvas, 'copy', (event) => {
        const copied = Module.copied();
        if (!copied) return;
        for (const type of Object.keys(copied)) event.clipboardData.setData(type, copied[type]);
        event.preventDefault();
    });
    // The program has menus of its own.
    on(canvas, 'contextmenu', (event) => event.preventDefault());
    on(canvas, 'pointerleave', (event) => { if (event.buttons === 0) _nb_pointer_leave(); });
    on(canvas, 'wheel', (event) => {
        if (event.ctrlKey) return; // page zoom
        event.preventDefault();
        stopGlide();
        const unit = event.deltaMode === 1 ? 20 : event.deltaMode === 2 ? canvas.clientHeight : 1;
        _nb_pointer_move(...position(event));
        _nb_wheel(event.deltaX * unit, event.deltaY * unit);
    }, {passive: false});

    const down = new Set();
    on(canvas, 'keydown', (event) => {
        if (event.isComposing || event.keyCode === 229) return; // the input method's
        const key = keyFromCode(event.code);
        if (key >= 0) down.add(key);
        const letter = [...event.key].length === 1 ? event.key.codePointAt(0) : 0;
        if (_nb_key(key, 1, modifiers(event), letter) !== 0) event.preventDefault();
    });
    on(canvas, 'keyup', (event) => {
        const key = keyFromCode(event.code);
        down.delete(key);
        _nb_key(key, 0, modifiers(event), 0);
        if (event.key !== 'Meta') return;
        // macOS tells of no key that was let go before its command key.
        for (const left of down) _nb_key(left, 0, modifiers(event), 0);
        down.clear();
    });
    on(canvas, 'focus', () => _nb_focus(1));
    on(canvas, 'blur', (event) => {
        down.clear();
        holdButtons(0);
        const to = event.relatedTarget;
        _nb_focus(to && to.parentNode === canvas.nextSibling ? 2 : 0); // to one of its fields
    });
    for (const query of ['(prefers-color-scheme: light)', '(forced-colors: active)',
                         '(prefers-reduced-motion: reduce)']) {
        on(matchMedia(query), 'change', () => _nb_look_changed());
    }

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
    const observe = () => {
        try {
            observer.observe(canvas, {box: 'device-pixel-content-box'});
        } catch (error) {
            observer.observe(canvas);
        }
    };
    observe();
    undo.push(() => observer.disconnect());
    // A density that changes alone changes no size in CSS pixels, which some browsers go by.
    const densityChanged = Module.guard(() => {
        observer.unobserve(canvas);
        observe();
        watchDensity();
    });
    let density = null;
    const watchDensity = () => {
        density = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
        density.addEventListener('change', densityChanged, {once: true});
    };
    watchDensity();
    undo.push(() => { if (density) density.removeEventListener('change', densityChanged); });
    // What has been scrolled out of sight, or is not laid out at all, is not drawn.
    const seen = new IntersectionObserver(Module.guard((entries) => {
        _nb_visible(entries[entries.length - 1].isIntersecting ? 1 : 0);
    }));
    seen.observe(canvas);
    undo.push(() => seen.disconnect());
    Module.platformDestroy = () => { for (const step of undo) step(); };
});
// Answers the density; into `size` go width and height in device pixels.
EM_JS(double, nb_js_platform_measure, (int* size), {
    const density = devicePixelRatio || 1;
    HEAP32[size >> 2] = Math.round(Module.canvas.clientWidth * density);
    HEAP32[(size >> 2) + 1] = Math.round(Module.canvas.clientHeight * density);
    return density;
});
EM_JS(int, nb_js_is_mac, (), { return /^Mac|^iP/.test(navigator.platform) ? 1 : 0; });
EM_JS(void, nb_js_copy, (const char* text), {
    const words = UTF8ToString(text);
    // Without HTTPS there is only the old way, which copies what is selected.
    const theOldWay = () => {
        const field = document.createElement('textarea');
        field.className = 'quiet';
        field.value = words;
        const before = Module.canvas.getRootNode().activeElement;
        Module.canvas.after(field);
        field.select();
        document.execCommand('copy');
        field.remove();
        if (before) before.focus({preventScroll: true});
    };
    if (navigator.clipboard) navigator.clipboard.writeText(words).catch(theOldWay);
    else theOldWay();
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
static_assert(kKeys.size() == static_cast<std::size_t>(Key::A));

}  // namespace

ImGuiKey key_from_index(int index) {
    const int named = static_cast<int>(kKeys.size());
    if (index < 0 || index >= kKeyCount) return ImGuiKey_None;
    if (index < named) return kKeys[static_cast<std::size_t>(index)];
    if (index >= named + 26) return static_cast<ImGuiKey>(ImGuiKey_0 + (index - named - 26));
    return static_cast<ImGuiKey>(ImGuiKey_A + (index - named));
}

void Platform::create() {
    ImGuiIO& io = ImGui::GetIO();
    io.BackendPlatformName = "dom";
    io.BackendFlags |= ImGuiBackendFlags_HasMouseCursors;
    io.ConfigMacOSXBehaviors = nb_js_is_mac() != 0;  // Command where others have Control
    ImGuiPlatformIO& platform = ImGui::GetPlatformIO();
    platform.Platform_SetClipboardTextFn = [](ImGuiContext*, const char* text) {
        nb_js_copy(text);
    };
    cursor_ = -1;
    nb_js_platform_create();
}

CanvasSize Platform::measured() const {
    int size[2] = {0, 0};
    const double density = nb_js_platform_measure(size);
    return {size[0], size[1], static_cast<float>(density)};
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

void Platform::on_modifiers(int modifiers) {
    ImGuiIO& io = ImGui::GetIO();
    io.AddKeyEvent(ImGuiMod_Ctrl, (modifiers & kModifierControl) != 0);
    io.AddKeyEvent(ImGuiMod_Shift, (modifiers & kModifierShift) != 0);
    io.AddKeyEvent(ImGuiMod_Alt, (modifiers & kModifierAlt) != 0);
    io.AddKeyEvent(ImGuiMod_Super, (modifiers & kModifierMeta) != 0);
}

void Platform::on_key(int key, bool down, int modifiers) {
    on_modifiers(modifiers);
    ImGuiIO& io = ImGui::GetIO();
    const ImGuiKey known = key_from_index(key);
    if (known != ImGuiKey_None) io.AddKeyEvent(known, down);
}

void Platform::on_focus(Focus focus) {
    focused_ = focus == Focus::Canvas;
    ImGuiIO& io = ImGui::GetIO();
    if (focus == Focus::Field) {
        io.ClearInputKeys();
    } else {
        io.AddFocusEvent(focused_);  // losing it lets go of every key, and closes lists
    }
}

}  // namespace nats_blotter::web

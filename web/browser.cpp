// web/browser.cpp - the EM_JS behind web/browser.h.
#include "web/browser.h"

#include <emscripten.h>

// Newer releases leave out of the glue what no library of theirs asks for; 3.1.6 has no such macro.
#ifdef EM_JS_DEPS
EM_JS_DEPS(nats_blotter_web, "$UTF8ToString,$specialHTMLTargets");
#endif

// clang-format off
EM_JS(void, nb_js_browser_init, (), {
    // A trap leaves the program in an unknown state: nothing may be called after it.
    Module.dead = false;
    Module.guard = (work) => (...args) => {
        if (Module.dead) return undefined;
        try {
            return work(...args);
        } catch (error) {
            Module.stopBrowser();
            Module.host.trapped(error);
            return undefined;
        }
    };
    // What the user does may need all of the program, and waits until that is there.
    Module.userGuard = (work) => {
        const guarded = Module.guard(work);
        return (event) => {
            if (!Module.host.hold(event.type, () => guarded(event))) guarded(event);
        };
    };
    Module.heapBytes = () => HEAPU8;

    const channel = new MessageChannel();
    channel.port1.onmessage = Module.guard(() => _nb_pump_task());
    Module.postPump = () => channel.port2.postMessage(0);
    Module.pumpTimer = 0;
    Module.onPumpTimer = Module.guard(() => { Module.pumpTimer = 0; _nb_pump_task(); });

    Module.timer = 0;
    Module.onTimer = Module.guard(() => { Module.timer = 0; _nb_timer(); });

    Module.onFrame = Module.guard(() => {
        _nb_frame();
        Module.host.drawn();
    });

    // All that would call in again ends, without a call into the program.
    Module.stopBrowser = () => {
        Module.dead = true;
        clearTimeout(Module.timer);
        clearTimeout(Module.pumpTimer);
        channel.port1.close();
        if (Module.socket) Module.socket.close();
    };
});
EM_JS(double, nb_js_epoch_ms, (), { return Date.now(); });
EM_JS(int, nb_js_matches, (const char* query), {
    return matchMedia(UTF8ToString(query)).matches ? 1 : 0;
});
EM_JS(int, nb_js_hidden, (), { return document.hidden ? 1 : 0; });
EM_JS(double, nb_js_heap_bytes, (), { return HEAPU8.length; });
EM_JS(double, nb_js_random, (), { return Math.random(); });
EM_JS(void, nb_js_post_pump, (), { Module.postPump(); });
EM_JS(void, nb_js_post_pump_later, (double delay_ms), {
    clearTimeout(Module.pumpTimer);
    Module.pumpTimer = setTimeout(Module.onPumpTimer, delay_ms);
});
EM_JS(void, nb_js_set_timer, (double delay_ms), {
    clearTimeout(Module.timer);
    Module.timer = delay_ms < 0 ? 0 : setTimeout(Module.onTimer, delay_ms);
});
EM_JS(void, nb_js_layout, (int number, int save), { Module.host.layout(number, save !== 0); });
EM_JS(void, nb_js_layout_file, (int save), { Module.host.layoutFile(save !== 0); });
EM_JS(void, nb_js_plain_table, (), { Module.host.plainTable(); });
EM_JS(void, nb_js_open_profile, (const char* text, int bytes, const char* words, int words_bytes), {
    Module.host.profileAsked(UTF8ToString(text, bytes), UTF8ToString(words, words_bytes));
});
EM_JS(void, nb_js_key, (const char* table, int bytes, const char* field, int field_bytes), {
    Module.host.keyAsked(UTF8ToString(table, bytes), UTF8ToString(field, field_bytes));
});
EM_JS(void, nb_js_close_profile, (), { Module.host.profileAsked(null, ""); });
EM_JS(void, nb_js_profile_file, (), { Module.host.profileFile(); });
EM_JS(void, nb_js_request_frame, (), { requestAnimationFrame(Module.onFrame); });
EM_JS(void, nb_js_tell_status,
      (const char* status, int status_bytes, const char* cause, int cause_bytes), {
    Module.host.statusChanged(UTF8ToString(status, status_bytes), UTF8ToString(cause, cause_bytes));
});
EM_JS(void, nb_js_tell_words, (const char* words, int bytes), {
    Module.host.said(UTF8ToString(words, bytes));
});
EM_JS(void, nb_js_tell_export, (const char* table, int bytes, int csv), {
    Module.host.exportAsked(UTF8ToString(table, bytes), csv !== 0 ? 'csv' : 'ndjson');
});
EM_JS(void, nb_js_copy_selection, (), {
    // In a task of its own: the program is at work now.
    setTimeout(Module.guard(() => {
        const copied = Module.copied();
        if (!copied) return;
        const blobs = {};
        for (const type of Object.keys(copied)) blobs[type] = new Blob([copied[type]], {type});
        if (navigator.clipboard && globalThis.ClipboardItem) {
            navigator.clipboard.write([new ClipboardItem(blobs)]).catch(() => {});
            return;
        }
        // Without HTTPS there is only the old way, which copies what is selected.
        const field = document.createElement('textarea');
        field.value = copied['text/plain'];
        Module.canvas.after(field);
        field.select();
        document.execCommand('copy');
        field.remove();
        Module.canvas.focus({preventScroll: true});
    }));
});
EM_JS(void, nb_js_tell_account, (double account), { Module.host.accountChosen(account); });
// clang-format on

namespace nats_blotter::web {

void browser_init() { nb_js_browser_init(); }

MonotonicUs monotonic_now() {
    return static_cast<MonotonicUs>(emscripten_get_now() * double(kMillisecondUs));
}

EpochMs epoch_now_ms() { return static_cast<EpochMs>(nb_js_epoch_ms()); }

bool reduced_motion() { return nb_js_matches("(prefers-reduced-motion: reduce)") != 0; }

bool prefers_dark() { return nb_js_matches("(prefers-color-scheme: light)") == 0; }

bool forced_colors() { return nb_js_matches("(forced-colors: active)") != 0; }

bool page_hidden() { return nb_js_hidden() != 0; }

std::size_t heap_bytes() { return static_cast<std::size_t>(nb_js_heap_bytes()); }

std::uint64_t random_seed() {
    return static_cast<std::uint64_t>(nb_js_random() * 9007199254740992.0);  // 2^53
}

void post_pump_task() { nb_js_post_pump(); }

void post_pump_task_later(double delay_ms) { nb_js_post_pump_later(delay_ms); }

void set_timer(double delay_ms) { nb_js_set_timer(delay_ms); }

void request_frame() { nb_js_request_frame(); }
void tell_layout(int number, bool save) { nb_js_layout(number, save ? 1 : 0); }
void tell_layout_file(bool save) { nb_js_layout_file(save ? 1 : 0); }
void show_plain_table() { nb_js_plain_table(); }

void tell_status(std::string_view status, std::string_view cause) {
    nb_js_tell_status(status.data(), static_cast<int>(status.size()), cause.data(),
                      static_cast<int>(cause.size()));
}

void tell_words(std::string_view words) {
    nb_js_tell_words(words.data(), static_cast<int>(words.size()));
}

void tell_export(std::string_view table, std::string_view format) {
    nb_js_tell_export(table.data(), static_cast<int>(table.size()), format == "csv" ? 1 : 0);
}

void tell_open_profile(std::string_view text, std::string_view words) {
    nb_js_open_profile(text.data(), static_cast<int>(text.size()), words.data(),
                       static_cast<int>(words.size()));
}

void tell_key(std::string_view table, std::string_view field) {
    nb_js_key(table.data(), static_cast<int>(table.size()), field.data(),
              static_cast<int>(field.size()));
}

void tell_close_profile() { nb_js_close_profile(); }
void tell_profile_file() { nb_js_profile_file(); }

void copy_selection() { nb_js_copy_selection(); }

void tell_account(double account) { nb_js_tell_account(account); }

}  // namespace nats_blotter::web

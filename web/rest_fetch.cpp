// web/rest_fetch.cpp - see web/rest_fetch.h.
#include "web/rest_fetch.h"

#include <emscripten.h>

// clang-format off
EM_JS(void, nb_js_fetch_start, (unsigned id, const char* url_text, int url_bytes,
                                const char* base_text, int base_bytes, double silence_ms), {
    const path = UTF8ToString(url_text, url_bytes);
    const url = new URL(path, UTF8ToString(base_text, base_bytes));
    // "position-service" in /position-service/trades/22214: whom the words are about.
    const service = url.pathname.split('/')[1] || url.host;
    if (!Module.fetches) Module.fetches = new Map();
    const running = Module.fetches;
    const control = new AbortController();
    running.set(id, control);

    let timer = 0;
    let silent = false;
    const heard = () => {
        clearTimeout(timer);
        timer = setTimeout(() => { silent = true; control.abort(); }, silence_ms);
    };
    const end = Module.guard((status, words) => {
        clearTimeout(timer);
        if (!running.delete(id)) return; // cancelled: nobody waits for it
        const text = new TextEncoder().encode(words);
        const at = _nb_text_in(text.length);
        HEAPU8.set(text, at);
        _nb_fetch_end(id, status);
    });
    const head = Module.guard((words) => {
        if (!running.has(id)) return;
        const text = new TextEncoder().encode(words);
        const at = _nb_text_in(text.length);
        HEAPU8.set(text, at);
        _nb_fetch_head(id);
    });
    const chunk = Module.guard((bytes) => {
        if (!running.has(id) || bytes.length === 0) return;
        const at = _nb_text_in(bytes.length);
        HEAPU8.set(bytes, at);
        _nb_fetch_bytes(id);
    });

    (async () => {
        heard();
        try {
            const answer = await fetch(url, {signal: control.signal, cache: 'no-store',
                                             headers: {accept: 'application/json'}});
            heard();
            if (!answer.ok) {
                if (answer.body) answer.body.cancel().catch(() => {});
                end(answer.status, service + ' answers ' + answer.status);
                return;
            }
            const since = answer.headers.get('x-since');
            if (since !== null) head(since);
            const reader = answer.body.getReader();
            for (;;) {
                const {done, value} = await reader.read();
                if (done) break;
                heard();
                chunk(value);
            }
            end(answer.status, "");
        } catch (error) {
            if (silent) end(0, service + ' sends nothing for ' + silence_ms / 1000 + ' s');
            else end(0, service + ' does not answer');
        }
    })();
});
EM_JS(void, nb_js_fetch_cancel, (unsigned id), {
    const control = Module.fetches && Module.fetches.get(id);
    if (!control) return;
    Module.fetches.delete(id);
    control.abort();
});
EM_JS(void, nb_js_fetch_cancel_all, (), {
    if (!Module.fetches) return;
    for (const control of Module.fetches.values()) control.abort();
    Module.fetches.clear();
});
// clang-format on

namespace nats_blotter::web {

// A million trades take a database some seconds before their first byte; beyond this it is hung.
static constexpr double kSilenceMsMax = 30'000;

void RestFetch::start(session::FetchId fetch, std::string_view url) {
    nb_js_fetch_start(fetch, url.data(), static_cast<int>(url.size()), base_url_.data(),
                      static_cast<int>(base_url_.size()), kSilenceMsMax);
}

void RestFetch::cancel(session::FetchId fetch) { nb_js_fetch_cancel(fetch); }

void RestFetch::cancel_all() { nb_js_fetch_cancel_all(); }

}  // namespace nats_blotter::web

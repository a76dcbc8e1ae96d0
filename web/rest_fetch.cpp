// web/rest_fetch.cpp - see web/rest_fetch.h.
#include "web/rest_fetch.h"

#include <emscripten.h>

#include "base/limits.h"

// clang-format off
EM_JS(void, nb_js_fetch_start, (unsigned id, const char* url_text, int url_bytes,
                                const char* base_text, int base_bytes, const char* method,
                                const char* body_text, int body_bytes, double silence_ms,
                                double ahead_bytes, int room_bytes), {
    const path = UTF8ToString(url_text, url_bytes);
    const url = new URL(path, UTF8ToString(base_text, base_bytes));
    // "position-service" in /position-service/trades/22214: whom the words are about.
    const asked = {method: UTF8ToString(method), headers: {accept: 'application/json'},
                   cache: 'no-store'};
    if (body_bytes > 0) {
        asked.body = UTF8ToString(body_text, body_bytes);
        asked.headers['content-type'] = 'application/json';
    }
    const service = url.pathname.split('/')[1] || url.host;
    if (!Module.fetches) {
        Module.fetches = new Map();
        Module.fetchAhead = {bytes: 0, resume: []}; // of all of them
        Module.fetchRoom = []; // buffers to read into
    }
    const running = Module.fetches;
    const ahead = Module.fetchAhead;
    // A stream that fills a buffer of ours needs no new memory for each piece, which costs more
    // than the copy. Not every browser has them.
    const readerOf = (body) => {
        let reader;
        try {
            reader = body.getReader({mode: 'byob'});
        } catch (error) {
            return body.getReader();
        }
        let spare = null;
        const read = async () => {
            const room = spare || Module.fetchRoom.pop() || new ArrayBuffer(room_bytes);
            spare = null;
            const {done, value} = await reader.read(new Uint8Array(room));
            if (done || value.length * 4 > room_bytes) return {done, value};
            spare = value.buffer; // little of it is used: that waits elsewhere
            return {done, value: value.slice()};
        };
        return {read};
    };
    const control = new AbortController();
    asked.signal = control.signal;
    const job = {control, pieces: [], at: 0, onEmpty: null};
    running.set(id, job);

    let timer = 0;
    let silent = false;
    const heard = () => {
        clearTimeout(timer);
        timer = setTimeout(() => { silent = true; control.abort(); }, silence_ms);
    };
    const end = Module.guard((status, words) => {
        clearTimeout(timer);
        if (running.get(id) !== job) return; // cancelled: nobody waits for it
        const tell = Module.guard(() => {
            if (!running.delete(id)) return;
            if (running.size === 0) Module.fetchRoom = [];
            const text = new TextEncoder().encode(words);
            const at = _nb_text_in(text.length);
            HEAPU8.set(text, at);
            _nb_fetch_end(id, status);
        });
        // The end comes behind the bytes that came before it.
        if (job.pieces.length === 0) tell();
        else job.onEmpty = tell;
    });
    const head = Module.guard((words) => {
        if (running.get(id) !== job) return;
        const text = new TextEncoder().encode(words);
        const at = _nb_text_in(text.length);
        HEAPU8.set(text, at);
        _nb_fetch_head(id);
    });
    const keep = Module.guard((bytes) => {
        if (running.get(id) !== job || bytes.length === 0) return;
        job.pieces.push(bytes);
        ahead.bytes += bytes.length;
        _nb_fetch_waiting(ahead.bytes);
    });

    (async () => {
        heard();
        try {
            const answer = await fetch(url, asked);
            heard();
            if (!answer.ok) {
                if (answer.body) answer.body.cancel().catch(() => {});
                end(answer.status, service + ' answers ' + answer.status);
                return;
            }
            const since = answer.headers.get('x-since');
            if (since !== null) head(since);
            const reader = readerOf(answer.body);
            for (;;) {
                const {done, value} = await reader.read();
                if (done) break;
                heard();
                keep(value);
                if (ahead.bytes < ahead_bytes) continue;
                clearTimeout(timer); // it is we who are slow
                while (ahead.bytes >= ahead_bytes && running.get(id) === job && !Module.dead)
                    await new Promise((resolve) => ahead.resume.push(resolve));
                heard();
            }
            end(answer.status, "");
        } catch (error) {
            if (silent) end(0, service + ' sends nothing for ' + silence_ms / 1000 + ' s');
            else end(0, service + ' does not answer');
        }
    })();
});
// Copies up to `bytes` of one answer to `into`; answers how many, and whose they are in `fetch`.
EM_JS(unsigned, nb_js_fetch_take, (char* into, unsigned bytes, unsigned* fetch,
                                   double ahead_bytes, int room_bytes), {
    const ready = Array.from(Module.fetches.keys()).filter(
        (id) => Module.fetches.get(id).pieces.length > 0);
    if (ready.length > 0) {
        const job = Module.fetches.get(ready[0]);
        const piece = job.pieces[0];
        const count = Math.min(bytes, piece.length - job.at);
        HEAPU8.set(piece.subarray(job.at, job.at + count), into);
        HEAPU32[fetch >> 2] = ready[0];
        job.at += count;
        if (job.at === piece.length) {
            job.pieces.shift();
            job.at = 0;
            if (piece.buffer.byteLength === room_bytes && Module.fetchRoom.length < 4)
                Module.fetchRoom.push(piece.buffer);
            // Not from within the program, which is in the middle of something.
            if (job.pieces.length === 0 && job.onEmpty) queueMicrotask(job.onEmpty);
        }
        Module.fetchAhead.bytes -= count;
        if (Module.fetchAhead.bytes < ahead_bytes)
            Module.fetchAhead.resume.splice(0).forEach((resume) => resume());
        return count;
    }
    return 0;
});
// Forgets one answer; answers the bytes that still wait of the others.
EM_JS(double, nb_js_fetch_cancel, (unsigned id), {
    const job = Module.fetches && Module.fetches.get(id);
    if (!job) return Module.fetches ? Module.fetchAhead.bytes : 0;
    Module.fetches.delete(id);
    job.pieces.forEach((piece) => { Module.fetchAhead.bytes -= piece.length; });
    Module.fetchAhead.bytes += job.at;
    Module.fetchAhead.resume.splice(0).forEach((resume) => resume());
    job.control.abort();
    return Module.fetchAhead.bytes;
});
EM_JS(void, nb_js_fetch_cancel_all, (), {
    if (!Module.fetches) return;
    for (const job of Module.fetches.values()) job.control.abort();
    Module.fetches.clear();
    Module.fetchAhead.resume.splice(0).forEach((resume) => resume());
});
// clang-format on

namespace nats_blotter::web {

// A million trades take a database some seconds before their first byte; beyond this it is hung.
static constexpr double kSilenceMsMax = 30'000;

void RestFetch::start(const session::Action& asked) {
    nb_js_fetch_start(asked.fetch, asked.url.data(), static_cast<int>(asked.url.size()),
                      base_url_.data(), static_cast<int>(base_url_.size()), asked.method.c_str(),
                      asked.body.data(), static_cast<int>(asked.body.size()), kSilenceMsMax,
                      double(kFetchAheadBytesMax), static_cast<int>(kFetchRoomBytes));
}

RestFetch::Piece RestFetch::take(std::span<char> into) {
    unsigned fetch = 0;
    const unsigned bytes =
        nb_js_fetch_take(into.data(), static_cast<unsigned>(into.size()), &fetch,
                         double(kFetchAheadBytesMax), static_cast<int>(kFetchRoomBytes));
    waiting_bytes_ -= bytes;
    if (bytes == 0) waiting_bytes_ = 0;
    return {fetch, bytes};
}

void RestFetch::cancel(session::FetchId fetch) {
    waiting_bytes_ = static_cast<std::size_t>(nb_js_fetch_cancel(fetch));
}

void RestFetch::cancel_all() {
    nb_js_fetch_cancel_all();
    waiting_bytes_ = 0;
}

}  // namespace nats_blotter::web

// web/ws_transport.cpp - sockets by Emscripten's WebSocket API; their events by JavaScript of our
// own.
//
// Emscripten's own onmessage allocates and copies each message before the program sees it, without
// looking whether the memory was there, and its close event cuts the reason; so the four handlers
// are ours. Sockets are in `WS.sockets` up to Emscripten 3.1.6x and in `webSockets` after.
#include "web/ws_transport.h"

#include <emscripten/websocket.h>

#include <algorithm>
#include <span>

#include "base/limits.h"

// clang-format off
EM_JS(void, nb_js_socket_listen, (int id, unsigned generation, double told_at,
                                    double told_past), {
    const socket = typeof webSockets !== 'undefined' ? webSockets.get(id) : WS.sockets[id];
    socket.binaryType = 'arraybuffer';
    // What came and was not taken yet: buffers of the browser from `head` on, the first one from
    // its byte `at` on.
    const inbox = {buffers: [], head: 0, at: 0, bytes: 0, onEmpty: null};
    Module.inbox = inbox;
    Module.socket = socket; // the last one, for stopBrowser
    const text = Module.guard(() => _nb_socket_text(generation));
    const waiting = Module.guard(() => _nb_socket_waiting(generation, inbox.bytes));
    socket.onopen = Module.guard(() => _nb_socket_open(generation));
    // Thousands of times a second, so the program is called only when it does not know yet that
    // something waits, when it need not gather more, or when that is too much.
    socket.onmessage = (event) => {
        const data = event.data;
        if (typeof data === 'string') {
            text();
            return;
        }
        const before = inbox.bytes;
        inbox.buffers.push(data);
        inbox.bytes = before + data.byteLength;
        if (before === 0 || (before < told_at && inbox.bytes >= told_at) ||
            inbox.bytes > told_past) waiting();
    };
    socket.onerror = () => {}; // says nothing, and is always followed by close
    socket.onclose = Module.guard((event) => {
        const close = () => {
            const reason = new TextEncoder().encode(event.reason);
            const at = _nb_text_in(reason.length);
            HEAPU8.set(reason, at);
            _nb_socket_closed(generation, event.code, event.wasClean ? 1 : 0);
        };
        // The end comes behind the bytes that came before it.
        if (inbox.bytes === 0) close();
        else inbox.onEmpty = Module.guard(close);
    });
});
// Copies up to `bytes` of what waits to `into`; answers how many it copied, and in `left` how many
// wait still.
EM_JS(unsigned, nb_js_socket_take, (char* into, unsigned bytes, unsigned* left), {
    const inbox = Module.inbox;
    let taken = 0;
    while (taken < bytes && inbox.bytes > taken) {
        const buffer = inbox.buffers[inbox.head];
        const count = Math.min(bytes - taken, buffer.byteLength - inbox.at);
        HEAPU8.set(new Uint8Array(buffer, inbox.at, count), into + taken);
        taken += count;
        inbox.at += count;
        if (inbox.at === buffer.byteLength) {
            inbox.buffers[inbox.head++] = null; // the browser may have it back
            inbox.at = 0;
        }
    }
    inbox.bytes -= taken;
    if (inbox.bytes === 0 || inbox.head >= 1024) {
        inbox.buffers.splice(0, inbox.head);
        inbox.head = 0;
    }
    HEAPU32[left >> 2] = inbox.bytes;
    // Not from within the program, which is in the middle of something.
    if (inbox.bytes === 0 && inbox.onEmpty) queueMicrotask(inbox.onEmpty);
    return taken;
});
EM_JS(void, nb_js_socket_drop, (), {
    Module.inbox.buffers = [];
    Module.inbox.head = Module.inbox.at = Module.inbox.bytes = 0;
});
// The API's own function has another type from release to release.
EM_JS(double, nb_js_socket_buffered, (int id), {
    const socket = typeof webSockets !== 'undefined' ? webSockets.get(id) : WS.sockets[id];
    return socket.bufferedAmount;
});
// emscripten_websocket_delete of 3.1.6 forgets nothing (it uses the socket as the key).
EM_JS(void, nb_js_socket_free, (int id), {
    if (typeof webSockets !== 'undefined') {
        const socket = webSockets.get(id);
        socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null;
        webSockets.free(id);
        return;
    }
    const socket = WS.sockets[id];
    socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null;
    delete WS.sockets[id];
});
// clang-format on

namespace nats_blotter::web {
namespace {

// A send copies its bytes, so a large backlog goes out in pieces of this size.
constexpr std::size_t kSendBytesMax = 64 * 1024;

// What the browser may hold unsent; past it a closed window of the network would grow our memory.
constexpr double kBufferedBytesMax = 1024 * 1024;

}  // namespace

void WsTransport::dial(nats::Generation generation, nats::Client& client, MonotonicUs now) {
    if (socket_ != 0) hang_up(generation_);
    EmscriptenWebSocketCreateAttributes attributes{};
    attributes.url = url_.c_str();
    attributes.protocols = nullptr;  // nats-server refuses the upgrade when one is asked for
    attributes.createOnMainThread = EM_TRUE;
    socket_ = emscripten_websocket_new(&attributes);
    generation_ = generation;
    open_ = false;
    choked_ = false;
    if (socket_ <= 0) {
        socket_ = 0;
        client.on_close(generation, {0, false, "the browser has no WebSocket"}, now);
        return;
    }
    waiting_bytes_ = 0;
    nb_js_socket_listen(socket_, generation, double(kGatherBytesMax), double(kInboxBytesMax));
}

void WsTransport::hang_up(nats::Generation generation) {
    if (socket_ == 0 || generation != generation_) return;
    emscripten_websocket_close(socket_, 1000, nullptr);
    forget(generation);
}

void WsTransport::forget(nats::Generation generation) {
    if (socket_ == 0 || generation != generation_) return;
    nb_js_socket_free(socket_);
    nb_js_socket_drop();
    waiting_bytes_ = 0;
    socket_ = 0;
    open_ = false;
    choked_ = false;
}

bool WsTransport::feed(nats::Client& client, MonotonicUs now) {
    // Before the last slice is used up, so that the client knows itself behind while it is.
    if (waiting_bytes_ == 0 || client.unread_bytes() > kInboxSliceBytes / 2) return false;
    const std::size_t bytes = std::min(waiting_bytes_, kInboxSliceBytes);
    const std::span<char> tail = client.prepare(generation_, bytes);
    if (tail.empty()) return false;  // it has ended, and asks to hang up
    unsigned left = 0;
    const unsigned taken = nb_js_socket_take(tail.data(), static_cast<unsigned>(bytes), &left);
    waiting_bytes_ = left;
    client.commit(generation_, taken, now);
    return true;
}

void WsTransport::flush(nats::Client& client) {
    choked_ = false;
    while (open_) {
        const std::string_view output = client.pending_output();
        if (output.empty()) return;
        if (nb_js_socket_buffered(socket_) > kBufferedBytesMax) {
            choked_ = true;
            return;
        }
        const std::size_t bytes = std::min(output.size(), kSendBytesMax);
        // The API takes a pointer to mutable bytes and only reads them.
        void* data = const_cast<char*>(output.data());
        emscripten_websocket_send_binary(socket_, data, static_cast<std::uint32_t>(bytes));
        client.consume_output(bytes);
    }
}

}  // namespace nats_blotter::web

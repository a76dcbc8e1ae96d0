// web/ws_transport.h - one browser WebSocket at a time, for the NATS client.
//
// Before this: the session asks to dial and to hang up.
// After this:  nats::Client is told of the opening, the bytes and the end.
// Unknown here: what the bytes mean.
//
// Each socket carries the generation of its dial; what comes from an older one is dropped in
// JavaScript already. Received bytes are copied once, from the browser's buffer to the tail that
// nats::Client::prepare() gives. The browser's buffers are kept as they come, without a call into
// the program for each, until feed() takes a slice (kInboxSliceBytes) of them; the end of the
// socket is told behind the last.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/limits.h"
#include "session/session.h"

namespace nats_blotter::web {

class WsTransport {
  public:
    // `url` begins with ws:// or wss://.
    explicit WsTransport(std::string url) : url_(std::move(url)) {}
    ~WsTransport() { hang_up(generation_); }
    WsTransport(const WsTransport&) = delete;
    WsTransport& operator=(const WsTransport&) = delete;

    void dial(nats::Generation generation, nats::Client& client, MonotonicUs now);
    void hang_up(nats::Generation generation);

    // Bytes came when none waited, or kGatherBytesMax wait, or more than kInboxBytesMax.
    void set_waiting(std::size_t bytes) { waiting_bytes_ = bytes; }
    // As many as were known of at the last call; more may have come since.
    std::size_t waiting_bytes() const { return waiting_bytes_; }
    // Hands over the next slice of what waits, once the client has nearly used up the last. False
    // when it did not.
    bool feed(nats::Client& client, MonotonicUs now);

    // Hands the client's output to the browser while its own buffer is short enough.
    void flush(nats::Client& client);
    // True when flush() left bytes for later, because the network is slower than we are.
    bool is_choked() const { return choked_; }

    bool is_current(nats::Generation generation) const {
        return socket_ != 0 && generation == generation_;
    }

    // The socket of this generation may be written to.
    void mark_open(nats::Generation generation) { open_ = is_current(generation); }

    // The socket of this generation has ended by itself.
    void forget(nats::Generation generation);

  private:
    std::string url_;
    int socket_ = 0;  // Emscripten's handle, 0: none
    nats::Generation generation_ = 0;
    bool open_ = false;
    bool choked_ = false;
    std::size_t waiting_bytes_ = 0;
};

}  // namespace nats_blotter::web

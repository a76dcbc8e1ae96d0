// web/rest_fetch.h - what the session asks of the services, by the browser's fetch(), streamed.
//
// The pieces of a body wait in the browser's buffers until take() copies them, and the browser is
// asked for no more while kFetchAheadBytesMax of all answers wait: TCP tells the service. An answer
// ends with its HTTP status behind its last byte, or with words when there was none. 30 s without a
// byte count as no answer.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "session/session.h"

namespace nats_blotter::web {

class RestFetch {
  public:
    // `base_url` is the ingress: paths of the profile are resolved against it.
    explicit RestFetch(std::string base_url) : base_url_(std::move(base_url)) {}

    // Bytes of one answer; 0 of them when nothing waits.
    struct Piece {
        session::FetchId fetch = 0;
        std::size_t bytes = 0;
    };

    void start(const session::Action& asked);  // of kind Fetch
    void cancel(session::FetchId fetch);
    void cancel_all();

    void set_waiting(std::size_t bytes) { waiting_bytes_ = bytes; }
    std::size_t waiting_bytes() const { return waiting_bytes_; }
    // Copies what waits of one answer, as far as it fits.
    Piece take(std::span<char> into);

  private:
    std::string base_url_;
    std::size_t waiting_bytes_ = 0;
};

}  // namespace nats_blotter::web

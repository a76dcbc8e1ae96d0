// web/rest_fetch.h - the session's REST reads by the browser's fetch(), streamed.
//
// Each chunk of the body is copied once into this program's memory and handed on; an answer ends
// with its HTTP status, or with words when there was none. 30 s without a byte count as no answer.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "session/session.h"

namespace nats_blotter::web {

class RestFetch {
  public:
    // `base_url` is the ingress: paths of the profile are resolved against it.
    explicit RestFetch(std::string base_url) : base_url_(std::move(base_url)) {}

    void start(session::FetchId fetch, std::string_view url);
    void cancel(session::FetchId fetch);
    void cancel_all();

  private:
    std::string base_url_;
};

}  // namespace nats_blotter::web

// web/panels/toasts.h - words that come up over the tables for some seconds and go by themselves.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "web/scene.h"

namespace nats_blotter::web {

inline constexpr MonotonicUs kToastUs = 5 * kSecondUs;
// More at a time would hide the tables; the oldest goes.
inline constexpr std::size_t kToastsMax = 3;

class Toasts {
  public:
    // The same words again only stay for longer.
    void add(std::string_view words, bool bad, MonotonicUs now);
    void draw(const Scene& scene, const Area& within);
    // When the next one goes, kNever when there is none.
    MonotonicUs due() const { return toasts_.empty() ? kNever : toasts_.front().until; }
    std::string_view last() const {
        return toasts_.empty() ? std::string_view() : toasts_.back().words;
    }

  private:
    struct Toast {
        std::string words;
        bool bad = false;
        MonotonicUs until = 0;
    };
    std::deque<Toast> toasts_;  // the first to go first
};

}  // namespace nats_blotter::web

// web/targets.h - where on the screen what can be pressed stands, by the words on it.
//
// Panels add what they draw, frame by frame; stats() tells it, so that whoever cannot see the
// canvas (a test, a tool of assistance) finds a button as a person does: by its words.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace nats_blotter::web {

struct Target {
    std::string words;
    // Device pixels.
    float x = 0;
    float y = 0;
    float width = 0;
    float height = 0;
};

// More than a large screen shows; what is added beyond it is left out.
inline constexpr std::size_t kTargetsMax = 1024;

class Targets {
  public:
    // Forgets all of them and keeps the memory.
    void clear() { count_ = 0; }
    void add(std::string_view words, float x, float y, float width, float height) {
        if (count_ == kTargetsMax) return;
        if (count_ == targets_.size()) targets_.emplace_back();
        Target& target = targets_[count_++];
        target.words = words;
        target.x = x;
        target.y = y;
        target.width = width;
        target.height = height;
    }
    std::size_t count() const { return count_; }
    const Target& at(std::size_t index) const { return targets_[index]; }

  private:
    std::vector<Target> targets_;
    std::size_t count_ = 0;
};

}  // namespace nats_blotter::web

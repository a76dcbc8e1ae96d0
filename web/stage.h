// web/stage.h - the canvas and whoever draws on it: which renderer at the start, and when another.
//
// `auto` begins with the 2D canvas, and takes WebGL when it is asked to and a real GPU is behind
// it. It leaves WebGL for good when the GPU misses frame after frame, or loses its context and does
// not get it back. A renderer that was asked for by name stays.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "web/options.h"
#include "web/renderer.h"

namespace nats_blotter::web {

class Stage {
  public:
    // Empty, or why nothing can be drawn.
    std::string create(RendererChoice choice);
    void destroy();

    void resize(int width, int height);
    bool draw(ImDrawData& data, ImU32 ground) { return renderer_->draw(data, ground); }
    std::string_view name() const { return renderer_->name(); }

    void on_context_lost(MonotonicUs now);
    void on_context_restored();
    // Whether the GPU had done a frame when it was looked at.
    void on_gpu_told(bool in_time);

    // Looks for a real GPU, which holds the page up while the browser starts its part of one: half
    // a second where that has just begun. True when there is one; take_gpu() then puts it in the
    // place of the 2D canvas. As in switch_renderer(), the canvas is another one after it.
    bool find_gpu();
    void take_gpu();

    // When to look at wants_switch() though nothing happened; kNever: no need.
    MonotonicUs next_deadline() const { return give_up_at_; }
    // True when WebGL is to be left. The canvas is then another one: who listens to it must let
    // go before switch_renderer() and listen anew after it.
    bool wants_switch(MonotonicUs now) const;
    // False where there is no 2D canvas either; all stays as it was.
    bool switch_renderer();

  private:
    bool chosen_by_name_ = false;
    std::unique_ptr<Renderer> renderer_;
    std::unique_ptr<Renderer> found_;  // by find_gpu()
    bool sought_ = false;
    int width_ = 0;
    int height_ = 0;
    int misses_ = 0;
    bool stuck_ = false;  // a switch was tried, and there is nothing to switch to
    MonotonicUs give_up_at_ = kNever;
};

}  // namespace nats_blotter::web

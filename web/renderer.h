// web/renderer.h - puts Dear ImGui's draw lists on the element's canvas; one source per renderer.
//
// Coordinates are device pixels. A renderer takes over Module.canvas for good: a canvas that has
// given one kind of context gives no other, so whoever changes renderers changes canvases
// (web/stage.cpp does). Textures are ImGui's, of one byte a texel.
#pragma once

#include <memory>
#include <string_view>

#include "imgui.h"

namespace nats_blotter::web {

class Renderer {
  public:
    virtual ~Renderer() = default;

    // As in stats().renderer.
    virtual std::string_view name() const = 0;

    // The canvas's size in device pixels; clears it.
    virtual void resize(int width, int height) = 0;

    // Shows the whole picture over `ground`, making and updating the textures that ImGui asks for.
    // False when nothing could be shown: the context is lost.
    virtual bool draw(ImDrawData& data, ImU32 ground) = 0;

    // Only where the canvas's context can be lost.
    virtual void on_context_lost() {}
    virtual void on_context_restored() {}
};

// What an `auto` choice wants to know of a GPU before it trusts one.
enum class GpuDemand {
    Any,   // as asked for by name
    Fast,  // no software behind it, by its own words and by a short timing
};

// Null when the canvas gives no such context. Of WebGL also, with GpuDemand::Fast, when it is drawn
// by software; the canvas may then be of no use to another renderer.
std::unique_ptr<Renderer> make_webgl_renderer(GpuDemand demand);
std::unique_ptr<Renderer> make_canvas_renderer();

// Every texture of ImGui's is to be made anew: what held them is gone.
void forget_textures();

}  // namespace nats_blotter::web

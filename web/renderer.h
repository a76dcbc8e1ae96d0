// web/renderer.h - puts Dear ImGui's draw lists on the element's canvas; one source per renderer.
//
// Coordinates are device pixels. A lost context is remembered and everything made anew when it is
// restored; until then draw() does nothing and answers false.
#pragma once

#include <string_view>

#include "imgui.h"

namespace nats_blotter::web {

class Renderer {
  public:
    // False where the browser gives no context; nothing else may be called then.
    [[nodiscard]] bool create();
    void destroy();

    // The canvas's size in device pixels; clears it.
    void resize(int width, int height);

    // Draws the whole picture over `ground`, making and updating the textures that ImGui asks for.
    bool draw(ImDrawData& data, ImU32 ground);

    void on_context_lost();
    void on_context_restored();

    static std::string_view name();  // as in stats().renderer

  private:
    bool make_objects();
    void update_texture(ImTextureData& texture);

    int context_ = 0;
    bool lost_ = false;
    unsigned program_ = 0;
    int scale_location_ = -1;
    unsigned vertex_buffer_ = 0;
    unsigned index_buffer_ = 0;
};

}  // namespace nats_blotter::web

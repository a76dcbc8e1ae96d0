// web/platform_dom.h - the element's DOM events as Dear ImGui input, and the canvas's true size.
//
// Coordinates handed to ImGui are device pixels, so that text and lines fall on whole pixels at any
// density. The browser keeps its own shortcuts: only keys that the program uses are taken from it.
//
// Text is typed into the fields of web/text_field.h, never into ones of ImGui.
#pragma once

#include <cstdint>

#include "imgui.h"
#include "web/keys.h"

namespace nats_blotter::web {

// What has the keys: nothing of the element, its canvas, or a field of web/text_field.h.
enum class Focus : std::uint8_t { None, Canvas, Field };

struct CanvasSize {
    int width = 0;   // device pixels
    int height = 0;  // device pixels
    float density = 1;
};

class Platform {
  public:
    void create();  // listens to Module.canvas
    // As it is laid out now; what the browser tells later may be a pixel off.
    CanvasSize measured() const;
    void destroy();  // lets go of it

    // Sets display size and time step. REQUIRES: before ImGui::NewFrame().
    void begin_frame(double now_s);
    // Shows ImGui's cursor shape.
    void end_frame();

    void on_resize(int width, int height, float density);
    void on_pointer_move(float x, float y);
    void on_pointer_button(int button, bool down);
    void on_pointer_leave();
    void on_wheel(float x_px, float y_px);  // CSS pixels, positive: towards the end
    // `key` is a Key and `modifiers` are bits of web/keys.h.
    void on_key(int key, bool down, int modifiers);
    void on_modifiers(int modifiers);  // as every event tells them, so that none stays down
    void on_focus(Focus focus);

    // True while ImGui keeps events for frames to come: it takes one change of a key or button in a
    // frame, so that none is missed.
    bool has_input() const;

    int width() const { return width_; }    // device pixels
    int height() const { return height_; }  // device pixels
    float density() const { return density_; }
    bool focused() const { return focused_; }

  private:
    int width_ = 0;
    int height_ = 0;
    float density_ = 1;
    double last_frame_s_ = 0;
    int cursor_ = -1;
    bool focused_ = false;
};

// The `key` of on_key() as ImGui's, ImGuiKey_None for -1.
ImGuiKey key_from_index(int index);

// A notch of a mouse wheel in CSS pixels, and one unit of ImGui's wheel.
inline constexpr float kWheelNotchPx = 100;

}  // namespace nats_blotter::web

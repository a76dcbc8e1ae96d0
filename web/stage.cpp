// web/stage.cpp - see web/stage.h.
#include "web/stage.h"

#include <emscripten.h>

#include <algorithm>

// clang-format off
// A canvas that had one kind of context never gives another. The focus moves along.
// Answers 0, and leaves all as it is, where not even a new one gives a 2D context.
EM_JS(int, nb_js_canvas_replace, (), {
    const before = Module.canvas;
    const canvas = document.createElement('canvas');
    for (const name of ['tabindex', 'role', 'aria-label']) {
        if (before.hasAttribute(name)) canvas.setAttribute(name, before.getAttribute(name));
    }
    canvas.width = Module.surface.width;
    canvas.height = Module.surface.height;
    if (!document.createElement('canvas').getContext('2d')) return 0;
    const focused = before.getRootNode().activeElement === before;
    before.replaceWith(canvas);
    Module.canvas = canvas;
    if (focused) canvas.focus({preventScroll: true});
    return 1;
});
// clang-format on

namespace nats_blotter::web {
namespace {

// Frames missed in excess of those kept before WebGL is left: under a second of steady drawing on
// an emulated GPU, and no single hiccup of a real one.
constexpr int kMissesMax = 12;

// A driver that restarts gives the context back at once; longer, and the screen is blank for
// longer than need be.
constexpr MonotonicUs kContextPatienceUs = kSecondUs;

}  // namespace

void forget_textures() {
    for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) {
        if (texture->Status == ImTextureStatus_Destroyed) continue;
        texture->SetTexID(ImTextureID_Invalid);
        if (texture->Status != ImTextureStatus_WantDestroy) {
            texture->SetStatus(ImTextureStatus_WantCreate);
        }
    }
}

std::string Stage::create(RendererChoice choice) {
    chosen_by_name_ = choice != RendererChoice::Auto;
    if (choice != RendererChoice::Canvas) {
        renderer_ = make_webgl_renderer(chosen_by_name_ ? GpuDemand::Any : GpuDemand::Fast);
        if (renderer_) return {};
        if (chosen_by_name_) return "this browser gives no WebGL 2 context";
    }
    renderer_ = make_canvas_renderer();
    // The canvas may have been spent on a WebGL that was not good enough.
    if (!renderer_ && nb_js_canvas_replace() != 0) renderer_ = make_canvas_renderer();
    if (!renderer_) return "this browser gives neither a WebGL 2 nor a 2D context";
    return {};
}

void Stage::destroy() { renderer_.reset(); }

void Stage::resize(int width, int height) {
    width_ = width;
    height_ = height;
    renderer_->resize(width, height);
}

void Stage::on_context_lost(MonotonicUs now) {
    renderer_->on_context_lost();
    if (!chosen_by_name_ && !stuck_) give_up_at_ = now + kContextPatienceUs;
}

void Stage::on_context_restored() {
    give_up_at_ = kNever;
    renderer_->on_context_restored();
}

void Stage::on_gpu_told(bool in_time) {
    misses_ = in_time ? std::max(0, misses_ - 1) : misses_ + 1;
}

bool Stage::wants_switch(MonotonicUs now) const {
    return !chosen_by_name_ && !stuck_ && (misses_ >= kMissesMax || now >= give_up_at_);
}

bool Stage::switch_renderer() {
    give_up_at_ = kNever;
    misses_ = 0;
    stuck_ = true;
    if (nb_js_canvas_replace() == 0) return false;
    renderer_ = make_canvas_renderer();
    forget_textures();
    renderer_->resize(width_, height_);
    return true;
}

}  // namespace nats_blotter::web

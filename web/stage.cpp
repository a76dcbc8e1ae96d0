// web/stage.cpp - see web/stage.h.
#include "web/stage.h"

#include <emscripten.h>

#include <algorithm>

// clang-format off
// A canvas that had one kind of context never gives another. The new one is not on the page yet.
EM_JS(void, nb_js_canvas_renew, (), {
    const before = Module.canvas;
    const canvas = document.createElement('canvas');
    for (const name of ['tabindex', 'role', 'aria-label']) {
        if (before.hasAttribute(name)) canvas.setAttribute(name, before.getAttribute(name));
    }
    canvas.width = Module.surface.width;
    canvas.height = Module.surface.height;
    Module.canvas = canvas;
    Module.canvasBefore = before;
    Module.surfaceBefore = Module.surface;
});
// On the page in the place of the one before. The focus moves along.
EM_JS(void, nb_js_canvas_show, (), {
    const before = Module.canvasBefore;
    const focused = before.getRootNode().activeElement === before;
    before.replaceWith(Module.canvas);
    if (focused) Module.canvas.focus({preventScroll: true});
    Module.canvasBefore = Module.surfaceBefore = null;
});
EM_JS(void, nb_js_canvas_forget, (), { Module.canvasBefore = Module.surfaceBefore = null; });
EM_JS(void, nb_js_canvas_swap, (), {
    [Module.canvas, Module.canvasBefore] = [Module.canvasBefore, Module.canvas];
    [Module.surface, Module.surfaceBefore] = [Module.surfaceBefore, Module.surface];
});
EM_JS(int, nb_js_canvas_gives_2d, (), {
    return document.createElement('canvas').getContext('2d') ? 1 : 0;
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
    if (choice == RendererChoice::Webgl) {
        renderer_ = make_webgl_renderer(GpuDemand::Any);
        return renderer_ ? "" : "this browser gives no WebGL 2 context";
    }
    renderer_ = make_canvas_renderer();
    return renderer_ ? "" : "this browser gives no 2D context";
}

bool Stage::find_gpu() {
    if (chosen_by_name_ || sought_) return false;
    sought_ = true;
    nb_js_canvas_renew();
    found_ = make_webgl_renderer(GpuDemand::Fast);
    nb_js_canvas_swap();  // until it is taken, the old one is the page's
    if (!found_) nb_js_canvas_forget();
    return found_ != nullptr;
}

void Stage::take_gpu() {
    nb_js_canvas_swap();
    nb_js_canvas_show();
    renderer_ = std::move(found_);
    forget_textures();
    renderer_->resize(width_, height_);
}

void Stage::destroy() {
    found_.reset();
    renderer_.reset();
}

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
    if (nb_js_canvas_gives_2d() == 0) return false;
    nb_js_canvas_renew();
    nb_js_canvas_show();
    renderer_ = make_canvas_renderer();
    forget_textures();
    renderer_->resize(width_, height_);
    return true;
}

}  // namespace nats_blotter::web

// web/renderer_canvas.cpp - the renderer for machines without a GPU: draws into memory and puts
// what changed onto a 2D canvas.
//
// Where WebGL is emulated, a frame costs the machine some 70 ms; this one costs 5 (see
// docs/architecture.md). Not `desynchronized`: it measures well and shows nothing.
//
// The context is an OffscreenCanvas's where there are such. Chromium with an emulated GPU keeps the
// pixels of a canvas element in a texture, and copies all of it when a part changes: 30 ms a frame
// of its GPU process at 1280x800. An OffscreenCanvas that will be read stays in memory: 13 ms, as
// much as a page costs there on which ten pixels change. Without the hint it is 27, and a canvas
// element with the hint 37.
#include <emscripten.h>

#include <memory>
#include <vector>

#include "web/picture.h"
#include "web/raster.h"
#include "web/renderer.h"

// clang-format off
EM_JS(int, nb_js_canvas2d_create, (), {
    const offscreen = () => {
        try {
            if (!new OffscreenCanvas(1, 1).getContext('2d')) return null;
            return Module.canvas.transferControlToOffscreen();
        } catch (error) {
            return null; // there are none, or this canvas had a context
        }
    };
    const surface = offscreen();
    Module.surface = surface || Module.canvas;
    const hints = {alpha: false, willReadFrequently: surface !== null};
    Module.context2d = Module.surface.getContext('2d', hints);
    return Module.context2d ? 1 : 0;
});
EM_JS(void, nb_js_canvas2d_resize, (int width, int height), {
    Module.surface.width = width;
    Module.surface.height = height;
    Module.image = null;
});
// `rects`: left, top, width and height of each.
EM_JS(void, nb_js_canvas2d_put,
      (const void* pixels, int width, int height, const int* rects, int count), {
    let image = Module.image;
    // Memory that grows is another buffer.
    if (!image || image.data.buffer !== HEAPU8.buffer || image.data.byteOffset !== pixels) {
        const bytes = new Uint8ClampedArray(HEAPU8.buffer, pixels, width * height * 4);
        image = Module.image = new ImageData(bytes, width, height);
    }
    for (let i = 0, at = rects >> 2; i < count; ++i, at += 4) {
        Module.context2d.putImageData(image, 0, 0, HEAP32[at], HEAP32[at + 1], HEAP32[at + 2],
                                      HEAP32[at + 3]);
    }
});
EM_JS(void, nb_js_canvas2d_destroy, (), { Module.context2d = Module.image = null; });
// clang-format on

namespace nats_blotter::web {
namespace {

class CanvasRenderer : public Renderer {
  public:
    ~CanvasRenderer() override { nb_js_canvas2d_destroy(); }

    std::string_view name() const override { return "canvas"; }

    void resize(int width, int height) override {
        nb_js_canvas2d_resize(width, height);
        width_ = width;
        height_ = height;
        pixels_.reset();  // before the new ones, so that both are never there
        pixels_ = std::make_unique<std::uint32_t[]>(static_cast<std::size_t>(width) *
                                                    static_cast<std::size_t>(height));
        picture_.forget();
    }

    bool draw(ImDrawData& data, ImU32 ground) override {
        if (data.Textures != nullptr) {
            for (ImTextureData* texture : *data.Textures) take_texture(*texture);
        }
        if (width_ < 1 || height_ < 1) return false;
        picture_.take(data, ground, texture_version_);
        const Pixels target{pixels_.get(), width_, height_};
        for (const PixelRect& part : picture_.damage()) raster(target, picture_, part, ground);
        put();
        return true;
    }

  private:
    // Their pixels are read where ImGui keeps them; only that they changed is of interest.
    void take_texture(ImTextureData& texture) {
        if (texture.Status == ImTextureStatus_WantDestroy) {
            if (texture.UnusedFrames == 0) return;
            texture.SetTexID(ImTextureID_Invalid);
            texture.SetStatus(ImTextureStatus_Destroyed);
        } else if (texture.Status != ImTextureStatus_OK &&
                   texture.Status != ImTextureStatus_Destroyed) {
            ++texture_version_;
            texture.SetTexID(1);  // any but the invalid one
            texture.SetStatus(ImTextureStatus_OK);
        }
    }

    // What is damaged, one above the other, in one piece: each call costs more than its pixels.
    void put() {
        rects_.clear();
        PixelRect run;
        for (const PixelRect& part : picture_.damage()) {
            if (run.empty()) {
                run = part;
            } else if (part.top <= run.bottom) {
                run = {std::min(run.left, part.left), run.top, std::max(run.right, part.right),
                       part.bottom};
            } else {
                add_rect(run);
                run = part;
            }
        }
        if (!run.empty()) add_rect(run);
        if (rects_.empty()) return;
        nb_js_canvas2d_put(pixels_.get(), width_, height_, rects_.data(),
                           static_cast<int>(rects_.size() / 4));
    }

    void add_rect(const PixelRect& rect) {
        rects_.insert(rects_.end(),
                      {rect.left, rect.top, rect.right - rect.left, rect.bottom - rect.top});
    }

    int width_ = 0;
    int height_ = 0;
    std::unique_ptr<std::uint32_t[]> pixels_;
    Picture picture_;
    std::vector<int> rects_;
    std::uint64_t texture_version_ = 0;
};

}  // namespace

std::unique_ptr<Renderer> make_canvas_renderer() {
    if (nb_js_canvas2d_create() == 0) return nullptr;
    return std::make_unique<CanvasRenderer>();
}

}  // namespace nats_blotter::web

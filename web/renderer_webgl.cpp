// web/renderer_webgl.cpp - the renderer on WebGL2, without one question to the driver.
//
// Every glGet* waits for the GPU to finish the frame before: 40 ms where the GPU is emulated, in
// which the socket is not read. So the state is set once and known, not saved and restored. Whether
// the GPU keeps up is learnt from fences that are looked at later, which waits for nothing.
#include <GLES3/gl3.h>
#include <emscripten.h>
#include <emscripten/html5.h>

#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "web/picture.h"
#include "web/renderer.h"

// clang-format off
// html5.h looks targets up by document.querySelector, which does not see into a shadow root.
EM_JS(void, nb_js_webgl_publish, (), {
    specialHTMLTargets['!canvas'] = Module.canvas;
});
EM_JS(void, nb_js_webgl_listen, (), {
    Module.glCanvas = Module.surface = Module.canvas;
    Module.onLost = Module.guard((event) => { event.preventDefault(); _nb_context_lost(); });
    Module.onRestored = Module.guard(() => _nb_context_restored());
    Module.glCanvas.addEventListener('webglcontextlost', Module.onLost);
    Module.glCanvas.addEventListener('webglcontextrestored', Module.onRestored);
});
EM_JS(void, nb_js_webgl_resize, (int width, int height), {
    Module.canvas.width = width;
    Module.canvas.height = height;
});
EM_JS(void, nb_js_webgl_release, (), {
    const canvas = Module.glCanvas;
    canvas.removeEventListener('webglcontextlost', Module.onLost);
    canvas.removeEventListener('webglcontextrestored', Module.onRestored);
    delete specialHTMLTargets['!canvas'];
    // Browsers keep few contexts alive, and a collector may come late.
    const context = canvas.getContext('webgl2');
    const lose = context && context.getExtension('WEBGL_lose_context');
    if (lose) lose.loseContext();
    clearTimeout(Module.fenceTimer);
});
EM_JS(int, nb_js_webgl_says_software, (), {
    const info = GLctx.getExtension('WEBGL_debug_renderer_info');
    const name = GLctx.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : GLctx.RENDERER);
    return /swiftshader|llvmpipe|softpipe|basic render|software/i.test(name) ? 1 : 0;
});
// Milliseconds for a few megapixels, the second time: the first compiles.
EM_JS(double, nb_js_webgl_probe_ms, (), {
    const pixel = new Uint8Array(4);
    const pass = () => {
        for (let i = 0; i < 8; ++i) GLctx.drawArrays(GLctx.TRIANGLES, 0, 3);
        GLctx.readPixels(0, 0, 1, 1, GLctx.RGBA, GLctx.UNSIGNED_BYTE, pixel);
    };
    pass();
    const start = performance.now();
    pass();
    return performance.now() - start;
});
// Tells, `patience_ms` after this frame, whether the GPU has done it; one question at a time.
EM_JS(void, nb_js_webgl_watch, (int patience_ms), {
    if (Module.fence) return;
    const fence = Module.fence = GLctx.fenceSync(GLctx.SYNC_GPU_COMMANDS_COMPLETE, 0);
    const context = GLctx;
    if (!fence) return;
    context.flush();
    Module.fenceTimer = setTimeout(Module.guard(() => {
        Module.fence = null;
        if (context.isContextLost()) return;
        const done = context.getSyncParameter(fence, context.SYNC_STATUS) === context.SIGNALED;
        context.deleteSync(fence);
        _nb_gpu_told(done ? 1 : 0);
    }), patience_ms);
});
// clang-format on

namespace nats_blotter::web {
namespace {

// Two frames of a 60 Hz display less a little: a GPU that needs longer is none.
constexpr int kPatienceMs = 30;
// The probe's two megapixels take a GPU less than 1 ms, and the emulated ones seen 20 and more.
constexpr double kProbeMsMax = 8;
constexpr int kProbeExtent = 512;

// An int in Emscripten 3.1.6, an unsigned long in newer ones.
EMSCRIPTEN_WEBGL_CONTEXT_HANDLE handle(int context) {
    return static_cast<EMSCRIPTEN_WEBGL_CONTEXT_HANDLE>(context);
}

constexpr const char* kVertexShader =
    "#version 300 es\n"
    "layout(location=0) in vec2 position;\n"
    "layout(location=1) in vec2 uv;\n"
    "layout(location=2) in vec4 colour;\n"
    "uniform vec2 scale;\n"
    "out vec2 at;\n"
    "out vec4 tint;\n"
    "void main() {\n"
    "  at = uv;\n"
    "  tint = colour;\n"
    "  gl_Position = vec4(position * scale + vec2(-1.0, 1.0), 0.0, 1.0);\n"
    "}\n";

constexpr const char* kFragmentShader =
    "#version 300 es\n"
    "precision mediump float;\n"
    "uniform sampler2D image;\n"
    "in highp vec2 at;\n"
    "in vec4 tint;\n"
    "out vec4 pixel;\n"
    "void main() { pixel = vec4(tint.rgb, tint.a * texture(image, at).r); }\n";

unsigned shader_from_text(GLenum kind, const char* text) {
    const unsigned shader = glCreateShader(kind);
    glShaderSource(shader, 1, &text, nullptr);
    glCompileShader(shader);
    return shader;
}

const void* pointer_from_offset(std::size_t offset) {
    return reinterpret_cast<const void*>(offset);
}

class WebglRenderer : public Renderer {
  public:
    ~WebglRenderer() override;

    bool create(GpuDemand demand);

    std::string_view name() const override { return "webgl"; }
    void resize(int width, int height) override;
    bool draw(ImDrawData& data, ImU32 ground) override;
    void on_context_lost() override { lost_ = true; }
    void on_context_restored() override;

  private:
    bool create_context(bool software_too);
    bool make_objects();
    void update_texture(ImTextureData& texture);
    PixelRect find_damage(const ImDrawData& data, ImU32 ground);
    void draw_commands(const ImDrawData& data, const PixelRect& damage);

    int context_ = 0;
    bool listens_ = false;
    bool lost_ = false;
    bool watched_ = false;
    int width_ = 0;
    int height_ = 0;
    unsigned program_ = 0;
    int scale_location_ = -1;
    unsigned vertex_buffer_ = 0;
    unsigned index_buffer_ = 0;

    // Where pixels are dear, only those that changed are drawn again.
    bool keeps_pixels_ = false;
    Picture picture_;
    std::uint64_t texture_version_ = 0;
};

WebglRenderer::~WebglRenderer() {
    if (context_ > 0) emscripten_webgl_destroy_context(handle(context_));
    if (listens_) nb_js_webgl_release();
}

bool WebglRenderer::create_context(bool software_too) {
    // All off but what is named: no alpha, depth or stencil, and ImGui's edges carry their own
    // antialiasing. (Emscripten's own initialiser moved to a library that a strict link leaves
    // out.)
    EmscriptenWebGLContextAttributes attributes{};
    attributes.majorVersion = 2;
    attributes.premultipliedAlpha = true;
    attributes.enableExtensionsByDefault = true;
    // Software draws by the pixel, and copies faster than it draws; a GPU does not care.
    attributes.preserveDrawingBuffer = software_too;
    attributes.failIfMajorPerformanceCaveat = !software_too;
    context_ = static_cast<int>(emscripten_webgl_create_context("!canvas", &attributes));
    return context_ > 0;
}

bool WebglRenderer::create(GpuDemand demand) {
    nb_js_webgl_publish();
    if (!create_context(false)) {
        if (demand == GpuDemand::Fast || !create_context(true)) return false;
        keeps_pixels_ = true;
    }
    nb_js_webgl_listen();
    listens_ = true;
    if (!make_objects()) return false;
    if (demand == GpuDemand::Any) return true;
    watched_ = true;
    if (nb_js_webgl_says_software() != 0) return false;
    resize(kProbeExtent, kProbeExtent);
    return nb_js_webgl_probe_ms() < kProbeMsMax;
}

bool WebglRenderer::make_objects() {
    emscripten_webgl_make_context_current(handle(context_));
    program_ = glCreateProgram();
    glAttachShader(program_, shader_from_text(GL_VERTEX_SHADER, kVertexShader));
    glAttachShader(program_, shader_from_text(GL_FRAGMENT_SHADER, kFragmentShader));
    glLinkProgram(program_);
    glUseProgram(program_);
    scale_location_ = glGetUniformLocation(program_, "scale");  // the one question, at the start
    glGenBuffers(1, &vertex_buffer_);
    glGenBuffers(1, &index_buffer_);
    glBindBuffer(GL_ARRAY_BUFFER, vertex_buffer_);
    glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, index_buffer_);
    // The probe's three corners; frames bring their own.
    const ImDrawVert corners[3] = {{{0, 0}, {0, 0}, 0x01FFFFFF},
                                   {{2 * kProbeExtent, 0}, {0, 0}, 0x01FFFFFF},
                                   {{0, 2 * kProbeExtent}, {0, 0}, 0x01FFFFFF}};
    glBufferData(GL_ARRAY_BUFFER, sizeof corners, corners, GL_STREAM_DRAW);
    for (GLuint attribute = 0; attribute < 3; ++attribute) glEnableVertexAttribArray(attribute);
    const GLsizei stride = sizeof(ImDrawVert);
    glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, stride,
                          pointer_from_offset(offsetof(ImDrawVert, pos)));
    glVertexAttribPointer(1, 2, GL_FLOAT, GL_FALSE, stride,
                          pointer_from_offset(offsetof(ImDrawVert, uv)));
    glVertexAttribPointer(2, 4, GL_UNSIGNED_BYTE, GL_TRUE, stride,
                          pointer_from_offset(offsetof(ImDrawVert, col)));
    glEnable(GL_BLEND);
    glBlendFunc(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA);
    glEnable(GL_SCISSOR_TEST);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    resize(width_, height_);
    return program_ != 0 && vertex_buffer_ != 0 && index_buffer_ != 0;
}

void WebglRenderer::resize(int width, int height) {
    width_ = width;
    height_ = height;
    picture_.forget();
    if (width < 1 || height < 1) return;
    nb_js_webgl_resize(width, height);
    glViewport(0, 0, width, height);
    glScissor(0, 0, width, height);
    glUniform2f(scale_location_, 2.0f / static_cast<float>(width),
                -2.0f / static_cast<float>(height));
}

void WebglRenderer::update_texture(ImTextureData& texture) {
    NB_ASSERT(texture.Format == ImTextureFormat_Alpha8);
    ++texture_version_;
    if (texture.Status == ImTextureStatus_WantCreate) {
        unsigned name = 0;
        glGenTextures(1, &name);
        glBindTexture(GL_TEXTURE_2D, name);
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
        glTexImage2D(GL_TEXTURE_2D, 0, GL_R8, texture.Width, texture.Height, 0, GL_RED,
                     GL_UNSIGNED_BYTE, texture.GetPixels());
        texture.SetTexID(name);
        texture.SetStatus(ImTextureStatus_OK);
    } else if (texture.Status == ImTextureStatus_WantUpdates) {
        glBindTexture(GL_TEXTURE_2D, static_cast<unsigned>(texture.TexID));
        glPixelStorei(GL_UNPACK_ROW_LENGTH, texture.Width);
        for (const ImTextureRect& part : texture.Updates) {
            glTexSubImage2D(GL_TEXTURE_2D, 0, part.x, part.y, part.w, part.h, GL_RED,
                            GL_UNSIGNED_BYTE, texture.GetPixelsAt(part.x, part.y));
        }
        glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
        texture.SetStatus(ImTextureStatus_OK);
    } else if (texture.Status == ImTextureStatus_WantDestroy && texture.UnusedFrames > 0) {
        const unsigned name = static_cast<unsigned>(texture.TexID);
        glDeleteTextures(1, &name);
        texture.SetTexID(ImTextureID_Invalid);
        texture.SetStatus(ImTextureStatus_Destroyed);
    }
}

bool WebglRenderer::draw(ImDrawData& data, ImU32 ground) {
    if (lost_) return false;
    if (data.Textures != nullptr) {
        for (ImTextureData* texture : *data.Textures) {
            if (texture->Status != ImTextureStatus_OK) update_texture(*texture);
        }
    }
    const PixelRect damage = find_damage(data, ground);
    if (damage.empty()) return true;
    glScissor(damage.left, height_ - damage.bottom, damage.right - damage.left,
              damage.bottom - damage.top);
    const ImVec4 clear = ImGui::ColorConvertU32ToFloat4(ground);
    glClearColor(clear.x, clear.y, clear.z, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    draw_commands(data, damage);
    if (watched_) nb_js_webgl_watch(kPatienceMs);
    return true;
}

PixelRect WebglRenderer::find_damage(const ImDrawData& data, ImU32 ground) {
    if (!keeps_pixels_) return {0, 0, width_, height_};
    picture_.take(data, ground, texture_version_);
    PixelRect all;
    for (const PixelRect& part : picture_.damage()) {
        all = all.empty()
                  ? part
                  : PixelRect{std::min(all.left, part.left), std::min(all.top, part.top),
                              std::max(all.right, part.right), std::max(all.bottom, part.bottom)};
    }
    return all;
}

void WebglRenderer::draw_commands(const ImDrawData& data, const PixelRect& damage) {
    unsigned bound = 0;
    for (const ImDrawList* list : data.CmdLists) {
        // New storage each time, so that the GPU may still read the last.
        glBufferData(GL_ARRAY_BUFFER, list->VtxBuffer.size_in_bytes(), list->VtxBuffer.Data,
                     GL_STREAM_DRAW);
        glBufferData(GL_ELEMENT_ARRAY_BUFFER, list->IdxBuffer.size_in_bytes(), list->IdxBuffer.Data,
                     GL_STREAM_DRAW);
        for (const ImDrawCmd& command : list->CmdBuffer) {
            const PixelRect clip = intersection(
                damage,
                {static_cast<int>(command.ClipRect.x), static_cast<int>(command.ClipRect.y),
                 static_cast<int>(command.ClipRect.z), static_cast<int>(command.ClipRect.w)});
            if (clip.empty() || command.ElemCount == 0) continue;
            glScissor(clip.left, height_ - clip.bottom, clip.right - clip.left,
                      clip.bottom - clip.top);
            const unsigned name = static_cast<unsigned>(command.GetTexID());
            if (name != bound) {
                glBindTexture(GL_TEXTURE_2D, name);
                bound = name;
            }
            const std::size_t first = command.IdxOffset * sizeof(ImDrawIdx);
            glDrawElements(GL_TRIANGLES, static_cast<GLsizei>(command.ElemCount), GL_UNSIGNED_INT,
                           pointer_from_offset(first));
        }
    }
}

// The names of all objects died with the old context; ImGui still has the pixels of its textures.
void WebglRenderer::on_context_restored() {
    forget_textures();
    lost_ = !make_objects();
}

}  // namespace

std::unique_ptr<Renderer> make_webgl_renderer(GpuDemand demand) {
    auto renderer = std::make_unique<WebglRenderer>();
    if (!renderer->create(demand)) return nullptr;
    return renderer;
}

}  // namespace nats_blotter::web

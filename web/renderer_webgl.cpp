// web/renderer_webgl.cpp - the renderer on WebGL2, without one question to the driver.
//
// Every glGet* waits for the GPU to finish the frame before: 40 ms where the GPU is emulated, in
// which the socket is not read. So the state is set once and known, not saved and restored.
#include <GLES3/gl3.h>
#include <emscripten.h>
#include <emscripten/html5.h>

#include <cstddef>
#include <cstdint>

#include "web/renderer.h"

// clang-format off
// html5.h looks targets up by document.querySelector, which does not see into a shadow root.
EM_JS(void, nb_js_canvas_publish, (), {
    specialHTMLTargets['!canvas'] = Module.canvas;
    Module.onLost = Module.guard((event) => { event.preventDefault(); _nb_context_lost(); });
    Module.onRestored = Module.guard(() => _nb_context_restored());
    Module.canvas.addEventListener('webglcontextlost', Module.onLost);
    Module.canvas.addEventListener('webglcontextrestored', Module.onRestored);
});
EM_JS(void, nb_js_canvas_resize, (int width, int height), {
    Module.canvas.width = width;
    Module.canvas.height = height;
});
EM_JS(void, nb_js_canvas_release, (), {
    // Browsers keep few contexts alive, and a collector may come late.
    const context = Module.canvas.getContext('webgl2');
    const lose = context && context.getExtension('WEBGL_lose_context');
    Module.canvas.removeEventListener('webglcontextlost', Module.onLost);
    Module.canvas.removeEventListener('webglcontextrestored', Module.onRestored);
    if (lose) lose.loseContext();
    delete specialHTMLTargets['!canvas'];
});
// clang-format on

namespace nats_blotter::web {
namespace {

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
    "in vec2 at;\n"
    "in vec4 tint;\n"
    "out vec4 pixel;\n"
    "void main() { pixel = tint * texture(image, at); }\n";

unsigned shader_from_text(GLenum kind, const char* text) {
    const unsigned shader = glCreateShader(kind);
    glShaderSource(shader, 1, &text, nullptr);
    glCompileShader(shader);
    return shader;
}

const void* offset_in_vertex(std::size_t offset) { return reinterpret_cast<const void*>(offset); }

}  // namespace

std::string_view Renderer::name() { return "webgl"; }

bool Renderer::create() {
    nb_js_canvas_publish();
    // All off but what is named: no alpha, depth or stencil, and ImGui's edges carry their own
    // antialiasing. (Emscripten's own initialiser moved to a library that a strict link leaves
    // out.)
    EmscriptenWebGLContextAttributes attributes{};
    attributes.majorVersion = 2;
    attributes.premultipliedAlpha = true;
    attributes.enableExtensionsByDefault = true;
    context_ = static_cast<int>(emscripten_webgl_create_context("!canvas", &attributes));
    if (context_ <= 0) return false;
    return make_objects();
}

void Renderer::destroy() {
    if (context_ > 0) emscripten_webgl_destroy_context(handle(context_));
    nb_js_canvas_release();
    context_ = 0;
}

bool Renderer::make_objects() {
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
    for (GLuint attribute = 0; attribute < 3; ++attribute) glEnableVertexAttribArray(attribute);
    const GLsizei stride = sizeof(ImDrawVert);
    glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, stride,
                          offset_in_vertex(offsetof(ImDrawVert, pos)));
    glVertexAttribPointer(1, 2, GL_FLOAT, GL_FALSE, stride,
                          offset_in_vertex(offsetof(ImDrawVert, uv)));
    glVertexAttribPointer(2, 4, GL_UNSIGNED_BYTE, GL_TRUE, stride,
                          offset_in_vertex(offsetof(ImDrawVert, col)));
    glEnable(GL_BLEND);
    glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
    glEnable(GL_SCISSOR_TEST);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    return program_ != 0 && vertex_buffer_ != 0 && index_buffer_ != 0;
}

void Renderer::resize(int width, int height) { nb_js_canvas_resize(width, height); }

void Renderer::update_texture(ImTextureData& texture) {
    if (texture.Status == ImTextureStatus_WantCreate) {
        unsigned name = 0;
        glGenTextures(1, &name);
        glBindTexture(GL_TEXTURE_2D, name);
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
        glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, texture.Width, texture.Height, 0, GL_RGBA,
                     GL_UNSIGNED_BYTE, texture.GetPixels());
        texture.SetTexID(name);
        texture.SetStatus(ImTextureStatus_OK);
    } else if (texture.Status == ImTextureStatus_WantUpdates) {
        glBindTexture(GL_TEXTURE_2D, static_cast<unsigned>(texture.TexID));
        glPixelStorei(GL_UNPACK_ROW_LENGTH, texture.Width);
        for (const ImTextureRect& part : texture.Updates) {
            glTexSubImage2D(GL_TEXTURE_2D, 0, part.x, part.y, part.w, part.h, GL_RGBA,
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

bool Renderer::draw(ImDrawData& data, ImU32 ground) {
    if (lost_) return false;
    if (data.Textures != nullptr) {
        for (ImTextureData* texture : *data.Textures) {
            if (texture->Status != ImTextureStatus_OK) update_texture(*texture);
        }
    }
    const int width = static_cast<int>(data.DisplaySize.x);
    const int height = static_cast<int>(data.DisplaySize.y);
    glViewport(0, 0, width, height);
    glScissor(0, 0, width, height);
    const ImVec4 clear = ImGui::ColorConvertU32ToFloat4(ground);
    glClearColor(clear.x, clear.y, clear.z, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    glUniform2f(scale_location_, 2.0f / data.DisplaySize.x, -2.0f / data.DisplaySize.y);

    unsigned bound = 0;
    for (const ImDrawList* list : data.CmdLists) {
        glBufferData(GL_ARRAY_BUFFER, list->VtxBuffer.size_in_bytes(), list->VtxBuffer.Data,
                     GL_STREAM_DRAW);
        glBufferData(GL_ELEMENT_ARRAY_BUFFER, list->IdxBuffer.size_in_bytes(), list->IdxBuffer.Data,
                     GL_STREAM_DRAW);
        for (const ImDrawCmd& command : list->CmdBuffer) {
            const int left = static_cast<int>(command.ClipRect.x);
            const int top = static_cast<int>(command.ClipRect.y);
            const int right = static_cast<int>(command.ClipRect.z);
            const int bottom = static_cast<int>(command.ClipRect.w);
            if (right <= left || bottom <= top || command.ElemCount == 0) continue;
            glScissor(left, height - bottom, right - left, bottom - top);
            const unsigned name = static_cast<unsigned>(command.GetTexID());
            if (name != bound) {
                glBindTexture(GL_TEXTURE_2D, name);
                bound = name;
            }
            const std::size_t first = command.IdxOffset * sizeof(ImDrawIdx);
            glDrawElements(GL_TRIANGLES, static_cast<GLsizei>(command.ElemCount), GL_UNSIGNED_INT,
                           reinterpret_cast<const void*>(first));
        }
    }
    return true;
}

void Renderer::on_context_lost() { lost_ = true; }

// The names of all objects died with the old context; ImGui still has the pixels of its textures.
void Renderer::on_context_restored() {
    for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) {
        if (texture->Status == ImTextureStatus_Destroyed) continue;
        texture->SetTexID(ImTextureID_Invalid);
        if (texture->Status != ImTextureStatus_WantDestroy) {
            texture->SetStatus(ImTextureStatus_WantCreate);
        }
    }
    lost_ = !make_objects();
}

}  // namespace nats_blotter::web

// bench/stock/stock.cpp - Dear ImGui with the OpenGL backend that comes with it, drawing a table of
// 44 rows and 10 columns whose cells change in every frame: what row 11 compares our renderer with.
#include <GLES3/gl3.h>
#include <emscripten.h>
#include <emscripten/html5.h>

#include <cstdio>

#include "imgui.h"
#include "imgui_impl_opengl3.h"

namespace {

constexpr int kRows = 44;
constexpr int kColumns = 10;
int g_frames = 0;

}  // namespace

extern "C" {

EMSCRIPTEN_KEEPALIVE int stock_start(int width, int height) {
    EmscriptenWebGLContextAttributes attributes;
    emscripten_webgl_init_context_attributes(&attributes);
    attributes.majorVersion = 2;
    const auto context = emscripten_webgl_create_context("#canvas", &attributes);
    if (context <= 0) return 0;
    emscripten_webgl_make_context_current(context);
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
    return ImGui_ImplOpenGL3_Init("#version 300 es") ? 1 : 0;
}

EMSCRIPTEN_KEEPALIVE void stock_frame() {
    ++g_frames;
    ImGui_ImplOpenGL3_NewFrame();
    ImGuiIO& io = ImGui::GetIO();
    io.DeltaTime = 1.0f / 60;
    ImGui::NewFrame();
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(io.DisplaySize);
    ImGui::Begin("table", nullptr, ImGuiWindowFlags_NoDecoration);
    if (ImGui::BeginTable("rows", kColumns, ImGuiTableFlags_RowBg)) {
        for (int row = 0; row < kRows; ++row) {
            ImGui::TableNextRow();
            for (int column = 0; column < kColumns; ++column) {
                ImGui::TableNextColumn();
                ImGui::Text("%09d", g_frames * 37 + row * kColumns + column);
            }
        }
        ImGui::EndTable();
    }
    ImGui::End();
    ImGui::Render();
    glViewport(0, 0, static_cast<int>(io.DisplaySize.x), static_cast<int>(io.DisplaySize.y));
    glClearColor(0, 0, 0, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

EMSCRIPTEN_KEEPALIVE int stock_frames() { return g_frames; }

}  // extern "C"

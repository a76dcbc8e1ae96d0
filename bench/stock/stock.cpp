// bench/stock/stock.cpp - Dear ImGui with the OpenGL backend that comes with it, drawing a table of
// 44 rows and 10 columns whose cells change in every frame: what row 11 compares our renderer with.
//
// The page makes the context and calls stock_start, then stock_frame for each frame; both are
// exported by scripts/bench-stock.
#include <GLES3/gl3.h>

#include "imgui.h"
#include "imgui_impl_opengl3.h"

namespace {

constexpr int kRows = 44;
constexpr int kColumns = 10;
int g_frames = 0;

}  // namespace

extern "C" {

int stock_start(int width, int height) {
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
    return ImGui_ImplOpenGL3_Init("#version 300 es") ? 1 : 0;
}

void stock_frame() {
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

}  // extern "C"

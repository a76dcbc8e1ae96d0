// tests/web/renderers/renderers_page.cpp - draws one scene after another on one canvas, with the
// renderer that was asked for. The scenes hold what the product hardly ever draws: slanted and thin
// triangles, gradients, scaled and turned glyphs, clips that cut, edges between pixels.
#include <cmath>
#include <cstdint>
#include <string>

#include "imgui.h"
#include "web/fonts.h"
#include "web/stage.h"

using namespace nats_blotter;

namespace {

web::Stage stage;
float width = 0;
float height = 0;
std::uint32_t random_state = 1;

float random_to(float end) {
    random_state = random_state * 1664525u + 1013904223u;
    return end * static_cast<float>(random_state >> 8) / 16777216.0f;
}

ImVec2 random_point() { return {random_to(width), random_to(height)}; }

ImU32 random_colour() {
    const auto channel = [] { return static_cast<ImU32>(random_to(255.99f)); };
    const ImU32 red = channel();
    const ImU32 green = channel();
    const ImU32 blue = channel();
    return IM_COL32(red, green, blue, random_to(1) < 0.5f ? 255u : channel());
}

void draw_rectangles(ImDrawList& list) {
    for (int i = 0; i < 120; ++i) {
        const ImVec2 from = random_point();
        const ImVec2 to{from.x + random_to(90), from.y + random_to(60)};
        switch (i % 5) {
            case 0: list.AddRectFilled(from, to, random_colour()); break;
            case 1: list.AddRect(from, to, random_colour()); break;
            case 2: list.AddRectFilled(from, to, random_colour(), random_to(12)); break;
            case 3: list.AddRect(from, to, random_colour(), random_to(12), 0, random_to(5)); break;
            default:
                list.AddRectFilledMultiColor(from, to, random_colour(), random_colour(),
                                             random_colour(), random_colour());
        }
    }
}

void draw_triangles(ImDrawList& list) {
    for (int i = 0; i < 60; ++i) {
        const ImVec2 a = random_point();
        const ImVec2 b{a.x + random_to(120) - 60, a.y + random_to(120) - 60};
        const ImVec2 c{a.x + random_to(120) - 60, a.y + random_to(120) - 60};
        list.AddTriangleFilled(a, b, c, random_colour());
        list.AddLine(b, random_point(), random_colour(), random_to(4));
        list.AddCircleFilled(c, random_to(20), random_colour());
    }
    // Triangles that share edges, translucent: a pixel drawn twice or not at all shows.
    const ImU32 veil = IM_COL32(255, 255, 255, 90);
    const ImDrawListFlags flags = list.Flags;
    list.Flags &= ~ImDrawListFlags_AntiAliasedFill;
    for (int i = 0; i < 12; ++i) {
        const float angle = static_cast<float>(i) * 0.5235988f;
        const ImVec2 centre{std::floor(width / 2) + 0.5f, std::floor(height / 2) + 0.5f};
        list.AddTriangleFilled(centre,
                               {centre.x + 80 * std::cos(angle), centre.y + 80 * std::sin(angle)},
                               {centre.x + 80 * std::cos(angle + 0.5235988f),
                                centre.y + 80 * std::sin(angle + 0.5235988f)},
                               veil);
    }
    list.Flags = flags;
}

void draw_texts(ImDrawList& list) {
    ImFont* font = ImGui::GetFont();
    for (int i = 0; i < 60; ++i) {
        const ImVec2 at = random_point();
        const ImU32 colour = random_colour();
        const ImVec2 end{at.x + random_to(70), at.y + random_to(20)};
        if (i % 3 == 0) list.PushClipRect(at, end, true);
        const int first = list.VtxBuffer.Size;
        list.AddText(font, std::floor(10 + random_to(20)), at, colour, "Settled 1,234 ÄÖß ▲▼");
        const float turn = random_to(0.6f);
        for (int at_vertex = first; i % 4 == 1 && at_vertex < list.VtxBuffer.Size; ++at_vertex) {
            ImVec2& place = list.VtxBuffer[at_vertex].pos;  // turned, so no copy of texels
            const ImVec2 from{place.x - at.x, place.y - at.y};
            place = {at.x + from.x * std::cos(turn) - from.y * std::sin(turn),
                     at.y + from.x * std::sin(turn) + from.y * std::cos(turn)};
        }
        for (int at_vertex = first; i % 4 == 2 && at_vertex < list.VtxBuffer.Size; ++at_vertex) {
            ImVec2& place = list.VtxBuffer[at_vertex].pos;  // upright, but stretched and shifted
            place = {at.x + (place.x - at.x) * 1.37f + 0.4f, place.y + 0.3f};
        }
        if (i % 3 == 0) list.PopClipRect();
    }
}

}  // namespace

extern "C" {

// `used` keeps a function for JavaScript, as EMSCRIPTEN_KEEPALIVE does.

// Asked for by the renderers' JavaScript; here nothing follows from it.
[[gnu::used]] void nb_context_lost() { stage.on_context_lost(0); }
[[gnu::used]] void nb_context_restored() { stage.on_context_restored(); }
[[gnu::used]] void nb_gpu_told(int) {}

[[gnu::used]] int nb_start(int webgl, int canvas_width, int canvas_height) {
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.BackendFlags |= ImGuiBackendFlags_RendererHasTextures;
    io.Fonts->TexDesiredFormat = ImTextureFormat_Alpha8;
    ImFontConfig config;
    config.FontDataOwnedByAtlas = false;
    const web::FontBytes bytes = web::cell_font();
    io.Fonts->AddFontFromMemoryTTF(const_cast<unsigned char*>(bytes.data),
                                   static_cast<int>(bytes.size), 15, &config);
    width = static_cast<float>(canvas_width);
    height = static_cast<float>(canvas_height);
    io.DisplaySize = {width, height};
    const auto choice = webgl != 0 ? web::RendererChoice::Webgl : web::RendererChoice::Canvas;
    if (!stage.create(choice).empty()) return 0;
    stage.resize(canvas_width, canvas_height);
    return 1;
}

// The scene depends on nothing but `seed`, in which its kind is hidden too.
[[gnu::used]] void nb_draw(unsigned seed) {
    ImGui::GetIO().DeltaTime = 0.016f;
    ImGui::NewFrame();
    random_state = seed * 2654435761u + 1;
    ImDrawList& list = *ImGui::GetBackgroundDrawList();
    if (seed % 4 != 1) draw_rectangles(list);
    if (seed % 4 != 2) draw_triangles(list);
    if (seed % 4 != 3) draw_texts(list);
    ImGui::Render();
    stage.draw(*ImGui::GetDrawData(), IM_COL32(14, 17, 22, 255));
}

}  // extern "C"

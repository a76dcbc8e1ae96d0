// web/panels/toasts.cpp - see web/panels/toasts.h.
#include "web/panels/toasts.h"

namespace nats_blotter::web {

void Toasts::add(std::string_view words, bool bad, MonotonicUs now) {
    std::erase_if(toasts_, [words](const Toast& toast) { return toast.words == words; });
    if (toasts_.size() == kToastsMax) toasts_.pop_front();
    toasts_.push_back({std::string(words), bad, now + kToastUs});
}

void Toasts::draw(const Scene& scene, const Area& within) {
    if (toasts_.empty()) return;
    std::erase_if(toasts_, [&scene](const Toast& toast) { return scene.now >= toast.until; });
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float size = scene.px(kTextPx);
    const float padding = scene.px(12);
    const float wrap = std::min(within.width - scene.px(32) - 2 * padding, scene.px(420));
    float bottom = within.bottom() - scene.px(16);
    for (auto toast = toasts_.rbegin(); toast != toasts_.rend(); ++toast) {
        const ImVec2 extent = scene.label_font->CalcTextSizeA(
            size, FLT_MAX, wrap, text_begin(toast->words), text_end(toast->words));
        const float width = std::ceil(extent.x) + 2 * padding + scene.px(4);
        const float height = std::ceil(extent.y) + scene.px(16);
        const ImVec2 from{std::floor(within.right() - width - scene.px(16)),
                          std::floor(bottom - height)};
        const ImVec2 to{from.x + width, from.y + height};
        const ImU32 colour = toast->bad ? scene.theme.stale : scene.theme.focus;
        list.AddRectFilled(from, to, scene.theme.panel);
        list.AddRect(from, to, scene.theme.border, 0, 0, scene.px(scene.theme.plain ? 2 : 1));
        list.AddRectFilled(from, {from.x + scene.px(4), to.y}, colour);
        list.AddText(scene.label_font, size, {from.x + padding + scene.px(2), from.y + scene.px(8)},
                     scene.theme.text, text_begin(toast->words), text_end(toast->words), wrap);
        bottom = from.y - scene.px(8);
    }
}

}  // namespace nats_blotter::web

// web/panels/find_bar.cpp - see web/panels/find_bar.h.
#include "web/panels/find_bar.h"

namespace nats_blotter::web {
namespace {

constexpr float kFieldPx = 240;
constexpr float kControlPx = 26;
constexpr float kButtonPx = 26;
constexpr float kGapPx = 6;
// As wide as "12,345 of 123,456", so that buttons stay where they are.
constexpr std::string_view kWidestWords = "12,345 of 123,456";

bool draw_button(const Scene& scene, std::string_view sign, std::string_view words,
                 const Area& area) {
    const std::string name(words);
    ImGui::SetCursorScreenPos(area.top_left());
    const bool pressed = ImGui::InvisibleButton(name.c_str(), {area.width, area.height});
    const bool hot = ImGui::IsItemHovered();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (hot) {
        ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
        list.AddRectFilled(area.top_left(), area.bottom_right(), scene.theme.selection,
                           scene.px(4));
    }
    const float size = scene.px(kTextPx);
    const float width = text_width(scene.label_font, size, sign);
    draw_text(list, scene.label_font, size, area.x + (area.width - width) / 2, area.y,
              area.bottom(), scene.theme.text, sign);
    scene.targets.add(words, area.x, area.y, area.width, area.height);
    return pressed;
}

}  // namespace

void FindBar::open() {
    open_ = true;
    field_.focus();
}

void FindBar::close() {
    open_ = false;
    field_.leave();
}

FindWish FindBar::draw(const Scene& scene, const Area& area, const FindModel& model) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled(area.top_left(), {area.right(), area.bottom() - scene.px(1)},
                       scene.theme.panel);
    label_ = "Find in ";
    label_ += model.table;
    placeholder_ = "find in ";
    placeholder_ += model.table;
    placeholder_ += "…";

    const float size = scene.px(kTextPx);
    const float gap = scene.px(kGapPx);
    const float height = scene.px(kControlPx);
    const float button = scene.px(kButtonPx);
    const float top = area.y + std::floor((area.height - scene.px(1) - height) / 2);
    const float counted = text_width(scene.cell_font, size, kWidestWords);
    const float others = counted + 3 * button + 5 * gap;
    const float width = std::clamp(area.width - others, scene.px(60), scene.px(kFieldPx));
    const Area field{area.x + gap, top, width, height};
    scene.targets.add(label_, field.x, field.y, field.width, field.height);
    const TextFieldNews news = field_.draw(scene, field,
                                           {.label = label_,
                                            .placeholder = placeholder_,
                                            .hint = model.words,
                                            .keyboard = Keyboard::Search,
                                            .escape_leaves = true});
    FindWish wish;
    wish.changed = news.changed;
    wish.steps = news.entries;
    wish.close = news.escaped;

    float x = field.right() + gap;
    draw_text(list, scene.cell_font, size, x, top, top + height,
              model.none ? scene.theme.offline : scene.theme.dim, model.words);
    if (!model.words.empty()) {
        std::string words = "found ";
        words += model.words;
        scene.targets.add(words, x, top, counted, height);
    }
    x += counted + gap;
    const auto next_button = [&](std::string_view sign, std::string_view words) {
        const Area place{x, top, button, height};
        x += button;
        return draw_button(scene, sign, words, place);
    };
    if (next_button("↑", "the match before")) --wish.steps;
    if (next_button("↓", "the next match")) ++wish.steps;
    if (next_button("✕", "close find")) wish.close = true;
    return wish;
}

}  // namespace nats_blotter::web

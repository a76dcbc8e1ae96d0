// web/panels/help_panel.cpp - see web/panels/help_panel.h.
#include "web/panels/help_panel.h"

#include <string>
#include <utility>

#include "web/keys.h"
#include "web/panels/popup.h"

namespace nats_blotter::web {
namespace {

constexpr float kColumnPx = 410;
constexpr float kKeysPx = 104;
constexpr float kLinePx = 22;

bool belongs(Command command, HelpPanel::Scope scope) {
    switch (command) {
        case Command::Ticket:
        case Command::Buy:
        case Command::Sell: return scope.orders;
        case Command::Accounts: return scope.accounts;
        case Command::CrossLink: return scope.links;
        case Command::KeyColumn: return scope.opened;
        default: return true;
    }
}

// Groups in columns: the screen's width decides how many stand side by side.
void draw_group(const Scene& scene, KeyGroup group, ImVec2 at, HelpPanel::Scope scope,
                float* height) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float size = scene.px(kTextPx);
    const float line = scene.px(kLinePx);
    float y = at.y;
    *height = 0;
    for (const KeyRow& row : key_table()) {
        if (row.group != group || !belongs(row.command, scope)) continue;
        if (y == at.y) {
            draw_text(list, scene.label_font, size, at.x, y, y + line, scene.theme.text,
                      key_group_words(group));
            y += line;
        }
        scene.targets.add("help: " + std::string(row.words), at.x, y, scene.px(kColumnPx), line);
        draw_text(list, scene.cell_font, size, at.x, y, y + line, scene.theme.text, row.shown);
        draw_text(list, scene.cell_font, size, at.x + scene.px(kKeysPx), y, y + line,
                  scene.theme.dim, row.words);
        y += line;
    }
    if (y > at.y) *height = y - at.y + scene.px(10);
}

}  // namespace

void HelpPanel::draw(const Scene& scene, const Area& within, Scope scope) {
    const bool asked = std::exchange(open_asked_, false);
    const float column = scene.px(kColumnPx);
    const bool two = within.width >= 2 * column + scene.px(64);
    const float margin = scene.px(16);
    const float width = std::min(within.width - margin, (two ? 2 : 1) * column + scene.px(40));
    const float height = std::min(within.height - margin, scene.px(two ? 470 : 900));
    if (!begin_dialog(scene, within, "help", "Keyboard", width, height, asked)) return;
    const ImVec2 start = ImGui::GetCursorScreenPos();
    float tallest = 0;
    float y = start.y;
    for (int group = 0; group < 4; ++group) {
        const bool right = two && group >= 2;
        if (two && group == 2) y = start.y;
        float used = 0;
        draw_group(scene, static_cast<KeyGroup>(group), {start.x + (right ? column : 0.0f), y},
                   scope, &used);
        y += used;
        tallest = std::max(tallest, y - start.y);
    }
    ImGui::Dummy({1, tallest});
    end_dialog();
}

}  // namespace nats_blotter::web

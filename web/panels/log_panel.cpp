// web/panels/log_panel.cpp - see web/panels/log_panel.h.
#include "web/panels/log_panel.h"

#include "table/format.h"

namespace nats_blotter::web {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr float kTimePx = 100;
constexpr float kKindPx = 64;

}  // namespace

void LogPanel::draw(const Scene& scene, const Area& area, const LogBook& log) {
    ImGui::SetCursorScreenPos(area.top_left());
    ImGui::BeginChild("log", {area.width, area.height});
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float size = scene.px(kTextPx);
    const float line = scene.px(scene.row_px);
    const float margin = scene.px(12);
    const auto lines = static_cast<int>(log.entries().size()) + (log.dropped() > 0 ? 1 : 0);
    const feed::ColumnSpec time{.type = feed::ColumnType::Time};
    ImGuiListClipper clipper;
    clipper.Begin(lines, line);
    while (clipper.Step()) {
        for (int index = clipper.DisplayStart; index < clipper.DisplayEnd; ++index) {
            const ImVec2 at = ImGui::GetCursorScreenPos();
            const float y = at.y + static_cast<float>(index - clipper.DisplayStart) * line;
            float x = at.x + margin;
            if (static_cast<std::size_t>(index) == log.entries().size()) {
                scratch_ = std::to_string(log.dropped()) + " older lines are gone.";
                draw_text(list, scene.cell_font, size, x, y, y + line, scene.theme.dim, scratch_);
                continue;
            }
            const LogEntry& entry =
                log.entries()[log.entries().size() - 1 - static_cast<std::size_t>(index)];
            scratch_.clear();
            table::append_shown(scratch_, time, feed::Cell::of_number(entry.at_ms * kNsPerMs),
                                scene.zone);
            draw_text(list, scene.cell_font, size, x, y, y + line, scene.theme.dim, scratch_);
            x += scene.px(kTimePx);
            draw_text(list, scene.cell_font, size, x, y, y + line,
                      entry.kind == LogKind::Trouble ? scene.theme.stale : scene.theme.dim,
                      log_kind_words(entry.kind));
            x += scene.px(kKindPx);
            scratch_ = entry.words;
            if (entry.times > 1) scratch_ += "  (" + std::to_string(entry.times) + " times)";
            draw_text(list, scene.cell_font, size, x, y, y + line, scene.theme.text, scratch_);
        }
    }
    if (lines == 0)
        draw_text(list, scene.cell_font, size, area.x + margin, area.y, area.y + line,
                  scene.theme.dim, "Nothing has happened yet.");
    ImGui::EndChild();
}

}  // namespace nats_blotter::web

// web/panels/stats_panel.cpp - see web/panels/stats_panel.h.
#include "web/panels/stats_panel.h"

namespace nats_blotter::web {
namespace {

constexpr float kColumnPx = 236;
constexpr float kLinePx = 19;
constexpr float kBarPx = 96;

}  // namespace

void StatsPanel::draw(const Scene& scene, const Area& area, const std::vector<StatGroup>& groups,
                      const session::LatencyRing& latency) {
    ImGui::SetCursorScreenPos(area.top_left());
    ImGui::BeginChild("stats", {area.width, area.height});
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float size = scene.px(kTextPx);
    const float line = scene.px(kLinePx);
    const float margin = scene.px(12);
    const float width = scene.px(kColumnPx);
    const ImVec2 start = ImGui::GetCursorScreenPos();
    const int across = std::max(1, static_cast<int>((area.width - margin) / (width + margin)));
    // The next group goes under the shortest column.
    std::vector<float> heights(static_cast<std::size_t>(across), scene.px(6));
    const auto shortest = [&heights] { return std::min_element(heights.begin(), heights.end()); };
    const auto x_of = [&](std::vector<float>::iterator column) {
        return start.x + margin + static_cast<float>(column - heights.begin()) * (width + margin);
    };
    for (const StatGroup& group : groups) {
        const auto column = shortest();
        const float x = x_of(column);
        float y = start.y + *column;
        draw_text(list, scene.label_font, size, x, y, y + line, scene.theme.text, group.title);
        y += line;
        for (const StatLine& stat : group.lines) {
            draw_text(list, scene.cell_font, size, x, y, y + line, scene.theme.dim, stat.words);
            const float value = text_width(scene.cell_font, size, stat.value);
            draw_text(list, scene.cell_font, size, x + width - value, y, y + line, scene.theme.text,
                      stat.value);
            y += line;
        }
        *column = y - start.y + scene.px(10);
    }
    const auto column = shortest();
    *column += draw_histogram(scene, {x_of(column), start.y + *column}, latency);
    ImGui::Dummy({1, *std::max_element(heights.begin(), heights.end())});
    ImGui::EndChild();
}

// One bar for each range, as wide as its share of the most frequent one.
float StatsPanel::draw_histogram(const Scene& scene, ImVec2 at,
                                 const session::LatencyRing& latency) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float size = scene.px(kTextPx);
    const float line = scene.px(kLinePx);
    float y = at.y;
    draw_text(list, scene.label_font, size, at.x, y, y + line, scene.theme.text,
              "Publication to table, last 1,024");
    y += line;
    const auto counts = latency.spread();
    const std::uint32_t most = *std::max_element(counts.begin(), counts.end());
    for (std::size_t index = 0; index < counts.size(); ++index) {
        const bool last = index == session::kLatencyEdgesMs.size();
        scratch_ = last ? "≥ " : "< ";
        scratch_ += std::to_string(session::kLatencyEdgesMs[last ? index - 1 : index]) + " ms";
        draw_text(list, scene.cell_font, size, at.x, y, y + line, scene.theme.dim, scratch_);
        const float left = at.x + scene.px(76);
        if (counts[index] > 0) {
            const float share = static_cast<float>(counts[index]) / static_cast<float>(most);
            const float bar = std::max(scene.px(2), std::floor(scene.px(kBarPx) * share));
            list.AddRectFilled({left, y + scene.px(4)}, {left + bar, y + line - scene.px(4)},
                               scene.theme.focus);
        }
        scratch_ = std::to_string(counts[index]);
        const float width = text_width(scene.cell_font, size, scratch_);
        draw_text(list, scene.cell_font, size, at.x + scene.px(kColumnPx) - width, y, y + line,
                  scene.theme.text, scratch_);
        y += line;
    }
    return y - at.y + scene.px(10);
}

}  // namespace nats_blotter::web

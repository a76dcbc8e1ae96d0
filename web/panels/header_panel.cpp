// web/panels/header_panel.cpp - see web/panels/header_panel.h.
#include "web/panels/header_panel.h"

#include "table/format.h"

namespace nats_blotter::web {
namespace {

constexpr std::string_view kTitle = "NATS Blotter";
constexpr float kControlPx = 28;

void append_two_digits(std::string& out, std::int64_t value) {
    if (value < 10) out += '0';
    out += std::to_string(value);
}

}  // namespace

std::string_view status_words(session::Status status) {
    switch (status) {
        case session::Status::Connecting: return "○ connecting";
        case session::Status::Syncing: return "◐ syncing";
        case session::Status::Live: return "● LIVE";
        case session::Status::Stale: return "◆ STALE";
        case session::Status::Offline: return "✕ OFFLINE";
        case session::Status::Closed: return "■ closed";
    }
    return "";
}

ImU32 status_colour(const Theme& theme, session::Status status) {
    switch (status) {
        case session::Status::Live: return theme.live;
        case session::Status::Stale: return theme.stale;
        case session::Status::Offline: return theme.offline;
        default: return theme.text;
    }
}

void append_duration(std::string& out, MonotonicUs duration) {
    const std::int64_t seconds = std::max<std::int64_t>(0, duration / kSecondUs);
    if (seconds >= 3600) {
        out += std::to_string(seconds / 3600);
        out += ':';
    }
    append_two_digits(out, seconds / 60 % 60);
    out += ':';
    append_two_digits(out, seconds % 60);
}

HeaderWish HeaderPanel::draw(const Scene& scene, const Area& area, const HeaderModel& model,
                             bool narrow) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float line = scene.px(1);
    const float margin = scene.px(narrow ? 8 : 12);
    const float control = scene.px(kControlPx);
    const float size = scene.px(17);
    list.AddRectFilled(area.top_left(), area.bottom_right(), scene.theme.panel);
    list.AddRectFilled({area.x, area.bottom() - line}, area.bottom_right(), scene.theme.border);

    HeaderWish wish;
    float x = area.x + margin;
    const float row_top = area.y + scene.px(8);
    if (!narrow) {
        draw_text(list, scene.label_font, size, x, row_top, row_top + control, scene.theme.text,
                  kTitle);
        x += text_width(scene.label_font, size, kTitle) + scene.px(18);
    }

    const float resync_width = scene.px(96);
    const float resync_x = area.right() - margin - resync_width;
    const float picker_width =
        narrow ? resync_x - scene.px(8) - x : std::min(scene.px(280), area.width * 0.3f);
    wish.account = picker_.draw(scene, {x, row_top, picker_width, control}, model.account);
    ImGui::SetCursorScreenPos({resync_x, row_top});
    wish.resync = ImGui::Button("⟲ Resync", {resync_width, control});

    float top = row_top;
    if (narrow) {
        x = area.x + margin;
        top = row_top + control + scene.px(4);
    } else {
        x += picker_width + scene.px(18);
    }
    x = draw_chip(scene, x, top, top + control, model) + scene.px(16);
    const float figures_right = narrow ? area.right() - margin : resync_x - scene.px(12);
    figures_ = {x, top, std::max(0.0f, figures_right - x), control};
    draw_figures(scene, figures_, model);
    return wish;
}

float HeaderPanel::draw_chip(const Scene& scene, float x, float top, float bottom,
                             const HeaderModel& model) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float size = scene.px(kTextPx);
    scratch_ = status_words(model.status);
    const bool counted =
        model.status == session::Status::Offline || model.status == session::Status::Stale;
    if (counted) {
        scratch_ += ' ';
        append_duration(scratch_, scene.now - model.status_since);
    }
    draw_text(list, scene.label_font, size, x, top, bottom,
              status_colour(scene.theme, model.status), scratch_);
    return x + text_width(scene.label_font, size, scratch_);
}

void HeaderPanel::draw_figures(const Scene& scene, const Area& area, const HeaderModel& model) {
    scratch_.clear();
    const bool linked =
        model.status == session::Status::Live || model.status == session::Status::Syncing;
    if (linked && model.lag_ms >= session::kBehindMs) {
        scratch_ += "behind by " + std::to_string(model.lag_ms / 1000) + " s";
    }
    if (linked && model.rtt_us >= 0) {
        if (!scratch_.empty()) scratch_ += "  ·  ";
        const std::int64_t milliseconds = model.rtt_us / kMillisecondUs;
        scratch_ += milliseconds < 1 ? "<1" : std::to_string(milliseconds);
        scratch_ += " ms";
    }
    if (model.feed_age_us >= 0) {
        if (!scratch_.empty()) scratch_ += "  ·  ";
        scratch_ += "feed ";
        const std::int64_t seconds = model.feed_age_us / kSecondUs;
        if (seconds < 60) {
            scratch_ += seconds < 1 ? "<1" : std::to_string(seconds);
            scratch_ += " s";
        } else {
            append_duration(scratch_, model.feed_age_us);
        }
    }
    if (linked) {
        if (!scratch_.empty()) scratch_ += "  ·  ";
        const feed::ColumnSpec number{.type = feed::ColumnType::Int};
        table::append_shown(scratch_, number, feed::Cell::of_number(model.events_per_s), 0);
        scratch_ += "/s";
    }
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.PushClipRect(area.top_left(), area.bottom_right(), true);
    draw_text(list, scene.cell_font, scene.px(kTextPx), area.x, area.y, area.bottom(),
              scene.theme.dim, scratch_);
    list.PopClipRect();
}

}  // namespace nats_blotter::web

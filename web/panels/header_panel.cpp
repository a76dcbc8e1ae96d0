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

// Exact while it is news, in growing steps after that; never more than it is.
void append_age(std::string& out, std::int64_t seconds) {
    if (seconds < 1) {
        out += "<1 s";
    } else if (seconds < 10) {
        out += std::to_string(seconds) + " s";
    } else if (seconds < 60) {
        out += std::to_string(seconds / 5 * 5) + " s";
    } else if (seconds < 3600) {
        out += std::to_string(seconds / 60) + " min";
    } else {
        out += std::to_string(seconds / 3600) + " h";
    }
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

std::string clock_text(EpochMs time_ms, const TimeZone& zone) {
    constexpr std::int64_t kNsPerMs = 1'000'000;
    std::string text;
    table::append_shown(text, feed::ColumnSpec{.type = feed::ColumnType::Time},
                        feed::Cell::of_number(time_ms * kNsPerMs), zone);
    return text.substr(0, text.find('.'));
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

    const float buttons = draw_buttons(scene, area.right() - margin, row_top, model, narrow, wish);
    const float wide = std::min(scene.px(model.opened ? 380 : 260), area.width * 0.3f);
    const float picker_width = narrow ? buttons - scene.px(8) - x : wide;
    if (model.feed.empty()) {
        wish.account = picker_.draw(scene, {x, row_top, picker_width, control}, model.account);
    } else {
        draw_feed(scene, {x, row_top, picker_width, control}, model, narrow, wish);
    }

    float top = row_top;
    if (narrow) {
        x = area.x + margin;
        top = row_top + control + scene.px(4);
    } else {
        x += picker_width + scene.px(18);
    }
    const float chip = x;
    x = draw_chip(scene, x, top, top + control, model) + scene.px(16);
    const float figures_right = narrow ? area.right() - margin : buttons - scene.px(12);
    figures_ = {x, top, std::max(0.0f, figures_right - x), control};
    chip_ = {chip, top, std::max(1.0f, x - chip), control};
    ImGui::SetCursorScreenPos({chip, top});
    wish.stats =
        ImGui::InvisibleButton("connection", {std::max(1.0f, figures_right - chip), control});
    if (ImGui::IsItemHovered()) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    return wish;
}

void HeaderPanel::draw_feed(const Scene& scene, const Area& area, const HeaderModel& model,
                            bool narrow, HeaderWish& wish) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float size = scene.px(kTextPx);
    const float gap = scene.px(8);
    float x = area.x;
    const auto button = [&](const char* words) {
        const float width = text_width(scene.cell_font, size, words) + scene.px(18);
        ImGui::SetCursorScreenPos({x, area.y});
        const bool pressed = ImGui::Button(words, {width, area.height});
        scene.targets.add(words, x, area.y, width, area.height);
        x += width + gap;
        return pressed;
    };
    if (model.opened) {
        wish.back = button("Back");
        wish.save_profile = button(narrow ? "Save" : "Save profile");
    }
    list.PushClipRect({x, area.y}, {area.right(), area.bottom()}, true);
    draw_text(list, scene.label_font, size, x, area.y, area.bottom(), scene.theme.text, model.feed);
    list.PopClipRect();
}

float HeaderPanel::draw_buttons(const Scene& scene, float right, float top,
                                const HeaderModel& model, bool narrow, HeaderWish& wish) {
    const float control = scene.px(kControlPx);
    const float gap = scene.px(6);
    std::string pause = narrow ? "‖" : "‖ Pause";
    if (model.paused) {
        const feed::ColumnSpec number{.type = feed::ColumnType::Int};
        pause = narrow ? "Resume · " : "PAUSED · ";
        table::append_shown(pause, number,
                            feed::Cell::of_number(static_cast<std::int64_t>(model.waiting)), kUtc);
        if (!narrow) pause += " waiting";
    }
    float x = right;
    for (Button& button : buttons_) {
        const bool is_pause = button.wish == &HeaderWish::pause;
        std::string words = "?";
        if (button.wish == &HeaderWish::settings) words = "⚙";
        if (button.wish == &HeaderWish::theme) words = "◐";
        if (button.wish == &HeaderWish::resync) words = narrow ? "⟲" : "⟲ Resync";
        if (is_pause) words = pause;
        const float text = text_width(scene.cell_font, scene.px(kTextPx), words);
        const float width = std::max(control + scene.px(2), text + scene.px(18));
        button.area = {};
        // Keys and settings have these too; a small screen has the room for names instead.
        if (narrow && button.wish == &HeaderWish::theme) continue;
        if (narrow && button.wish == &HeaderWish::help) continue;
        x -= width;
        button.area = {x, top, width, control};
        ImGui::SetCursorScreenPos({x, top});
        words += "##";
        words += button.name;
        const bool lit = is_pause && model.paused;
        if (lit) ImGui::PushStyleColor(ImGuiCol_Border, scene.theme.stale);
        wish.*button.wish = ImGui::Button(words.c_str(), {width, control});
        if (lit) ImGui::PopStyleColor();
        if (is_pause) scene.targets.add(pause, x, top, width, control);
        x -= gap;
    }
    return x + gap;
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
    if (model.status == session::Status::Offline && model.last_good_ms >= 0)
        scratch_ += " · last good " + clock_text(model.last_good_ms, scene.zone);
    const bool lacks = model.status == session::Status::Live && model.lacks_since_ms >= 0;
    if (lacks) scratch_ += " · may lack rows since " + clock_text(model.lacks_since_ms, scene.zone);
    draw_text(list, scene.label_font, size, x, top, bottom,
              lacks ? scene.theme.stale : status_colour(scene.theme, model.status), scratch_);
    if (lacks)
        scene.targets.add(scratch_, x, top, text_width(scene.label_font, size, scratch_),
                          bottom - top);
    return x + text_width(scene.label_font, size, scratch_);
}

void append_figures(std::string& out, const HeaderFigures& figures) {
    constexpr std::string_view kBetween = "  ·  ";
    if (figures.linked && figures.lag_ms >= session::kBehindMs) {
        out += "behind by " + std::to_string(figures.lag_ms / 1000) + " s";
    }
    if (figures.linked && figures.rtt_us >= 0) {
        if (!out.empty()) out += kBetween;
        const std::int64_t milliseconds = figures.rtt_us / kMillisecondUs;
        out += milliseconds < 1 ? "<1" : std::to_string(milliseconds);
        out += " ms";
    }
    if (figures.feed_age_us >= 0) {
        if (!out.empty()) out += kBetween;
        out += "feed ";
        append_age(out, figures.feed_age_us / kSecondUs);
    }
    if (figures.linked) {
        if (!out.empty()) out += kBetween;
        const feed::ColumnSpec number{.type = feed::ColumnType::Int};
        table::append_shown(out, number, feed::Cell::of_number(figures.events_per_s), kUtc);
        out += "/s";
    }
    if (figures.verified_age_us >= 0) {
        if (!out.empty()) out += kBetween;
        out += "verified ";
        append_age(out, figures.verified_age_us / kSecondUs);
        out += " ago";
    }
}

}  // namespace nats_blotter::web

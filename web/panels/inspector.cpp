// web/panels/inspector.cpp - see web/panels/inspector.h.
#include "web/panels/inspector.h"

#include <algorithm>

#include "base/number_text.h"
#include "session/inspect_text.h"
#include "session/inspector.h"
#include "table/format.h"
#include "web/cell_text.h"

namespace nats_blotter::web {
namespace {

constexpr float kControlPx = 26;
constexpr float kBarPx = 36;
constexpr int kNarrowBars = 3;
constexpr float kGapPx = 8;
constexpr std::int64_t kNsPerMs = 1'000'000;
// Of a text in a line: more than the widest screen shows.
constexpr std::size_t kLineBytesMax = 512;
// Looked at for the filter in a frame: some 200 us.
constexpr std::size_t kMatchBytesPerFrame = 256 * 1024;

std::string counted(std::uint64_t count) {
    std::string text;
    append_grouped(text, std::to_string(count), true);
    return text;
}

// Where the wheel, over this area, has brought the first line.
std::size_t wheeled(const Scene& scene, const Area& area, float& rest, std::size_t top,
                    std::size_t total, std::size_t visible) {
    const std::size_t last = total > visible ? total - visible : 0;
    if (ImGui::IsMouseHoveringRect(area.top_left(), area.bottom_right())) {
        rest -= ImGui::GetIO().MouseWheel * (100.0f / scene.row_px);
        const float whole = std::trunc(rest);
        rest -= whole;
        const auto wanted = static_cast<std::int64_t>(top) + static_cast<std::int64_t>(whole);
        top = static_cast<std::size_t>(std::max<std::int64_t>(0, wanted));
    }
    return std::min(top, last);
}

struct Lines {
    Area area;  // without the scroll bar
    float line = 0;
    std::size_t visible = 0;
};

Lines lines_of(const Scene& scene, const Area& area) {
    Lines lines{{area.x, area.y, area.width - scene.px(ScrollBar::kWidthPx), area.height},
                scene.px(scene.row_px)};
    lines.visible = static_cast<std::size_t>(std::max(0.0f, area.height / lines.line));
    return lines;
}

Area bar_of(const Scene& scene, const Area& area) {
    const float width = scene.px(ScrollBar::kWidthPx);
    return {area.right() - width, area.y, width, area.height};
}

bool draw_button(const Scene& scene, const char* words, float& x, float top) {
    const float width = text_width(scene.label_font, scene.px(kTextPx), words) + scene.px(20);
    const float height = scene.px(kControlPx);
    ImGui::SetCursorScreenPos({x, top});
    const bool pressed = ImGui::Button(words, {width, height});
    scene.targets.add(words, x, top, width, height);
    x += width + scene.px(kGapPx);
    return pressed;
}

}  // namespace

InspectorWish InspectorPanel::draw(const Scene& scene, const Area& area, session::Session& session,
                                   bool narrow, bool focused) {
    InspectorWish wish;
    ImGui::PushID("inspector");
    session::Inspector& inspector = session.inspector();
    if (!inspector.match_some(kMatchBytesPerFrame)) wish.redraw = true;
    const float bar = std::min(area.height, scene.px(kBarPx) * (narrow ? kNarrowBars : 1));
    draw_controls(scene, {area.x, area.y, area.width, bar}, session, wish);
    const Area rest{area.x, area.y + bar, area.width, std::max(0.0f, area.height - bar)};
    const float gap = scene.px(1);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto part = [&](float from, float to) {
        const float extent = narrow ? rest.height : rest.width;
        const float start = std::floor(extent * from) + (from > 0 ? gap : 0);
        const float size = std::max(0.0f, std::floor(extent * to) - start);
        const Area made = narrow ? Area{rest.x, rest.y + start, rest.width, size}
                                 : Area{rest.x + start, rest.y, size, rest.height};
        const ImVec2 far = narrow ? ImVec2{made.right(), made.y} : ImVec2{made.x, made.bottom()};
        if (from > 0)
            list.AddRectFilled({made.x - (narrow ? 0 : gap), made.y - (narrow ? gap : 0)}, far,
                               scene.theme.border);
        return made;
    };
    draw_subjects(scene, part(0, narrow ? 0.3f : 0.32f), session, wish);
    draw_messages(scene, part(narrow ? 0.3f : 0.32f, narrow ? 0.62f : 0.68f), session, focused,
                  wish);
    draw_detail(scene, part(narrow ? 0.62f : 0.68f, 1), session);
    ImGui::PopID();
    return wish;
}

void InspectorPanel::ask(session::Session& session) {
    std::string_view wanted = subject_.text();
    while (wanted.starts_with(' ')) wanted.remove_prefix(1);
    while (wanted.ends_with(' ')) wanted.remove_suffix(1);
    trouble_ = session.inspector().watch(wanted);
    if (trouble_.empty()) subject_.set_text({});
}

void InspectorPanel::draw_controls(const Scene& scene, const Area& area, session::Session& session,
                                   InspectorWish& wish) {
    session::Inspector& inspector = session.inspector();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled(area.top_left(), area.bottom_right(), scene.theme.panel);
    const float gap = scene.px(kGapPx);
    const float height = scene.px(kControlPx);
    const float bar = scene.px(kBarPx);
    float x = area.x + gap;
    float top = area.y + std::floor((bar - height) / 2);
    const bool lines = area.height > bar;
    const float button = text_width(scene.label_font, scene.px(kTextPx), "Subscribe");

    offers_ = session.inspector_offers();
    const float width = lines ? area.width - button - scene.px(20) - 3 * gap : scene.px(260);
    const Area field{x, top, width, height};
    scene.targets.add("subject to inspect", field.x, field.y, field.width, field.height);
    const TextFieldNews asked = subject_.draw(scene, field,
                                              {.label = "Subject to inspect",
                                               .placeholder = "subject or wildcard…",
                                               .error = trouble_,
                                               .suggestions = offers_});
    if (asked.changed) trouble_.clear();
    x = field.right() + gap;
    if (draw_button(scene, "Subscribe", x, top) || asked.entered) {
        ask(session);
        wish.redraw = true;
    }
    if (lines) {
        x = area.x + gap;
        top += bar;
    }
    const Area filter{x, top, lines ? scene.px(84) : scene.px(180), height};
    scene.targets.add("filter messages", filter.x, filter.y, filter.width, filter.height);
    const TextFieldNews typed = filter_.draw(scene, filter,
                                             {.label = "Filter messages",
                                              .placeholder = lines ? "filter…" : "filter messages…",
                                              .keyboard = Keyboard::Search,
                                              .enter_leaves = true,
                                              .escape_clears = true});
    if (typed.changed) {
        inspector.set_filter(filter_.text());
        messages_top_ = 0;
        wish.redraw = true;
    }
    x = filter.right() + gap;
    if (draw_button(scene, inspector.is_paused() ? "Keep messages" : "Pause messages", x, top)) {
        inspector.pause(!inspector.is_paused());
        wish.redraw = true;
    }
    if (draw_button(scene, "Clear", x, top)) {
        inspector.clear();
        chosen_ = 0;
        wish.redraw = true;
    }
    if (inspector.match_count() > 0 && draw_button(scene, "NDJSON", x, top))
        wish.export_messages = true;
    if (lines) {
        x = area.x + gap;
        top += bar;
    }
    if (chosen_ != 0 && draw_button(scene, "Copy", x, top)) wish.copy = wish.focus = true;
    if (!inspector.subscriptions().empty() && draw_button(scene, "Open as table", x, top))
        wish.open_table = true;

    update_words(session);
    list.PushClipRect({x, area.y}, area.bottom_right(), true);
    draw_text(list, scene.cell_font, scene.px(kTextPx), x, top, top + height,
              trouble_.empty() ? scene.theme.dim : scene.theme.offline, words_);
    list.PopClipRect();
    scene.targets.add("inspector: " + words_, x, top, area.right() - x, height);
}

void InspectorPanel::update_words(session::Session& session) {
    const session::Inspector& inspector = session.inspector();
    words_ = trouble_;
    if (!words_.empty()) return;
    const session::MessageRing& ring = inspector.ring();
    words_ = counted(inspector.match_count());
    if (!inspector.filter().empty()) words_ += " of " + counted(ring.size());
    words_ += ring.size() == 1 ? " message" : " messages";
    if (inspector.is_paused()) words_ += " · paused, " + counted(inspector.passed()) + " went by";
    if (inspector.skipped() > 0)
        words_ += " · " + counted(inspector.skipped()) + " not kept: too many at once";
    if (ring.evicted() > 0)
        words_ += " · the oldest " + counted(ring.evicted()) + " were let go: no room";
}

void InspectorPanel::draw_subjects(const Scene& scene, const Area& area, session::Session& session,
                                   InspectorWish& wish) {
    session::Inspector& inspector = session.inspector();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float size = scene.px(kTextPx);
    const float gap = scene.px(kGapPx);
    const Lines lines = lines_of(scene, area);
    const auto& subscriptions = inspector.subscriptions();
    const auto& subjects = inspector.subjects();
    const bool others = inspector.others().messages > 0;
    const std::size_t total = subscriptions.size() + subjects.size() + (others ? 1 : 0);
    subjects_top_ = wheeled(scene, area, wheel_rest_, subjects_top_, total, lines.visible);
    list.PushClipRect(area.top_left(), area.bottom_right(), true);
    float y = lines.area.y;
    const auto draw_left = [&](std::string_view text, ImU32 colour, float right) {
        scratch_.clear();
        session::append_one_line(scratch_, text, kLineBytesMax);
        list.PushClipRect({area.x, y}, {right, y + lines.line}, true);
        draw_text(list, scene.cell_font, size, area.x + gap, y, y + lines.line, colour, scratch_);
        list.PopClipRect();
        scene.targets.add(scratch_, area.x, y, lines.area.width, lines.line);
    };
    const auto draw_right = [&](const std::string& text, ImU32 colour) {
        const float x = lines.area.right() - gap - text_width(scene.cell_font, size, text);
        draw_text(list, scene.cell_font, size, x, y, y + lines.line, colour, text);
        return x - gap;
    };
    std::size_t removed = SIZE_MAX;
    for (std::size_t index = subjects_top_; index < total && y < area.bottom(); ++index) {
        if (index < subscriptions.size()) {
            const auto& one = subscriptions[index];
            const float cross = scene.px(22);
            ImGui::SetCursorScreenPos({lines.area.right() - cross, y});
            ImGui::PushID(static_cast<int>(index));
            if (ImGui::InvisibleButton("off", {cross, lines.line})) removed = index;
            ImGui::PopID();
            const std::string name = "unsubscribe " + one.subject;
            scene.targets.add(name, lines.area.right() - cross, y, cross, lines.line);
            const float right =
                draw_right("✕", ImGui::IsItemHovered() ? scene.theme.text : scene.theme.dim);
            const bool refused = !one.refused.empty();
            draw_left((refused ? "✕ " : "● ") + one.subject + (refused ? ": " + one.refused : ""),
                      refused ? scene.theme.offline : scene.theme.text, right);
        } else {
            const bool is_rest = index - subscriptions.size() == subjects.size();
            const auto& subject =
                is_rest ? inspector.others() : subjects[index - subscriptions.size()];
            std::string figures = counted(subject.rate(scene.now)) + "/s · ";
            figures += counted(subject.messages) + " · " + counted(subject.bytes) + " B";
            const float right = draw_right(figures, scene.theme.dim);
            draw_left("   " + (is_rest ? "other subjects" : subject.subject), scene.theme.text,
                      right);
        }
        y += lines.line;
    }
    if (total == 0)
        draw_left("Type a subject, as the list offers it, and press Enter.", scene.theme.dim,
                  area.right());
    list.PopClipRect();
    subjects_top_ = subjects_bar_.draw(scene, "subjects", bar_of(scene, area), total, lines.visible,
                                       subjects_top_);
    if (removed == SIZE_MAX) return;
    inspector.unwatch(removed);
    wish.redraw = true;
}

void InspectorPanel::keep_place(const session::Inspector& inspector) {
    const std::size_t total = inspector.match_count();
    if (messages_top_ > 0) messages_top_ += total - inspector.match_from(newest_seen_ + 1);
    newest_seen_ = total > 0 ? inspector.match(total - 1) : 0;
}

void InspectorPanel::move(Move move, const session::Inspector& inspector) {
    keep_place(inspector);
    const std::size_t total = inspector.match_count();
    if (total == 0) return;
    // Lines from the newest one; nothing chosen is above all.
    const std::size_t after = chosen_ == 0 ? 0 : total - inspector.match_from(chosen_);
    const std::size_t page = std::max<std::size_t>(2, messages_visible_) - 1;
    const std::size_t line = after > 0 ? after - 1 : 0;
    const bool starts = after == 0;
    std::size_t to = 0;
    switch (move) {
        case Move::Newer: to = line > 0 ? line - 1 : 0; break;
        case Move::Older: to = starts ? 0 : line + 1; break;
        case Move::PageNewer: to = line > page ? line - page : 0; break;
        case Move::PageOlder: to = starts ? 0 : line + page; break;
        case Move::Newest: break;
        case Move::Oldest: to = total - 1; break;
    }
    to = std::min(to, total - 1);
    chosen_ = inspector.match(total - 1 - to);
    detail_top_ = 0;
    const std::size_t visible = std::max<std::size_t>(1, messages_visible_);
    messages_top_ = std::clamp(messages_top_, to + 1 > visible ? to + 1 - visible : 0, to);
}

// The newest first; scrolled away they stay where they are.
void InspectorPanel::draw_messages(const Scene& scene, const Area& area, session::Session& session,
                                   bool focused, InspectorWish& wish) {
    const session::Inspector& inspector = session.inspector();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float size = scene.px(kTextPx);
    const float gap = scene.px(kGapPx);
    const Lines lines = lines_of(scene, area);
    const std::size_t total = inspector.match_count();
    keep_place(inspector);
    messages_visible_ = lines.visible;
    messages_top_ = wheeled(scene, area, wheel_rest_, messages_top_, total, lines.visible);
    const feed::ColumnSpec time{.type = feed::ColumnType::Time};
    list.PushClipRect(area.top_left(), lines.area.bottom_right(), true);
    float y = lines.area.y;
    for (std::size_t index = messages_top_; index < total && y < area.bottom(); ++index) {
        const std::uint64_t number = inspector.match(total - 1 - index);
        const session::InspectedMessage message = inspector.ring().at(number);
        ImGui::SetCursorScreenPos({area.x, y});
        ImGui::PushID(static_cast<int>(index - messages_top_));
        if (ImGui::InvisibleButton("message", {lines.area.width, lines.line})) {
            chosen_ = number;
            detail_top_ = 0;
            wish.focus = wish.redraw = true;
        }
        ImGui::PopID();
        if (number == chosen_)
            list.AddRectFilled({area.x, y}, {lines.area.right(), y + lines.line},
                               scene.theme.selection);
        scratch_.clear();
        table::append_shown(scratch_, time, feed::Cell::of_number(message.at_ms * kNsPerMs),
                            scene.zone);
        float x = area.x + gap;
        draw_text(list, scene.cell_font, size, x, y, y + lines.line,
                  number == chosen_ ? scene.theme.text : scene.theme.dim, scratch_);
        x += scene.px(100);
        scratch_.clear();
        session::append_one_line(scratch_, message.subject, kLineBytesMax);
        scratch_ += "  ";
        session::append_one_line(scratch_, message.payload, kLineBytesMax);
        draw_text(list, scene.cell_font, size, x, y, y + lines.line, scene.theme.text, scratch_);
        scene.targets.add("message " + scratch_, area.x, y, lines.area.width, lines.line);
        y += lines.line;
    }
    list.PopClipRect();
    if (focused) {
        const float line = scene.px(2);
        list.AddRect({area.x + line / 2, area.y + line / 2},
                     {area.right() - line / 2, area.bottom() - line / 2}, scene.theme.focus, 0, 0,
                     line);
    }
    messages_top_ = messages_bar_.draw(scene, "messages", bar_of(scene, area), total, lines.visible,
                                       messages_top_);
}

// Byte under byte: each character has a place of its own width, as no face here has that of itself.
void InspectorPanel::draw_hex(const Scene& scene, ImVec2 at, std::string_view line) const {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float size = scene.px(kTextPx);
    const float digit = text_width(scene.cell_font, size, "0");
    const float letter = text_width(scene.cell_font, size, "w");
    const float height = scene.px(scene.row_px);
    float x = at.x;
    for (std::size_t index = 0; index < line.size(); ++index) {
        const float width = index < session::kHexTextAt ? digit : letter;
        const std::string_view one = line.substr(index, 1);
        if (one != " ") {
            const float own = text_width(scene.cell_font, size, one);
            draw_text(list, scene.cell_font, size, x + (width - own) / 2, at.y, at.y + height,
                      scene.theme.text, one);
        }
        x += width;
    }
}

void InspectorPanel::draw_detail(const Scene& scene, const Area& area, session::Session& session) {
    const session::MessageRing& ring = session.inspector().ring();
    if (chosen_ < ring.first()) chosen_ = 0;
    if (detailed_ != chosen_) {
        detailed_ = chosen_;
        detail_.clear();
        detail_lines_.clear();
        if (chosen_ != 0) session::append_message(detail_, ring.at(chosen_));
        std::string_view rest = detail_;
        while (!rest.empty()) {
            const std::size_t end = rest.find('\n');
            detail_lines_.push_back(rest.substr(0, end));
            rest.remove_prefix(std::min(end, rest.size() - 1) + 1);
        }
    }
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const Lines lines = lines_of(scene, area);
    const std::size_t total = detail_lines_.size();
    detail_top_ = wheeled(scene, area, wheel_rest_, detail_top_, total, lines.visible);
    list.PushClipRect(area.top_left(), lines.area.bottom_right(), true);
    float y = lines.area.y;
    for (std::size_t index = detail_top_; index < total && y < area.bottom(); ++index) {
        const std::string_view line = detail_lines_[index].substr(0, kLineBytesMax);
        const float x = area.x + scene.px(kGapPx);
        if (session::is_hex_line(line))
            draw_hex(scene, {x, y}, line);
        else
            draw_text(list, scene.cell_font, scene.px(kTextPx), x, y, y + lines.line,
                      scene.theme.text, line);
        y += lines.line;
    }
    list.PopClipRect();
    detail_top_ =
        detail_bar_.draw(scene, "detail", bar_of(scene, area), total, lines.visible, detail_top_);
}

}  // namespace nats_blotter::web

// web/panels/notice_panel.cpp - see web/panels/notice_panel.h.
#include "web/panels/notice_panel.h"

#include "web/panels/header_panel.h"

namespace nats_blotter::web {

bool NoticePanel::is_needed(const NoticeModel& model) {
    return !model.cause.empty() && model.status != session::Status::Live;
}

bool NoticePanel::draw(const Scene& scene, const Area& area, const NoticeModel& model,
                       bool narrow) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const bool bad = model.status == session::Status::Offline;
    const ImU32 colour = bad ? scene.theme.offline : scene.theme.stale;
    const float size = scene.px(kTextPx);
    const float margin = scene.px(12);
    list.AddRectFilled(area.top_left(), area.bottom_right(), scene.theme.panel);
    list.AddRectFilled(area.top_left(), {area.x + scene.px(4), area.bottom()}, colour);
    list.AddRectFilled({area.x, area.bottom() - scene.px(1)}, area.bottom_right(),
                       scene.theme.border);

    bool retry = false;
    float right = area.right() - margin;
    if (model.status != session::Status::Closed) {
        const float width = scene.px(88);
        const float inset = scene.px(4);
        right -= width;
        ImGui::SetCursorScreenPos({right, area.y + inset});
        retry = ImGui::Button("Retry now", {width, scene.px(24)});
        right -= scene.px(8);
    }
    if (model.retry_at != kNever) {
        const std::int64_t wait = std::max<std::int64_t>(0, model.retry_at - scene.now);
        scratch_ = "retry in " + std::to_string((wait + kSecondUs - 1) / kSecondUs) + " s";
        const float width = text_width(scene.cell_font, size, scratch_);
        if (narrow) {
            const float line = area.y + scene.px(28);
            draw_text(list, scene.cell_font, size, right + scene.px(8), line, line + scene.px(20),
                      scene.theme.dim, scratch_);
        } else {
            right -= width;
            draw_text(list, scene.cell_font, size, right, area.y, area.bottom(), scene.theme.dim,
                      scratch_);
            right -= scene.px(12);
        }
    }
    const float left = area.x + margin;
    const float wrap = std::max(scene.px(40), right - left);
    const float height =
        scene.label_font
            ->CalcTextSizeA(size, FLT_MAX, wrap, text_begin(model.cause), text_end(model.cause))
            .y;
    const float y = std::floor(area.y + std::max(0.0f, (area.height - height) / 2));
    list.PushClipRect(area.top_left(), {right, area.bottom()}, true);
    list.AddText(scene.label_font, size, {left, y}, scene.theme.text, text_begin(model.cause),
                 text_end(model.cause), wrap);
    list.PopClipRect();
    return retry;
}

}  // namespace nats_blotter::web

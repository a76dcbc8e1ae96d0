// web/panels/filter_bar.cpp - see web/panels/filter_bar.h.
#include "web/panels/filter_bar.h"

#include "table/format.h"

namespace nats_blotter::web {
namespace {

constexpr float kFieldPx = 280;
constexpr float kControlPx = 26;

void append_count(std::string& out, std::size_t count) {
    const feed::ColumnSpec number{.type = feed::ColumnType::Int};
    table::append_shown(out, number, feed::Cell::of_number(static_cast<std::int64_t>(count)), kUtc);
}

}  // namespace

std::optional<FilterWish> FilterBar::draw(const Scene& scene, const Area& area,
                                          const FilterModel& model) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled(area.top_left(), area.bottom_right(), scene.theme.panel);
    list.AddRectFilled({area.x, area.bottom() - scene.px(1)}, area.bottom_right(),
                       scene.theme.border);

    count_.clear();
    append_count(count_, model.rows);
    count_ += " of ";
    append_count(count_, model.rows_in_table);
    count_ += " rows";
    label_ = "Filter ";
    label_ += model.table;
    placeholder_ = "/ filter ";
    placeholder_ += model.table;
    placeholder_ += "…";

    const float margin = scene.px(8);
    const float height = scene.px(kControlPx);
    const float top = area.y + std::floor((area.height - scene.px(1) - height) / 2);
    const float width = std::min(scene.px(kFieldPx), area.width * 0.5f);
    area_ = {area.x + margin, top, width, height};
    const TextFieldNews news =
        field_.draw(scene, area_,
                    {.label = label_,
                     .placeholder = placeholder_,
                     .hint = field_.text().empty() ? std::string_view() : count_,
                     .keyboard = Keyboard::Search,
                     .enter_leaves = true,
                     .escape_clears = true});

    const float right = area.x + margin + width + scene.px(12);
    rest_ = {right, area.y, std::max(0.0f, area.right() - margin - right), area.height};

    std::optional<FilterWish> wish;
    if (news.changed) wish = {index_, field_.text()};
    // When nothing was typed for it: another's text, or a link's or a script's.
    if (!wish || index_ != model.index) field_.set_text(model.filter);
    index_ = model.index;
    return wish;
}

}  // namespace nats_blotter::web

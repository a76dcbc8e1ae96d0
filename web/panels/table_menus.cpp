// web/panels/table_menus.cpp - see web/panels/table_menus.h.
#include "web/panels/table_menus.h"

#include <algorithm>
#include <numeric>

#include "base/number_text.h"
#include "base/sort_ids.h"
#include "web/panels/table_heads.h"

namespace nats_blotter::web {
namespace {

using Kind = table::ColumnFilter::Kind;

constexpr float kMenuPx = 240;
constexpr float kValuesPx = 180;  // of the list of values, which scrolls

void add_target(const Scene& scene, std::string_view words) {
    const ImVec2 from = ImGui::GetItemRectMin();
    const ImVec2 to = ImGui::GetItemRectMax();
    if (ImGui::IsItemVisible())
        scene.targets.add(words, from.x, from.y, to.x - from.x, to.y - from.y);
}

// One that closes the menu.
bool item(const Scene& scene, const char* words) {
    const bool pressed = ImGui::Selectable(words);
    add_target(scene, words);
    return pressed;
}

// One that is on or off, and leaves the menu open.
bool choice(const Scene& scene, std::string_view words, bool on) {
    std::string shown = on ? "● " : "○ ";
    shown += words;
    const bool pressed =
        ImGui::Selectable(shown.c_str(), false, ImGuiSelectableFlags_NoAutoClosePopups);
    add_target(scene, shown);
    return pressed;
}

bool button(const Scene& scene, const char* words) {
    const bool pressed = ImGui::Button(words);
    add_target(scene, words);
    return pressed;
}

// What people type for a number: thousands separators do not count.
std::string number_typed(const TextField& field) {
    std::string digits = field.text();
    std::erase_if(digits, [](char letter) { return letter == ',' || letter == ' '; });
    return digits;
}

}  // namespace

void TableMenus::open_head(std::size_t table, const table::Table& of, const TableLook& look,
                           std::size_t column) {
    table_ = table;
    column_ = column;
    head_asked_ = true;
    trouble_.clear();
    values_.clear();
    for (TextField* field : {&text_, &low_, &high_}) field->set_text("");
    const table::Column& cells = of.column(column);
    if (cells.storage() == table::Column::Storage::Symbol) {
        const std::size_t count = std::min(cells.pool().size(), kFilterValuesMax);
        std::vector<std::uint32_t> ids(count);
        std::iota(ids.begin(), ids.end(), 0u);
        sort_ids(ids, [&cells](std::uint32_t a, std::uint32_t b) {
            return cells.pool().text(a) < cells.pool().text(b);
        });
        for (const std::uint32_t id : ids) values_.emplace_back(cells.pool().text(id));
    }
    const ColumnFilterLook* filter = look.filter(column);
    if (filter == nullptr) return;
    text_.set_text(filter->test.text);
    const feed::ColumnSpec& spec = of.spec().columns[column];
    const int scale = spec.type == feed::ColumnType::Decimal ? spec.scale : 0;
    std::string digits;
    if (filter->test.low) append_scaled(digits, *filter->test.low, scale);
    low_.set_text(digits);
    digits.clear();
    if (filter->test.high) append_scaled(digits, *filter->test.high, scale);
    high_.set_text(digits);
}

void TableMenus::open_rows(std::size_t table) {
    table_ = table;
    rows_asked_ = true;
}

MenuWish TableMenus::draw(const Scene& scene, const feed::TableSpec& spec, TableLook& look,
                          bool opened) {
    MenuWish wish;
    if (std::exchange(head_asked_, false)) ImGui::OpenPopup("head menu");
    if (std::exchange(rows_asked_, false)) ImGui::OpenPopup("row menu");
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {scene.px(10), scene.px(8)});
    ImGui::SetNextWindowSize({scene.px(kMenuPx), 0});
    if (ImGui::BeginPopup("head menu", ImGuiWindowFlags_NoMove)) {
        if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) ImGui::CloseCurrentPopup();
        if (column_ < spec.columns.size()) {
            if (opened && can_be_key(spec, column_) &&
                choice(scene, "names the rows", is_key(spec, column_))) {
                wish.key = true;
                ImGui::CloseCurrentPopup();
            }
            draw_head(scene, spec, look, wish);
        }
        ImGui::EndPopup();
    }
    ImGui::SetNextWindowSize({scene.px(kMenuPx), 0});
    if (ImGui::BeginPopup("row menu", ImGuiWindowFlags_NoMove)) {
        if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) ImGui::CloseCurrentPopup();
        draw_rows(scene, wish);
        ImGui::EndPopup();
    }
    ImGui::PopStyleVar();
    return wish;
}

void TableMenus::draw_rows(const Scene& scene, MenuWish& wish) {
    wish.copy = item(scene, "Copy");
    wish.select_all = item(scene, "Select all");
    wish.cross_link = item(scene, "Show what belongs to it");
    ImGui::Separator();
    wish.export_csv = item(scene, "Export as CSV");
    wish.export_ndjson = item(scene, "Export as NDJSON");
}

void TableMenus::draw_head(const Scene& scene, const feed::TableSpec& spec, TableLook& look,
                           MenuWish& wish) {
    const auto column = static_cast<std::uint16_t>(column_);
    const auto sort = [&](bool descending) {
        look.sort = {{column, descending}};
        wish.look.sort = true;
    };
    if (item(scene, "Sort upwards")) sort(false);
    if (item(scene, "Sort downwards")) sort(true);
    if (item(scene, "Add to the sort")) {
        press_sort(look, spec, column_, true);
        wish.look.sort = true;
    }
    ImGui::Separator();
    draw_filter(scene, spec, look, wish);
    ImGui::Separator();
    const bool grouped = look.group_column == static_cast<std::int32_t>(column_);
    if (can_group(spec, column_) && item(scene, grouped ? "Ungroup" : "Group by it")) {
        look.group_column = grouped ? -1 : static_cast<std::int32_t>(column_);
        look.group_by_scope = false;
        look.toggled.clear();
        wish.look.group = true;
    }
    if (look.group_column >= 0) {
        if (choice(scene, "groups open", look.groups_open)) {
            look.groups_open = !look.groups_open;
            look.toggled.clear();
            wish.look.columns = true;
        }
    }
    ColumnLook* own = look.column(column_);
    if (own != nullptr && choice(scene, "pinned at the left", own->pinned)) {
        own->pinned = !own->pinned;
        wish.look.columns = true;
    }
    draw_columns(scene, spec, look, wish);
}

void TableMenus::draw_columns(const Scene& scene, const feed::TableSpec& spec, TableLook& look,
                              MenuWish& wish) {
    const feed::ColumnType type = spec.columns[column_].type;
    if (type == feed::ColumnType::Time) {
        if (choice(scene, "in UTC", look.utc)) {
            look.utc = !look.utc;
            wish.look.columns = true;
            wish.look.filter = look.is_filtered();  // times are matched as they are shown
        }
        if (choice(scene, "milliseconds", look.milliseconds)) {
            look.milliseconds = !look.milliseconds;
            wish.look.columns = true;
        }
    }
    if (type == feed::ColumnType::Int || type == feed::ColumnType::Decimal) {
        if (choice(scene, "thousands apart", look.separators)) {
            look.separators = !look.separators;
            wish.look.columns = true;
        }
    }
    ImGui::Separator();
    ImGui::TextDisabled("Columns");
    const auto shown = std::count_if(look.columns.begin(), look.columns.end(),
                                     [](const ColumnLook& at) { return !at.hidden; });
    for (std::size_t index = 0; index < spec.columns.size(); ++index) {
        ColumnLook* column = look.column(index);
        if (column == nullptr) continue;
        ImGui::PushID(static_cast<int>(index));
        // The last one stays: without it there is no head to bring the others back.
        if (choice(scene, spec.columns[index].title, !column->hidden) &&
            (column->hidden || shown > 1)) {
            column->hidden = !column->hidden;
            wish.look.columns = true;
        }
        ImGui::PopID();
    }
    if (item(scene, "Columns as at first")) {
        look.columns = default_look(spec).columns;
        wish.look.columns = true;
    }
}

// ---- filters

void TableMenus::set_filter(TableLook& look, ColumnFilterLook filter, MenuWish& wish) {
    look.clear_filter(column_);
    filter.test.column = static_cast<std::uint16_t>(column_);
    look.filters.push_back(std::move(filter));
    wish.look.filter = true;
}

void TableMenus::draw_filter(const Scene& scene, const feed::TableSpec& spec, TableLook& look,
                             MenuWish& wish) {
    const feed::ColumnSpec& column = spec.columns[column_];
    ImGui::TextDisabled("Show only");
    switch (column.type) {
        case feed::ColumnType::Symbol:
        case feed::ColumnType::Enum: draw_set_filter(scene, look, wish); break;
        case feed::ColumnType::Int:
        case feed::ColumnType::Decimal: draw_number_filter(scene, column, look, wish); break;
        case feed::ColumnType::Time: draw_time_filter(scene, look, wish); break;
        case feed::ColumnType::Text: break;
    }
    const bool number =
        column.type == feed::ColumnType::Int || column.type == feed::ColumnType::Decimal;
    if (!number) draw_text_filter(scene, look, wish);
    if (!trouble_.empty()) ImGui::TextUnformatted(trouble_.c_str());
    if (look.filter(column_) != nullptr && item(scene, "Clear its filter")) {
        look.clear_filter(column_);
        wish.look.filter = true;
    }
}

bool TableMenus::draw_field(const Scene& scene, std::string_view hint, float width,
                            Keyboard keyboard, TextField& field) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const Area area{at.x, at.y, width > 0 ? width : ImGui::GetContentRegionAvail().x, scene.px(26)};
    const TextFieldNews news =
        field.draw(scene, area, {.label = hint, .placeholder = hint, .keyboard = keyboard});
    ImGui::SetCursorScreenPos(at);
    ImGui::Dummy({area.width, area.height});
    scene.targets.add(hint, area.x, area.y, area.width, area.height);
    if (news.escaped) ImGui::CloseCurrentPopup();
    return news.entered;
}

void TableMenus::draw_text_filter(const Scene& scene, TableLook& look, MenuWish& wish) {
    const bool entered = draw_field(scene, "text", 0, Keyboard::Search, text_);
    const bool has = button(scene, "contains");
    ImGui::SameLine();
    const bool is = button(scene, "equals");
    if (!entered && !has && !is) return;
    ColumnFilterLook filter;
    filter.test.kind = is ? Kind::Equals : Kind::Contains;
    filter.test.text = text_.text();
    if (filter.test.text.empty()) {
        look.clear_filter(column_);
        wish.look.filter = true;
    } else {
        set_filter(look, std::move(filter), wish);
    }
    ImGui::CloseCurrentPopup();
}

void TableMenus::draw_number_filter(const Scene& scene, const feed::ColumnSpec& column,
                                    TableLook& look, MenuWish& wish) {
    const float half = scene.px(kMenuPx) / 2 - scene.px(16);
    const bool low = draw_field(scene, "from", half, Keyboard::Number, low_);
    ImGui::SameLine();
    const bool high = draw_field(scene, "to", half, Keyboard::Number, high_);
    const bool pressed = button(scene, "between");
    if (!low && !high && !pressed) return;
    const int scale = column.type == feed::ColumnType::Decimal ? column.scale : 0;
    ColumnFilterLook filter;
    filter.test.kind = Kind::Range;
    const auto border = [&](const TextField& text, std::optional<std::int64_t>& value) {
        const std::string digits = number_typed(text);
        if (digits.empty()) return true;
        const Result<std::int64_t> read = scaled_from_text(digits, scale);
        if (read) value = *read;
        return read.has_value();
    };
    if (!border(low_, filter.test.low) || !border(high_, filter.test.high)) {
        trouble_ = "That is no number of this column.";
        return;
    }
    trouble_.clear();
    if (filter.test.low || filter.test.high) {
        set_filter(look, std::move(filter), wish);
    } else {
        look.clear_filter(column_);
        wish.look.filter = true;
    }
    ImGui::CloseCurrentPopup();
}

void TableMenus::draw_set_filter(const Scene& scene, TableLook& look, MenuWish& wish) {
    const ColumnFilterLook* held = look.filter(column_);
    const bool is_set = held != nullptr && held->test.kind == Kind::OneOf;
    std::vector<std::string> chosen = is_set ? held->test.texts : std::vector<std::string>();
    const float height =
        std::min(scene.px(kValuesPx), static_cast<float>(std::max<std::size_t>(1, values_.size())) *
                                          ImGui::GetTextLineHeightWithSpacing());
    ImGui::BeginChild("values", {0, height});
    bool changed = false;
    for (const std::string& value : values_) {
        const auto at = std::find(chosen.begin(), chosen.end(), value);
        if (!choice(scene, value, at != chosen.end())) continue;
        changed = true;
        if (at != chosen.end()) {
            chosen.erase(at);
        } else {
            chosen.push_back(value);
        }
    }
    ImGui::EndChild();
    if (!changed) return;
    if (chosen.empty()) {
        look.clear_filter(column_);
        wish.look.filter = true;
        return;
    }
    ColumnFilterLook filter;
    filter.test.kind = Kind::OneOf;
    filter.test.texts = std::move(chosen);
    set_filter(look, std::move(filter), wish);
}

void TableMenus::draw_time_filter(const Scene& scene, TableLook& look, MenuWish& wish) {
    const ColumnFilterLook* held = look.filter(column_);
    const std::int64_t now = held == nullptr ? 0 : held->last_minutes;
    for (const std::int64_t minutes : {1, 5, 15, 60}) {
        std::string words = "last ";
        append_int(words, minutes);
        words += " min";
        if (!choice(scene, words, now == minutes)) continue;
        ColumnFilterLook filter;
        filter.last_minutes = minutes;
        set_filter(look, std::move(filter), wish);
    }
    if (!draw_field(scene, "last … minutes", 0, Keyboard::Number, low_)) return;
    const Result<std::int64_t> minutes = int_from_text(number_typed(low_));
    if (!minutes || *minutes < 1 || *minutes > kMinutesMax) {
        trouble_ = "A whole number of minutes, please.";
        return;
    }
    ColumnFilterLook filter;
    filter.last_minutes = *minutes;
    set_filter(look, std::move(filter), wish);
    ImGui::CloseCurrentPopup();
}

}  // namespace nats_blotter::web

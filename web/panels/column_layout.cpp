// web/panels/column_layout.cpp - see web/panels/column_layout.h.
#include "web/panels/column_layout.h"

#include <cstdint>

namespace nats_blotter::web {
namespace {

// Columns wider than this share of their natural width would set a row's cells too far apart to
// read along.
constexpr float kSpreadMax = 1.6f;

float natural_width_px(const feed::ColumnSpec& column, bool is_account) {
    if (is_account) return 150;
    switch (column.type) {
        case feed::ColumnType::Time: return 104;
        case feed::ColumnType::Text: return 96;
        case feed::ColumnType::Symbol: return 78;
        case feed::ColumnType::Enum: return 74;
        case feed::ColumnType::Int:
        case feed::ColumnType::Decimal: return 92;
    }
    return 90;
}

float total_width(const std::vector<PlacedColumn>& columns) {
    float total = 0;
    for (const PlacedColumn& column : columns) total += column.width;
    return total;
}

}  // namespace

std::vector<PlacedColumn> place_columns(const Scene& scene, const feed::TableSpec& spec,
                                        float width, bool all_accounts) {
    std::vector<PlacedColumn> placed;
    for (std::size_t index = 0; index < spec.columns.size(); ++index) {
        const feed::ColumnSpec& column = spec.columns[index];
        const bool is_account = static_cast<std::int32_t>(index) == spec.scope_column;
        if (is_account ? !all_accounts : column.hidden) continue;
        placed.push_back({index, 0, scene.px(natural_width_px(column, is_account)),
                          column.align == feed::Align::Right && !is_account});
    }
    const auto is_long_text = [&spec](const PlacedColumn& column) {
        return spec.columns[column.column].type == feed::ColumnType::Text;
    };
    if (total_width(placed) > width) std::erase_if(placed, is_long_text);
    while (placed.size() > 1 && total_width(placed) > width) placed.pop_back();

    const float natural = total_width(placed);
    const float spread = natural > 0 ? std::clamp(width / natural, 1.0f, kSpreadMax) : 1.0f;
    float x = 0;
    for (PlacedColumn& column : placed) {
        column.x = x;
        column.width = std::floor(column.width * spread);
        x += column.width;
    }
    return placed;
}

}  // namespace nats_blotter::web

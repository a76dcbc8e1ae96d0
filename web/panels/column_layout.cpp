// web/panels/column_layout.cpp - see web/panels/column_layout.h.
#include "web/panels/column_layout.h"

#include <cstdint>

namespace nats_blotter::web {
namespace {

// Columns wider than this share of their natural width would set a row's cells too far apart to
// read along.
constexpr float kSpreadMax = 1.6f;

// In CSS pixels: what a column likes, and what its texts need at the least.
struct Widths {
    float natural;
    float least;
};

Widths widths_of(const feed::ColumnSpec& column, bool is_account) {
    if (is_account) return {150, 88};
    switch (column.type) {
        case feed::ColumnType::Time: return {108, 100};
        case feed::ColumnType::Text: return {96, 80};
        case feed::ColumnType::Symbol: return {78, 62};
        case feed::ColumnType::Enum: return {80, 62};
        case feed::ColumnType::Int:
        case feed::ColumnType::Decimal: return {92, 62};
    }
    return {90, 80};
}

struct Candidate {
    PlacedColumn placed;
    float natural = 0;
    float least = 0;
};

float total(const std::vector<Candidate>& columns, float Candidate::*width) {
    float sum = 0;
    for (const Candidate& column : columns) sum += column.*width;
    return sum;
}

}  // namespace

std::vector<PlacedColumn> place_columns(const Scene& scene, const feed::TableSpec& spec,
                                        float width, bool all_accounts) {
    std::vector<Candidate> columns;
    for (std::size_t index = 0; index < spec.columns.size(); ++index) {
        const feed::ColumnSpec& column = spec.columns[index];
        const bool is_account = static_cast<std::int32_t>(index) == spec.scope_column;
        if (is_account ? !all_accounts : column.hidden) continue;
        const Widths widths = widths_of(column, is_account);
        columns.push_back({{index, 0, 0, column.align == feed::Align::Right && !is_account},
                           scene.px(widths.natural),
                           scene.px(widths.least)});
    }
    if (total(columns, &Candidate::natural) > width) {
        std::erase_if(columns, [&spec](const Candidate& column) {
            return spec.columns[column.placed.column].type == feed::ColumnType::Text;
        });
    }
    while (columns.size() > 1 && total(columns, &Candidate::least) > width) columns.pop_back();

    const float natural = total(columns, &Candidate::natural);
    const float least = total(columns, &Candidate::least);
    // Between its least and natural width where room is short, beyond the natural one where there
    // is more.
    const float grown = natural > 0 ? std::clamp(width / natural, 1.0f, kSpreadMax) : 1.0f;
    const float share =
        natural > least ? std::clamp((width - least) / (natural - least), 0.0f, 1.0f) : 1.0f;
    std::vector<PlacedColumn> placed;
    float x = 0;
    for (Candidate& column : columns) {
        const float fitted = column.least + (column.natural - column.least) * share;
        column.placed.x = x;
        column.placed.width = std::floor(fitted * grown);
        x += column.placed.width;
        placed.push_back(column.placed);
    }
    return placed;
}

}  // namespace nats_blotter::web

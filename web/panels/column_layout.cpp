// web/panels/column_layout.cpp - see web/panels/column_layout.h.
#include "web/panels/column_layout.h"

#include <algorithm>
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

bool is_arranged(const feed::TableSpec& spec, const TableLook& look) {
    return std::any_of(look.columns.begin(), look.columns.end(), [&](const ColumnLook& at) {
        return at.width_px > 0 || at.pinned || at.hidden != spec.columns[at.column].hidden;
    });
}

std::vector<Candidate> candidates(const Scene& scene, const feed::TableSpec& spec,
                                  const TableLook& look, bool all_accounts) {
    std::vector<Candidate> columns;
    for (const bool pinned : {true, false}) {
        for (const ColumnLook& at : look.columns) {
            const bool is_account = static_cast<std::int32_t>(at.column) == spec.scope_column;
            if (at.pinned != pinned || at.hidden || (is_account && !all_accounts)) continue;
            const feed::ColumnSpec& column = spec.columns[at.column];
            const Widths widths = widths_of(column, is_account);
            const bool right = column.align == feed::Align::Right && !is_account;
            Candidate made{{at.column, 0, 0, right, pinned},
                           scene.px(at.width_px > 0 ? at.width_px : widths.natural),
                           scene.px(at.width_px > 0 ? at.width_px : widths.least)};
            columns.push_back(made);
        }
    }
    return columns;
}

void drop_what_does_not_fit(std::vector<Candidate>& columns, const feed::TableSpec& spec,
                            float width) {
    if (total(columns, &Candidate::natural) > width) {
        std::erase_if(columns, [&spec](const Candidate& column) {
            return spec.columns[column.placed.column].type == feed::ColumnType::Text;
        });
    }
    while (columns.size() > 1 && total(columns, &Candidate::least) > width) columns.pop_back();
}

}  // namespace

float natural_px(const feed::TableSpec& spec, std::size_t column) {
    return widths_of(spec.columns[column], static_cast<std::int32_t>(column) == spec.scope_column)
        .natural;
}

ColumnPlaces place_columns(const Scene& scene, const feed::TableSpec& spec, const TableLook& look,
                           float width, bool all_accounts) {
    std::vector<Candidate> columns = candidates(scene, spec, look, all_accounts);
    if (!is_arranged(spec, look)) drop_what_does_not_fit(columns, spec, width);

    float fixed = 0;  // of the columns whose width the user chose
    float natural = 0;
    float least = 0;
    for (const Candidate& column : columns) {
        if (column.natural == column.least) {
            fixed += column.natural;
        } else {
            natural += column.natural;
            least += column.least;
        }
    }
    // The others: between their least and natural width where room is short, beyond the natural one
    // where there is more.
    const float room = width - fixed;
    const float grown = natural > 0 ? std::clamp(room / natural, 1.0f, kSpreadMax) : 1.0f;
    const float share =
        natural > least ? std::clamp((room - least) / (natural - least), 0.0f, 1.0f) : 1.0f;
    ColumnPlaces made;
    for (Candidate& column : columns) {
        const float spread = (column.least + (column.natural - column.least) * share) * grown;
        column.placed.x = made.total_width;
        column.placed.width = column.natural == column.least ? column.natural : std::floor(spread);
        made.total_width += column.placed.width;
        if (column.placed.pinned) made.pinned_width = made.total_width;
        made.columns.push_back(column.placed);
    }
    return made;
}

}  // namespace nats_blotter::web

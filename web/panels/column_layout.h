// web/panels/column_layout.h - which columns are shown, and where each of them stands.
#pragma once

#include <cstddef>
#include <vector>

#include "table/table.h"
#include "web/scene.h"
#include "web/table_look.h"

namespace nats_blotter::web {

struct PlacedColumn {
    std::size_t column = 0;  // in the table
    float x = 0;             // from the table's left edge, before scrolling
    float width = 0;
    bool right_aligned = false;
    bool pinned = false;
};

struct ColumnPlaces {
    std::vector<PlacedColumn> columns;  // the pinned ones first
    float pinned_width = 0;
    float total_width = 0;
};

// Columns in the order of the look, by the user's widths or their natural ones, spread over `width`
// device pixels. Where they do not fit and the user has arranged none of them, long texts give way
// first, then the columns at the end; once he has, all that he wants to see are there, and scroll.
// The account's is left out while only one account is shown.
ColumnPlaces place_columns(const Scene& scene, const feed::TableSpec& spec, const TableLook& look,
                           float width, bool all_accounts);

// What a column is wide, in CSS pixels, where its user says nothing.
float natural_px(const feed::TableSpec& spec, std::size_t column);

}  // namespace nats_blotter::web

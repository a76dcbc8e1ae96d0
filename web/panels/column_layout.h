// web/panels/column_layout.h - which columns fit, and where each of them stands.
#pragma once

#include <cstddef>
#include <vector>

#include "table/table.h"
#include "web/scene.h"

namespace nats_blotter::web {

struct PlacedColumn {
    std::size_t column = 0;  // in the table
    float x = 0;             // from the table's left edge
    float width = 0;
    bool right_aligned = false;
};

// Columns by their natural widths, spread over `width` device pixels. Where they do not fit, long
// texts give way first, then the columns at the end; hidden columns are left out, and so is the
// account's while only one account is shown.
std::vector<PlacedColumn> place_columns(const Scene& scene, const feed::TableSpec& spec,
                                        float width, bool all_accounts);

}  // namespace nats_blotter::web

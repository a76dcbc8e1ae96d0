// web/cell_text.h - cells as a TableLook shows them.
#pragma once

#include <string>
#include <string_view>

#include "table/table.h"
#include "web/table_look.h"

namespace nats_blotter::web {

// As table::append_shown(), in the time zone, with the milliseconds and the separators of the look.
void append_as_looked(std::string& out, const feed::ColumnSpec& column, const feed::Cell& cell,
                      const TableLook& look, const TimeZone& zone);

// Digits of a plain decimal number, "-1234.50" as "−1,234.50"; without `grouped` as "−1234.50".
void append_grouped(std::string& out, std::string_view digits, bool grouped);

}  // namespace nats_blotter::web

// table/format.h - cells as people read them, and as the scripting face and exports write them.
#pragma once

#include <string>

#include "base/time_zone.h"
#include "feed/cell.h"
#include "feed/schema.h"

namespace nats_blotter::table {

// As shown: "1,700", "-2,000" (with U+2212), "187.240", "16:31:24.468" as a clock in
// the zone showed it at that moment; a null is "–". Without separators or milliseconds as the
// column says.
void append_shown(std::string& out, const feed::ColumnSpec& column, const feed::Cell& cell,
                  const TimeZone& zone);

// As a JSON value. Times are epoch milliseconds. Numbers a double holds exactly (integers within
// +-(2^53-1), decimals of at most 15 significant digits) are numbers, others text; `exact` makes
// every number text. A null is null.
void append_json(std::string& out, const feed::ColumnSpec& column, const feed::Cell& cell,
                 bool exact);

}  // namespace nats_blotter::table

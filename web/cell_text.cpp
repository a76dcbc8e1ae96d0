// web/cell_text.cpp - see web/cell_text.h.
#include "web/cell_text.h"

#include <algorithm>

#include "base/number_text.h"
#include "table/format.h"

namespace nats_blotter::web {

void append_as_looked(std::string& out, const feed::ColumnSpec& column, const feed::Cell& cell,
                      const TableLook& look, const TimeZone& zone) {
    const bool number =
        column.type == feed::ColumnType::Int || column.type == feed::ColumnType::Decimal;
    if (number && !cell.is_null() && !look.separators) {
        std::string digits;
        append_scaled(digits, cell.number,
                      column.type == feed::ColumnType::Decimal ? column.scale : 0);
        return append_grouped(out, digits, false);
    }
    table::append_shown(out, column, cell, look.utc ? kUtc : zone);
    constexpr std::size_t kMillisecondBytes = 4;  // ".468"
    if (column.type == feed::ColumnType::Time && !cell.is_null() && column.milliseconds &&
        !look.milliseconds)
        out.resize(out.size() - kMillisecondBytes);
}

void append_grouped(std::string& out, std::string_view digits, bool grouped) {
    if (digits.starts_with('-')) {
        out += "−";  // U+2212, as wide as a digit
        digits.remove_prefix(1);
    }
    const std::size_t whole = std::min(digits.find('.'), digits.size());
    for (std::size_t index = 0; index < digits.size(); ++index) {
        if (grouped && index > 0 && index < whole && (whole - index) % 3 == 0) out += ',';
        out += digits[index];
    }
}

}  // namespace nats_blotter::web

#include "table/format.h"

#include <algorithm>

#include "base/json_text.h"
#include "base/number_text.h"

namespace nats_blotter::table {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kMsPerDay = 86'400'000;

// A double holds every integer up to here exactly.
constexpr std::int64_t kExactIntegerMax = (std::int64_t{1} << 53) - 1;

// Every decimal of this many significant digits survives a trip through a double.
constexpr std::int64_t kExactDecimalBelow = 1'000'000'000'000'000;

std::int64_t floor_div(std::int64_t value, std::int64_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

void append_amount(std::string& out, std::int64_t scaled, int scale, bool grouped) {
    std::string plain;
    append_scaled(plain, scaled, scale);
    std::string_view digits = plain;
    if (digits[0] == '-') {
        out.append("\xE2\x88\x92");  // U+2212, as wide as a digit
        digits.remove_prefix(1);
    }
    const std::size_t whole = std::min(digits.find('.'), digits.size());
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (grouped && i > 0 && i < whole && (whole - i) % 3 == 0) out.push_back(',');
        out.push_back(digits[i]);
    }
}

void append_clock(std::string& out, std::int64_t epoch_ns, const TimeZone& zone,
                  bool milliseconds) {
    const std::int64_t local_ms =
        floor_div(epoch_ns, kNsPerMs) + std::int64_t{zone.offset_minutes(epoch_ns)} * 60'000;
    const std::int64_t of_day = local_ms - floor_div(local_ms, kMsPerDay) * kMsPerDay;
    append_padded(out, of_day / 3'600'000, 2);
    out += ':';
    append_padded(out, of_day / 60'000 % 60, 2);
    out += ':';
    append_padded(out, of_day / 1000 % 60, 2);
    if (!milliseconds) return;
    out += '.';
    append_padded(out, of_day % 1000, 3);
}

void append_number(std::string& out, std::int64_t scaled, int scale, bool as_text) {
    if (as_text) out.push_back('"');
    append_scaled(out, scaled, scale);
    if (as_text) out.push_back('"');
}

}  // namespace

void append_shown(std::string& out, const feed::ColumnSpec& column, const feed::Cell& cell,
                  const TimeZone& zone) {
    if (cell.is_null()) {
        out.append("\xE2\x80\x93");  // en dash
        return;
    }
    switch (column.type) {
        case feed::ColumnType::Int: return append_amount(out, cell.number, 0, column.grouped);
        case feed::ColumnType::Decimal:
            return append_amount(out, cell.number, column.scale, column.grouped);
        case feed::ColumnType::Time:
            return append_clock(out, cell.number, zone, column.milliseconds);
        case feed::ColumnType::Text:
        case feed::ColumnType::Symbol:
        case feed::ColumnType::Enum: out.append(cell.text); return;
    }
}

void append_json(std::string& out, const feed::ColumnSpec& column, const feed::Cell& cell,
                 bool exact) {
    if (cell.is_null()) {
        out.append("null");
        return;
    }
    const std::int64_t number = cell.number;
    switch (column.type) {
        case feed::ColumnType::Int:
            return append_number(out, number, 0,
                                 exact || number > kExactIntegerMax || number < -kExactIntegerMax);
        case feed::ColumnType::Decimal:
            return append_number(
                out, number, column.scale,
                exact || number >= kExactDecimalBelow || number <= -kExactDecimalBelow);
        case feed::ColumnType::Time:
            return append_number(out, floor_div(number, kNsPerMs), 0, exact);
        case feed::ColumnType::Text:
        case feed::ColumnType::Symbol:
        case feed::ColumnType::Enum:
            if (column.is_bool)
                out.append(cell.text);
            else
                append_json_string(out, cell.text);
            return;
    }
}

}  // namespace nats_blotter::table

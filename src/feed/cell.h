// feed/cell.h - one value of a record, and a record: one cell for each column of its table.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace nats_blotter::feed {

struct Cell {
    enum class Kind : std::uint8_t {
        Null,    // absent or null in the feed
        Number,  // Int, Decimal (scaled), Time (epoch nanoseconds)
        Text,    // Text, Symbol, Enum; a view, see who owns it
    };
    Kind kind = Kind::Null;
    std::int64_t number = 0;
    std::string_view text;

    static Cell of_number(std::int64_t value) { return Cell{Kind::Number, value, {}}; }
    static Cell of_text(std::string_view value) { return Cell{Kind::Text, 0, value}; }
    bool is_null() const { return kind == Kind::Null; }

    friend bool operator==(const Cell& a, const Cell& b) {
        return a.kind == b.kind && a.number == b.number && a.text == b.text;
    }
};

// The texts point into the decoder's input or scratch and die at its next call.
struct Record {
    std::vector<Cell> cells;
    EpochMs published_ms = 0;  // the envelope's `date`, 0 where there was none
};

}  // namespace nats_blotter::feed

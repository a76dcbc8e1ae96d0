// table/number_pages.h - 64-bit numbers, one for each row, in as few bytes as their page needs.
//
// A page holds differences from a base of its own: none where all its rows are equal, else 1, 2 or
// 4 bytes each, or the plain 8. A value that does not fit makes the page wider, once; pages never
// become narrower again. Times are counted in whole milliseconds or microseconds where they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "table/paged.h"

namespace nats_blotter::table {

class NumberPages {
  public:
    static constexpr std::int64_t kNull = INT64_MIN;

    enum class Unit : std::uint8_t { One, TimeNs };
    explicit NumberPages(Unit unit = Unit::One) : unit_(unit) {}

    // Makes places for row ids below `rows`. What a new place holds is not said: set() it first.
    void resize(std::size_t rows);
    std::size_t size() const { return size_; }

    std::int64_t get(std::size_t row) const;
    // True when the value changed.
    bool set(std::size_t row, std::int64_t value);

    void clear();
    std::size_t memory_bytes() const;

  private:
    struct Page {
        std::int64_t base = kNull;
        std::int32_t unit = 1;
        std::uint8_t width = 0;  // bytes a row; 0: every row that was set is `base`
        bool fresh = true;       // none was set
        std::vector<std::uint8_t> bytes;
    };

    std::size_t rows_in(std::size_t page) const;
    static std::int64_t load(const Page& page, std::size_t at);
    static bool fits(const Page& page, std::int64_t value, std::uint64_t& code);
    void widen(std::size_t page, std::size_t at, std::int64_t value);

    std::vector<Page> pages_;
    std::size_t size_ = 0;
    Unit unit_;
};

}  // namespace nats_blotter::table

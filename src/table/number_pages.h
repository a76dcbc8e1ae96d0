// table/number_pages.h - 64-bit numbers, one for each row, in as few bytes as their page needs.
//
// A page holds differences from a base of its own: none where all its rows are equal, else 1, 2 or
// 4 bytes each, or the plain 8. A value that does not fit makes the page wider, so that it is
// written anew a handful of times in its life; pages never become narrower again. A new page is as
// wide as the one before it as soon as its rows differ, but for every sixteenth: one far value does
// not widen all that come. Times are counted in whole milliseconds or microseconds where they are.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "base/assert.h"
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

    std::int64_t get(std::size_t row) const {
        return load(pages_[page_of(row)], place_in_page(row));
    }
    // True when the value changed. Six times for each event: worth a copy wherever it is called.
    [[gnu::always_inline]] bool set(std::size_t row, std::int64_t value) {
        NB_ASSERT_DEBUG(row < size_);
        Page& page = pages_[page_of(row)];
        const std::size_t at = place_in_page(row);
        std::uint64_t code = 0;
        if (page.width == 0 || !fits(page, value, code)) return set_otherwise(row, value);
        std::uint8_t* const bytes = page.bytes.data();
        switch (page.width) {
            case 1: return exchange<std::uint8_t>(bytes, at, code);
            case 2: return exchange<std::uint16_t>(bytes, at, code);
            case 4: return exchange<std::uint32_t>(bytes, at, code);
            default: return exchange<std::uint64_t>(bytes, at, code);
        }
    }

    void clear();
    std::size_t memory_bytes() const;

  private:
    struct Page {
        std::int64_t base = kNull;
        std::uint64_t null_code = 0;  // all bits of a code
        // unit == (1 << unit_shift) * m, and m * unit_inverse == 1 modulo 2^64.
        std::uint64_t unit_inverse = 1;
        std::int32_t unit = 1;
        std::uint8_t unit_shift = 0;
        std::uint8_t width = 0;  // bytes a row; 0: every row that was set is `base`
        bool fresh = true;       // none was set
        std::vector<std::uint8_t> bytes;
    };

    template <typename Code>
    static std::uint64_t code_at(const std::uint8_t* bytes, std::size_t at) {
        Code code;
        std::memcpy(&code, bytes + at * sizeof code, sizeof code);
        return code;
    }
    // True when there was another.
    template <typename Code>
    static bool exchange(std::uint8_t* bytes, std::size_t at, std::uint64_t code) {
        if (code_at<Code>(bytes, at) == code) return false;
        const auto narrow = static_cast<Code>(code);
        std::memcpy(bytes + at * sizeof narrow, &narrow, sizeof narrow);
        return true;
    }
    static std::uint64_t code_of_width(const std::uint8_t* bytes, std::size_t width,
                                       std::size_t at) {
        switch (width) {
            case 1: return code_at<std::uint8_t>(bytes, at);
            case 2: return code_at<std::uint16_t>(bytes, at);
            case 4: return code_at<std::uint32_t>(bytes, at);
            default: return code_at<std::uint64_t>(bytes, at);
        }
    }
    static std::int64_t load(const Page& page, std::size_t at) {
        if (page.width == 0) return page.base;
        const std::uint64_t code = code_of_width(page.bytes.data(), page.width, at);
        if (page.width == 8) return static_cast<std::int64_t>(code);
        if (code == page.null_code) return kNull;
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(page.base) +
                                         code * static_cast<std::uint64_t>(page.unit));
    }
    // The code of a value in a page that has a width; false where it has none.
    static bool fits(const Page& page, std::int64_t value, std::uint64_t& code) {
        if (page.width == 8) {
            code = static_cast<std::uint64_t>(value);
            return true;
        }
        if (value == kNull) {
            code = page.null_code;
            return true;
        }
        // An exact quotient without a division: multiplying by the inverse of the odd part is one
        // to one, the multiples of the unit take the low numbers, and all others are higher.
        const std::uint64_t steps =
            static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(page.base);
        code = std::rotr(steps * page.unit_inverse, page.unit_shift);
        return value >= page.base && code < page.null_code;
    }

    std::size_t rows_in(std::size_t page) const;
    static void set_unit(Page& page, std::int32_t unit);
    bool set_otherwise(std::size_t row, std::int64_t value);
    void open(std::size_t page, std::size_t at, std::int64_t value);
    void widen(std::size_t page, std::size_t at, std::int64_t value);
    std::int32_t unit_of(std::span<const std::int64_t> values, std::int64_t low) const;
    static Page page_of_range(std::int64_t low, std::uint64_t steps, std::uint8_t width,
                              std::int32_t unit);

    std::vector<Page> pages_;
    std::size_t size_ = 0;
    Unit unit_;
};

}  // namespace nats_blotter::table

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
    // True when the value changed.
    [[gnu::always_inline]] bool set(std::size_t row, std::int64_t value) {
        bool changed = false;
        set(row, value, true, changed);
        return changed;
    }
    // The same, and adds `bit` to `changed`. Six times for each event: worth a copy wherever it is
    // called, and no question twice.
    template <typename Bits>
    [[gnu::always_inline]] void set(std::size_t row, std::int64_t value, Bits bit, Bits& changed) {
        NB_ASSERT_DEBUG(row < size_);
        Page& page = pages_[page_of(row)];
        const std::uint64_t code = code_of(page, value);
        if (code >= page.null_code) [[unlikely]] {
            if (set_otherwise(row, value)) changed |= bit;
        } else if (exchange(page, place_in_page(row), code)) {
            changed |= bit;
        }
    }

    void clear();
    std::size_t memory_bytes() const;

  private:
    // A value is base + code * unit, modulo 2^64. One that comes to no code below null_code does
    // not fit, and null has null_code where it does not. A code is read and written as the low bits
    // of a word of eight bytes, whatever the width: there is room for one behind the last row.
    struct Page {
        std::int64_t base = kNull;
        std::uint64_t null_code = 0;  // width 0: 1, or 0 while no value was set
        std::uint64_t mask = 0;       // the bits of a code
        // unit == (1 << unit_shift) * m, and m * unit_inverse == 1 modulo 2^64.
        std::uint64_t unit_inverse = 1;
        std::vector<std::uint8_t> bytes;
        std::int32_t unit = 1;
        std::uint8_t unit_shift = 0;
        std::uint8_t width = 0;  // bytes a row; 0: every row that was set is `base`
    };
    static constexpr std::size_t kWordBytes = 8;
    static_assert(std::endian::native == std::endian::little, "a code is in the first bytes");

    static std::uint64_t word_at(const Page& page, std::size_t at) {
        std::uint64_t word;
        std::memcpy(&word, page.bytes.data() + at * page.width, sizeof word);
        return word;
    }
    // True when there was another.
    [[gnu::always_inline]] static bool exchange(Page& page, std::size_t at, std::uint64_t code) {
        std::uint64_t word = word_at(page, at);
        const std::uint64_t turned = (word ^ code) & page.mask;
        if (turned == 0) return false;
        word ^= turned;
        std::memcpy(page.bytes.data() + at * page.width, &word, sizeof word);
        return true;
    }
    static std::int64_t load(const Page& page, std::size_t at) {
        const std::uint64_t code = word_at(page, at) & page.mask;
        if (code == page.null_code) return kNull;
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(page.base) +
                                         code * static_cast<std::uint64_t>(page.unit));
    }
    // The code of a value, or a number from null_code on where the page has none for it.
    static std::uint64_t code_of(const Page& page, std::int64_t value) {
        // An exact quotient without a division: multiplying by the inverse of the odd part is one
        // to one, the multiples of the unit take the low numbers, and all others are higher.
        const std::uint64_t steps =
            static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(page.base);
        return std::rotr(steps * page.unit_inverse, page.unit_shift);
    }

    std::size_t rows_in(std::size_t page) const;
    static void set_unit(Page& page, std::int32_t unit);
    bool set_otherwise(std::size_t row, std::int64_t value);
    void open(std::size_t page, std::size_t at, std::int64_t value);
    void widen(std::size_t page, std::size_t at, std::int64_t value);
    std::int32_t unit_of(std::span<const std::int64_t> values, std::int64_t low) const;
    static std::uint64_t checked_code(const Page& page, std::int64_t value);
    static Page page_of_range(std::int64_t low, std::uint64_t steps, std::uint8_t width,
                              std::int32_t unit);

    std::vector<Page> pages_;
    std::size_t size_ = 0;
    Unit unit_;
};

}  // namespace nats_blotter::table

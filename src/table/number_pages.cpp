#include "table/number_pages.h"

#include <algorithm>

#include "base/assert.h"

namespace nats_blotter::table {
namespace {

// The code of null: all bits set. Also how many values below it a width can tell apart.
std::uint64_t null_code(std::size_t width) {
    return width == 8 ? UINT64_MAX : (std::uint64_t{1} << (8 * width)) - 1;
}

std::uint64_t distance(std::int64_t from, std::int64_t to) {
    return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
}

std::int64_t plus(std::int64_t base, std::uint64_t distance) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(base) + distance);
}

// For a range of `steps` units: the narrowest width of which it fills half at most, so that a
// page is not written anew for each value that lies a little further out.
std::uint8_t width_for(std::uint64_t steps) {
    std::uint8_t width = 1;
    while (width < 8 && steps > null_code(width) / 2) width = static_cast<std::uint8_t>(width * 2);
    return width;
}

// Pages in a row that may have their width from the one before.
constexpr std::size_t kPagesAlike = 16;

}  // namespace

std::size_t NumberPages::rows_in(std::size_t page) const {
    return std::min(kPageRows, size_ - (page << kPageBits));
}

void NumberPages::resize(std::size_t rows) {
    while (size_ < rows) {
        if (place_in_page(size_) == 0) pages_.emplace_back().bytes.resize(kWordBytes);
        Page& page = pages_.back();
        const std::size_t end = std::min(kPageRows, place_in_page(size_) + (rows - size_));
        size_ += end - place_in_page(size_);
        if (page.width == 0) continue;
        const std::size_t held = page.bytes.size();
        const std::size_t wanted = end * page.width + kWordBytes;
        if (wanted > page.bytes.capacity())
            page.bytes.reserve(
                std::min(kPageRows * page.width + kWordBytes, std::max(wanted, held * 2)));
        page.bytes.resize(wanted, 0xFF);
    }
}

// The inverse of an odd number modulo 2^64: each step doubles the bits that are right.
static constexpr std::uint64_t inverse_of(std::uint64_t odd) {
    std::uint64_t inverse = odd;
    for (int step = 0; step < 5; ++step) inverse *= 2 - odd * inverse;
    return inverse;
}

void NumberPages::set_unit(Page& page, std::int32_t unit) {
    const auto number = static_cast<std::uint64_t>(unit);
    page.unit = unit;
    page.unit_shift = static_cast<std::uint8_t>(std::countr_zero(number));
    page.unit_inverse = inverse_of(number >> page.unit_shift);
}

// Null, or into a page of equal rows, or one that is too narrow.
bool NumberPages::set_otherwise(std::size_t row, std::int64_t value) {
    Page& page = pages_[page_of(row)];
    if (page.width != 0) {
        if (value == kNull) return exchange(page, place_in_page(row), page.null_code);
        widen(page_of(row), place_in_page(row), value);
        return true;
    }
    const bool fresh = page.null_code == 0;
    // A page of which the first value is null is no longer fresh either.
    page.null_code = 1;
    if (page.base == value) return false;
    if (fresh)
        page.base = value;
    else
        open(page_of(row), place_in_page(row), value);
    return true;
}

// The coarsest unit of time that all the values are whole multiples of, counted from the lowest.
std::int32_t NumberPages::unit_of(std::span<const std::int64_t> values, std::int64_t low) const {
    if (unit_ != Unit::TimeNs) return 1;
    for (const std::int32_t coarse : {1'000'000, 1'000}) {
        // No whole number of units in 64 bits is above this; see fits().
        const std::uint64_t most = UINT64_MAX / static_cast<std::uint64_t>(coarse);
        Page test;
        set_unit(test, coarse);
        const bool whole = std::all_of(values.begin(), values.end(), [&](std::int64_t held) {
            const std::uint64_t code =
                std::rotr(distance(low, held) * test.unit_inverse, test.unit_shift);
            return held == kNull || code <= most;
        });
        if (whole) return coarse;
    }
    return 1;
}

// One without rows, for values from `low` to `steps` units above it.
NumberPages::Page NumberPages::page_of_range(std::int64_t low, std::uint64_t steps,
                                             std::uint8_t width, std::int32_t unit) {
    Page page;
    page.width = width;
    page.mask = page.null_code = null_code(width);
    if (width == 8) {
        page.base = kNull + 1;
        return page;
    }
    set_unit(page, unit);
    // The range in the middle, as far as there are numbers below it.
    const std::uint64_t spare = (page.null_code - 1 - steps) / 2;
    const std::uint64_t below = distance(kNull + 1, low) / static_cast<std::uint64_t>(unit);
    page.base = plus(low, 0 - std::min(spare, below) * static_cast<std::uint64_t>(unit));
    return page;
}

// Of a page that was made for the value.
std::uint64_t NumberPages::checked_code(const Page& page, std::int64_t value) {
    const std::uint64_t code = code_of(page, value);
    if (code < page.null_code) return code;
    NB_ASSERT(value == kNull);
    return page.null_code;
}

// Gives a page of equal rows a width, `value` being another one at `at`.
void NumberPages::open(std::size_t index, std::size_t at, std::int64_t value) {
    Page& page = pages_[index];
    const std::size_t rows = rows_in(index);
    const std::int64_t held = page.base;
    const std::int64_t both[] = {held, value};
    std::int64_t low = std::min(held, value);
    const std::int64_t high = std::max(held, value);
    if (low == kNull) low = high;
    const std::int32_t unit = unit_of(both, low);
    const std::uint64_t steps = distance(low, high) / static_cast<std::uint64_t>(unit);
    std::uint8_t width = width_for(steps);
    if (index % kPagesAlike != 0) width = std::max(width, pages_[index - 1].width);
    Page wide = page_of_range(low, steps, width, unit);
    wide.bytes.resize(rows * width + kWordBytes);
    // The code in each place of a word, and a word for each eight bytes.
    const std::uint64_t word = checked_code(wide, held) * (UINT64_MAX / wide.mask);
    for (std::size_t byte = 0; byte <= rows * width; byte += sizeof word)
        std::memcpy(wide.bytes.data() + byte, &word, sizeof word);
    exchange(wide, at, checked_code(wide, value));
    page = std::move(wide);
}

// Writes a page that is too narrow anew so that `value` fits at `at`.
void NumberPages::widen(std::size_t index, std::size_t at, std::int64_t value) {
    Page& page = pages_[index];
    const std::size_t rows = rows_in(index);
    std::vector<std::int64_t> values(rows);
    for (std::size_t i = 0; i < rows; ++i) values[i] = i == at ? value : load(page, i);
    std::int64_t low = INT64_MAX;
    std::int64_t high = kNull;
    for (const std::int64_t held : values) {
        if (held == kNull) continue;
        low = std::min(low, held);
        high = std::max(high, held);
    }
    const std::int32_t unit = unit_of(values, low);
    const std::uint64_t steps = distance(low, high) / static_cast<std::uint64_t>(unit);
    std::uint8_t width = std::max(page.width, width_for(steps));
    // A page whose rows all move on, as the times of arrival do, is written anew a few times and
    // not for ever.
    if (width == page.width && unit == page.unit && width < 8)
        width = static_cast<std::uint8_t>(width * 2);
    Page wide = page_of_range(low, steps, width, unit);
    // As much room as there was for rows, or a page that will soon be full.
    const std::size_t room = (page.bytes.capacity() - kWordBytes) / page.width;
    wide.bytes.reserve(std::min(kPageRows, std::max(rows, room)) * width + kWordBytes);
    wide.bytes.resize(rows * width + kWordBytes);
    for (std::size_t i = 0; i < rows; ++i) exchange(wide, i, checked_code(wide, values[i]));
    page = std::move(wide);
}

void NumberPages::clear() {
    pages_.clear();
    size_ = 0;
}

std::size_t NumberPages::memory_bytes() const {
    std::size_t bytes = pages_.capacity() * sizeof(Page);
    for (const Page& page : pages_) bytes += page.bytes.capacity();
    return bytes;
}

}  // namespace nats_blotter::table

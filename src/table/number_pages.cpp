#include "table/number_pages.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/assert.h"

namespace nats_blotter::table {
namespace {

// The code of null: all bits set. Also how many values below it a width can tell apart.
std::uint64_t null_code(std::size_t width) {
    return width == 8 ? UINT64_MAX : (std::uint64_t{1} << (8 * width)) - 1;
}

std::uint64_t load_code(const std::uint8_t* bytes, std::size_t width, std::size_t at) {
    switch (width) {
        case 1: return bytes[at];
        case 2: {
            std::uint16_t code;
            std::memcpy(&code, bytes + at * 2, 2);
            return code;
        }
        case 4: {
            std::uint32_t code;
            std::memcpy(&code, bytes + at * 4, 4);
            return code;
        }
        default: {
            std::uint64_t code;
            std::memcpy(&code, bytes + at * 8, 8);
            return code;
        }
    }
}

void store_code(std::uint8_t* bytes, std::size_t width, std::size_t at, std::uint64_t code) {
    switch (width) {
        case 1: bytes[at] = static_cast<std::uint8_t>(code); return;
        case 2: {
            const auto narrow = static_cast<std::uint16_t>(code);
            std::memcpy(bytes + at * 2, &narrow, 2);
            return;
        }
        case 4: {
            const auto narrow = static_cast<std::uint32_t>(code);
            std::memcpy(bytes + at * 4, &narrow, 4);
            return;
        }
        default: std::memcpy(bytes + at * 8, &code, 8); return;
    }
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

}  // namespace

std::size_t NumberPages::rows_in(std::size_t page) const {
    return std::min(kPageRows, size_ - (page << kPageBits));
}

void NumberPages::resize(std::size_t rows) {
    while (size_ < rows) {
        if (place_in_page(size_) == 0) pages_.emplace_back();
        Page& page = pages_.back();
        const std::size_t end = std::min(kPageRows, place_in_page(size_) + (rows - size_));
        size_ += end - place_in_page(size_);
        if (page.width == 0) continue;
        const std::size_t held = page.bytes.size();
        if (end * page.width > page.bytes.capacity())
            page.bytes.reserve(
                std::min(kPageRows * page.width, std::max(end * page.width, held * 2)));
        page.bytes.resize(end * page.width, 0xFF);
    }
}

std::int64_t NumberPages::load(const Page& page, std::size_t at) {
    if (page.width == 0) return page.base;
    const std::uint64_t code = load_code(page.bytes.data(), page.width, at);
    if (page.width == 8) return static_cast<std::int64_t>(code);
    if (code == null_code(page.width)) return kNull;
    return plus(page.base, code * static_cast<std::uint64_t>(page.unit));
}

std::int64_t NumberPages::get(std::size_t row) const {
    return load(pages_[page_of(row)], place_in_page(row));
}

bool NumberPages::fits(const Page& page, std::int64_t value, std::uint64_t& code) {
    if (page.width == 8) {
        code = static_cast<std::uint64_t>(value);
        return true;
    }
    code = null_code(page.width);
    if (value == kNull) return true;
    if (value < page.base) return false;
    std::uint64_t steps = distance(page.base, value);
    if (page.unit != 1) {
        const auto unit = static_cast<std::uint64_t>(page.unit);
        if (steps % unit != 0) return false;
        steps /= unit;
    }
    if (steps >= code) return false;
    code = steps;
    return true;
}

bool NumberPages::set(std::size_t row, std::int64_t value) {
    NB_ASSERT_DEBUG(row < size_);
    const std::size_t at = place_in_page(row);
    Page& page = pages_[page_of(row)];
    if (page.width == 0) {
        // A page of which the first value is null is no longer fresh either.
        if (page.base == value) {
            page.fresh = false;
            return false;
        }
        if (page.fresh) {
            page.fresh = false;
            page.base = value;
            return true;
        }
        widen(page_of(row), at, value);
        return true;
    }
    std::uint64_t code = 0;
    if (!fits(page, value, code)) {
        widen(page_of(row), at, value);
        return true;
    }
    if (load_code(page.bytes.data(), page.width, at) == code) return false;
    store_code(page.bytes.data(), page.width, at, code);
    return true;
}

// Writes the page anew so that `value` fits at `at`.
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
    if (high == kNull) low = high = 0;
    std::int32_t unit = 1;
    if (unit_ == Unit::TimeNs) {
        for (const std::int32_t coarse : {1'000'000, 1'000}) {
            const auto steps = static_cast<std::uint64_t>(coarse);
            const bool whole =
                std::all_of(values.begin(), values.end(), [low, steps](std::int64_t held) {
                    return held == kNull || distance(low, held) % steps == 0;
                });
            if (!whole) continue;
            unit = coarse;
            break;
        }
    }
    const std::uint64_t steps = distance(low, high) / static_cast<std::uint64_t>(unit);
    Page wide;
    wide.fresh = false;
    wide.unit = unit;
    wide.width = std::max(page.width, width_for(steps));
    if (wide.width < 8) {
        // The range in the middle, as far as there are numbers below it.
        const std::uint64_t spare = (null_code(wide.width) - 1 - steps) / 2;
        const std::uint64_t below = distance(INT64_MIN + 1, low) / static_cast<std::uint64_t>(unit);
        wide.base = plus(low, 0 - std::min(spare, below) * static_cast<std::uint64_t>(unit));
    } else {
        wide.base = 0;
        wide.unit = 1;
    }
    // As much room as there was for rows, or a page that will soon be full.
    const std::size_t room = page.width == 0 ? rows : page.bytes.capacity() / page.width;
    wide.bytes.reserve(std::min(kPageRows, std::max(rows, room)) * wide.width);
    wide.bytes.resize(rows * wide.width);
    for (std::size_t i = 0; i < rows; ++i) {
        std::uint64_t code = 0;
        const bool fitting = fits(wide, values[i], code);
        NB_ASSERT(fitting);
        store_code(wide.bytes.data(), wide.width, i, code);
    }
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

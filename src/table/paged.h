// table/paged.h - rows live in pages, so that growing copies one page at most and memory stays
// close to what is used.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace nats_blotter::table {

inline constexpr std::size_t kPageBits = 12;
inline constexpr std::size_t kPageRows = std::size_t{1} << kPageBits;

inline std::size_t page_of(std::size_t row) { return row >> kPageBits; }
inline std::size_t place_in_page(std::size_t row) { return row & (kPageRows - 1); }

// Makes room for `rows` rows of a page: the first rows of a small table take little, a full page
// takes what it needs.
template <typename T>
void reserve_page(std::vector<T>& page, std::size_t rows) {
    constexpr std::size_t kRowsAtFirst = 64;
    if (rows <= page.capacity()) return;
    page.reserve(std::min(kPageRows, std::max({rows, kRowsAtFirst, page.capacity() * 2})));
}

// One value for each row id.
template <typename T>
class PagedArray {
  public:
    void resize(std::size_t rows, T fill) {
        while (size_ < rows) {
            if (place_in_page(size_) == 0) pages_.emplace_back();
            std::vector<T>& page = pages_.back();
            const std::size_t end = std::min(kPageRows, place_in_page(size_) + (rows - size_));
            reserve_page(page, end);
            size_ += end - page.size();
            page.resize(end, fill);
        }
    }
    void clear() {
        pages_.clear();
        size_ = 0;
    }
    T& operator[](std::size_t row) { return pages_[page_of(row)][place_in_page(row)]; }
    const T& operator[](std::size_t row) const { return pages_[page_of(row)][place_in_page(row)]; }
    std::size_t size() const { return size_; }
    std::size_t memory_bytes() const {
        std::size_t bytes = pages_.capacity() * sizeof(pages_[0]);
        for (const std::vector<T>& page : pages_) bytes += page.capacity() * sizeof(T);
        return bytes;
    }

  private:
    std::vector<std::vector<T>> pages_;
    std::size_t size_ = 0;
};

}  // namespace nats_blotter::table

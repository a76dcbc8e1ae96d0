#include "table/column.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "base/limits.h"

namespace nats_blotter::table {
namespace {

Column::Storage storage_of(feed::ColumnType type) {
    switch (type) {
        case feed::ColumnType::Int:
        case feed::ColumnType::Decimal:
        case feed::ColumnType::Time: return Column::Storage::Number;
        case feed::ColumnType::Symbol:
        case feed::ColumnType::Enum: return Column::Storage::Symbol;
        case feed::ColumnType::Text: break;
    }
    return Column::Storage::Text;
}

int sign(int value) { return value < 0 ? -1 : 1; }

// Seven bytes of the text and how many there are: texts of up to seven differ here already.
std::uint64_t text_rank(std::string_view text) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), std::min<std::size_t>(7, text.size()));
    return (__builtin_bswap64(word) & ~std::uint64_t{0xFF}) |
           std::min<std::uint64_t>(8, text.size());
}

}  // namespace

Column::Column(feed::ColumnType type)
    : storage_(storage_of(type)),
      numbers_(type == feed::ColumnType::Time ? NumberPages::Unit::TimeNs
                                              : NumberPages::Unit::One) {}

void Column::resize(std::size_t slots) {
    if (storage_ == Storage::Text)
        texts_.resize(slots);
    else
        numbers_.resize(slots);
}

void Column::release(std::size_t row) {
    if (storage_ == Storage::Text) texts_.set(row, PackedText{});
}

bool Column::is_null(std::size_t row) const {
    return storage_ == Storage::Text ? texts_.is_null(row) : numbers_.get(row) == kNullNumber;
}

feed::Cell Column::cell(std::size_t row) const {
    if (storage_ == Storage::Text) {
        if (texts_.is_null(row)) return {};
        return feed::Cell::of_text(texts_.get(row, spelled_));
    }
    const std::int64_t number = numbers_.get(row);
    if (number == kNullNumber) return {};
    if (storage_ == Storage::Number) return feed::Cell::of_number(number);
    return feed::Cell::of_text(pool_.text(static_cast<std::uint32_t>(number)));
}

int Column::compare(std::size_t a, std::size_t b) const {
    if (storage_ == Storage::Text) {
        if (texts_.is_null(a) || texts_.is_null(b))
            return int{texts_.is_null(b)} - int{texts_.is_null(a)};
        return texts_.compare(a, b);
    }
    const std::int64_t left = numbers_.get(a);
    const std::int64_t right = numbers_.get(b);
    if (left == right) return 0;
    // Null is the smallest number there is.
    if (storage_ == Storage::Number || left == kNullNumber || right == kNullNumber)
        return left < right ? -1 : 1;
    return sign(pool_.text(static_cast<std::uint32_t>(left))
                    .compare(pool_.text(static_cast<std::uint32_t>(right))));
}

std::uint64_t Column::rank(std::size_t row) const {
    if (storage_ == Storage::Text) {
        if (texts_.is_null(row)) return kNullRank;
        TextPages::Spelled spelled;
        return text_rank(texts_.get(row, spelled));
    }
    const std::int64_t number = numbers_.get(row);
    if (number == kNullNumber) return kNullRank;
    if (storage_ == Storage::Symbol)
        return text_rank(pool_.text(static_cast<std::uint32_t>(number)));
    // From INT64_MIN + 1, which is 0, to INT64_MAX, which is one below null's.
    return (static_cast<std::uint64_t>(number) ^ std::uint64_t{1} << 63) - 1;
}

std::uint64_t Column::key_hash(std::size_t row, std::uint64_t seed) const {
    if (storage_ == Storage::Text) return texts_.hash(row, seed);
    return hash_number(numbers_.get(row), seed);
}

void Column::clear() {
    numbers_.clear();
    pool_.clear();
    texts_.clear();
}

std::size_t Column::memory_bytes() const {
    return numbers_.memory_bytes() + pool_.memory_bytes() + texts_.memory_bytes();
}

}  // namespace nats_blotter::table

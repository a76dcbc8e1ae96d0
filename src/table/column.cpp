#include "table/column.h"

#include "base/assert.h"
#include "base/limits.h"
#include "table/key_index.h"

namespace nats_blotter::table {
namespace {

// Below this a heap is not worth repacking.
constexpr std::size_t kRepackBytesMin = 64 * 1024;

int sign(int value) { return value < 0 ? -1 : value > 0 ? 1 : 0; }

}  // namespace

std::size_t SymbolPool::Hash::operator()(std::string_view text) const {
    return static_cast<std::size_t>(hash_bytes(text, 0));
}

bool SymbolPool::has_room_for(std::string_view text) const {
    return texts_.size() < kSymbolsMax || ids_.find(text) != ids_.end();
}

std::uint32_t SymbolPool::intern(std::string_view text) {
    const auto found = ids_.find(text);
    if (found != ids_.end()) return found->second;
    if (texts_.size() >= kSymbolsMax) return kNone;
    const auto id = static_cast<std::uint32_t>(texts_.size());
    // Keys of an unordered_map stay where they are, so their addresses serve as the reverse map.
    const auto placed = ids_.emplace(std::string(text), id).first;
    texts_.push_back(&placed->first);
    text_bytes_ += text.size();
    return id;
}

std::size_t SymbolPool::memory_bytes() const {
    constexpr std::size_t kNodeBytes = 64;  // string, id, hash and links of one map node
    return texts_.size() * kNodeBytes + texts_.capacity() * sizeof(texts_[0]) + text_bytes_;
}

void SymbolPool::clear() {
    ids_.clear();
    texts_.clear();
    text_bytes_ = 0;
}

Column::Column(feed::ColumnType type) {
    switch (type) {
        case feed::ColumnType::Int:
        case feed::ColumnType::Decimal:
        case feed::ColumnType::Time: storage_ = Storage::Number; break;
        case feed::ColumnType::Symbol:
        case feed::ColumnType::Enum: storage_ = Storage::Symbol; break;
        case feed::ColumnType::Text:
        default: storage_ = Storage::Text; break;
    }
}

void Column::resize(std::size_t slots) {
    switch (storage_) {
        case Storage::Number: numbers_.resize(slots, kNullNumber); break;
        case Storage::Symbol: symbols_.resize(slots, SymbolPool::kNone); break;
        case Storage::Text: texts_.resize(slots); break;
    }
}

bool Column::has_room_for(const feed::Cell& cell) const {
    if (cell.is_null()) return true;
    if (storage_ == Storage::Symbol) return pool_.has_room_for(cell.text);
    if (storage_ == Storage::Text)
        return heap_.size() - dead_bytes_ + cell.text.size() <= kTextHeapBytesMax;
    return true;
}

bool Column::set(std::size_t row, const feed::Cell& cell) {
    if (storage_ == Storage::Number) {
        const std::int64_t value = cell.is_null() ? kNullNumber : cell.number;
        const bool changed = numbers_[row] != value;
        numbers_[row] = value;
        return changed;
    }
    if (storage_ == Storage::Symbol) {
        const std::uint32_t id = cell.is_null() ? SymbolPool::kNone : pool_.intern(cell.text);
        NB_ASSERT(cell.is_null() || id != SymbolPool::kNone);
        const bool changed = symbols_[row] != id;
        symbols_[row] = id;
        return changed;
    }
    return set_text(texts_[row], cell);
}

bool Column::set_text(TextRef& ref, const feed::Cell& cell) {
    if (cell.is_null()) {
        if (ref.is_null()) return false;
        dead_bytes_ += ref.bytes;
        ref = TextRef{};
        return true;
    }
    if (!ref.is_null()) {
        if (text_of(ref) == cell.text) return false;
        dead_bytes_ += ref.bytes;
        ref = TextRef{};
    }
    if (dead_bytes_ > kRepackBytesMin && dead_bytes_ * 2 > heap_.size()) repack();
    ref.offset = static_cast<std::uint32_t>(heap_.size());
    ref.bytes = static_cast<std::uint32_t>(cell.text.size());
    heap_.append(cell.text);
    return true;
}

void Column::repack() {
    std::string packed;
    packed.reserve(heap_.size() - dead_bytes_);
    for (TextRef& ref : texts_) {
        if (ref.is_null()) continue;
        const std::string_view text = text_of(ref);
        ref.offset = static_cast<std::uint32_t>(packed.size());
        packed.append(text);
    }
    heap_ = std::move(packed);
    dead_bytes_ = 0;
}

feed::Cell Column::cell(std::size_t row) const {
    switch (storage_) {
        case Storage::Number:
            return numbers_[row] == kNullNumber ? feed::Cell{}
                                                : feed::Cell::of_number(numbers_[row]);
        case Storage::Symbol:
            return symbols_[row] == SymbolPool::kNone
                       ? feed::Cell{}
                       : feed::Cell::of_text(pool_.text(symbols_[row]));
        case Storage::Text:
            return texts_[row].is_null() ? feed::Cell{} : feed::Cell::of_text(text_of(texts_[row]));
    }
    return {};
}

int Column::compare(std::size_t a, std::size_t b) const {
    if (storage_ == Storage::Number) {
        // Null is the smallest value there is, so it sorts first without a special case.
        return numbers_[a] < numbers_[b] ? -1 : numbers_[a] > numbers_[b] ? 1 : 0;
    }
    if (storage_ == Storage::Symbol && symbols_[a] == symbols_[b]) return 0;
    const feed::Cell left = cell(a);
    const feed::Cell right = cell(b);
    if (left.is_null() || right.is_null()) return int{right.is_null()} - int{left.is_null()};
    return sign(left.text.compare(right.text));
}

void Column::clear() {
    numbers_.clear();
    symbols_.clear();
    texts_.clear();
    heap_.clear();
    pool_.clear();
    dead_bytes_ = 0;
}

std::size_t Column::memory_bytes() const {
    return numbers_.capacity() * sizeof(numbers_[0]) + symbols_.capacity() * sizeof(symbols_[0]) +
           texts_.capacity() * sizeof(TextRef) + heap_.capacity() + pool_.memory_bytes();
}

}  // namespace nats_blotter::table

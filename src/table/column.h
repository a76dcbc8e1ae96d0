// table/column.h - the cells of one column, one place for each row id.
//
// Numbers are 64-bit values, INT64_MIN standing for null (the decoder rejects that value). Symbols
// and enums are interned: four bytes a row. Texts live behind one another in one heap that is
// repacked when more than half of it is dead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "feed/cell.h"
#include "feed/schema.h"

namespace nats_blotter::table {

// Distinct texts with small ids; texts are never forgotten before clear().
class SymbolPool {
  public:
    static constexpr std::uint32_t kNone = UINT32_MAX;

    // The id of this text, kNone when it is new and kSymbolsMax are held.
    std::uint32_t intern(std::string_view text);
    std::string_view text(std::uint32_t id) const { return *texts_[id]; }
    bool has_room_for(std::string_view text) const;
    std::size_t size() const { return texts_.size(); }
    std::size_t memory_bytes() const;
    void clear();

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const;
    };
    std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> ids_;
    std::vector<const std::string*> texts_;
    std::size_t text_bytes_ = 0;
};

class Column {
  public:
    explicit Column(feed::ColumnType type);

    // Makes places for row ids below `slots`, null at first.
    void resize(std::size_t slots);

    // False when a limit of the column would be passed; then set() must not be called.
    bool has_room_for(const feed::Cell& cell) const;
    // True when the cell changed.
    bool set(std::size_t row, const feed::Cell& cell);
    void set_null(std::size_t row) { set(row, feed::Cell{}); }

    // The text dies at the next set() of this column.
    feed::Cell cell(std::size_t row) const;
    std::int64_t number(std::size_t row) const { return numbers_[row]; }
    int compare(std::size_t a, std::size_t b) const;

    void clear();
    std::size_t memory_bytes() const;

    static constexpr std::int64_t kNullNumber = INT64_MIN;

  private:
    enum class Storage : std::uint8_t { Number, Symbol, Text };
    struct TextRef {
        std::uint32_t offset = UINT32_MAX;  // UINT32_MAX: null
        std::uint32_t bytes = 0;
        bool is_null() const { return offset == UINT32_MAX; }
    };

    std::string_view text_of(const TextRef& ref) const {
        return std::string_view(heap_).substr(ref.offset, ref.bytes);
    }
    bool set_text(TextRef& ref, const feed::Cell& cell);
    void repack();

    Storage storage_;
    std::vector<std::int64_t> numbers_;
    std::vector<std::uint32_t> symbols_;
    SymbolPool pool_;
    std::vector<TextRef> texts_;
    std::string heap_;
    std::size_t dead_bytes_ = 0;
};

}  // namespace nats_blotter::table

// table/column.h - the cells of one column, one place for each row id.
//
// Numbers take 0 to 8 bytes a row by their page (number_pages.h); symbols and enums are interned
// and their ids kept likewise; texts take 17 bytes and what does not fit these (text_pages.h).
// INT64_MIN stands for null among numbers (the decoder rejects that value).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "feed/cell.h"
#include "feed/schema.h"
#include "table/number_pages.h"
#include "table/symbol_pool.h"
#include "table/text_pages.h"

namespace nats_blotter::table {

// The cell of a key, taken apart once to be hashed and compared.
struct KeyPart {
    std::uint64_t hash = 0;
    std::int64_t number = 0;  // or the id of a symbol
    PackedText text;
    bool possible = true;  // false: no row can have it
};

class Column {
  public:
    enum class Storage : std::uint8_t { Number, Symbol, Text };

    explicit Column(feed::ColumnType type);
    Storage storage() const { return storage_; }

    // Makes places for row ids below `slots`; set() each before it is read.
    void resize(std::size_t slots);

    // False when a limit of the column would be passed; then set() must not be called.
    bool has_room_for(const feed::Cell& cell) const;
    // True when the cell changed.
    bool set(std::size_t row, const feed::Cell& cell);
    // Lets go what an erased row held beside its place.
    void release(std::size_t row);

    // The text dies at the next cell() or set() of this column.
    feed::Cell cell(std::size_t row) const;
    std::int64_t number(std::size_t row) const { return numbers_.get(row); }
    bool is_null(std::size_t row) const;
    // -1, 0, 1; null first.
    int compare(std::size_t a, std::size_t b) const;

    // A number that orders rows as their cells do, as far as it tells them apart: kNullRank for
    // null, which is above all others. Numbers are told apart for good, texts by 7 bytes.
    static constexpr std::uint64_t kNullRank = UINT64_MAX;
    std::uint64_t rank(std::size_t row) const;
    // Whether rows of this same rank have the same cell.
    bool rank_is_whole(std::uint64_t rank) const {
        return storage_ == Storage::Number || rank == kNullRank || (rank & 0xFF) <= 7;
    }

    KeyPart key_part(const feed::Cell& cell, std::uint64_t seed) const;
    std::uint64_t key_hash(std::size_t row, std::uint64_t seed) const;
    bool equals(std::size_t row, const KeyPart& part) const;

    // Symbol columns: ids, SymbolPool::kNone for null.
    std::uint32_t symbol(std::size_t row) const;
    const SymbolPool& pool() const { return pool_; }
    // Text columns.
    const TextPages& texts() const { return texts_; }

    void clear();
    std::size_t memory_bytes() const;

    static constexpr std::int64_t kNullNumber = NumberPages::kNull;

  private:
    Storage storage_;
    NumberPages numbers_;
    SymbolPool pool_;
    TextPages texts_;
    mutable TextPages::Spelled spelled_{};
};

}  // namespace nats_blotter::table

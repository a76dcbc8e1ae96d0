// table/column.h - the cells of one column, one place for each row id.
//
// Numbers take 0 to 8 bytes a row by their page (number_pages.h); symbols and enums are interned
// and their ids kept likewise; texts take 17 bytes and what does not fit these (text_pages.h).
// INT64_MIN stands for null among numbers (the decoder rejects that value).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
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
    bool has_room_for(const feed::Cell& cell) const {
        if (storage_ == Storage::Number || cell.is_null()) return true;
        if (storage_ == Storage::Symbol) return pool_.has_room_for(cell.text);
        return texts_.has_room_for(cell.text);
    }
    // True when the cell changed.
    [[gnu::always_inline]] bool set(std::size_t row, const feed::Cell& cell) {
        if (storage_ == Storage::Text)
            return texts_.set(row, cell.is_null() ? PackedText{} : pack_text(cell.text));
        std::int64_t number = kNullNumber;
        if (!cell.is_null())
            number = storage_ == Storage::Symbol ? symbol_of(cell.text) : cell.number;
        return numbers_.set(row, number);
    }
    // As set(), of the columns that hold a number for each cell: where it is known already, a
    // symbol's by known_symbol() or symbol_for(). Adds `bit` to `changed` when the cell did.
    [[gnu::always_inline]] void set_number(std::size_t row, std::int64_t number, std::uint64_t bit,
                                           std::uint64_t& changed) {
        numbers_.set(row, number, bit, changed);
    }
    static std::int64_t number_of(const feed::Cell& cell) {
        return cell.is_null() ? kNullNumber : cell.number;
    }
    // kUnknown where the text was not met lately, or never.
    [[gnu::always_inline]] std::int64_t known_symbol(const feed::Cell& cell) const {
        return cell.is_null() ? kNullNumber : std::int64_t{pool_.find_recent(cell.text)};
    }
    static constexpr std::int64_t kUnknown = SymbolPool::kNone;
    // REQUIRES: has_room_for(cell).
    std::int64_t symbol_for(const feed::Cell& cell) {
        return cell.is_null() ? kNullNumber : symbol_of(cell.text);
    }
    // As set(), of a cell that was taken apart by key_part().
    [[gnu::always_inline]] bool set_key(std::size_t row, const feed::Cell& cell,
                                        const KeyPart& part) {
        if (storage_ == Storage::Text) return texts_.set(row, part.text);
        return part.possible ? numbers_.set(row, part.number) : set(row, cell);
    }
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

    KeyPart key_part(const feed::Cell& cell, std::uint64_t seed) const {
        KeyPart part;
        take_apart(cell, seed, part);
        return part;
    }
    // The same, into a part that is used again: the members that matter to this column are set.
    // Answers its hash.
    [[gnu::always_inline]] std::uint64_t take_apart(const feed::Cell& cell, std::uint64_t seed,
                                                    KeyPart& part) const {
        part.possible = true;
        if (storage_ == Storage::Text) {
            if (cell.is_null())
                part.text = PackedText{};
            else
                pack_text(cell.text, part.text);
            return part.hash = hash_packed(part.text, seed);
        }
        std::int64_t number = number_of(cell);
        if (storage_ == Storage::Symbol && !cell.is_null()) {
            const std::uint32_t id = pool_.find(cell.text);
            part.possible = id != SymbolPool::kNone;
            number = id;
        }
        part.number = number;
        return part.hash = hash_number(number, seed);
    }
    std::uint64_t key_hash(std::size_t row, std::uint64_t seed) const;
    [[gnu::always_inline]] bool equals(std::size_t row, const KeyPart& part) const {
        if (storage_ == Storage::Text) return texts_.equals(row, part.text);
        return part.possible && numbers_.get(row) == part.number;
    }

    // Symbol columns: ids, SymbolPool::kNone for null.
    std::uint32_t symbol(std::size_t row) const {
        const std::int64_t id = numbers_.get(row);
        return id == kNullNumber ? SymbolPool::kNone : static_cast<std::uint32_t>(id);
    }
    const SymbolPool& pool() const { return pool_; }
    // Text columns.
    const TextPages& texts() const { return texts_; }

    void clear();
    std::size_t memory_bytes() const;

    static constexpr std::int64_t kNullNumber = NumberPages::kNull;

  private:
    std::int64_t symbol_of(std::string_view text) {
        const std::uint32_t id = pool_.intern(text);
        NB_ASSERT(id != SymbolPool::kNone);
        return id;
    }

    Storage storage_;
    NumberPages numbers_;
    SymbolPool pool_;
    TextPages texts_;
    mutable TextPages::Spelled spelled_{};
};

}  // namespace nats_blotter::table

// table/ledger.h - the books of two tables that must balance: for each key (an account and a
// security) the signed sum of one table's rows, the other's amount, and whether they differ.
//
// Both tables post every row that comes, changes or goes (Table::keep_books); a key costs two
// look-ups of an index. Rows that are not confirmed (phantoms) count nothing. A row that is
// unloaded at the row cap stays in the sum, and its key is remembered for a while, so that one that
// comes back is not counted twice.
//
// A difference is `entries + base - balances`. The base is what the entries do not hold: rows that
// the cap kept out, or that the source has no more. Sums are kept modulo 2^64: hostile amounts wrap
// around alike on both sides.
//
// What each key's entries are, and what those of the last minute add up to, is told to the row of
// its balance where the table of balances has columns for it (feed::is_told()).
//
// Knows no clock: advance() says the time, and session/books.h decides how long a difference may
// stand.
//
// Invariants (tests/table/ledger_test.cpp, against sums from scratch):
//   1. A key is among different() when and only when it differs, or did since the last settle().
//   2. Behind tell(), the told columns of each live row are those of its key, from scratch.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "feed/schema.h"
#include "table/change_log.h"
#include "table/key_index.h"
#include "table/minute_sums.h"
#include "table/symbol_pool.h"

namespace nats_blotter::table {

class Table;

enum class BookPage : std::uint8_t { Entries, Balances };

// What one row says, in the terms of its own table.
struct Posting {
    std::array<std::int64_t, feed::kBookByMax> by{};  // a number, or the id of a symbol
    std::int64_t amount = 0;
    std::uint64_t count = 1;  // 0: not confirmed
    std::int64_t second = 0;  // of an entry with a time: since the epoch
    RowId row = kNoRow;       // whose it is

    friend bool operator==(const Posting& a, const Posting& b) {
        return a.by == b.by && a.amount == b.amount && a.count == b.count && a.second == b.second;
    }
};

// Keys of unloaded rows by their hash, the last kUnloadedKeysMax of them.
class UnloadedKeys {
  public:
    void add(std::uint64_t hash);
    bool contains(std::uint64_t hash) const;
    // True when it was there.
    bool remove(std::uint64_t hash);
    void clear();
    std::size_t size() const { return index_.size(); }
    // More were added than are remembered.
    bool has_forgotten() const { return has_forgotten_; }

  private:
    static constexpr std::uint64_t kGone = 0;
    RowHash hasher() const;
    std::vector<std::uint64_t> ring_;
    std::size_t next_ = 0;
    bool has_forgotten_ = false;
    KeyIndex index_;
};

class Ledger {
  public:
    struct Key {
        std::array<std::int64_t, feed::kBookByMax> by{};
        std::uint64_t entries = 0;
        std::uint64_t balances = 0;
        std::uint64_t base = 0;
        bool listed = false;         // in different()
        bool was_even = false;       // balanced for a moment since the last settle()
        bool unjudged = false;       // its balance was unloaded
        bool broken = false;         // marked on the screen
        bool weighing = false;       // its base is being found
        bool doubted = false;        // its base may hold what a snapshot has shown since
        std::uint64_t rows = 0;      // entries
        std::uint64_t recent = 0;    // what those of the last minute add up to
        RowId balance_row = kNoRow;  // where that is told
        bool to_tell = false;        // it is among untold_
        // For session/books.h alone.
        MonotonicUs since = -1;
        std::uint64_t candidate = 0;
        MonotonicUs weight = 0;

        std::uint64_t difference() const { return entries + base - balances; }
    };

    explicit Ledger(feed::BookRule rule, std::size_t keys_max = kBookKeysMax)
        : rule_(std::move(rule)), keys_max_(keys_max) {}

    // ---- the tables (table.cpp)
    Posting posting_of(BookPage page, const Table& table, RowId row) const;
    // Bits as in Change::columns: a change of others is not to be posted.
    std::uint64_t columns(BookPage page) const;
    // An entry that a snapshot shows and the stream had not (`is_late`): a base may have held it.
    void add(BookPage page, const Table& table, const Posting& posting, std::uint64_t key_hash,
             bool is_late);
    void remove(BookPage page, const Table& table, const Posting& posting);
    // A row that was added says something else now.
    void change(BookPage page, const Table& table, const Posting& before, const Posting& after);
    // The row goes at the cap; `posting` was added and stays in the sum.
    void unload(BookPage page, const Table& table, const Posting& posting, std::uint64_t key_hash);
    // A row of a snapshot that the cap kept out, where it cannot be told from one that was
    // forgotten: what it says is in the base.
    void keep_out(std::uint64_t key_hash) { unloaded_.add(key_hash); }
    bool has_forgotten() const { return unloaded_.has_forgotten(); }
    // What the entry with this key says is in the sum or in the base, though no row has it.
    bool has_unloaded(std::uint64_t key_hash) const {
        return unloaded_.size() > 0 && unloaded_.contains(key_hash);
    }

    // ---- who tells
    // `balances` is the table that is told; to be called once, before any row.
    void begin_telling(const feed::TableSpec& balances);
    // It is this second since the epoch; amounts grow a minute old.
    void advance(std::int64_t second);
    // Writes what changed since the last call into the table of balances.
    void tell(Table& balances);
    bool has_untold() const { return !untold_.empty() || minute_.is_complete() != was_complete_; }
    // There are amounts that will grow old.
    bool is_waiting() const { return minute_.size() > 0 || !minute_.is_complete(); }
    std::uint64_t minute_refused() const { return minute_.refused(); }

    // ---- who judges
    std::vector<std::uint32_t>& different() { return different_; }
    Key& key(std::uint32_t index) { return keys_[index]; }
    // Strikes keys that are even from different().
    void settle();
    // The row's key is marked as broken.
    bool is_broken(BookPage page, const Table& table, RowId row) const;
    void mark(std::uint32_t index, bool broken);
    std::size_t broken_count() const { return broken_; }
    // Rises with every mark set or taken off.
    std::uint64_t version() const { return version_; }

    std::size_t key_count() const { return keys_.size(); }
    // Postings of keys past kBookKeysMax.
    std::uint64_t refused() const { return refused_; }
    // Both tables were cleared.
    void clear();

  private:
    const feed::BookSide& side(BookPage page) const;
    std::uint64_t hash_of(const std::array<std::int64_t, feed::kBookByMax>& by) const;
    RowHash hasher() const;
    // The posting's key in the ledger's own terms; false where it has a symbol not met yet.
    bool own_key(BookPage page, const Table& table, const Posting& posting,
                 std::array<std::int64_t, feed::kBookByMax>& by) const;
    bool make_own_key(BookPage page, const Table& table, const Posting& posting,
                      std::array<std::int64_t, feed::kBookByMax>& by);
    std::uint32_t find(const std::array<std::int64_t, feed::kBookByMax>& by) const;
    Key* open(BookPage page, const Table& table, const Posting& posting);
    void look_at(Key& key);
    void count(Key& key, const Posting& posting, bool adds);
    void settle_on(Key& key, RowId row);
    void want_told(Key& key);
    void want_all_told();

    feed::BookRule rule_;
    std::size_t keys_max_;
    std::vector<Key> keys_;
    KeyIndex index_;
    std::array<SymbolPool, feed::kBookByMax> symbols_;
    // Symbols of a table to symbols here, by page and place in the key.
    std::array<std::array<std::vector<std::uint32_t>, feed::kBookByMax>, 2> translated_;
    UnloadedKeys unloaded_;  // of the entries
    // Columns of the balances, -1: there is none.
    std::int32_t rows_column_ = -1;
    std::int32_t recent_column_ = -1;
    MinuteSums minute_;
    bool was_complete_ = true;
    std::vector<std::uint32_t> untold_;
    std::vector<std::uint32_t> different_;
    std::size_t broken_ = 0;
    std::uint64_t version_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace nats_blotter::table

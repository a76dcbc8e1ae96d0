// table/table.h - one live table: columns of cells, found by key, every change on record.
//
// Rows have ids that stay theirs until they are erased. Each mutation raises the generation and
// leaves a Change; views catch up from the changes, then the owner calls clear_changes(). The id of
// an erased row is not used again before that.
//
// Rows live in pages (paged.h) and the key index in segments (key_index.h), so that no insertion
// takes longer than some microseconds, however large the table is.
//
// Knows no subscriptions, snapshots or pixels; who may overwrite whom is feed/merge.h, applied by
// table/ingest.h.
//
// Invariants (tests/table/table_test.cpp, against a naive model):
//   1. find(key of row) == row, for every live row.
//   2. row_count() == number of live rows <= rows_max + eviction_allowance().
//   3. Each row has at most one Change between two clear_changes().
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/assert.h"
#include "feed/cell.h"
#include "feed/merge.h"
#include "feed/schema.h"
#include "table/change_log.h"
#include "table/column.h"
#include "table/eviction.h"
#include "table/fresh_gone.h"
#include "table/key_index.h"
#include "table/ledger.h"

namespace nats_blotter::table {

class Table {
  public:
    // `spec` is copied. Row ids stay below `row_ids_max`, which is at most kRowIdsMax.
    explicit Table(feed::TableSpec spec, std::size_t row_ids_max = kRowIdsMax);
    // A copy is to be read, and not written: its rows are in the books already.
    Table(const Table&) = default;
    Table& operator=(const Table&) = delete;

    const feed::TableSpec& spec() const { return spec_; }
    std::size_t row_count() const { return live_rows_; }
    // Row ids are below this; not all of them are live.
    std::size_t slot_count() const { return slots_; }
    bool is_live(RowId row) const { return (heads_[row].flags & kLive) != 0; }

    // The row with the key of this record, or kNoRow. REQUIRES: one cell for each column, keys not
    // null.
    RowId find(std::span<const feed::Cell> cells) const { return look_up(cells).row; }

    // Where a key is, or would be.
    struct Found {
        RowId row = kNoRow;
        std::uint64_t hash = 0;
    };
    Found look_up(std::span<const feed::Cell> cells) const;

    // REQUIRES: find(cells) == kNoRow. kNoRow and nothing changed when a limit is reached: a
    // column's own, or kRowIdsMax.
    RowId insert(std::span<const feed::Cell> cells, const feed::Provenance& provenance = {}) {
        return insert(look_up(cells), cells, provenance);
    }
    // The same. REQUIRES: `at` is what look_up() of these cells answered last.
    RowId insert(const Found& at, std::span<const feed::Cell> cells,
                 const feed::Provenance& provenance);
    // Overwrites all cells of a live row; false and nothing changed at a column's limit. REQUIRES:
    // find(cells) == row.
    [[nodiscard]] bool update(RowId row, std::span<const feed::Cell> cells);
    void erase(RowId row);
    void clear();

    // Bits, as in Change::columns, of the columns that tell() writes.
    std::uint64_t told_bits() const;
    // Writes one cell of a column that no record has (feed::is_told()); the others stay.
    void tell(RowId row, std::size_t column, const feed::Cell& cell);

    // A text points into the table; it dies at the table's next mutation and at the next cell() of
    // the same column.
    feed::Cell cell(RowId row, std::size_t column) const { return columns_[column].cell(row); }
    const Column& column(std::size_t index) const { return columns_[index]; }
    // -1, 0, 1; null sorts first.
    int compare(RowId a, RowId b, std::size_t column) const {
        return columns_[column].compare(a, b);
    }

    // The version cell of a row, lowest possible where null or without a version column.
    std::int64_t version(RowId row) const {
        if (spec_.version_column < 0) return INT64_MIN;
        return columns_[static_cast<std::size_t>(spec_.version_column)].number(row);
    }

    feed::Provenance provenance(RowId row) const;
    bool is_phantom(RowId row) const { return (heads_[row].flags & kPhantom) != 0; }
    // A row that becomes a phantom, or no longer is one, has a Change with kPhantomBit.
    void set_provenance(RowId row, const feed::Provenance& provenance);
    // An event wrote the row: it is no phantom, and the rest of its provenance stays.
    void note_streamed(RowId row, feed::SessionMs now_ms) {
        RowHead& head = heads_[row];
        NB_ASSERT((head.flags & kLive) != 0);
        head.streamed_at_ms = now_ms;
        if ((head.flags & kPhantom) != 0) end_phantom(row);
        head.flags |= kFromStream;
    }

    // Rises with every mutation.
    std::uint64_t generation() const { return generation_; }
    bool inserted_after(RowId row, std::uint64_t generation) const {
        return static_cast<std::uint64_t>(inserted_.get(row)) > generation;
    }

    std::span<const Change> changes() const { return log_.changes(); }
    // True after clear(): views must rebuild, changes() then holds what came after.
    bool was_cleared() const { return was_cleared_; }
    // How often it was cleared: symbols then lose their ids.
    std::uint64_t clears() const { return clears_; }
    void clear_changes();

    // To be called after each insertion: where there are more than rows_max rows, erases some of
    // the oldest by version (by arrival without one); see eviction.h. Answers how many; remembers
    // the newest version unloaded.
    std::size_t evict() { return live_rows_ <= spec_.rows_max ? 0 : evict_some(); }
    // Rows there may be above rows_max while the oldest are looked for.
    std::size_t eviction_allowance() const;
    std::uint64_t evicted() const { return evicted_; }
    // From here on a snapshot of all rows is read with this pass: evicted_unread() counts what is
    // evicted before it has shown it, and will when it comes to it.
    void begin_pass(feed::SnapshotPass pass, feed::SessionMs now_ms) {
        pass_now_ = pass;
        fresh_gone_.await(now_ms);
    }
    // Events of shortly before that have no row, and that the snapshot has not shown so far.
    std::size_t gone_unshown() const { return fresh_gone_.awaited(); }
    void note_gone(const Found& at, feed::SessionMs streamed_at) {
        fresh_gone_.add(at.hash, streamed_at);
    }
    void note_shown(const Found& at) {
        if (fresh_gone_.is_awaiting()) fresh_gone_.note_shown(at.hash);
    }
    void forget_gone() { fresh_gone_.clear(); }
    std::uint64_t evicted_unread() const { return evicted_unread_; }
    // A row at most this old is beyond the cap and need not be inserted: INT64_MIN before any
    // eviction.
    std::int64_t evicted_version() const { return evicted_version_; }
    // Rows were erased by others than evict(): old ones may be within the cap again.
    void forget_evicted_version() { evicted_version_ = INT64_MIN; }

    // From here on every row is posted to this page of the ledger, which must outlive the table;
    // who clears the one clears the other. REQUIRES: no rows yet.
    void keep_books(Ledger* ledger, BookPage page);
    // A row beyond the cap that is not to be inserted: the books have it all the same, since its
    // balance moves, or has moved before its event comes.
    void book_kept_out(const Found& at, std::span<const feed::Cell> cells, bool from_stream);
    bool is_broken(RowId row) const {
        return ledger_ != nullptr && ledger_->is_broken(page_, *this, row);
    }
    // Rises with every mark of the ledger that is_broken() tells of.
    std::uint64_t marks_version() const { return ledger_ == nullptr ? 0 : ledger_->version(); }

    // Memory of rows, index and texts, by capacity.
    std::size_t memory_bytes() const;

  private:
    static constexpr std::uint8_t kLive = 1;
    static constexpr std::uint8_t kFromStream = 2;
    static constexpr std::uint8_t kPhantom = 4;

    // What each event needs of a row beside its cells, in one place.
    struct RowHead {
        std::uint32_t change = 0;  // its place in the log
        feed::SessionMs streamed_at_ms = 0;
        feed::SnapshotPass pass = 0;
        std::uint8_t flags = 0;
    };
    // A half of a key's hash is kept, and tells the index enough.
    static std::uint32_t half_of(std::uint64_t hash) {
        return static_cast<std::uint32_t>(hash >> 32);
    }
    static std::uint64_t index_hash(std::uint32_t half) { return half * 0x9E3779B97F4A7C15u; }

    struct Written {
        std::uint64_t bit = 0;
        std::uint32_t column = 0;
    };

    static std::uint8_t flags_of(const feed::Provenance& provenance);
    std::uint64_t row_hash(RowId row) const;
    RowHash hasher() const;
    [[gnu::always_inline]] bool key_equals(RowId row) const {
        const std::uint16_t* column = spec_.key_columns.data();
        for (const KeyPart& part : key_)
            if (!columns_[*column++].equals(row, part)) return false;
        return true;
    }
    bool has_room_for_key(std::span<const feed::Cell> cells) const;
    bool take_new_symbols(std::span<const feed::Cell> cells);
    bool has_room_for_texts(std::span<const feed::Cell> cells) const {
        for (const Written& text : texts_)
            if (!columns_[text.column].has_room_for(cells[text.column])) return false;
        return true;
    }
    // All but the key; false and nothing changed at a column's limit. Adds the bits of what
    // changed. `before` is where what was posted of the row goes.
    bool write(RowId row, std::span<const feed::Cell> cells, std::uint64_t& changed,
               Posting* before);
    bool write_posted(RowId row, std::span<const feed::Cell> cells, std::uint64_t& changed);
    void end_phantom(RowId row);
    std::size_t evict_some();
    void make_places();
    void note(RowId row, Change::Kind kind, std::uint64_t columns);
    RowAge age_of(RowId row) const;
    void check_row(RowId row) const;
    void erase_row(RowId row, bool unloaded);
    void set_flags(RowId row, std::uint8_t flags, bool posted_anew);
    void post_change(const Posting& before, RowId row);

    feed::TableSpec spec_;
    std::size_t row_ids_max_;
    std::vector<Column> columns_;
    KeyIndex index_;
    PagedArray<RowHead> heads_;
    PagedArray<std::uint32_t> hashes_;  // a half of the key's
    NumberPages inserted_;              // the generation of the insertion
    std::vector<RowId> free_;           // ready for use
    std::vector<RowId> erased_;         // free after clear_changes()
    ChangeLog log_;
    Eviction eviction_;
    mutable std::vector<KeyPart> key_;  // of the last look_up()
    // What an update writes, by the kind of storage: all but the key's columns and those that the
    // books write.
    std::vector<Written>& written_as(Column::Storage storage);
    std::vector<Written> numbers_;
    std::vector<Written> symbols_;
    std::vector<Written> texts_;
    std::vector<std::int64_t> symbol_ids_;  // of the record under way, one for each of symbols_
    std::vector<std::uint16_t> told_columns_;
    std::size_t slots_ = 0;
    std::size_t live_rows_ = 0;
    std::uint64_t generation_ = 0;
    std::uint64_t evicted_ = 0;
    std::uint64_t evicted_unread_ = 0;
    FreshGone fresh_gone_;
    feed::SnapshotPass pass_now_ = 0;
    std::int64_t evicted_version_ = INT64_MIN;
    std::uint64_t clears_ = 0;
    bool was_cleared_ = false;
    Ledger* ledger_ = nullptr;
    BookPage page_ = BookPage::Entries;
    std::uint64_t posted_columns_ = 0;
};

}  // namespace nats_blotter::table

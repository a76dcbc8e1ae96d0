#include "table/table.h"

#include <algorithm>

#include "base/assert.h"
#include "base/limits.h"

namespace nats_blotter::table {
namespace {

// Finds unloaded with each insertion, so that the table returns to its cap.
constexpr std::size_t kUnloadedAtOnce = 2;

// Spare rows a pass looks at for each that it must, so that it is through in time.
constexpr std::size_t kHaste = 2;

constexpr std::size_t kPlacesAtFirst = 64;

std::vector<Column> make_columns(const feed::TableSpec& spec) {
    std::vector<Column> columns;
    columns.reserve(spec.columns.size());
    for (const feed::ColumnSpec& column : spec.columns) columns.emplace_back(column.type);
    return columns;
}

}  // namespace

Table::Table(feed::TableSpec spec, std::size_t row_ids_max)
    : spec_(std::move(spec)), row_ids_max_(row_ids_max), columns_(make_columns(spec_)) {
    NB_ASSERT(row_ids_max_ <= kRowIdsMax);
    NB_ASSERT(!spec_.key_columns.empty());
    NB_ASSERT(spec_.columns.size() <= kColumnsMax);
    NB_ASSERT(spec_.rows_max > 0);
    key_.resize(spec_.key_columns.size());
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const auto column = static_cast<std::uint16_t>(i);
        if (feed::is_told(spec_.columns[i].origin))
            told_columns_.push_back(column);
        else if (std::count(spec_.key_columns.begin(), spec_.key_columns.end(), column) == 0)
            written_as(columns_[i].storage()).push_back({column_bit(i), column});
    }
    symbol_ids_.resize(symbols_.size());
}

std::vector<Table::Written>& Table::written_as(Column::Storage storage) {
    switch (storage) {
        case Column::Storage::Number: return numbers_;
        case Column::Storage::Symbol: return symbols_;
        case Column::Storage::Text: break;
    }
    return texts_;
}

std::uint64_t Table::row_hash(RowId row) const {
    std::uint64_t hash = 0;
    for (const std::uint16_t column : spec_.key_columns)
        hash = columns_[column].key_hash(row, hash + 1);
    return hash;
}

RowHash Table::hasher() const {
    return {this,
            [](const void* table, std::uint32_t row) {
                return index_hash(static_cast<const Table*>(table)->hashes_[row]);
            },
            [](const void* table, std::span<const std::uint32_t> rows,
               std::span<std::uint64_t> hashes) {
                const auto& held = static_cast<const Table*>(table)->hashes_;
                for (std::size_t i = 0; i < rows.size(); ++i) hashes[i] = index_hash(held[rows[i]]);
            }};
}

Table::Found Table::look_up(std::span<const feed::Cell> cells) const {
    Found found;
    std::uint64_t hash = 0;
    const std::uint16_t* column = spec_.key_columns.data();
    for (KeyPart& part : key_) {
        hash = columns_[*column].take_apart(cells[*column], hash + 1, part);
        ++column;
    }
    found.hash = hash;
    found.row =
        index_.find(index_hash(half_of(hash)), [this](RowId row) { return key_equals(row); });
    return found;
}

bool Table::has_room_for_key(std::span<const feed::Cell> cells) const {
    for (const std::uint16_t column : spec_.key_columns)
        if (!columns_[column].has_room_for(cells[column])) return false;
    return true;
}

// The ids of the record's symbols, where one was not met lately.
bool Table::take_new_symbols(std::span<const feed::Cell> cells) {
    for (const Written& symbol : symbols_)
        if (!columns_[symbol.column].has_room_for(cells[symbol.column])) return false;
    for (std::size_t i = 0; i < symbols_.size(); ++i) {
        const std::uint32_t column = symbols_[i].column;
        symbol_ids_[i] = columns_[column].symbol_for(cells[column]);
    }
    return true;
}

bool Table::write(RowId row, std::span<const feed::Cell> cells, std::uint64_t& changed,
                  Posting* before) {
    // Held here: a byte that is written might be any of the table's own for what a compiler knows.
    Column* const columns = columns_.data();
    const feed::Cell* const record = cells.data();
    const std::span<const Written> symbols = symbols_;
    std::int64_t* const ids = symbol_ids_.data();
    bool known = true;
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        const std::uint32_t column = symbols[i].column;
        ids[i] = columns[column].known_symbol(record[column]);
        known &= ids[i] != Column::kUnknown;
    }
    if (!texts_.empty() && !has_room_for_texts(cells)) return false;
    if (!known && !take_new_symbols(cells)) return false;
    if (before != nullptr) *before = ledger_->posting_of(page_, *this, row);
    std::uint64_t bits = 0;
    for (const Written& number : std::span<const Written>(numbers_)) {
        const std::int64_t value = Column::number_of(record[number.column]);
        columns[number.column].set_number(row, value, number.bit, bits);
    }
    for (std::size_t i = 0; i < symbols.size(); ++i)
        columns[symbols[i].column].set_number(row, ids[i], symbols[i].bit, bits);
    for (const Written& text : texts_)
        if (columns[text.column].set(row, record[text.column])) bits |= text.bit;
    changed |= bits;
    return true;
}

RowId Table::insert(const Found& at, std::span<const feed::Cell> cells,
                    const feed::Provenance& provenance) {
    NB_ASSERT(cells.size() == columns_.size() && at.row == kNoRow);
    const bool is_spare = !free_.empty();
    if (!is_spare && slots_ >= row_ids_max_) return kNoRow;
    if (!is_spare && slots_ == heads_.size()) make_places();
    const RowId row = is_spare ? free_.back() : static_cast<RowId>(slots_);
    std::uint64_t changed = 0;
    if (!has_room_for_key(cells) || !write(row, cells, changed, nullptr)) return kNoRow;
    if (is_spare)
        free_.pop_back();
    else
        ++slots_;
    bool is_new_symbol = false;
    for (std::size_t i = 0; i < key_.size(); ++i) {
        const std::uint16_t column = spec_.key_columns[i];
        columns_[column].set_key(row, cells[column], key_[i]);
        is_new_symbol |= !key_[i].possible;
    }
    for (const std::uint16_t column : told_columns_) columns_[column].set(row, {});
    // A symbol that nobody had met has its id only now.
    const std::uint64_t hash = is_new_symbol ? row_hash(row) : at.hash;
    RowHead& head = heads_[row];
    head.flags = flags_of(provenance);
    head.streamed_at_ms = provenance.streamed_at_ms;
    head.pass = provenance.pass;
    hashes_[row] = half_of(hash);
    index_.insert(index_hash(half_of(hash)), row, hasher());
    if (ledger_ != nullptr) {
        ledger_->add(page_, *this, ledger_->posting_of(page_, *this, row), hash,
                     !provenance.from_stream);
    }
    ++live_rows_;
    ++generation_;
    log_.append(row, head.change, Change::Kind::Inserted, 0);
    inserted_.set(row, static_cast<std::int64_t>(generation_));
    return row;
}

// Places for more rows: by and by a page for a small table, then page by page.
void Table::make_places() {
    const std::size_t used = place_in_page(slots_);
    const std::size_t more = used == 0 && slots_ > 0 ? kPageRows : std::max(kPlacesAtFirst, used);
    const std::size_t places = slots_ + std::min(more, kPageRows - used);
    heads_.resize(places, {});
    hashes_.resize(places, 0);
    inserted_.resize(places);
    for (Column& column : columns_) column.resize(places);
}

bool Table::update(RowId row, std::span<const feed::Cell> cells) {
    check_row(row);
    std::uint64_t changed = 0;
    if (ledger_ == nullptr ? !write(row, cells, changed, nullptr)
                           : !write_posted(row, cells, changed))
        return false;
    if (changed != 0) note(row, Change::Kind::Updated, changed);
    return true;
}

bool Table::write_posted(RowId row, std::span<const feed::Cell> cells, std::uint64_t& changed) {
    Posting before;
    if (!write(row, cells, changed, &before)) return false;
    if ((changed & posted_columns_) != 0) post_change(before, row);
    return true;
}

std::uint64_t Table::told_bits() const {
    std::uint64_t bits = 0;
    // A bit that is shared says nothing of its own.
    for (const std::uint16_t column : told_columns_)
        if (column < 62) bits |= column_bit(column);
    return bits;
}

void Table::tell(RowId row, std::size_t column, const feed::Cell& cell) {
    check_row(row);
    NB_ASSERT(feed::is_told(spec_.columns[column].origin));
    if (columns_[column].set(row, cell)) note(row, Change::Kind::Updated, column_bit(column));
}

void Table::erase(RowId row) { erase_row(row, false); }

void Table::erase_row(RowId row, bool unloaded) {
    check_row(row);
    if (ledger_ != nullptr) {
        const std::uint64_t hash = row_hash(row);
        const Posting posting = ledger_->posting_of(page_, *this, row);
        if (unloaded)
            ledger_->unload(page_, *this, posting, hash);
        else
            ledger_->remove(page_, *this, posting);
    }
    index_.erase(index_hash(hashes_[row]), row, hasher());
    for (Column& column : columns_) column.release(row);
    --live_rows_;
    erased_.push_back(row);
    note(row, Change::Kind::Erased, 0);
    heads_[row].flags = 0;
}

void Table::clear() {
    for (Column& column : columns_) column.clear();
    index_.clear();
    heads_.clear();
    hashes_.clear();
    inserted_.clear();
    free_.clear();
    erased_.clear();
    log_.clear_changes();
    eviction_.clear();
    slots_ = 0;
    live_rows_ = 0;
    evicted_version_ = INT64_MIN;
    fresh_gone_.clear();
    was_cleared_ = true;
    ++clears_;
    ++generation_;
}

feed::Provenance Table::provenance(RowId row) const {
    const RowHead& head = heads_[row];
    feed::Provenance provenance;
    provenance.streamed_at_ms = head.streamed_at_ms;
    provenance.pass = head.pass;
    provenance.from_stream = (head.flags & kFromStream) != 0;
    provenance.phantom = (head.flags & kPhantom) != 0;
    return provenance;
}

std::uint8_t Table::flags_of(const feed::Provenance& provenance) {
    return static_cast<std::uint8_t>(kLive | (provenance.from_stream ? kFromStream : 0) |
                                     (provenance.phantom ? kPhantom : 0));
}

void Table::set_provenance(RowId row, const feed::Provenance& provenance) {
    check_row(row);
    const bool turns = provenance.phantom != is_phantom(row);
    if (turns) note(row, Change::Kind::Updated, kPhantomBit);
    heads_[row].streamed_at_ms = provenance.streamed_at_ms;
    heads_[row].pass = provenance.pass;
    set_flags(row, flags_of(provenance), turns);
}

// An event has told of the row.
void Table::end_phantom(RowId row) {
    note(row, Change::Kind::Updated, kPhantomBit);
    set_flags(row, static_cast<std::uint8_t>(heads_[row].flags & ~kPhantom), true);
}

void Table::set_flags(RowId row, std::uint8_t flags, bool posted_anew) {
    if (ledger_ == nullptr || !posted_anew) {
        heads_[row].flags = flags;
        return;
    }
    const Posting before = ledger_->posting_of(page_, *this, row);
    heads_[row].flags = flags;
    post_change(before, row);
}

void Table::post_change(const Posting& before, RowId row) {
    const Posting after = ledger_->posting_of(page_, *this, row);
    if (before == after) return;
    ledger_->change(page_, *this, before, after);
}

void Table::keep_books(Ledger* ledger, BookPage page) {
    NB_ASSERT(live_rows_ == 0);
    ledger_ = ledger;
    page_ = page;
    posted_columns_ = ledger->columns(page);
    if (page == BookPage::Balances) ledger->begin_telling(spec_);
}

void Table::book_kept_out(const Found& at, std::span<const feed::Cell> cells, bool from_stream) {
    if (ledger_ == nullptr || page_ != BookPage::Entries || ledger_->has_unloaded(at.hash)) return;
    if (!from_stream && ledger_->has_forgotten()) return ledger_->keep_out(at.hash);
    feed::Provenance provenance;
    provenance.from_stream = from_stream;
    const RowId row = insert(at, cells, provenance);
    if (row != kNoRow) erase_row(row, true);
}

void Table::note(RowId row, Change::Kind kind, std::uint64_t columns) {
    ++generation_;
    log_.note(row, heads_[row].change, kind, columns);
}

void Table::clear_changes() {
    log_.clear_changes();
    free_.insert(free_.end(), erased_.begin(), erased_.end());
    erased_.clear();
    was_cleared_ = false;
}

std::size_t Table::eviction_allowance() const {
    return std::max<std::size_t>(1, spec_.rows_max / kEvictionBatchDivisor);
}

RowAge Table::age_of(RowId row) const {
    if (!is_live(row)) return {};
    return {version(row), inserted_.get(row), row};
}

std::size_t Table::evict_some() {
    const std::size_t allowance = eviction_allowance();
    // Where what was found has all been written since, so that the allowance is used up.
    const bool overdue = live_rows_ > spec_.rows_max + allowance;
    if (overdue) eviction_.clear();
    if (!eviction_.has_finds()) {
        const auto age = [this](RowId row) { return age_of(row); };
        const std::size_t rows = overdue ? slots_ : slots_ * kHaste / allowance + 1;
        if (!eviction_.look_on(rows, slots_, allowance, age)) return 0;
    }
    std::size_t erased = 0;
    while (eviction_.has_finds() && live_rows_ > spec_.rows_max && erased < kUnloadedAtOnce) {
        const RowAge oldest = eviction_.take();
        if (!(age_of(oldest.row) == oldest)) continue;
        evicted_version_ = std::max(evicted_version_, oldest.version);
        // What only the stream has told of may not be in the snapshot yet.
        const feed::Provenance of = provenance(oldest.row);
        if (of.pass != 0 && !feed::pass_reaches(of.pass, pass_now_)) ++evicted_unread_;
        if (of.pass == 0 && of.from_stream)
            fresh_gone_.add(row_hash(oldest.row), of.streamed_at_ms);
        erase_row(oldest.row, true);
        ++erased;
    }
    evicted_ += erased;
    return erased;
}

std::size_t Table::memory_bytes() const {
    std::size_t bytes = index_.memory_bytes() + heads_.memory_bytes() + hashes_.memory_bytes() +
                        inserted_.memory_bytes() + log_.memory_bytes() + eviction_.memory_bytes() +
                        (free_.capacity() + erased_.capacity()) * sizeof(RowId);
    for (const Column& column : columns_) bytes += column.memory_bytes();
    return bytes;
}

void Table::check_row(RowId row) const { NB_ASSERT(row < slots_ && is_live(row)); }

}  // namespace nats_blotter::table

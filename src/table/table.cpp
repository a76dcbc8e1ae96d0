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
}

std::uint64_t Table::row_hash(RowId row) const {
    std::uint64_t hash = 0;
    for (const std::uint16_t column : spec_.key_columns)
        hash = columns_[column].key_hash(row, hash + 1);
    return hash;
}

RowHash Table::hasher() const {
    return {this, [](const void* table, std::uint32_t row) {
                return static_cast<const Table*>(table)->row_hash(row);
            }};
}

// Puts the parts of the key into key_ and answers its hash.
std::uint64_t Table::take_apart(std::span<const feed::Cell> cells) const {
    std::uint64_t hash = 0;
    for (std::size_t i = 0; i < key_.size(); ++i) {
        const std::uint16_t column = spec_.key_columns[i];
        key_[i] = columns_[column].key_part(cells[column], hash + 1);
        hash = key_[i].hash;
    }
    return hash;
}

bool Table::key_equals(RowId row) const {
    for (std::size_t i = 0; i < key_.size(); ++i)
        if (!columns_[spec_.key_columns[i]].equals(row, key_[i])) return false;
    return true;
}

RowId Table::find(std::span<const feed::Cell> cells) const {
    const std::uint64_t hash = take_apart(cells);
    return index_.find(hash, [this](RowId row) { return key_equals(row); });
}

RowId Table::insert(std::span<const feed::Cell> cells) {
    NB_ASSERT(cells.size() == columns_.size());
    for (std::size_t i = 0; i < columns_.size(); ++i)
        if (!columns_[i].has_room_for(cells[i])) return kNoRow;
    RowId row = 0;
    if (free_.empty()) {
        if (slots_ >= row_ids_max_) return kNoRow;
        if (slots_ == flags_.size()) make_places();
        row = static_cast<RowId>(slots_++);
    } else {
        row = free_.back();
        free_.pop_back();
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) columns_[i].set(row, cells[i]);
    flags_[row] = kLive;
    streamed_at_ms_.set(row, 0);
    pass_.set(row, 0);
    index_.insert(row_hash(row), row, hasher());
    ++live_rows_;
    note(row, Change::Kind::Inserted, 0);
    inserted_.set(row, static_cast<std::int64_t>(generation_));
    return row;
}

// Places for more rows: by and by a page for a small table, then page by page.
void Table::make_places() {
    const std::size_t used = place_in_page(slots_);
    const std::size_t more = used == 0 && slots_ > 0 ? kPageRows : std::max(kPlacesAtFirst, used);
    const std::size_t places = slots_ + std::min(more, kPageRows - used);
    flags_.resize(places, 0);
    streamed_at_ms_.resize(places);
    pass_.resize(places);
    inserted_.resize(places);
    for (Column& column : columns_) column.resize(places);
}

bool Table::update(RowId row, std::span<const feed::Cell> cells) {
    check_row(row);
    for (std::size_t i = 0; i < columns_.size(); ++i)
        if (!columns_[i].has_room_for(cells[i])) return false;
    std::uint64_t changed = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i)
        if (columns_[i].set(row, cells[i])) changed |= column_bit(i);
    if (changed != 0) note(row, Change::Kind::Updated, changed);
    return true;
}

void Table::erase(RowId row) {
    check_row(row);
    index_.erase(row_hash(row), row, hasher());
    for (Column& column : columns_) column.release(row);
    flags_[row] = 0;
    --live_rows_;
    erased_.push_back(row);
    note(row, Change::Kind::Erased, 0);
}

void Table::clear() {
    for (Column& column : columns_) column.clear();
    index_.clear();
    flags_.clear();
    streamed_at_ms_.clear();
    pass_.clear();
    inserted_.clear();
    free_.clear();
    erased_.clear();
    log_.clear();
    eviction_.clear();
    slots_ = 0;
    live_rows_ = 0;
    evicted_version_ = INT64_MIN;
    was_cleared_ = true;
    ++clears_;
    ++generation_;
}

std::int64_t Table::version(RowId row) const {
    if (spec_.version_column < 0) return INT64_MIN;
    return columns_[static_cast<std::size_t>(spec_.version_column)].number(row);
}

feed::Provenance Table::provenance(RowId row) const {
    feed::Provenance provenance;
    provenance.streamed_at_ms = static_cast<feed::SessionMs>(streamed_at_ms_.get(row));
    provenance.pass = static_cast<feed::SnapshotPass>(pass_.get(row));
    provenance.from_stream = (flags_[row] & kFromStream) != 0;
    provenance.phantom = is_phantom(row);
    return provenance;
}

void Table::set_provenance(RowId row, const feed::Provenance& provenance) {
    check_row(row);
    if (provenance.phantom != is_phantom(row)) note(row, Change::Kind::Updated, kPhantomBit);
    streamed_at_ms_.set(row, provenance.streamed_at_ms);
    pass_.set(row, provenance.pass);
    flags_[row] = static_cast<std::uint8_t>(kLive | (provenance.from_stream ? kFromStream : 0) |
                                            (provenance.phantom ? kPhantom : 0));
}

void Table::note(RowId row, Change::Kind kind, std::uint64_t columns) {
    ++generation_;
    log_.note(row, kind, columns);
}

void Table::clear_changes() {
    log_.clear();
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

std::size_t Table::evict() {
    if (live_rows_ <= spec_.rows_max) return 0;
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
        if (oldest.row >= slots_ || !(age_of(oldest.row) == oldest)) continue;
        evicted_version_ = std::max(evicted_version_, oldest.version);
        erase(oldest.row);
        ++erased;
    }
    evicted_ += erased;
    return erased;
}

std::size_t Table::memory_bytes() const {
    std::size_t bytes = index_.memory_bytes() + flags_.memory_bytes() +
                        streamed_at_ms_.memory_bytes() + pass_.memory_bytes() +
                        inserted_.memory_bytes() + log_.memory_bytes() + eviction_.memory_bytes() +
                        (free_.capacity() + erased_.capacity()) * sizeof(RowId);
    for (const Column& column : columns_) bytes += column.memory_bytes();
    return bytes;
}

void Table::check_row(RowId row) const { NB_ASSERT(row < slots_ && is_live(row)); }

}  // namespace nats_blotter::table

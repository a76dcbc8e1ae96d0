#include "table/table.h"

#include <algorithm>

#include "base/assert.h"
#include "base/limits.h"

namespace nats_blotter::table {
namespace {

std::uint64_t cell_hash(const feed::Cell& cell, std::uint64_t seed) {
    return cell.kind == feed::Cell::Kind::Text ? hash_bytes(cell.text, seed)
                                               : hash_number(cell.number, seed);
}

std::vector<Column> make_columns(const feed::TableSpec& spec) {
    std::vector<Column> columns;
    for (const feed::ColumnSpec& column : spec.columns) columns.emplace_back(column.type);
    return columns;
}

}  // namespace

Table::Table(feed::TableSpec spec) : spec_(std::move(spec)), columns_(make_columns(spec_)) {
    NB_ASSERT(!spec_.key_columns.empty());
    NB_ASSERT(spec_.columns.size() <= kColumnsMax);
    NB_ASSERT(spec_.rows_max > 0);
}

std::uint64_t Table::key_hash(std::span<const feed::Cell> cells) const {
    std::uint64_t hash = 0;
    for (const std::uint16_t column : spec_.key_columns) hash = cell_hash(cells[column], hash + 1);
    return hash;
}

std::uint64_t Table::row_hash(RowId row) const {
    std::uint64_t hash = 0;
    for (const std::uint16_t column : spec_.key_columns)
        hash = cell_hash(columns_[column].cell(row), hash + 1);
    return hash;
}

bool Table::key_equals(RowId row, std::span<const feed::Cell> cells) const {
    return std::all_of(
        spec_.key_columns.begin(), spec_.key_columns.end(),
        [&](std::uint16_t column) { return columns_[column].cell(row) == cells[column]; });
}

RowId Table::find(std::span<const feed::Cell> cells) const {
    return index_.find(key_hash(cells), [&](RowId row) { return key_equals(row, cells); });
}

RowId Table::insert(std::span<const feed::Cell> cells) {
    NB_ASSERT(cells.size() == columns_.size());
    for (std::size_t i = 0; i < columns_.size(); ++i)
        if (!columns_[i].has_room_for(cells[i])) return kNoRow;
    RowId row = 0;
    if (free_.empty()) {
        row = static_cast<RowId>(slots_.size());
        slots_.emplace_back();
        for (Column& column : columns_) column.resize(slots_.size());
    } else {
        row = free_.back();
        free_.pop_back();
        slots_[row] = Slot{};
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) columns_[i].set(row, cells[i]);
    slots_[row].live = true;
    index_.insert(key_hash(cells), row);
    ++live_rows_;
    note(row, Change::Kind::Inserted, 0);
    slots_[row].inserted_generation = static_cast<std::uint32_t>(generation_);
    return row;
}

bool Table::update(RowId row, std::span<const feed::Cell> cells) {
    check_row(row);
    NB_ASSERT_DEBUG(key_equals(row, cells));
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
    index_.erase(row_hash(row), row);
    for (Column& column : columns_) column.set_null(row);
    slots_[row].live = false;
    --live_rows_;
    erased_.push_back(row);
    note(row, Change::Kind::Erased, 0);
}

void Table::clear() {
    for (Column& column : columns_) column.clear();
    index_.clear();
    slots_.clear();
    free_.clear();
    erased_.clear();
    changes_.clear();
    live_rows_ = 0;
    evicted_version_ = INT64_MIN;
    was_cleared_ = true;
    ++generation_;
}

std::int64_t Table::version(RowId row) const {
    if (spec_.version_column < 0) return INT64_MIN;
    return columns_[static_cast<std::size_t>(spec_.version_column)].number(row);
}

void Table::note(RowId row, Change::Kind kind, std::uint64_t columns) {
    ++generation_;
    Slot& slot = slots_[row];
    if (slot.change_index == UINT32_MAX) {
        slot.change_index = static_cast<std::uint32_t>(changes_.size());
        changes_.push_back({row, kind, columns});
        return;
    }
    Change& change = changes_[slot.change_index];
    change.columns |= columns;
    // A row inserted in this batch stays "inserted" until it is erased.
    if (kind == Change::Kind::Erased) change.kind = kind;
}

void Table::clear_changes() {
    for (const Change& change : changes_) slots_[change.row].change_index = UINT32_MAX;
    changes_.clear();
    free_.insert(free_.end(), erased_.begin(), erased_.end());
    erased_.clear();
    was_cleared_ = false;
}

std::size_t Table::evict() {
    const std::size_t batch = std::max<std::size_t>(1, spec_.rows_max / kEvictionBatchDivisor);
    if (live_rows_ <= spec_.rows_max + batch - 1) return 0;
    std::vector<RowId> rows;
    rows.reserve(live_rows_);
    for (RowId row = 0; row < slots_.size(); ++row)
        if (slots_[row].live) rows.push_back(row);
    const std::size_t surplus = live_rows_ - spec_.rows_max;
    const auto older = [this](RowId a, RowId b) {
        const std::int64_t version_a = version(a);
        const std::int64_t version_b = version(b);
        return version_a != version_b ? version_a < version_b : a < b;
    };
    const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(surplus);
    std::nth_element(rows.begin(), middle, rows.end(), older);
    for (auto row = rows.begin(); row != middle; ++row) {
        evicted_version_ = std::max(evicted_version_, version(*row));
        erase(*row);
    }
    evicted_ += surplus;
    return surplus;
}

std::size_t Table::memory_bytes() const {
    std::size_t bytes = index_.memory_bytes() + slots_.capacity() * sizeof(Slot) +
                        (free_.capacity() + erased_.capacity()) * sizeof(RowId) +
                        changes_.capacity() * sizeof(Change);
    for (const Column& column : columns_) bytes += column.memory_bytes();
    return bytes;
}

void Table::check_row(RowId row) const { NB_ASSERT(row < slots_.size() && slots_[row].live); }

}  // namespace nats_blotter::table

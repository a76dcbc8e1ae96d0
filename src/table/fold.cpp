#include "table/fold.h"

#include "base/assert.h"

namespace nats_blotter::table {

Fold::Fold(const Table& source, Table& folded, feed::FoldSpec spec)
    : source_(source), folded_(folded), spec_(std::move(spec)), added_(spec_.sums.size()) {
    NB_ASSERT(folded.spec().columns.size() == spec_.by.size() + spec_.sums.size());
    for (const std::uint16_t column : spec_.by) columns_ |= column_bit(column);
    for (const feed::FoldSum& sum : spec_.sums) {
        columns_ |= column_bit(sum.column);
        if (sum.sign >= 0) columns_ |= column_bit(static_cast<std::size_t>(sum.sign));
    }
    cells_.resize(folded.spec().columns.size());
}

void Fold::catch_up() {
    if (source_.was_cleared()) forget_all();
    for (const Change& change : source_.changes()) {
        if (change.kind == Change::Kind::Updated && (change.columns & columns_) == 0) continue;
        remove(change.row);
        if (source_.is_live(change.row) && !source_.is_phantom(change.row)) add(change.row);
    }
    write_changed();
}

void Fold::forget_all() {
    folded_.clear();
    group_of_row_.clear();
    for (NumberPages& added : added_) added.clear();
    groups_.clear();
    changed_.clear();
}

void Fold::add(RowId row) {
    const RowId group = group_of(row);
    if (group == kNoRow) return;
    group_of_row_.set(row, group);
    ++groups_[group].rows;
    for (std::size_t i = 0; i < added_.size(); ++i) {
        const std::int64_t amount = amount_of(row, spec_.sums[i]);
        added_[i].set(row, amount);
        if (amount != NumberPages::kNull) groups_[group].sums[i].add(amount);
    }
    touch(group);
}

void Fold::remove(RowId row) {
    // A place for it is made here, since what a new place holds is not said.
    if (row >= group_of_row_.size()) {
        const std::size_t before = group_of_row_.size();
        group_of_row_.resize(row + 1);
        for (NumberPages& added : added_) added.resize(row + 1);
        for (std::size_t made = before; made <= row; ++made)
            group_of_row_.set(made, NumberPages::kNull);
        return;
    }
    const std::int64_t held = group_of_row_.get(row);
    if (held == NumberPages::kNull) return;
    const auto group = static_cast<RowId>(held);
    group_of_row_.set(row, NumberPages::kNull);
    --groups_[group].rows;
    for (std::size_t i = 0; i < added_.size(); ++i) {
        const std::int64_t amount = added_[i].get(row);
        if (amount != NumberPages::kNull) groups_[group].sums[i].subtract(amount);
    }
    touch(group);
}

std::int64_t Fold::amount_of(RowId row, const feed::FoldSum& sum) const {
    const std::int64_t amount = source_.column(sum.column).number(row);
    if (sum.sign < 0 || amount == NumberPages::kNull) return amount;
    const feed::Cell sign = source_.cell(row, static_cast<std::size_t>(sum.sign));
    return !sign.is_null() && sign.text == sum.minus ? -amount : amount;
}

// The row of the folded table, which is made where there is none yet.
RowId Fold::group_of(RowId row) {
    for (std::size_t i = 0; i < spec_.by.size(); ++i) {
        cells_[i] = source_.cell(row, spec_.by[i]);
        if (cells_[i].is_null()) return kNoRow;
    }
    for (std::size_t i = spec_.by.size(); i < cells_.size(); ++i)
        cells_[i] = feed::Cell::of_number(0);
    const Table::Found at = folded_.look_up(cells_);
    if (at.row != kNoRow) return at.row;
    const RowId group = folded_.insert(at, cells_, {});
    if (group == kNoRow) {
        ++refused_;
        return kNoRow;
    }
    if (group >= groups_.size()) groups_.resize(group + 1);
    groups_[group] = {};
    groups_[group].sums.resize(spec_.sums.size());
    return group;
}

void Fold::touch(RowId group) {
    if (groups_[group].changed) return;
    groups_[group].changed = true;
    changed_.push_back(group);
}

void Fold::write_changed() {
    for (const RowId group : changed_) {
        Group& held = groups_[group];
        held.changed = false;
        if (held.rows == 0) {
            folded_.erase(group);
            continue;
        }
        for (std::size_t i = 0; i < spec_.by.size(); ++i) cells_[i] = folded_.cell(group, i);
        for (std::size_t i = 0; i < held.sums.size(); ++i) {
            const std::int64_t sum = held.sums[i].clamped();
            const bool fits = sum != INT64_MAX && sum != INT64_MIN;
            cells_[spec_.by.size() + i] = fits ? feed::Cell::of_number(sum) : feed::Cell{};
        }
        if (!folded_.update(group, cells_)) ++refused_;
    }
    changed_.clear();
}

}  // namespace nats_blotter::table

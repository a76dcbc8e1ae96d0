#include "table/groups.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "base/sort_ids.h"

namespace nats_blotter::table {
namespace {

void count_row(Totals& totals, bool is_phantom, int by) {
    totals.rows += static_cast<std::uint64_t>(by);
    if (!is_phantom) totals.summed_rows += static_cast<std::uint64_t>(by);
}

}  // namespace

void WideSum::add(std::int64_t value) {
    const auto low = static_cast<std::uint64_t>(value);
    low_ += low;
    high_ += (value < 0 ? -1 : 0) + (low_ < low ? 1 : 0);
}

void WideSum::subtract(std::int64_t value) {
    const auto low = static_cast<std::uint64_t>(value);
    high_ -= (value < 0 ? -1 : 0) + (low_ < low ? 1 : 0);
    low_ -= low;
}

void WideSum::add(const WideSum& other) {
    low_ += other.low_;
    high_ += other.high_ + (low_ < other.low_ ? 1 : 0);
}

void WideSum::subtract(const WideSum& other) {
    high_ -= other.high_ + (low_ < other.low_ ? 1 : 0);
    low_ -= other.low_;
}

std::int64_t WideSum::clamped() const {
    const auto low = static_cast<std::int64_t>(low_);
    if (high_ == (low < 0 ? -1 : 0)) return low;
    return high_ < 0 ? INT64_MIN : INT64_MAX;
}

void WideSum::append_to(std::string& out, int scale) const {
    std::uint64_t high = static_cast<std::uint64_t>(high_);
    std::uint64_t low = low_;
    if (high_ < 0) {
        out.push_back('-');
        low = 0 - low;
        high = ~high + (low == 0 ? 1 : 0);
    }
    std::array<std::uint32_t, 4> words = {
        static_cast<std::uint32_t>(high >> 32), static_cast<std::uint32_t>(high),
        static_cast<std::uint32_t>(low >> 32), static_cast<std::uint32_t>(low)};
    std::array<char, 64> digits;  // 2^127 has 39
    std::size_t count = 0;
    const auto is_zero = [](std::uint32_t word) { return word == 0; };
    while (count < static_cast<std::size_t>(scale) + 1 ||
           !std::all_of(words.begin(), words.end(), is_zero)) {
        std::uint64_t rest = 0;
        for (std::uint32_t& word : words) {
            const std::uint64_t part = rest << 32 | word;
            word = static_cast<std::uint32_t>(part / 10);
            rest = part % 10;
        }
        digits[count++] = static_cast<char>('0' + rest);
    }
    while (count > 0) {
        if (scale > 0 && count == static_cast<std::size_t>(scale)) out.push_back('.');
        out.push_back(digits[--count]);
    }
}

void Totals::add(const Totals& other) {
    rows += other.rows;
    summed_rows += other.summed_rows;
    longs.add(other.longs);
    if (sums.size() < other.sums.size()) sums.resize(other.sums.size());
    for (std::size_t i = 0; i < other.sums.size(); ++i) sums[i].add(other.sums[i]);
}

void add_row(Totals& totals, const Table& table, RowId row,
             const std::vector<std::uint16_t>& columns) {
    totals.sums.resize(columns.size());
    count_row(totals, table.is_phantom(row), 1);
    if (table.is_phantom(row)) return;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::int64_t value = table.column(columns[i]).number(row);
        if (value != Column::kNullNumber) totals.sums[i].add(value);
    }
}

Groups::Groups(const Table& table, GroupSpec spec)
    : table_(&table),
      spec_(std::move(spec)),
      values_(spec_.column < 0
                  ? feed::ColumnType::Int
                  : table.spec().columns[static_cast<std::size_t>(spec_.column)].type) {
    totals_.sums.resize(spec_.sums.size());
    added_.resize(spec_.sums.size());
    if (spec_.column >= 0) columns_ |= column_bit(static_cast<std::size_t>(spec_.column));
    for (const std::uint16_t column : spec_.sums) {
        NB_ASSERT(table.column(column).storage() == Column::Storage::Number);
        columns_ |= column_bit(column);
    }
}

RowHash Groups::hasher() const {
    return {this, [](const void* groups, std::uint32_t group) {
                return static_cast<const Groups*>(groups)->values_.key_hash(group, 0);
            }};
}

std::uint32_t Groups::group_of(RowId row) {
    const feed::Cell value = table_->cell(row, static_cast<std::size_t>(spec_.column));
    const KeyPart part = values_.key_part(value, 0);
    const std::uint32_t found =
        index_.find(part.hash, [&](std::uint32_t group) { return values_.equals(group, part); });
    if (found != KeyIndex::kNone) return found;

    std::uint32_t group = 0;
    if (free_.empty()) {
        group = static_cast<std::uint32_t>(groups_.size());
        groups_.emplace_back();
        values_.resize(groups_.size());
    } else {
        group = free_.back();
        free_.pop_back();
    }
    groups_[group].totals.sums.assign(spec_.sums.size(), WideSum{});
    groups_[group].totals.longs = {};
    values_.set(group, value);
    index_.insert(values_.key_hash(group, 0), group, hasher());
    new_.push_back(group);
    arranged_ = false;
    return group;
}

void Groups::add(RowId row) {
    if (!active()) return;
    const bool phantom = table_->is_phantom(row);
    const std::uint32_t group = spec_.column < 0 ? 0 : group_of(row);
    if (row >= group_of_row_.size()) {
        group_of_row_.resize(row + 1);
        for (NumberPages& added : added_) added.resize(row + 1);
    }
    group_of_row_.set(row, static_cast<std::int64_t>(group) * 2 + (phantom ? 1 : 0));
    Totals* const own = spec_.column < 0 ? nullptr : &groups_[group].totals;
    count_row(totals_, phantom, 1);
    if (own != nullptr) count_row(*own, phantom, 1);
    for (std::size_t i = 0; i < added_.size(); ++i) {
        const std::int64_t value =
            phantom ? Column::kNullNumber : table_->column(spec_.sums[i]).number(row);
        added_[i].set(row, value);
        if (value == Column::kNullNumber) continue;
        totals_.sums[i].add(value);
        if (own != nullptr) own->sums[i].add(value);
        if (static_cast<std::int32_t>(i) != spec_.net || value <= 0) continue;
        totals_.longs.add(value);
        if (own != nullptr) own->longs.add(value);
    }
    counted_ = false;
}

void Groups::remove(RowId row) {
    if (!active()) return;
    const auto code = static_cast<std::uint64_t>(group_of_row_.get(row));
    const bool phantom = (code & 1) != 0;
    Totals* const own =
        spec_.column < 0 ? nullptr : &groups_[static_cast<std::size_t>(code >> 1)].totals;
    count_row(totals_, phantom, -1);
    if (own != nullptr) count_row(*own, phantom, -1);
    for (std::size_t i = 0; i < added_.size(); ++i) {
        const std::int64_t value = added_[i].get(row);
        if (value == Column::kNullNumber) continue;
        totals_.sums[i].subtract(value);
        if (own != nullptr) own->sums[i].subtract(value);
        if (static_cast<std::int32_t>(i) != spec_.net || value <= 0) continue;
        totals_.longs.subtract(value);
        if (own != nullptr) own->longs.subtract(value);
    }
    if (own != nullptr && own->rows == 0) arranged_ = false;
    counted_ = false;
}

bool Groups::before(std::uint32_t a, std::uint32_t b) const {
    const bool null_a = values_.is_null(a);
    const bool null_b = values_.is_null(b);
    if (null_a || null_b) return null_b && !null_a;
    const int order = values_.compare(a, b);
    return spec_.descending ? order > 0 : order < 0;
}

void Groups::arrange() const {
    if (!arranged_) {
        arranged_ = true;
        const auto dropped = [this](std::uint32_t group) {
            if (groups_[group].totals.rows > 0) return false;
            index_.erase(values_.key_hash(group, 0), group, hasher());
            values_.release(group);
            free_.push_back(group);
            return true;
        };
        order_.erase(std::remove_if(order_.begin(), order_.end(), dropped), order_.end());
        new_.erase(std::remove_if(new_.begin(), new_.end(), dropped), new_.end());
        const auto earlier = [this](std::uint32_t a, std::uint32_t b) { return before(a, b); };
        sort_ids(new_, earlier);
        std::vector<std::uint32_t> merged(order_.size() + new_.size());
        std::merge(order_.begin(), order_.end(), new_.begin(), new_.end(), merged.begin(), earlier);
        order_ = std::move(merged);
        new_.clear();
        counted_ = false;
    }
    if (counted_) return;
    counted_ = true;
    starts_.resize(order_.size());
    std::uint32_t start = 0;
    for (std::size_t i = 0; i < order_.size(); ++i) {
        starts_[i] = start;
        start += static_cast<std::uint32_t>(groups_[order_[i]].totals.rows);
    }
}

std::size_t Groups::count() const {
    arrange();
    return order_.size();
}

const Totals& Groups::at(std::size_t index) const {
    arrange();
    return groups_[order_[index]].totals;
}

feed::Cell Groups::value(std::size_t index) const {
    arrange();
    return values_.cell(order_[index]);
}

std::size_t Groups::first_position(std::size_t index) const {
    arrange();
    return starts_[index];
}

std::size_t Groups::index_at(std::size_t position) const {
    arrange();
    NB_ASSERT(!starts_.empty());
    const auto behind = std::upper_bound(starts_.begin(), starts_.end(), position);
    return static_cast<std::size_t>(behind - starts_.begin()) - 1;
}

std::size_t Groups::memory_bytes() const {
    std::size_t bytes = group_of_row_.memory_bytes() + values_.memory_bytes() +
                        index_.memory_bytes() +
                        groups_.size() * (sizeof(Group) + spec_.sums.size() * sizeof(WideSum)) +
                        (order_.capacity() + starts_.capacity()) * sizeof(std::uint32_t);
    for (const NumberPages& added : added_) bytes += added.memory_bytes();
    return bytes;
}

}  // namespace nats_blotter::table

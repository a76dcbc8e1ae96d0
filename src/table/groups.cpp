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

bool WideSum::is_below(const WideSum& other) const {
    return high_ != other.high_ ? high_ < other.high_ : low_ < other.low_;
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

Groups::Groups(const Table& table, GroupSpec spec, const SortKey* lead)
    : table_(&table),
      spec_(std::move(spec)),
      values_(spec_.column < 0
                  ? feed::ColumnType::Int
                  : table.spec().columns[static_cast<std::size_t>(spec_.column)].type) {
    totals_.sums.resize(spec_.sums.size());
    added_.resize(spec_.sums.size());
    for (const std::uint16_t column : spec_.sums) {
        NB_ASSERT(table.column(column).storage() == Column::Storage::Number);
        columns_ |= column_bit(column);
    }
    if (spec_.column < 0) return;
    columns_ |= column_bit(static_cast<std::size_t>(spec_.column));
    if (lead != nullptr) follow(*lead);
    if (spec_.newest >= 0) newest_ = spec_.newest;
    if (newest_ >= 0) columns_ |= column_bit(static_cast<std::size_t>(newest_));
}

void Groups::follow(const SortKey& lead) {
    const auto sum = std::find(spec_.sums.begin(), spec_.sums.end(), lead.column);
    const bool is_time =
        table_->spec().columns[lead.column].type == feed::ColumnType::Time && spec_.newest < 0;
    if (is_time) newest_ = lead.column;
    lead_descending_ = lead.descending;
    if (lead.column == static_cast<std::uint16_t>(spec_.column)) {
        lead_ = lead.descending == spec_.descending ? Lead::None : Lead::Value;
    } else if (sum != spec_.sums.end()) {
        lead_ = Lead::Sum;
        lead_sum_ = static_cast<std::size_t>(sum - spec_.sums.begin());
    } else if (is_time || lead.column == static_cast<std::uint16_t>(spec_.newest)) {
        lead_ = Lead::Newest;
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
    groups_[group].newest = NumberPages::kNull;
    groups_[group].is_settled = true;
    values_.set(group, value);
    index_.insert(values_.key_hash(group, 0), group, hasher());
    new_.push_back(group);
    arranged_ = false;
    note_move(group);
    return group;
}

void Groups::add(RowId row) {
    if (!active()) return;
    const bool phantom = table_->is_phantom(row);
    const std::uint32_t group = spec_.column < 0 ? 0 : group_of(row);
    if (row >= group_of_row_.size()) {
        group_of_row_.resize(row + 1);
        for (NumberPages& added : added_) added.resize(row + 1);
        if (newest_ >= 0) added_newest_.resize(row + 1);
    }
    group_of_row_.set(row, static_cast<std::int64_t>(group) * 2 + (phantom ? 1 : 0));
    Totals* const own = spec_.column < 0 ? nullptr : &groups_[group].totals;
    if (newest_ >= 0) add_newest(row, groups_[group], phantom);
    if (lead_ != Lead::None && lead_ != Lead::Value) note_move(group);
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
    const auto group = static_cast<std::uint32_t>(code >> 1);
    Totals* const own = spec_.column < 0 ? nullptr : &groups_[group].totals;
    if (newest_ >= 0) remove_newest(row, group);
    if (lead_ != Lead::None && lead_ != Lead::Value) note_move(group);
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
    if (own != nullptr && own->rows == 0) {
        arranged_ = false;
        note_move(group);
    }
    counted_ = false;
}

void Groups::note_move(std::uint32_t group) {
    if (lead_ == Lead::None || groups_[group].has_moved) return;
    groups_[group].has_moved = true;
    moved_.push_back(group);
}

void Groups::add_newest(RowId row, Group& group, bool phantom) {
    const std::int64_t value = phantom
                                   ? NumberPages::kNull
                                   : table_->column(static_cast<std::size_t>(newest_)).number(row);
    added_newest_.set(row, value);
    // Null is below all others.
    if (value == NumberPages::kNull || value < group.newest) return;
    group.newest = value;
    group.is_settled = true;
}

void Groups::remove_newest(RowId row, std::uint32_t group) {
    const std::int64_t value = added_newest_.get(row);
    Group& own = groups_[group];
    if (value == NumberPages::kNull || value != own.newest || !own.is_settled) return;
    own.is_settled = false;
    unsettled_.push_back(group);
}

void Groups::settle_newest(const RowList& list) {
    for (const std::uint32_t group : unsettled_) {
        Group& own = groups_[group];
        if (own.is_settled || own.totals.rows == 0) continue;
        arrange_list();
        own.newest = NumberPages::kNull;
        own.is_settled = true;
        for (std::size_t at = 0; at < own.totals.rows; ++at)
            own.newest = std::max(own.newest, added_newest_.get(list.row_at(own.list_start + at)));
    }
    unsettled_.clear();
}

bool Groups::before(std::uint32_t a, std::uint32_t b) const {
    const bool null_a = values_.is_null(a);
    const bool null_b = values_.is_null(b);
    if (null_a || null_b) return null_b && !null_a;
    const int order = values_.compare(a, b);
    return spec_.descending ? order > 0 : order < 0;
}

bool Groups::shown_before(std::uint32_t a, std::uint32_t b) const {
    const Group& left = groups_[a];
    const Group& right = groups_[b];
    int order = 0;
    switch (lead_) {
        case Lead::None: break;
        case Lead::Value: {
            const bool null_a = values_.is_null(a);
            const bool null_b = values_.is_null(b);
            if (null_a || null_b) return null_b && !null_a;
            order = values_.compare(a, b);
            break;
        }
        case Lead::Sum: {
            const WideSum& sum = left.totals.sums[lead_sum_];
            const WideSum& other = right.totals.sums[lead_sum_];
            order = sum == other ? 0 : sum.is_below(other) ? -1 : 1;
            break;
        }
        case Lead::Newest:
            if (left.newest != right.newest) order = left.newest < right.newest ? -1 : 1;
            // Null is the last, whichever way.
            if (order != 0 &&
                (left.newest == NumberPages::kNull || right.newest == NumberPages::kNull))
                return order > 0;
            break;
    }
    if (order == 0) return left.list_start < right.list_start;
    return lead_descending_ ? order > 0 : order < 0;
}

void Groups::arrange_list() const {
    if (!arranged_) {
        arranged_ = true;
        const auto dropped = [this](std::uint32_t group) {
            if (groups_[group].totals.rows > 0) return false;
            index_.erase(values_.key_hash(group, 0), group, hasher());
            values_.release(group);
            free_.push_back(group);
            return true;
        };
        const auto is_empty = [this](std::uint32_t group) {
            return groups_[group].totals.rows == 0;
        };
        // Before another group is given the place of one that goes.
        shown_.erase(std::remove_if(shown_.begin(), shown_.end(), is_empty), shown_.end());
        for (const std::uint32_t group : moved_)
            if (is_empty(group)) groups_[group].has_moved = false;
        moved_.erase(std::remove_if(moved_.begin(), moved_.end(), is_empty), moved_.end());
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
    placed_ = false;
    std::uint32_t start = 0;
    for (const std::uint32_t group : order_) {
        groups_[group].list_start = start;
        start += static_cast<std::uint32_t>(groups_[group].totals.rows);
    }
}

// Takes out what has moved and puts it where it belongs: a search for each of them.
void Groups::arrange_shown() const {
    if (moved_.empty()) return;
    const auto has_moved = [this](std::uint32_t group) { return groups_[group].has_moved; };
    shown_.erase(std::remove_if(shown_.begin(), shown_.end(), has_moved), shown_.end());
    const auto earlier = [this](std::uint32_t a, std::uint32_t b) { return shown_before(a, b); };
    sort_ids(moved_, earlier);
    std::vector<std::uint32_t> all;
    all.reserve(shown_.size() + moved_.size());
    auto from = shown_.begin();
    for (const std::uint32_t group : moved_) {
        const auto to = std::upper_bound(from, shown_.end(), group, earlier);
        all.insert(all.end(), from, to);
        all.push_back(group);
        groups_[group].has_moved = false;
        from = to;
    }
    all.insert(all.end(), from, shown_.end());
    shown_ = std::move(all);
    moved_.clear();
    placed_ = false;
}

void Groups::arrange() const {
    arrange_list();
    arrange_shown();
    if (placed_) return;
    placed_ = true;
    const std::vector<std::uint32_t>& shown = reorders() ? shown_ : order_;
    NB_ASSERT(shown.size() == order_.size());
    starts_.resize(shown.size());
    place_of_.resize(groups_.size());
    std::uint32_t start = 0;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        starts_[i] = start;
        place_of_[shown[i]] = static_cast<std::uint32_t>(i);
        start += static_cast<std::uint32_t>(groups_[shown[i]].totals.rows);
    }
}

std::size_t Groups::count() const {
    arrange();
    return order_.size();
}

std::uint32_t Groups::id(std::size_t index) const {
    arrange();
    return reorders() ? shown_[index] : order_[index];
}

std::size_t Groups::index_of_id(std::uint32_t id) const {
    arrange();
    if (id >= groups_.size() || groups_[id].totals.rows == 0) return order_.size();
    return place_of_[id];
}

const Totals& Groups::at(std::size_t index) const { return groups_[id(index)].totals; }

std::int64_t Groups::newest(std::size_t index) const { return groups_[id(index)].newest; }

feed::Cell Groups::value(std::size_t index) const { return values_.cell(id(index)); }

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

std::size_t Groups::list_position(std::size_t position) const {
    const std::size_t index = index_at(position);
    return groups_[id(index)].list_start + (position - starts_[index]);
}

std::size_t Groups::position_of(RowId row, std::size_t list_position) const {
    arrange();
    const auto group = static_cast<std::uint32_t>(group_of_row_.get(row) >> 1);
    return starts_[place_of_[group]] + (list_position - groups_[group].list_start);
}

std::size_t Groups::memory_bytes() const {
    std::size_t bytes =
        group_of_row_.memory_bytes() + values_.memory_bytes() + index_.memory_bytes() +
        groups_.size() * (sizeof(Group) + spec_.sums.size() * sizeof(WideSum)) +
        added_newest_.memory_bytes() +
        (order_.capacity() + shown_.capacity() + starts_.capacity() + place_of_.capacity()) *
            sizeof(std::uint32_t);
    for (const NumberPages& added : added_) bytes += added.memory_bytes();
    return bytes;
}

}  // namespace nats_blotter::table

// web/display_rows.cpp - see web/display_rows.h.
#include "web/display_rows.h"

#include <algorithm>

namespace nats_blotter::web {

void DisplayRows::update(const table::View& view, const TableLook& look) {
    view_ = &view;
    // The view may still be built for another grouping than the look asks for.
    const table::Groups& groups = view.groups();
    grouped_ = groups.spec().column >= 0;
    if (!grouped_) {
        size_ = view.size();
        order_version_ = UINT64_MAX;
        return;
    }
    const std::size_t count = groups.count();
    if (order_version_ == view.order_version() && rows_ == view.size() && starts_.size() == count &&
        toggled_ == look.toggled && groups_open_ == look.groups_open &&
        column_ == groups.spec().column)
        return;
    order_version_ = view.order_version();
    rows_ = view.size();
    toggled_ = look.toggled;
    groups_open_ = look.groups_open;
    column_ = groups.spec().column;
    starts_.resize(count);
    open_.resize(count);
    size_ = 0;
    for (std::size_t group = 0; group < count; ++group) {
        starts_[group] = static_cast<std::uint32_t>(size_);
        const bool open =
            toggled_.empty() ? groups_open_ : look.is_open(group_key(groups.value(group)));
        open_[group] = open ? 1 : 0;
        size_ += 1 + (open ? static_cast<std::size_t>(groups.at(group).rows) : 0);
    }
}

Line DisplayRows::at(std::size_t index) const {
    if (!grouped_) return {false, 0, index, view_->row_at(index)};
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), index);
    const auto group = static_cast<std::size_t>(after - starts_.begin()) - 1;
    const std::size_t first = view_->groups().first_position(group);
    const std::size_t within = index - starts_[group];
    if (within == 0) return {true, group, first, table::kNoRow};
    const std::size_t position = first + within - 1;
    return {false, group, position, view_->row_at(position)};
}

std::size_t DisplayRows::index_of_head(std::string_view key) const {
    for (std::size_t group = 0; grouped_ && group < starts_.size(); ++group)
        if (key_of(group) == key) return starts_[group];
    return size_;
}

std::size_t DisplayRows::index_of(table::RowId row) const {
    const std::size_t position = view_->position_of(row);
    if (!grouped_) return position;
    if (position >= view_->size()) return size_;
    const std::size_t group = view_->groups().index_at(position);
    if (open_[group] == 0) return starts_[group];
    return starts_[group] + 1 + (position - view_->groups().first_position(group));
}

}  // namespace nats_blotter::web

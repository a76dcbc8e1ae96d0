// web/display_rows.h - the lines of a table on the screen: rows of a view, and where it is grouped
// a head above each group, whose rows are there only while it is open.
//
// Without groups a line is a position of the view, and nothing is counted. With them the lines are
// counted anew when the order of the view or what is open changed: once for each group.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "table/view.h"
#include "web/table_look.h"

namespace nats_blotter::web {

struct Line {
    bool is_head = false;
    std::size_t group = 0;             // where grouped
    std::size_t position = 0;          // in the view; of a head, of its first row
    table::RowId row = table::kNoRow;  // none for a head
};

class DisplayRows {
  public:
    // Call before the others whenever view or look may have changed; both must live until the next
    // call.
    void update(const table::View& view, const TableLook& look);

    std::size_t size() const { return size_; }
    bool grouped() const { return grouped_; }
    // REQUIRES: index < size().
    Line at(std::size_t index) const;
    // The line of a row; that of its group's head where it is closed; size() when it is not shown.
    std::size_t index_of(table::RowId row) const;
    // Of a row in the view, whose size() where it is not shown.
    std::size_t position_of(table::RowId row) const { return view_->position_of(row); }
    // The line of a group's head, and of the one with this key; size() when there is none.
    std::size_t index_of_head(std::size_t group) const { return starts_[group]; }
    std::size_t index_of_head(std::string_view key) const;
    std::string key_of(std::size_t group) const { return group_key(view_->groups().value(group)); }
    const table::Groups& groups() const { return view_->groups(); }
    bool is_open(std::size_t group) const { return open_[group] != 0; }

  private:
    const table::View* view_ = nullptr;
    std::size_t size_ = 0;
    bool grouped_ = false;
    std::uint64_t order_version_ = UINT64_MAX;
    std::size_t rows_ = 0;
    std::vector<std::string> toggled_;
    bool groups_open_ = false;
    std::int32_t column_ = -1;
    std::vector<std::uint32_t> starts_;  // by group: the line of its head
    std::vector<std::uint8_t> open_;     // by group
};

}  // namespace nats_blotter::web

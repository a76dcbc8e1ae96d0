#include "table/finder.h"

namespace nats_blotter::table {

void Finder::seek(const View& view, std::size_t from, bool backwards) {
    backwards_ = backwards;
    found_ = kNoRow;
    rows_left_ = view.size();
    order_version_ = view.order_version();
    if (rows_left_ == 0) return;
    position_ = from % rows_left_;
    row_ = view.row_at(position_);
}

bool Finder::seek_some(const View& view, std::size_t rows_max) {
    if (rows_left_ > 0 && order_version_ != view.order_version()) {
        order_version_ = view.order_version();
        const std::size_t now_at = view.position_of(row_);
        if (now_at < view.size()) position_ = now_at;
    }
    const std::size_t size = view.size();
    if (size == 0) rows_left_ = 0;
    for (; rows_left_ > 0 && rows_max > 0; --rows_max, --rows_left_) {
        if (position_ >= size) position_ = backwards_ ? size - 1 : 0;
        row_ = view.row_at(position_);
        if (words_.matches(row_)) {
            found_ = row_;
            rows_left_ = 0;
            break;
        }
        // Before the first row the position wraps around to beyond the last one.
        position_ += backwards_ ? SIZE_MAX : 1;
    }
    if (rows_left_ > 0 && position_ < size) row_ = view.row_at(position_);
    return rows_left_ == 0;
}

}  // namespace nats_blotter::table

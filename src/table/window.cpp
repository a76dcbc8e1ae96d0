#include "table/window.h"

#include <algorithm>

namespace nats_blotter::table {

void Window::fill(const Table& table, const View& view, std::size_t first, std::size_t count,
                  std::uint64_t fresh_since) {
    total_rows_ = view.size();
    first_ = std::min(first, total_rows_);
    column_count_ = table.spec().columns.size();
    rows_.clear();
    cells_.clear();
    texts_.clear();
    const std::size_t end = std::min(total_rows_, first_ + std::min(count, total_rows_));
    for (std::size_t position = first_; position < end; ++position) {
        const RowId row = view.row_at(position);
        rows_.push_back({row, table.is_phantom(row), table.inserted_after(row, fresh_since)});
        for (std::size_t column = 0; column < column_count_; ++column) {
            const feed::Cell cell = table.cell(row, column);
            cells_.push_back({cell.kind, cell.number, static_cast<std::uint32_t>(texts_.size()),
                              static_cast<std::uint32_t>(cell.text.size())});
            texts_.append(cell.text);
        }
    }
}

feed::Cell Window::cell(std::size_t index, std::size_t column) const {
    const StoredCell& stored = cells_[index * column_count_ + column];
    return feed::Cell{stored.kind, stored.number,
                      std::string_view(texts_).substr(stored.text_offset, stored.text_bytes)};
}

}  // namespace nats_blotter::table

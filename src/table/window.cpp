#include "table/window.h"

#include <algorithm>

namespace nats_blotter::table {

void Window::begin(const Table& table, std::size_t first, std::size_t total) {
    total_rows_ = total;
    first_ = std::min(first, total);
    column_count_ = table.spec().columns.size();
    rows_.clear();
    cells_.clear();
    texts_.clear();
}

void Window::add(const Table& table, RowId row, std::uint64_t fresh_since) {
    if (row == kNoRow) {
        rows_.push_back({});
        cells_.resize(cells_.size() + column_count_, {feed::Cell::Kind::Null, 0, 0, 0});
        return;
    }
    rows_.push_back(
        {row, table.is_phantom(row), table.is_broken(row), table.inserted_after(row, fresh_since)});
    for (std::size_t column = 0; column < column_count_; ++column) {
        const feed::Cell cell = table.cell(row, column);
        cells_.push_back({cell.kind, cell.number, static_cast<std::uint32_t>(texts_.size()),
                          static_cast<std::uint32_t>(cell.text.size())});
        texts_.append(cell.text);
    }
}

void Window::fill(const Table& table, const View& view, std::size_t first, std::size_t count,
                  std::uint64_t fresh_since) {
    begin(table, first, view.size());
    const std::size_t end = std::min(total_rows_, first_ + std::min(count, total_rows_));
    for (std::size_t position = first_; position < end; ++position)
        add(table, view.row_at(position), fresh_since);
}

void Window::fill(const Table& table, std::span<const RowId> rows, std::size_t first,
                  std::size_t total, std::uint64_t fresh_since) {
    begin(table, first, total);
    for (const RowId row : rows) add(table, row, fresh_since);
}

feed::Cell Window::cell(std::size_t index, std::size_t column) const {
    const StoredCell& stored = cells_[index * column_count_ + column];
    return feed::Cell{stored.kind, stored.number,
                      std::string_view(texts_).substr(stored.text_offset, stored.text_bytes)};
}

}  // namespace nats_blotter::table

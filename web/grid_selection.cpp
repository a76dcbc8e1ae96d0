// web/grid_selection.cpp - see web/grid_selection.h.
#include "web/grid_selection.h"

#include <algorithm>
#include <bit>

namespace nats_blotter::web {

void GridSelection::clear() {
    bits_.clear();
    count_ = 0;
    focus_ = {};
    anchor_ = {};
    anchor_column_ = kNoColumn;
    last_ = kNoColumn;
    ++version_;
}

bool GridSelection::lives(const table::Table& table, table::RowId row) const {
    return row < table.slot_count() && table.is_live(row) &&
           !table.inserted_after(row, generation_);
}

// Forgets rows that went, before the generation moves on and they could not be told any more.
void GridSelection::prune(const table::Table& table) {
    for (std::size_t word = 0; word < bits_.size(); ++word) {
        for (std::uint64_t rest = bits_[word]; rest != 0; rest &= rest - 1) {
            const auto row =
                static_cast<table::RowId>(word * 64 + std::size_t(std::countr_zero(rest)));
            if (!lives(table, row)) set(row, false);
        }
    }
    if (!lives(table, focus_.row)) focus_ = {};
    if (!lives(table, anchor_.row)) anchor_ = {};
}

void GridSelection::set(table::RowId row, bool selected) {
    const std::size_t word = row / 64;
    if (word >= bits_.size()) bits_.resize(word + 1, 0);
    const std::uint64_t bit = std::uint64_t{1} << (row % 64);
    const bool was = (bits_[word] & bit) != 0;
    if (was == selected) return;
    bits_[word] ^= bit;
    count_ += selected ? 1 : std::size_t(-1);
}

void GridSelection::touch(const table::Table& table) {
    generation_ = table.generation();
    ++version_;
}

void GridSelection::select(const table::Table& table, const Cell& cell) {
    clear();
    touch(table);
    focus_ = cell;
    anchor_ = cell;
    if (cell.row != table::kNoRow) set(cell.row, true);
}

void GridSelection::toggle(const table::Table& table, const Cell& cell) {
    prune(table);
    touch(table);
    anchor_column_ = kNoColumn;
    focus_ = cell;
    anchor_ = cell;
    set(cell.row, !is_selected(table, cell.row));
}

void GridSelection::extend(const table::Table& table, const DisplayRows& lines, const Cell& cell,
                           bool cells) {
    prune(table);
    touch(table);
    if (anchor_.row == table::kNoRow) anchor_ = focus_.row == table::kNoRow ? cell : focus_;
    const std::size_t from = lines.index_of(anchor_.row);
    const std::size_t to = lines.index_of(cell.row);
    if (from >= lines.size() || to >= lines.size()) return select(table, cell);
    bits_.assign(bits_.size(), 0);
    count_ = 0;
    for (std::size_t index = std::min(from, to); index <= std::max(from, to); ++index) {
        const Line line = lines.at(index);
        if (!line.is_head) set(line.row, true);
    }
    focus_ = cell;
    anchor_column_ = cells ? anchor_.column : kNoColumn;
    last_ = cells ? cell.column : kNoColumn;
}

void GridSelection::select_all(const table::Table& table, const DisplayRows& lines) {
    prune(table);
    touch(table);
    bits_.assign(bits_.size(), 0);
    count_ = 0;
    anchor_column_ = kNoColumn;
    for (std::size_t index = 0; index < lines.size(); ++index) {
        const Line line = lines.at(index);
        if (!line.is_head) set(line.row, true);
    }
}

void GridSelection::focus(const table::Table& table, const Cell& cell) {
    prune(table);
    touch(table);
    focus_ = cell;
}

std::vector<table::RowId> GridSelection::rows(const table::Table& table) const {
    std::vector<table::RowId> found;
    for (std::size_t word = 0; word < bits_.size(); ++word) {
        for (std::uint64_t rest = bits_[word]; rest != 0; rest &= rest - 1) {
            const auto row =
                static_cast<table::RowId>(word * 64 + std::size_t(std::countr_zero(rest)));
            if (lives(table, row)) found.push_back(row);
        }
    }
    return found;
}

bool GridSelection::sum_some(const table::Table& table, const std::vector<std::uint16_t>& columns,
                             std::size_t steps) {
    if (sum_word_ == SIZE_MAX) {
        if (summed_version_ == version_ && summed_generation_ == table.generation()) return true;
        summed_version_ = version_;
        summed_generation_ = table.generation();
        sum_word_ = 0;
        summing_ = {};
        summing_.sums.resize(columns.size());
    } else if (summed_version_ != version_) {
        sum_word_ = SIZE_MAX;  // others are selected now
        return sum_some(table, columns, steps);
    }
    // What changes while a long selection is added up is made good by the next pass.
    for (; sum_word_ < bits_.size() && steps > 0; ++sum_word_) {
        for (std::uint64_t rest = bits_[sum_word_]; rest != 0; rest &= rest - 1) {
            const auto row =
                static_cast<table::RowId>(sum_word_ * 64 + std::size_t(std::countr_zero(rest)));
            if (lives(table, row)) table::add_row(summing_, table, row, columns);
            if (steps > 0) --steps;
        }
    }
    if (sum_word_ < bits_.size()) return false;
    sum_word_ = SIZE_MAX;
    sums_ = summing_;
    return summed_generation_ == table.generation();
}

}  // namespace nats_blotter::web

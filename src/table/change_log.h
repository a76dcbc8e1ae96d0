// table/change_log.h - what happened to which row since the views last looked, each row once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace nats_blotter::table {

using RowId = std::uint32_t;
inline constexpr RowId kNoRow = UINT32_MAX;

struct Change {
    enum class Kind : std::uint8_t { Inserted, Updated, Erased };
    RowId row = kNoRow;
    Kind kind = Kind::Updated;
    std::uint64_t columns = 0;  // Updated: a bit for each changed column, see column_bit()
};

// Columns from the 63rd on share a bit, so a set bit means "may have changed".
inline std::uint64_t column_bit(std::size_t column) {
    return std::uint64_t{1} << (column < 62 ? column : 62);
}

// No column's bit: the row became a phantom, or no longer is one.
inline constexpr std::uint64_t kPhantomBit = std::uint64_t{1} << 63;

class ChangeLog {
  public:
    // Adds a change, or adds to the one that the row has: a row inserted since the last
    // clear_changes() stays "inserted" until it is erased. `place` is the row's own, 0 at first:
    // the number of its last change, counted since ever and modulo 2^32. So nothing has to be taken
    // back when the changes go.
    void note(RowId row, std::uint32_t& place, Change::Kind kind, std::uint64_t columns) {
        const std::uint32_t index = place - first_;
        if (index < count_ && changes_[index].row == row)
            add_to(changes_[index], kind, columns);
        else
            append(row, place, kind, columns);
    }
    // The same for a row that has none.
    void append(RowId row, std::uint32_t& place, Change::Kind kind, std::uint64_t columns) {
        if (count_ == changes_.size()) make_room();
        place = first_ + count_;
        changes_[count_++] = {row, kind, columns};
    }
    std::span<const Change> changes() const { return {changes_.data(), count_}; }
    void clear_changes();
    std::size_t memory_bytes() const { return changes_.capacity() * sizeof(Change); }

  private:
    static void add_to(Change& change, Change::Kind kind, std::uint64_t columns);

    void make_room();

    std::vector<Change> changes_;  // those from count_ on are room
    std::uint32_t count_ = 0;
    std::uint32_t first_ = 1;  // the number of changes_[0]
};

}  // namespace nats_blotter::table

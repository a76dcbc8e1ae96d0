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
    // REQUIRES: no change of this row is held.
    void add(RowId row, Change::Kind kind, std::uint64_t columns) {
        changes_.push_back({row, kind, columns});
    }
    // Adds to the row's change: a row inserted since the last clear() stays "inserted" until it is
    // erased. REQUIRES: one is held.
    void amend(RowId row, Change::Kind kind, std::uint64_t columns);
    std::span<const Change> changes() const { return changes_; }
    void clear();
    std::size_t memory_bytes() const;

  private:
    std::size_t home_of(RowId row) const;
    void catch_up();

    std::vector<Change> changes_;
    // Open addressing: indices of the first placed_ changes. Most changes are never amended, so
    // they are placed when the next one is.
    std::vector<std::uint32_t> places_;  // a power of two
    std::size_t placed_ = 0;
};

}  // namespace nats_blotter::table

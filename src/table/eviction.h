// table/eviction.h - chooses the oldest rows of a full table, a little with each new row.
//
// A pass looks at every row once and keeps the oldest it saw; it moves on by some rows with every
// insertion above the cap, fast enough to be through before the allowance above the cap is used up.
// Then its finds are unloaded, oldest first, two with every insertion, until the table is at its
// cap. What was written meanwhile is no longer old and is passed over. So no insertion costs more
// than another, whatever the size of the table.
//
// Knows the table only by the questions it asks through Rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "table/change_log.h"

namespace nats_blotter::table {

// Older is less: by version, then by the order of insertion.
struct RowAge {
    std::int64_t version = 0;
    std::int64_t inserted = 0;
    RowId row = kNoRow;

    friend bool operator<(const RowAge& a, const RowAge& b) {
        if (a.version != b.version) return a.version < b.version;
        return a.inserted < b.inserted;
    }
    // No two rows were inserted at once, and none of those that do not live was at all.
    friend bool operator==(const RowAge& a, const RowAge& b) {
        return a.version == b.version && a.inserted == b.inserted;
    }
};

class Eviction {
  public:
    // Looks at `rows` more rows. `age_of(row)` answers the age of a row id below `slots`, or one
    // with kNoRow when the row does not live. True when the pass is through.
    template <typename AgeOf>
    bool look_on(std::size_t rows, std::size_t slots, std::size_t wanted, AgeOf&& age_of) {
        if (!looking_) begin(slots, wanted);
        const std::size_t end = rows < end_ - next_ ? next_ + rows : end_;
        for (; next_ < end; ++next_) {
            const RowAge age = age_of(static_cast<RowId>(next_));
            if (age.row != kNoRow) consider(age);
        }
        if (next_ < end_) return false;
        finish();
        return true;
    }

    bool has_finds() const { return !looking_ && !finds_.empty(); }
    // The oldest of the finds, taken off. REQUIRES: has_finds().
    RowAge take();
    void clear();
    std::size_t memory_bytes() const { return finds_.capacity() * sizeof(RowAge); }

  private:
    void begin(std::size_t slots, std::size_t wanted);
    void consider(const RowAge& age);
    void finish();

    bool looking_ = false;
    std::size_t next_ = 0;
    std::size_t end_ = 0;
    std::size_t wanted_ = 0;
    std::vector<RowAge> finds_;  // while looking a heap, the youngest first; then oldest last
};

}  // namespace nats_blotter::table

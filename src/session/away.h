// session/away.h - what changed while the rows were not current, or nobody looked.
//
// A spell begins when the page stops being live or is hidden, and ends when it is live and seen
// again. Table by table the session tells of each change in between; at the end there are sums to
// say, and marks for the rows that are not as they were.
//
// Invariant (tests/session/away_test.cpp): at most kAwayRowsMax rows are remembered; what came
// after is counted in `beyond`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "table/change_log.h"

namespace nats_blotter::session {

// More than anybody looks at; some 500 kB.
inline constexpr std::size_t kAwayRowsMax = 10'000;

enum class AwayMark : std::uint8_t { None, Added, Changed };

struct AwayReport {
    std::uint64_t added = 0;
    std::uint64_t changed = 0;
    std::uint64_t removed = 0;
    bool beyond = false;      // there was more than could be counted
    bool was_gap = false;     // the stream may have missed something, and was read again
    bool was_hidden = false;  // nobody looked
    MonotonicUs began_at = 0;
    MonotonicUs ended_at = 0;
};

class Away {
  public:
    explicit Away(std::size_t tables) : rows_(tables) {}

    void on_not_live(MonotonicUs now);
    void on_hidden(MonotonicUs now);
    // Ends the part of it that was for this reason; true when the spell is over: see report().
    bool on_live(MonotonicUs now);
    bool on_seen(MonotonicUs now);
    // Another scope is shown: nothing of before counts.
    void forget();

    bool running() const { return not_live_ || hidden_; }
    // Changes of nothing but `told` columns (bits as in Change::columns) do not count: they are of
    // other rows, or of the time.
    void note(std::size_t table, std::span<const table::Change> changes, std::uint64_t told = 0);
    void note_lost() { report_.beyond = true; }  // changes that nobody listed

    // Of the last spell that is over.
    const AwayReport& report() const { return report_; }
    AwayMark mark(std::size_t table, table::RowId row) const;

  private:
    enum class Net : std::uint8_t { Added, Changed, Removed, Nothing };

    void begin(MonotonicUs now);
    bool end(MonotonicUs now);
    void note_one(std::unordered_map<table::RowId, Net>& rows, const table::Change& change,
                  std::uint64_t told);

    std::vector<std::unordered_map<table::RowId, Net>> rows_;  // by table
    std::size_t remembered_ = 0;
    AwayReport report_;
    bool not_live_ = false;
    bool hidden_ = false;
};

}  // namespace nats_blotter::session

// table/rebuild.h - builds an Arrangement of a whole table, some steps at a time, while the table
// goes on changing.
//
//   1. Collect: live rows that pass the filter, into sorted runs of kRunRows.
//   2. Merge: the runs, first row first, to the end of the list.
//   3. Settle: rows that changed since step 1 began were left out, or taken out again; they are put
//      in where they belong now, until none is left.
//
// A step is about one row looked at; a call goes on until its steps are used up, and passes that by
// the sorting of one run at most.
//
// Private to src/table and its tests.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "table/arrangement.h"

namespace nats_blotter::table {

class Rebuild {
  public:
    Rebuild(const Table& table, const ViewSpec& spec);

    // Changes of the table, before it forgets them.
    void apply(std::span<const Change> changes);
    // True when the arrangement is complete and up to date.
    bool work(std::size_t steps);
    // REQUIRES: work() answered true, and no change came since.
    std::unique_ptr<Arrangement> take() { return std::move(made_); }

    std::size_t memory_bytes() const;

  private:
    static constexpr std::size_t kRunRows = 8192;

    struct Run {
        std::vector<RowId> rows;
        std::size_t next = 0;
    };
    struct Head {
        RankedRow row;
        std::uint32_t run = 0;
    };
    enum class Phase : std::uint8_t { Collect, Merge, Settle };

    bool is_touched(RowId row) const;
    void touch(RowId row);
    std::size_t collect(std::size_t steps);
    void end_run();
    std::size_t merge(std::size_t steps);
    bool next_head(std::uint32_t run, Head& head);
    void make_heads();
    void sift_down(std::size_t at);
    std::size_t settle(std::size_t steps);

    const Table* table_;
    std::unique_ptr<Arrangement> made_;
    Phase phase_ = Phase::Collect;
    std::size_t next_slot_ = 0;
    std::size_t end_slot_;
    std::vector<RankedRow> run_rows_;
    std::vector<Run> runs_;
    std::vector<Head> heads_;  // a heap, the first row first
    bool heads_stale_ = true;
    std::vector<std::uint64_t> touched_;  // a bit for each row id
    std::vector<RowId> pending_;          // the rows of these bits
    std::vector<RankedRow> incoming_;     // scratch
};

}  // namespace nats_blotter::table

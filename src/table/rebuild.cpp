#include "table/rebuild.h"

#include <algorithm>

#include "base/assert.h"

namespace nats_blotter::table {
namespace {

// Steps of a row that is merged or settled, in rows looked at: measured by bench/tables.
constexpr std::size_t kMergeSteps = 2;
constexpr std::size_t kSettleSteps = 8;
constexpr std::size_t kSettleRows = 1024;

}  // namespace

Rebuild::Rebuild(const Table& table, const ViewSpec& spec)
    : table_(&table),
      made_(std::make_unique<Arrangement>(table, spec)),
      end_slot_(table.slot_count()) {}

bool Rebuild::is_touched(RowId row) const {
    return row / 64 < touched_.size() && (touched_[row / 64] >> (row % 64) & 1) != 0;
}

void Rebuild::touch(RowId row) {
    if (is_touched(row)) return;
    if (row / 64 >= touched_.size())
        touched_.resize(std::max<std::size_t>(row / 64 + 1, table_->slot_count() / 64 + 1));
    touched_[row / 64] |= std::uint64_t{1} << (row % 64);
    pending_.push_back(row);
}

void Rebuild::apply(std::span<const Change> changes) {
    for (const Change& change : changes) {
        const bool held = made_->rows().contains(change.row);
        if (!made_->moves(change)) {
            if (held) made_->refresh(change);
            continue;
        }
        if (held) made_->erase(change.row);
        touch(change.row);
    }
    heads_stale_ = true;
}

bool Rebuild::work(std::size_t steps) {
    while (steps > 0) {
        std::size_t done = 0;
        switch (phase_) {
            case Phase::Collect: done = collect(steps); break;
            case Phase::Merge: done = merge(steps); break;
            case Phase::Settle:
                if (pending_.empty()) {
                    made_->check_invariants();
                    made_->settle();
                    return true;
                }
                done = settle(steps);
                break;
        }
        steps -= std::min(steps, std::max<std::size_t>(done, 1));
    }
    if (phase_ != Phase::Settle || !pending_.empty()) return false;
    made_->settle();
    return true;
}

std::size_t Rebuild::collect(std::size_t steps) {
    // A cleared table has fewer.
    const std::size_t end = std::min(end_slot_, next_slot_ + steps);
    const std::size_t begin = next_slot_;
    for (; next_slot_ < end; ++next_slot_) {
        const auto row = static_cast<RowId>(next_slot_);
        if (!table_->is_live(row) || is_touched(row) || !made_->wants(row)) continue;
        run_rows_.push_back(made_->order().ranked(row));
        if (run_rows_.size() == kRunRows) {
            end_run();
            ++next_slot_;
            return next_slot_ - begin + kRunRows;
        }
    }
    if (next_slot_ == end_slot_) {
        end_run();
        std::vector<RankedRow>().swap(run_rows_);
        phase_ = Phase::Merge;
    }
    return next_slot_ - begin;
}

void Rebuild::end_run() {
    // Rows touched while the run was gathered have other cells now.
    std::erase_if(run_rows_, [this](const RankedRow& row) { return is_touched(row.row); });
    made_->order().sort(run_rows_);
    Run run;
    run.rows.reserve(run_rows_.size());
    for (const RankedRow& row : run_rows_) run.rows.push_back(row.row);
    if (!run.rows.empty()) runs_.push_back(std::move(run));
    run_rows_.clear();
}

// The first row of the run that is still as it was.
bool Rebuild::next_head(std::uint32_t index, Head& head) {
    Run& run = runs_[index];
    while (run.next < run.rows.size() && is_touched(run.rows[run.next])) ++run.next;
    if (run.next == run.rows.size()) {
        std::vector<RowId>().swap(run.rows);
        run.next = 0;
        return false;
    }
    head = {made_->order().ranked(run.rows[run.next]), index};
    return true;
}

void Rebuild::make_heads() {
    heads_stale_ = false;
    heads_.clear();
    Head head;
    for (std::uint32_t run = 0; run < runs_.size(); ++run)
        if (next_head(run, head)) heads_.push_back(head);
    for (std::size_t at = heads_.size() / 2; at > 0; --at) sift_down(at - 1);
}

void Rebuild::sift_down(std::size_t at) {
    const RowOrder& order = made_->order();
    const Head head = heads_[at];
    for (;;) {
        std::size_t child = at * 2 + 1;
        if (child >= heads_.size()) break;
        if (child + 1 < heads_.size() && order.before(heads_[child + 1].row, heads_[child].row))
            ++child;
        if (!order.before(heads_[child].row, head.row)) break;
        heads_[at] = heads_[child];
        at = child;
    }
    heads_[at] = head;
}

std::size_t Rebuild::merge(std::size_t steps) {
    if (heads_stale_) make_heads();
    std::size_t merged = 0;
    while (!heads_.empty() && merged * kMergeSteps < steps) {
        Head& first = heads_.front();
        const std::uint32_t run = first.run;
        made_->append(first.row.row);
        ++merged;
        ++runs_[run].next;
        if (!next_head(run, first)) {
            first = heads_.back();
            heads_.pop_back();
        }
        if (!heads_.empty()) sift_down(0);
    }
    if (heads_.empty()) {
        std::vector<Run>().swap(runs_);
        phase_ = Phase::Settle;
    }
    return merged * kMergeSteps;
}

std::size_t Rebuild::settle(std::size_t steps) {
    const std::size_t count =
        std::min({pending_.size(), kSettleRows, std::max<std::size_t>(1, steps / kSettleSteps)});
    incoming_.clear();
    for (std::size_t i = 0; i < count; ++i) {
        const RowId row = pending_.back();
        pending_.pop_back();
        touched_[row / 64] &= ~(std::uint64_t{1} << (row % 64));
        if (table_->is_live(row) && made_->wants(row))
            incoming_.push_back(made_->order().ranked(row));
    }
    made_->insert(incoming_);
    return count * kSettleSteps;
}

std::size_t Rebuild::memory_bytes() const {
    std::size_t bytes = made_ ? made_->memory_bytes() : 0;
    for (const Run& run : runs_) bytes += run.rows.capacity() * sizeof(RowId);
    return bytes + run_rows_.capacity() * sizeof(RankedRow) + touched_.capacity() * 8 +
           pending_.capacity() * sizeof(RowId);
}

}  // namespace nats_blotter::table

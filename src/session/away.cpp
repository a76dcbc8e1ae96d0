#include "session/away.h"

#include "base/assert.h"

namespace nats_blotter::session {

void Away::begin(MonotonicUs now) {
    if (running()) return;
    forget();
    report_.began_at = now;
}

void Away::forget() {
    for (auto& rows : rows_) rows.clear();
    remembered_ = 0;
    const MonotonicUs began_at = report_.began_at;
    report_ = {};
    report_.began_at = began_at;
}

void Away::on_not_live(MonotonicUs now) {
    begin(now);
    not_live_ = true;
    report_.was_gap = true;
}

void Away::on_hidden(MonotonicUs now) {
    begin(now);
    hidden_ = true;
    report_.was_hidden = true;
}

bool Away::on_live(MonotonicUs now) {
    if (!not_live_) return false;
    not_live_ = false;
    return end(now);
}

bool Away::on_seen(MonotonicUs now) {
    if (!hidden_) return false;
    hidden_ = false;
    return end(now);
}

bool Away::end(MonotonicUs now) {
    if (running()) return false;
    report_.ended_at = now;
    return true;
}

void Away::note(std::size_t table, std::span<const table::Change> changes, std::uint64_t told) {
    if (!running()) return;
    for (const table::Change& change : changes) note_one(rows_[table], change, told);
}

void Away::note_one(std::unordered_map<table::RowId, Net>& rows, const table::Change& change,
                    std::uint64_t told) {
    const bool cells = (change.columns & ~(table::kPhantomBit | told)) != 0;
    const auto found = rows.find(change.row);
    if (found == rows.end()) {
        if (change.kind == table::Change::Kind::Updated && !cells) return;
        if (remembered_ == kAwayRowsMax) {
            report_.beyond = true;
            return;
        }
        ++remembered_;
        Net net = Net::Changed;
        if (change.kind == table::Change::Kind::Inserted) net = Net::Added;
        if (change.kind == table::Change::Kind::Erased) net = Net::Removed;
        if (net == Net::Added) ++report_.added;
        if (net == Net::Changed) ++report_.changed;
        if (net == Net::Removed) ++report_.removed;
        rows.emplace(change.row, net);
        return;
    }
    Net& net = found->second;
    if (change.kind == table::Change::Kind::Erased) {
        if (net == Net::Added) --report_.added;
        if (net == Net::Changed) --report_.changed;
        if (net != Net::Added) ++report_.removed;
        net = net == Net::Added ? Net::Nothing : Net::Removed;
    } else if (change.kind == table::Change::Kind::Inserted) {
        // Another row got the id of one that was erased.
        ++report_.added;
        net = Net::Added;
    }
}

AwayMark Away::mark(std::size_t table, table::RowId row) const {
    NB_ASSERT(table < rows_.size());
    const auto found = rows_[table].find(row);
    if (found == rows_[table].end()) return AwayMark::None;
    if (found->second == Net::Added) return AwayMark::Added;
    return found->second == Net::Changed ? AwayMark::Changed : AwayMark::None;
}

}  // namespace nats_blotter::session

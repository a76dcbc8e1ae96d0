// Hunts: whatever the order of events and snapshots, a table holds what the rules of feed/merge.h,
// written out here over a plain list of rows in 64 bits, say that it holds.
//
// An input is a list of steps of four bytes each: what happens, which row, its version, how much
// time passes.
#include <algorithm>
#include <map>
#include <vector>

#include "fuzz/fuzz_check.h"
#include "table/ingest.h"
#include "table/table.h"

namespace {

using namespace nats_blotter;

constexpr std::int64_t kKeys = 8;
constexpr std::size_t kPendingMax = 3;

feed::TableSpec table_spec() {
    feed::TableSpec spec;
    spec.name = "rows";
    for (const char* field : {"key", "version", "value"}) {
        feed::ColumnSpec column;
        column.field = field;
        column.type = feed::ColumnType::Int;
        spec.columns.push_back(column);
    }
    spec.key_columns = {0};
    spec.version_column = 1;
    return spec;
}

struct Row {
    std::int64_t version = 0;
    std::int64_t value = 0;
    std::int64_t streamed_at_ms = 0;  // 0: never
    std::int64_t pass = 0;            // the last snapshot that showed it; 0: none
    bool from_stream = false;
    bool phantom = false;
};

struct Snapshot {
    std::int64_t pass = 0;
    std::int64_t fenced_at_ms = 0;
    std::int64_t requested_at_ms = 0;
    bool is_reread = false;

    feed::SnapshotRound round() const {
        return {static_cast<feed::SnapshotPass>(pass), static_cast<feed::SessionMs>(fenced_at_ms),
                static_cast<feed::SessionMs>(requested_at_ms), is_reread};
    }
};

// The table, and beside it the list that obeys the rules as they are written.
class Pair {
  public:
    Pair() : table_(table_spec()) {}

    void event(std::int64_t key, std::int64_t version, std::int64_t now_ms) {
        const std::int64_t value = ++values_;
        table::ingest_event(table_, record(key, version, value),
                            static_cast<feed::SessionMs>(now_ms));
        const auto held = rows_.find(key);
        if (held != rows_.end() && version < held->second.version) return;
        Row row = held == rows_.end() ? Row{} : held->second;
        row.version = version;
        row.value = value;
        row.streamed_at_ms = now_ms;
        row.from_stream = true;
        row.phantom = false;
        rows_[key] = row;
    }

    void snapshot_row(std::int64_t key, std::int64_t version, const Snapshot& snapshot) {
        const std::int64_t value = ++values_;
        table::ingest_snapshot_row(table_, record(key, version, value), snapshot.round());
        const auto held = rows_.find(key);
        Row row = held == rows_.end() ? Row{} : held->second;
        const bool wins = held == rows_.end() || snapshot_wins(row, version, snapshot);
        row.pass = std::max(row.pass, snapshot.pass);
        row.phantom = false;
        if (wins) {
            row.version = version;
            row.value = value;
            row.from_stream = false;
        }
        rows_[key] = row;
    }

    void complete(const Snapshot& snapshot) {
        table::sweep_after_snapshot(table_, snapshot.round(), [](table::RowId) { return true; });
        for (auto row = rows_.begin(); row != rows_.end();) {
            const bool shown = row->second.pass >= snapshot.pass;
            const bool since_fence = row->second.streamed_at_ms != 0 &&
                                     row->second.streamed_at_ms >= snapshot.fenced_at_ms;
            const bool old =
                row->second.streamed_at_ms + feed::kCommitLagMs < snapshot.requested_at_ms;
            const bool missing = !shown && snapshot.is_reread && old;
            if (!shown && (!since_fence || (missing && row->second.phantom))) {
                row = rows_.erase(row);
                continue;
            }
            if (missing) row->second.phantom = true;
            ++row;
        }
    }

    // A snapshot of the rows from `since` on, said to be `rows_min` to `rows_max` in full.
    void partial(const Snapshot& snapshot, std::int64_t since, std::int64_t rows_min,
                 std::int64_t rows_max) {
        const bool proven =
            table::confirm_by_partial(table_, snapshot.round(), {since, rows_min, rows_max});
        std::int64_t shown = 0;
        bool same = true;
        for (const auto& [key, row] : rows_) {
            if (row.pass == 0) continue;
            ++shown;
            if (row.pass >= snapshot.pass) continue;
            const bool old = row.streamed_at_ms + feed::kCommitLagMs < snapshot.requested_at_ms;
            same = same && !row.phantom && !(row.from_stream ? old : row.version >= since);
        }
        FUZZ_CHECK(proven == (same && shown >= rows_min && shown <= rows_max));
        if (!proven) return;
        for (auto& [key, row] : rows_)
            if (row.pass != 0) row.pass = std::max(row.pass, snapshot.pass);
    }

    void rebase(std::int64_t by_ms) {
        table::rebase_session_ms(table_, static_cast<feed::SessionMs>(by_ms));
        for (auto& [key, row] : rows_)
            if (row.streamed_at_ms != 0)
                row.streamed_at_ms = std::max<std::int64_t>(row.streamed_at_ms - by_ms, 1);
    }

    void check() const {
        FUZZ_CHECK(table_.row_count() == rows_.size());
        std::size_t live = 0;
        for (table::RowId id = 0; id < table_.slot_count(); ++id) {
            if (!table_.is_live(id)) continue;
            const auto found = rows_.find(table_.cell(id, 0).number);
            FUZZ_CHECK(found != rows_.end());
            FUZZ_CHECK(table_.cell(id, 1).number == found->second.version);
            FUZZ_CHECK(table_.cell(id, 2).number == found->second.value);
            FUZZ_CHECK(table_.is_phantom(id) == found->second.phantom);
            FUZZ_CHECK(table_.provenance(id).pass == found->second.pass);
            ++live;
        }
        FUZZ_CHECK(live == rows_.size());
    }

  private:
    static bool snapshot_wins(const Row& held, std::int64_t version, const Snapshot& snapshot) {
        // A snapshot that was asked for later has shown it already.
        if (held.pass > snapshot.pass) return version > held.version;
        if (!held.from_stream) return true;
        if (held.streamed_at_ms + feed::kCommitLagMs < snapshot.requested_at_ms) return true;
        if (version == held.version) return held.streamed_at_ms < snapshot.fenced_at_ms;
        return version > held.version;
    }

    static feed::Record record(std::int64_t key, std::int64_t version, std::int64_t value) {
        feed::Record record;
        for (const std::int64_t number : {key, version, value})
            record.cells.push_back(feed::Cell::of_number(number));
        return record;
    }

    table::Table table_;
    std::map<std::int64_t, Row> rows_;
    std::int64_t values_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Pair pair;
    std::vector<Snapshot> pending;
    std::int64_t now_ms = 1;
    std::int64_t fenced_at_ms = 0;
    std::int64_t passes = 0;
    for (std::size_t at = 0; at + 4 <= size; at += 4) {
        const std::int64_t key = data[at + 1] % kKeys;
        const std::int64_t version = data[at + 2];
        // From nothing to twice the commit lag, its edge among the likely ones.
        now_ms += std::int64_t{data[at + 3]} * feed::kCommitLagMs / 128;
        const Snapshot next{passes + 1, fenced_at_ms, now_ms, (data[at + 1] & 0x80) != 0};
        Snapshot* const snapshot =
            pending.empty() ? nullptr : &pending[(data[at + 1] >> 3) % pending.size()];
        switch (data[at] % 8) {
            case 0: fenced_at_ms = now_ms; break;
            case 1:
                if (pending.size() == kPendingMax) break;
                pending.push_back(next);
                ++passes;
                break;
            case 2:
                if (snapshot) pair.snapshot_row(key, version, *snapshot);
                break;
            case 3:
                if (!snapshot) break;
                pair.complete(*snapshot);
                pending.erase(pending.begin() + (snapshot - pending.data()));
                break;
            case 4:
                ++passes;
                pair.partial(next, version, data[at + 1] >> 5, key);
                break;
            case 5:
                if (!pending.empty()) break;
                pair.rebase(now_ms / 2);
                fenced_at_ms = std::max<std::int64_t>(fenced_at_ms - now_ms / 2, 0);
                now_ms -= now_ms / 2;
                break;
            default: pair.event(key, version, now_ms); break;
        }
        pair.check();
    }
    return 0;
}

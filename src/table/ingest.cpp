#include "table/ingest.h"

#include "base/assert.h"

namespace nats_blotter::table {
namespace {

std::int64_t record_version(const Table& table, const feed::Record& record) {
    const std::int32_t column = table.spec().version_column;
    if (column < 0) return INT64_MIN;
    const feed::Cell& cell = record.cells[static_cast<std::size_t>(column)];
    return cell.is_null() ? INT64_MIN : cell.number;
}

// The table's delete rule.
bool takes_away(const feed::TableSpec& spec, const feed::Record& record) {
    if (spec.delete_column < 0) return false;
    const auto column = static_cast<std::size_t>(spec.delete_column);
    const feed::Cell& cell = record.cells[column];
    if (cell.is_null()) return false;
    return spec.columns[column].type == feed::ColumnType::Int ? cell.number == spec.delete_number
                                                              : cell.text == spec.delete_text;
}

// Inserts, then lets the oldest rows go if that filled the table.
Outcome insert_row(Table& table, const Table::Found& at, const feed::Record& record,
                   const feed::Provenance& provenance) {
    if (table.spec().version_column >= 0 &&
        record_version(table, record) <= table.evicted_version() &&
        table.row_count() >= table.spec().rows_max) {
        table.book_kept_out(at, record.cells, provenance.from_stream);
        if (provenance.from_stream) table.note_gone(at, provenance.streamed_at_ms);
        return Outcome::BeyondCap;
    }
    if (table.insert(at, record.cells, provenance) == kNoRow) return Outcome::Full;
    table.note_shown(at);
    table.evict();
    return Outcome::Inserted;
}

}  // namespace

Outcome ingest_event(Table& table, const feed::Record& record, feed::SessionMs now_ms) {
    const Table::Found at = table.look_up(record.cells);
    const RowId row = at.row;
    const bool deletes = takes_away(table.spec(), record);
    if (row == kNoRow && deletes) return Outcome::Deleted;
    if (row == kNoRow) {
        feed::Provenance provenance;
        provenance.streamed_at_ms = now_ms;
        provenance.from_stream = true;
        return insert_row(table, at, record, provenance);
    }
    if (feed::merge_event(table.version(row), record_version(table, record)) == feed::Merge::Keep)
        return Outcome::Outdated;
    if (deletes) {
        table.erase(row);
        return Outcome::Deleted;
    }
    if (!table.update(row, record.cells)) return Outcome::Full;
    table.note_streamed(row, now_ms);  // fresh evidence: judged anew at the next snapshot
    return Outcome::Replaced;
}

Outcome ingest_replayed(Table& table, const feed::Record& record, const feed::SnapshotRound& round,
                        feed::SessionMs now_ms) {
    const feed::Provenance provenance{now_ms, round.pass, true, false};
    const Table::Found at = table.look_up(record.cells);
    const RowId row = at.row;
    const bool deletes = takes_away(table.spec(), record);
    if (row == kNoRow && deletes) return Outcome::Deleted;
    if (row == kNoRow) return insert_row(table, at, record, provenance);
    const bool competes = table.provenance(row).pass == round.pass;
    const std::int64_t version = record_version(table, record);
    const bool keeps = feed::merge_event(table.version(row), version) == feed::Merge::Keep;
    if (competes && keeps) return Outcome::Outdated;
    if (deletes) {
        table.erase(row);
        return Outcome::Deleted;
    }
    if (!table.update(row, record.cells)) return Outcome::Full;
    table.set_provenance(row, provenance);
    return Outcome::Replaced;
}

Outcome ingest_snapshot_row(Table& table, const feed::Record& record,
                            const feed::SnapshotRound& round) {
    // One that a service still lists is none: it is judged as if the snapshot had not shown it.
    if (takes_away(table.spec(), record)) return Outcome::Deleted;
    const Table::Found at = table.look_up(record.cells);
    const RowId row = at.row;
    table.note_shown(at);
    if (row == kNoRow) {
        feed::Provenance provenance;
        provenance.pass = round.pass;
        return insert_row(table, at, record, provenance);
    }
    feed::Provenance provenance = table.provenance(row);
    if (provenance.pass == 0 || feed::pass_reaches(round.pass, provenance.pass))
        provenance.pass = round.pass;
    provenance.phantom = false;
    const feed::Merge merge =
        feed::merge_snapshot(provenance, table.version(row), record_version(table, record), round);
    const bool replaces = merge == feed::Merge::Replace;
    const bool updated = replaces && table.update(row, record.cells);
    if (updated) provenance.from_stream = false;
    table.set_provenance(row, provenance);
    if (!replaces) return Outcome::Outdated;
    return updated ? Outcome::Replaced : Outcome::Full;
}

SweepCount sweep_after_snapshot(Table& table, const feed::SnapshotRound& round,
                                const std::function<bool(RowId)>& covers) {
    SweepCount count;
    for (RowId row = 0; row < table.slot_count(); ++row) {
        if (!table.is_live(row) || !covers(row)) continue;
        feed::Provenance provenance = table.provenance(row);
        switch (feed::verdict_after(round, provenance)) {
            case feed::Verdict::Confirmed: break;
            case feed::Verdict::NotYetOwed: ++count.not_yet_owed; break;
            case feed::Verdict::Phantom:
                provenance.phantom = true;
                table.set_provenance(row, provenance);
                ++count.phantoms;
                break;
            case feed::Verdict::Remove:
                table.erase(row);
                ++count.removed;
                break;
        }
    }
    if (count.removed > 0) table.forget_evicted_version();
    return count;
}

bool confirm_by_partial(Table& table, const feed::SnapshotRound& round,
                        const PartialSnapshot& partial) {
    std::int64_t shown = 0;
    for (RowId row = 0; row < table.slot_count(); ++row) {
        if (!table.is_live(row)) continue;
        const feed::Provenance provenance = table.provenance(row);
        const bool in_range = table.version(row) >= partial.since_version;
        if (feed::proof_of(round, provenance, in_range) == feed::Proof::None) return false;
        if (provenance.pass != 0) ++shown;
    }
    if (shown < partial.rows_min || shown > partial.rows_max) return false;
    for (RowId row = 0; row < table.slot_count(); ++row) {
        if (!table.is_live(row)) continue;
        feed::Provenance provenance = table.provenance(row);
        if (provenance.pass == 0 || feed::pass_reaches(provenance.pass, round.pass)) continue;
        provenance.pass = round.pass;
        table.set_provenance(row, provenance);
    }
    return true;
}

void rebase_session_ms(Table& table, feed::SessionMs by_ms) {
    table.forget_gone();
    for (RowId row = 0; row < table.slot_count(); ++row) {
        if (!table.is_live(row)) continue;
        feed::Provenance provenance = table.provenance(row);
        if (provenance.streamed_at_ms == 0) continue;
        provenance.streamed_at_ms =
            provenance.streamed_at_ms > by_ms ? provenance.streamed_at_ms - by_ms : 1;
        table.set_provenance(row, provenance);
    }
}

}  // namespace nats_blotter::table

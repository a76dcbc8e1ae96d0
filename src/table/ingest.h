// table/ingest.h - records into a table, by the rules of feed/merge.h.
//
// Before this: feed/decode made a record. After this: views catch up from the table's changes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "feed/cell.h"
#include "feed/merge.h"
#include "table/table.h"

namespace nats_blotter::table {

enum class Outcome : std::uint8_t {
    Inserted,
    Replaced,
    Outdated,   // older than the row held; nothing changed
    BeyondCap,  // older than everything the row cap let go; nothing changed
    Full,       // a limit of a column; nothing changed
    Deleted,    // the record takes its row away; there may have been none
};

struct SweepCount {
    std::size_t removed = 0;
    std::size_t phantoms = 0;  // newly marked
    std::size_t not_yet_owed = 0;
};

// An event of the stream, received at `now_ms`.
Outcome ingest_event(Table& table, const feed::Record& record, feed::SessionMs now_ms);

// A record of a stream that is read from its beginning, in its order: what the table held before
// this round gives way to it, whatever its version; what came in this round competes by version.
Outcome ingest_replayed(Table& table, const feed::Record& record, const feed::SnapshotRound& round,
                        feed::SessionMs now_ms);

// A row of a snapshot that was requested in this round.
Outcome ingest_snapshot_row(Table& table, const feed::Record& record,
                            const feed::SnapshotRound& round);

// The snapshot is complete: rows it should have held and did not are removed or marked (rule 3).
// `covers` says whether a row was within what the snapshot asked for.
SweepCount sweep_after_snapshot(Table& table, const feed::SnapshotRound& round,
                                const std::function<bool(RowId)>& covers);

// A snapshot that holds only the rows whose version is `since_version` or above.
struct PartialSnapshot {
    std::int64_t since_version = 0;
    std::int64_t rows_min = 0;  // rows that a whole one would hold: at least, at most
    std::int64_t rows_max = 0;
};

// The partial snapshot is complete. True when it and the rows held prove what a whole snapshot
// would have said: every row that an earlier one has shown then counts as shown by this one, and
// sweep_after_snapshot() is to follow. False: nothing has changed, and a whole one is needed.
bool confirm_by_partial(Table& table, const feed::SnapshotRound& round,
                        const PartialSnapshot& partial);

// Makes the session's milliseconds start `by_ms` later, so that they fit 32 bits for ever.
void rebase_session_ms(Table& table, feed::SessionMs by_ms);

}  // namespace nats_blotter::table

// feed/merge.h - who overwrites whom when a stream and a snapshot tell of the same row.
//
// Rules of truth 2 and 3 (design section 5), as pure decisions:
//   - An event competes with the held row by version; on a tie the event wins.
//   - A snapshot row competes by version with an event received after the snapshot was requested,
//     or less than the commit lag before. On a tie the event wins if it came after the fence, since
//     nothing was missed from there on; one from before it may have been followed by others.
//   - Against an older event the snapshot wins even with a lower version: TraderX publishes before
//   it
//     commits, so by then the database knows better.
//   - Against an earlier snapshot the later one wins.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace nats_blotter::feed {

// TraderX publishes an event inside its database transaction; a commit is not slower than this.
inline constexpr std::int64_t kCommitLagMs = 2'000;

// Milliseconds since the session started, so that it fits; 0 is "never".
using SessionMs = std::uint32_t;

// Numbers the snapshots of one table in the order they were requested; 0 is "none". Wraps around.
using SnapshotPass = std::uint16_t;

// `a` was requested after `b`, or is `b`. REQUIRES: neither is 0, less than 32,768 apart.
bool pass_reaches(SnapshotPass a, SnapshotPass b);

struct Provenance {
    SessionMs streamed_at_ms = 0;  // when the stream last wrote this row
    SnapshotPass pass = 0;         // the latest requested snapshot that contained it
    bool from_stream = false;      // the held cells came from the stream
    bool phantom = false;          // seen on the stream, missing from the re-read
};

enum class Merge : std::uint8_t { Replace, Keep };

Merge merge_event(std::int64_t held_version, std::int64_t event_version);

// What becomes of a row once a snapshot is complete. A row that a later requested snapshot has
// already shown is confirmed: two reads of one table may overlap when an account appears.
// What one re-read has made a phantom, the next one that misses it too removes.
enum class Verdict : std::uint8_t { Confirmed, NotYetOwed, Phantom, Remove };

struct SnapshotRound {
    SnapshotPass pass = 0;
    SessionMs fenced_at_ms = 0;     // when the fence of this round passed
    SessionMs requested_at_ms = 0;  // when this snapshot was requested
    bool is_reread = false;         // the second read of a round
};

Merge merge_snapshot(const Provenance& held, std::int64_t held_version,
                     std::int64_t snapshot_version, const SnapshotRound& round);

Verdict verdict_after(const SnapshotRound& round, const Provenance& row);

// Whether an answer that holds only the rows from a version on (docs/wire-feed.md, "Since a
// version") says the same of this row as a whole one would. `in_range`: the held version is not
// below the one asked for. Rows that no snapshot has shown are judged by verdict_after() alone: the
// earlier snapshot did not have them below that version, and this one does not have them above.
enum class Proof : std::uint8_t {
    Same,  // the row is as held, or newer than what the answer owes
    None,  // the answer cannot tell: read in full
};
Proof proof_of(const SnapshotRound& round, const Provenance& row, bool in_range);

}  // namespace nats_blotter::feed

#include "feed/merge.h"

namespace nats_blotter::feed {

Merge merge_event(std::int64_t held_version, std::int64_t event_version) {
    return event_version >= held_version ? Merge::Replace : Merge::Keep;
}

namespace {

// The event that wrote the row is old enough for the database to know better.
bool outlived_commit_lag(SessionMs streamed_at_ms, SessionMs requested_at_ms) {
    return static_cast<std::int64_t>(streamed_at_ms) + kCommitLagMs <
           static_cast<std::int64_t>(requested_at_ms);
}

}  // namespace

Merge merge_snapshot(const Provenance& held, std::int64_t held_version,
                     std::int64_t snapshot_version, const SnapshotRound& round) {
    // An answer that was asked for later is in already: of two that overtook each other, too.
    const bool is_late = held.pass != 0 && !pass_reaches(round.pass, held.pass);
    if (!held.from_stream && !is_late) return Merge::Replace;
    if (is_late) return snapshot_version > held_version ? Merge::Replace : Merge::Keep;
    if (outlived_commit_lag(held.streamed_at_ms, round.requested_at_ms)) return Merge::Replace;
    if (snapshot_version == held_version && held.streamed_at_ms < round.fenced_at_ms)
        return Merge::Replace;
    return snapshot_version > held_version ? Merge::Replace : Merge::Keep;
}

bool pass_reaches(SnapshotPass a, SnapshotPass b) {
    return static_cast<std::int16_t>(static_cast<SnapshotPass>(a - b)) >= 0;
}

Verdict verdict_after(const SnapshotRound& round, const Provenance& row) {
    if (row.pass != 0 && pass_reaches(row.pass, round.pass)) return Verdict::Confirmed;
    const bool streamed_since_fence =
        row.streamed_at_ms != 0 && row.streamed_at_ms >= round.fenced_at_ms;
    if (!streamed_since_fence) return Verdict::Remove;
    if (round.is_reread && outlived_commit_lag(row.streamed_at_ms, round.requested_at_ms))
        return row.phantom ? Verdict::Remove : Verdict::Phantom;
    return Verdict::NotYetOwed;
}

Proof proof_of(const SnapshotRound& round, const Provenance& row, bool in_range) {
    if (row.pass == 0) return Proof::Same;
    if (pass_reaches(row.pass, round.pass)) return Proof::Same;
    if (row.phantom) return Proof::None;
    // What a snapshot gave and nobody changed since is not repeated; in range it would have been.
    if (!row.from_stream) return in_range ? Proof::None : Proof::Same;
    // An event as old as this was committed and is in the answer, or was never committed.
    return outlived_commit_lag(row.streamed_at_ms, round.requested_at_ms) ? Proof::None
                                                                          : Proof::Same;
}

}  // namespace nats_blotter::feed

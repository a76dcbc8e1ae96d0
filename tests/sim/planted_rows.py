"""Bugs in the session, in the rules of the merge and in the tables, for planted.py: name, file,
what stands there, what is planted. The session's simulation has to notice the first list, unit
tests the second."""

# Of src/feed/merge.cpp and src/session; what else is planted there is for the simulation, which is
# mostly over before books are looked at.
BY_UNIT_TEST = {
    "what was never committed is believed",
    "books that break are only noted",
    "positions are never read again",
    "books are judged while a round is under way",
    "a base is whatever it was a moment ago",
}

SESSION_BUGS = [
    (
        "no fence before the snapshot",
        "src/session/round.cpp",
        "    round.phase = RoundPhase::Fencing;\n    round.fence = link.fence(now);",
        "    round.phase = RoundPhase::Reading;\n    round.fenced_at_ms = session_ms(now);\n"
        "    round.fenced_at = now;\n"
        "    start_reads(static_cast<std::size_t>(&round - rounds.data()), false, now);",
    ),
    (
        "a tie goes to the held row",
        "src/feed/merge.cpp",
        "return event_version >= held_version ?",
        "return event_version > held_version ?",
    ),
    (
        "no second look",
        "src/session/round.cpp",
        "        round.phase = RoundPhase::Lagging;\n        round.merged = true;",
        "        round.phase = RoundPhase::Settled;\n        round.merged = true;\n"
        "        if (round.whole_scope) ++rounds_completed;\n        return;",
    ),
    (
        "a record that cannot be read is left out of a snapshot",
        "src/session/fetch.cpp",
        "    read.refused = read.unreadable;\n    return false;",
        "    return true;",
    ),
    (
        "a late answer is accepted",
        "src/session/fetch.cpp",
        "    fetches.erase(fetch);\n    const auto asked",
        "    const auto asked",
    ),
    (
        "the old scope stays subscribed",
        "src/session/round.cpp",
        "        link.unsubscribe(sid);\n        routes.erase(sid);",
        "        if (false) routes.erase(sid);",
    ),
    (
        "what is unloaded is not counted",
        "src/session/session.cpp",
        "kept_out_of_stream + table.evicted() - evicted_before",
        "kept_out_of_stream",
    ),
    (
        "what the cap keeps out is not counted",
        "src/session/intake.cpp",
        "++live.kept_out_of_stream;",
        "live.kept_out_of_stream += 0;",
    ),
    (
        "live with one table of two",
        "src/session/round.cpp",
        "std::all_of(round.reads.begin()",
        "std::any_of(round.reads.begin()",
    ),
    (
        "a row that is gone stays",
        "src/feed/merge.cpp",
        "    if (!streamed_since_fence) return Verdict::Remove;",
        "    if (!streamed_since_fence) return Verdict::NotYetOwed;",
    ),
    (
        "a snapshot beats whatever is held",
        "src/feed/merge.cpp",
        "    return snapshot_version > held_version ? Merge::Replace : Merge::Keep;",
        "    return Merge::Replace;",
    ),
    (
        "an event beats every later snapshot",
        "src/feed/merge.cpp",
        "    if (outlived_commit_lag(held.streamed_at_ms, round.requested_at_ms)) "
        "return Merge::Replace;\n",
        "",
    ),
    (
        "a new connection is no gap",
        "src/session/session.cpp",
        "++stats.reconnects;\n    begin_round(now);",
        "++stats.reconnects;\n    if (link.stats().connects == 1) begin_round(now);",
    ),
    (
        "a sign-in page is an empty list",
        "src/session/fetch.cpp",
        "        if (!fetching.splitter.finish())",
        "        if (false)",
    ),
    (
        "a partial answer proves whatever",
        "src/session/round.cpp",
        "        return true;\n    }\n    ++stats.unproven_reads;\n    return false;",
        "        return true;\n    }\n    return true;",
    ),
    (
        "a failed read is not tried again",
        "src/session/round.cpp",
        "    round.due_at = now + retry_wait_us(round.failures);",
        "    round.due_at = kNever;",
    ),
    (
        "books that break are only noted",
        "src/session/checks.cpp",
        "    if (books.on_fence(now) != Books::Finding::Break) return;",
        "    books.on_fence(now);\n    return;",
    ),
    (
        "positions are never read again",
        "src/session/checks.cpp",
        "    round.due_at = now + kCheckFirstUs + "
        "static_cast<MonotonicUs>(random.below(spread));",
        "    round.due_at = spread == 0 ? now : kNever;",
    ),
    (
        "books are judged while a round is under way",
        "src/session/checks.cpp",
        "                             return round.phase == RoundPhase::Settled || "
        "round.checking;",
        "                             return round.phase != RoundPhase::Waiting;",
    ),
    (
        "a base is whatever it was a moment ago",
        "src/session/books.cpp",
        "            key.difference() == key.candidate) {",
        "            key.weight > 0) {",
    ),
]

TABLE_BUGS = [
    (
        "a sale is booked as a purchase",
        "src/table/ledger.cpp",
        "    if (symbol != SymbolPool::kNone && sign.pool().text(symbol) == side.minus)",
        "    if (symbol != SymbolPool::kNone && false)",
    ),
    (
        "what was never committed is believed",
        "src/feed/merge.cpp",
        "        return row.phantom ? Verdict::Remove : Verdict::Phantom;",
        "        return Verdict::NotYetOwed;",
    ),
    (
        "a key is lost behind a hole",
        "src/table/key_index.cpp",
        "        if (from_home >= from_hole) {",
        "        if (from_home > from_hole) {",
    ),
    (
        "a split moves no row",
        "src/table/key_index.cpp",
        "        const bool is_upper = (hash >> (64 - depth) & 1) != 0;",
        "        const bool is_upper = depth == 0;",
    ),
    (
        "the newest are unloaded",
        "src/table/eviction.cpp",
        "    } else if (age < finds_.front()) {",
        "    } else if (finds_.front() < age) {",
    ),
    (
        "an erased row is a changed one",
        "src/table/change_log.cpp",
        "    if (kind == Change::Kind::Erased) change.kind = kind;\n",
        "",
    ),
    (
        "only the last change counts",
        "src/table/change_log.cpp",
        "    change.columns |= columns;",
        "    change.columns = columns;",
    ),
    (
        "a null comes first when turned around",
        "src/table/row_order.cpp",
        "    return rank == Column::kNullRank ? rank : Column::kNullRank - 1 - rank;",
        "    return Column::kNullRank - rank;",
    ),
    (
        "equal rows stand the other way round",
        "src/table/row_order.cpp",
        "keys_.back().descending ? -by_arrival : by_arrival;",
        "keys_.back().descending ? by_arrival : -by_arrival;",
    ),
    (
        "one word of a filter is enough",
        "src/table/filter.cpp",
        "        if (!passed) return false;",
        "        if (passed) return true;",
    ),
    (
        "a filter remembers symbols of a cleared table",
        "src/table/filter.cpp",
        "            for (Probe& probe : test.probes) probe.verdicts.clear();",
        "            ;",
    ),
    (
        "a removed row is only counted",
        "src/table/ingest.cpp",
        "                table.erase(row);\n",
        "",
    ),
    (
        "a phantom stays one",
        "src/table/ingest.cpp",
        "        provenance.pass = round.pass;\n    provenance.phantom = false;",
        "        provenance.pass = round.pass;",
    ),
    (
        "an outdated event is taken",
        "src/table/ingest.cpp",
        "        return Outcome::Outdated;\n    if (deletes) {",
        "        ;\n    if (deletes) {",
    ),
    (
        "a view that is sorted anew misses what comes meanwhile",
        "src/table/view.cpp",
        "    if (rebuild_) rebuild_->apply(changes);",
        "",
    ),
]

// session/stats.h - the counters behind the element's stats().
#pragma once

#include <array>
#include <cstdint>

#include "feed/decode.h"
#include "nats/stats.h"

namespace nats_blotter::session {

struct Stats {
    nats::Stats link;
    std::array<std::uint64_t, feed::kRejectCount> rejects{};  // payloads dropped, by feed::Reject
    std::uint64_t events = 0;                                 // records taken from the stream
    std::uint64_t outdated = 0;         // stream records older than the row they were for
    std::uint64_t conflated = 0;        // stream records that replaced one no view had seen yet
    std::uint64_t reconnects = 0;       // connections after the first
    std::uint64_t gaps = 0;             // times the stream may have missed something
    std::uint64_t resyncs = 0;          // completed rounds of rule 2 after the first of a scope
    std::uint64_t breaks = 0;           // books that did not balance (rule 8)
    std::uint64_t checks = 0;           // times the rows were read once more, all being well
    std::uint64_t unbooked = 0;         // rows whose books are not balanced, at kBookKeysMax
    std::uint64_t phantoms = 0;         // rows marked phantom
    std::uint64_t removed = 0;          // rows removed by rule 3
    std::uint64_t evicted = 0;          // rows unloaded or kept out at the row cap
    std::uint64_t unreadable = 0;       // records of the last snapshots that nobody could read
    std::uint64_t unfolded = 0;         // rows that a fold left out, at a limit of its table
    std::uint64_t capped_accounts = 0;  // accounts beyond kAccountsMax that are not followed
    std::uint64_t held_bytes = 0;       // of the copies that are shown while held still
    std::uint64_t holds_refused = 0;    // times that would have taken more than kHeldBytesMax
    std::uint64_t slow_cuts = 0;        // connections lost while the feed was behind
    std::uint64_t fetches = 0;
    std::uint64_t partial_reads = 0;   // snapshots that held only what had changed
    std::uint64_t unproven_reads = 0;  // of those, not enough to go by: read again in full
    std::uint64_t fetch_failures = 0;
    std::int64_t verified_age_us = -1;      // since a whole snapshot was last merged, -1: never
    std::int64_t last_message_age_us = -1;  // -1: no message yet
    std::int64_t lag_ms = -1;               // behind the source, see FeedLag; -1: not known
    std::int64_t latency_p50_ms = -1;       // publication to merge, last 10 s or so; -1: none
    std::int64_t latency_p99_ms = -1;
};

}  // namespace nats_blotter::session

// session/round.cpp - rule 2: subscribe, fence, snapshot, live, and a second look after the commit
// lag.
#include <algorithm>

#include "base/assert.h"
#include "session/state.h"

namespace nats_blotter::session {

void Session::State::cancel_read(Read& read) {
    cancel_fetch(read.fetch);
    if (read.request != 0) link.cancel_request(read.request);
    read.request = 0;
}

void Session::State::abandon_rounds() {
    for (Round& round : rounds)
        for (Read& read : round.reads) cancel_read(read);
    rounds.clear();
    books.close();
}

void Session::State::begin_round(MonotonicUs now) {
    abandon_rounds();
    if (account_list.fetch == 0) ask_accounts();  // one that is under way is as good
    if (!has_scope) return;
    rebase_if_needed(now);
    Round round;
    round.reads.resize(tables.size());
    rounds.push_back(std::move(round));
    proceed(rounds.front(), now);
}

void Session::State::begin_account_round(AccountId account, MonotonicUs now) {
    books.pause();  // its rows come one after the other
    Round round;
    round.whole_scope = false;
    round.accounts = {account};
    round.reads.resize(tables.size());
    rounds.push_back(std::move(round));
    proceed(rounds.back(), now);
}

std::vector<AccountId> Session::State::scope_accounts() {
    if (scope != kAllAccounts || !profile.has_accounts()) return {scope};
    std::vector<AccountId> ids;
    for (const Account& account : account_list.accounts) ids.push_back(account.id);
    const std::size_t followed = std::min(ids.size(), kAccountsMax);
    stats.capped_accounts = ids.size() - followed;
    ids.resize(followed);
    std::sort(ids.begin(), ids.end());
    return ids;
}

bool Session::State::subscribe_account(AccountId account) {
    if (subscribed.contains(account)) return true;
    std::vector<nats::Sid>& sids = subscribed[account];
    for (std::size_t index = 0; index < tables.size(); ++index) {
        if (tables[index]->table.spec().is_stored()) continue;  // its consumer is all it needs
        for (const feed::StreamSpec& stream : tables[index]->table.spec().streams) {
            const Result<nats::Sid> sid =
                link.subscribe(feed::fill_account(stream.pattern, std::to_string(account)));
            if (!sid) {
                unsubscribe_account(account);
                return false;
            }
            sids.push_back(*sid);
            routes[*sid] = {index, account};
        }
    }
    return true;
}

void Session::State::unsubscribe_account(AccountId account) {
    const auto found = subscribed.find(account);
    if (found == subscribed.end()) return;
    for (const nats::Sid sid : found->second) {
        link.unsubscribe(sid);
        routes.erase(sid);
    }
    subscribed.erase(found);
}

void Session::State::unsubscribe_all_but(const std::vector<AccountId>& accounts) {
    std::vector<AccountId> leaving;
    for (const auto& [account, sids] : subscribed)
        if (!std::binary_search(accounts.begin(), accounts.end(), account))
            leaving.push_back(account);
    for (const AccountId account : leaving) unsubscribe_account(account);
}

void Session::State::proceed(Round& round, MonotonicUs now) {
    if (round.phase != RoundPhase::Waiting || !link_up) return;
    if (round.whole_scope) {
        if (scope == kAllAccounts && profile.has_accounts() && !account_list.known) return;
        // This round is for all of them, also for those that had one of their own.
        while (rounds.size() > 1) {
            for (Read& read : rounds.back().reads) cancel_read(read);
            rounds.pop_back();
        }
        round.accounts = scope_accounts();
        unsubscribe_all_but(round.accounts);
    }
    for (const AccountId account : round.accounts)
        if (!subscribe_account(account))
            return fail_round(round, "Too many subscriptions for one page", now);
    round.broken = false;
    round.due_at = kNever;
    round.phase = RoundPhase::Fencing;
    round.fence = link.fence(now);
}

void Session::State::on_fence(nats::FenceId fence, MonotonicUs now) {
    if (fence == books_fence) return on_books_fence(now);
    for (std::size_t index = 0; index < rounds.size(); ++index) {
        Round& round = rounds[index];
        if (round.phase != RoundPhase::Fencing || round.fence != fence) continue;
        round.fenced_at_ms = session_ms(now);
        round.fenced_at = now;
        ever_followed = true;
        round.phase = RoundPhase::Reading;
        start_reads(index, false, now);
        return;
    }
}

void Session::State::start_reads(std::size_t round, bool reread, MonotonicUs now) {
    rounds[round].due_at = kNever;
    rounds[round].checking = false;
    for (std::size_t table = 0; table < tables.size(); ++table)
        start_read(round, table, reread, now);
    on_reads_done(round, now);  // where nothing is to be awaited
}

void Session::State::start_read(std::size_t round_index, std::size_t table_index, bool reread,
                                MonotonicUs now) {
    Round& round = rounds[round_index];
    LiveTable& live = *tables[table_index];
    Read& read = round.reads[table_index];
    if (live.table.spec().is_stored()) return read_stored(round_index, live, now);
    // Passes of one table are told apart by number; 0 means "in no snapshot".
    if (++live.last_pass == 0) live.last_pass = 1;
    read.kept_out = 0;
    read.unreadable = {};
    read.evicted_before = live.table.evicted();
    read.unread_before = live.table.evicted_unread();
    read.kept_out_of_stream_before = live.kept_out_of_stream;
    if (round.whole_scope) {
        live.table.begin_pass(live.last_pass, session_ms(now));
        live.checks_waited = 0;
    }
    read.done = false;
    read.round = {live.last_pass, round.fenced_at_ms, session_ms(now), reread};

    const feed::TableSpec& spec = live.table.spec();
    if (spec.snapshot == feed::SnapshotKind::None || spec.fold) {
        read.done = true;  // what streams, or the other table has, is all that is known
        return;
    }
    if (spec.snapshot == feed::SnapshotKind::Request)
        return ask_for_snapshot(round_index, table_index, now);
    const bool all = round.whole_scope && scope == kAllAccounts;
    const AccountId account = round.whole_scope ? scope : round.accounts.front();
    Fetching fetching;
    fetching.round = round_index;
    fetching.table = table_index;
    std::string url = all ? spec.snapshot_url_all
                          : feed::fill_account(spec.snapshot_url, std::to_string(account));
    read.since_ms = since_of_read(live, round);
    if (read.since_ms != kNoVersion) {
        url += url.find('?') == std::string::npos ? '?' : '&';
        url += "since=" + std::to_string(read.since_ms);
    }
    read.fetch = start_fetch(std::move(url), std::move(fetching));
}

// What has been offered, unless it could not prove enough: rows beyond the cap are not counted
// here, and an account that has just appeared has no earlier read. One table's count of rows tells
// of a clock that was set back where another's, that of the positions, does not: in parts all are
// read or none.
std::int64_t Session::State::since_of_read(const LiveTable& live, const Round& round) const {
    const bool usable =
        round.whole_scope && std::all_of(tables.begin(), tables.end(), [](const auto& other) {
            return other->table.spec().snapshot != feed::SnapshotKind::Url ||
                   (other->since_ms != kNoVersion && other->partial_reads < kPartialReadsMax &&
                    other->table.evicted() == 0);
        });
    return usable ? live.since_ms : kNoVersion;
}

void Session::State::read_in_full() {
    for (const auto& live : tables) {
        live->since_ms = kNoVersion;
        live->stored.from_start = true;
    }
}

// What one table's answer could not prove may be wrong with the others' too: where the clock of the
// service was set back, a new trade is missed by the count, and the position that it changed by
// nothing.
void Session::State::read_all_in_full(std::size_t round_index, MonotonicUs now) {
    Round& round = rounds[round_index];
    read_in_full();
    for (std::size_t table = 0; table < tables.size(); ++table) {
        Read& read = round.reads[table];
        const bool answered =
            read.fetch == 0 && read.request == 0 && !read.done;  // it is this one, or has failed
        if (tables[table]->table.spec().is_stored()) continue;
        if (!answered && read.since_ms == kNoVersion) continue;
        cancel_read(read);
        start_read(round_index, table, read.round.is_reread, now);
    }
}

// An answer of changed rows; false when it does not say enough.
bool Session::State::take_partial(std::size_t round_index, std::size_t table_index,
                                  const SinceHeader& head) {
    constexpr std::int64_t kNsPerMs = 1'000'000;
    LiveTable& live = *tables[table_index];
    const Read& read = rounds[round_index].reads[table_index];
    ++stats.partial_reads;
    // A check of a large table would else read all of it every quarter of an hour.
    const bool counts = !rounds[round_index].checking || live.table.row_count() <= kCheckRowsMax;
    if (counts) ++live.partial_reads;
    const std::int32_t version = live.table.spec().version_column;
    const bool by_time =
        version >= 0 &&
        live.table.spec().columns[static_cast<std::size_t>(version)].type == feed::ColumnType::Time;
    // An offer that falls is that of a clock set back: what was written since has older versions.
    if (by_time && head.from_ms == read.since_ms && head.next_ms >= read.since_ms &&
        table::confirm_by_partial(live.table, read.round,
                                  {head.from_ms * kNsPerMs, head.rows_min, head.rows_max})) {
        return true;
    }
    ++stats.unproven_reads;
    return false;
}

void Session::State::retry_reads(std::size_t round_index, MonotonicUs now) {
    Round& round = rounds[round_index];
    const bool reread = round.phase == RoundPhase::Rereading;
    for (std::size_t table = 0; table < tables.size(); ++table)
        if (!round.reads[table].done && round.reads[table].fetch == 0 &&
            round.reads[table].request == 0 && !tables[table]->table.spec().is_stored())
            start_read(round_index, table, reread, now);
}

void Session::State::on_read_complete(std::size_t round_index, std::size_t table_index,
                                      const std::optional<SinceHeader>& head, MonotonicUs now) {
    Round& round = rounds[round_index];
    Read& read = round.reads[table_index];
    LiveTable& live = *tables[table_index];
    table::Table& table = live.table;
    if (!head || head->from_ms == kNoVersion) {
        live.partial_reads = 0;
    } else if (!take_partial(round_index, table_index, *head)) {
        return read_all_in_full(round_index, now);
    }
    if (round.whole_scope) live.since_ms = head ? head->next_ms : kNoVersion;
    const std::int32_t scope_column = table.spec().scope_column;
    // An account with a round of its own is judged by that one alone.
    const auto covers = [&](table::RowId row) {
        if (scope_column < 0 || rounds.size() == 1) return true;
        const feed::Cell cell = table.cell(row, static_cast<std::size_t>(scope_column));
        if (!round.whole_scope) return cell.number == round.accounts.front();
        return std::none_of(rounds.begin() + 1, rounds.end(), [&cell](const Round& other) {
            return cell.number == other.accounts.front();
        });
    };
    const table::SweepCount swept = table::sweep_after_snapshot(table, read.round, covers);
    // Of an answer of single rows or accounts the others are as they were.
    if (round.whole_scope && (!head || head->from_ms == kNoVersion))
        live.unreadable = read.unreadable;
    else
        live.unreadable.count += read.unreadable.count;
    count_unloaded(live, read, round.whole_scope && (!head || head->from_ms == kNoVersion));
    stats.removed += swept.removed;
    stats.phantoms += swept.phantoms;
    // What was removed had taken the room of rows that are owed now.
    const bool lacked_room = read.kept_out > 0 || table.evicted() > read.evicted_before;
    if (swept.removed > 0 && lacked_room)
        return start_read(round_index, table_index, read.round.is_reread, now);
    read.done = true;
    read.fetch = 0;
    on_reads_done(round_index, now);
}

// A row that is unloaded while an answer comes is either in what the answer has shown, or it is
// kept out when the answer comes to it: counted once. What left no row shortly before may have been
// committed too late for the answer.
void Session::State::count_unloaded(LiveTable& live, const Read& read, bool whole) {
    if (!whole) {
        live.lacked_at_read += read.kept_out;
        return;
    }
    const std::uint64_t unread = live.table.evicted_unread() - read.unread_before;
    live.lacked_at_read = read.kept_out + live.table.evicted() - read.evicted_before - unread +
                          live.table.gone_unshown();
    live.kept_out_of_stream -= read.kept_out_of_stream_before;
    live.evicted_before = live.table.evicted();
}

// Goes on when all tables have been read.
void Session::State::on_reads_done(std::size_t round_index, MonotonicUs now) {
    Round& round = rounds[round_index];
    const bool all_done = std::all_of(round.reads.begin(), round.reads.end(),
                                      [](const Read& other) { return other.done; });
    if (!all_done) return;
    round.failures = 0;
    round.broken = false;
    if (round.phase == RoundPhase::Reading) {
        round.phase = RoundPhase::Lagging;
        round.merged = true;
        round.due_at = std::max(now, std::min(now + feed::kCommitLagMs * kMillisecondUs,
                                              round.fenced_at + kSecondLookLatestUs));
        // Of an account that has just appeared nobody expects more yet.
        if (round.whole_scope) round.overdue_at = round.fenced_at + kSecondLookOverdueUs;
        round.overdue = now >= round.overdue_at;
        if (round.whole_scope && ++rounds_completed > 1) ++stats.resyncs;
    } else {
        if (round.checking) ++stats.checks;
        round.phase = RoundPhase::Settled;
        round.overdue_at = kNever;
        round.overdue = false;
        plan_check(round, now);
    }
    if (round.whole_scope && tables_without_snapshot == 0) verified_at = now;
    if (round.phase == RoundPhase::Lagging && round.due_at <= now)
        on_round_deadline(round_index, now);
}

// A snapshot by a NATS request; its answer is a message like those of the stream.
void Session::State::ask_for_snapshot(std::size_t round_index, std::size_t table_index,
                                      MonotonicUs now) {
    Round& round = rounds[round_index];
    const feed::TableSpec& spec = tables[table_index]->table.spec();
    const Result<nats::RequestId> asked =
        link.request(spec.snapshot_subject, {}, kSnapshotTimeoutUs, now);
    if (asked)
        round.reads[table_index].request = *asked;
    else
        fail_round(round, spec.snapshot_subject + ": " + std::string(asked.error().text), now);
}

void Session::State::on_request_end(const nats::Event& event, MonotonicUs now) {
    for (std::size_t round = 0; round < rounds.size(); ++round) {
        for (std::size_t table = 0; table < tables.size(); ++table) {
            Read& read = rounds[round].reads[table];
            if (read.request == 0 || read.request != event.request) continue;
            read.request = 0;
            LiveTable& live = *tables[table];
            const std::string& subject = live.table.spec().snapshot_subject;
            if (event.kind == nats::Event::Kind::RequestFailed)
                return fail_round(rounds[round], subject + ": " + std::string(event.text), now);
            live.messages.begin({}, event.payload);
            bool any = false;
            bool all = true;
            while (const auto decoded = live.messages.next()) {
                any = any || decoded->has_value();
                all = all && decoded->has_value();
                if (*decoded)
                    merge_snapshot_row(rounds[round], live, ***decoded);
                else
                    count_reject(decoded->error().code);
                if (!*decoded) ++read.unreadable.count;
            }
            // Nothing but what cannot be read is no snapshot, and would clear the table.
            if (!any && !all)
                return fail_round(rounds[round], subject + " answers no records", now);
            read.unreadable.hash = read.unreadable.count;
            if (!takes_unreadable(live, read))
                return fail_round(rounds[round], subject + cannot_be_read(read.unreadable.count),
                                  now);
            return on_read_complete(round, table, std::nullopt, now);
        }
    }
}

void Session::State::fail_round(Round& round, std::string words, MonotonicUs now) {
    round.broken = true;
    round.failure = std::move(words);
    ++round.failures;
    round.due_at = now + retry_wait_us(round.failures);
}

void Session::State::on_round_deadline(std::size_t index, MonotonicUs now) {
    Round& round = rounds[index];
    if (round.overdue_at <= now) {
        round.overdue = true;
        round.overdue_at = kNever;
    }
    if (round.due_at > now) return;
    round.due_at = kNever;
    switch (round.phase) {
        case RoundPhase::Waiting: return proceed(round, now);
        case RoundPhase::Lagging:
            round.phase = RoundPhase::Rereading;
            return start_reads(index, true, now);
        case RoundPhase::Reading:
        case RoundPhase::Rereading: return retry_reads(index, now);
        case RoundPhase::Settled: return begin_check(now);
        case RoundPhase::Fencing: return;
    }
}

}  // namespace nats_blotter::session

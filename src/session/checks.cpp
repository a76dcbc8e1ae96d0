// session/checks.cpp - rule 8: positions are read again once a minute, and books that do not
// balance have everything read again.
#include <algorithm>

#include "session/state.h"

namespace nats_blotter::session {

void Session::State::keep_books() {
    if (!profile.books) return;
    ledger = std::make_unique<table::Ledger>(*profile.books);
    tables[profile.books->entries.table]->table.keep_books(ledger.get(), table::BookPage::Entries);
    tables[profile.books->balances.table]->table.keep_books(ledger.get(),
                                                            table::BookPage::Balances);
    books = Books(ledger.get());
}

void Session::State::plan_check(Round& round, MonotonicUs now) {
    round.due_at = kNever;
    round.checking = false;
    if (!round.whole_scope) return;  // the scope's round takes its account over
    const auto spread = static_cast<std::uint64_t>(kCheckLastUs - kCheckFirstUs);
    round.due_at = now + kCheckFirstUs + static_cast<MonotonicUs>(random.below(spread));
}

// A second look in the normal course: of the balances, and of whatever costs little.
void Session::State::begin_check(MonotonicUs now) {
    const auto settled = [](const Round& round) { return round.phase == RoundPhase::Settled; };
    Round& round = rounds.front();
    if (!std::all_of(rounds.begin(), rounds.end(), settled)) {
        round.due_at = now + kSecondUs;
        return;
    }
    // Accounts that appeared later are read with the others from here on: what they streamed came
    // after their own fence, which came after this round's.
    for (std::size_t index = 1; index < rounds.size(); ++index)
        round.accounts.push_back(rounds[index].accounts.front());
    rounds.resize(1);
    std::sort(rounds.front().accounts.begin(), rounds.front().accounts.end());
    Round& whole = rounds.front();
    whole.due_at = kNever;
    whole.phase = RoundPhase::Rereading;
    whole.checking = true;
    bool any = false;
    for (std::size_t index = 0; index < tables.size(); ++index) {
        LiveTable& live = *tables[index];
        const bool balances = profile.books && profile.books->balances.table == index;
        // A large one waits until its share of the checks that passed it by pays for it.
        const bool cheap = live.table.row_count() <= kCheckRowsMax * ++live.checks_waited ||
                           since_of_read(live, whole) != kNoVersion;
        const bool others = cheap && (balances_move || !profile.books);
        const feed::TableSpec& spec = live.table.spec();
        const bool has_snapshot = spec.snapshot != feed::SnapshotKind::None && !spec.fold;
        // A log has been checked by its numbers; what is being mended need not be looked at.
        const bool stored = spec.is_stored() && (!spec.last_per_subject || !live.stored.current);
        whole.reads[index].done = !has_snapshot || stored || (!balances && !others);
        if (whole.reads[index].done) {
            whole.reads[index].since_ms = kNoVersion;
            continue;
        }
        any = true;
        // Its changes wait for the new consumer meanwhile.
        if (spec.is_stored()) whole.overdue_at = now + kSecondLookOverdueUs;
        start_read(0, index, true, now);
    }
    if (any) return;
    const bool all_stored = std::all_of(tables.begin(), tables.end(), [](const auto& live) {
        return live->fold || (live->table.spec().is_stored() && live->stored.current);
    });
    if (all_stored) verified_at = now;
    whole.phase = RoundPhase::Settled;
    plan_check(whole, now);
}

// What was told a minute ago is told no longer.
void Session::State::follow_minute(MonotonicUs now, EpochMs epoch_ms) {
    if (!ledger || epoch_ms == 0) return;
    epoch_offset_ms = epoch_ms - now / kMillisecondUs;
    ledger->advance(epoch_ms / 1000);
    minute_due_at =
        ledger->is_waiting() ? now + kSecondUs - epoch_ms % 1000 * kMillisecondUs : kNever;
}

void Session::State::tell_books() {
    if (ledger && ledger->has_untold()) ledger->tell(tables[profile.books->balances.table]->table);
}

void Session::State::judge_books(MonotonicUs now) {
    if (!ledger) return;
    const bool settled = balances_move && link_up && !suspect && !rounds.empty() &&
                         std::all_of(rounds.begin(), rounds.end(), [](const Round& round) {
                             return round.phase == RoundPhase::Settled || round.checking;
                         });
    if (!settled) return books.pause();
    if (!books.is_open()) return books.open(now);
    if (books.look(now) == Books::Finding::WantsFence) books_fence = link.fence(now);
}

void Session::State::on_books_fence(MonotonicUs now) {
    books_fence = 0;
    if (books.on_fence(now) != Books::Finding::Break) return;
    read_in_full();
    begin_round(now);
    rounds.front().reason = "The books did not balance: everything is read again";
}

}  // namespace nats_blotter::session

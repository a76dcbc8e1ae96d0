#include "session_sim/session_oracle.h"

#include <algorithm>
#include <charconv>

namespace nats_blotter::sim {
namespace {

bool same(const RowVersion& a, const RowVersion& b) {
    return a.updated_ms == b.updated_ms && a.quantity == b.quantity && a.settled == b.settled;
}

constexpr std::int64_t kNsPerMs = 1'000'000;

// "All accounts" reads the list every 30 s; an account on it is subscribed, fenced and read.
constexpr MonotonicUs kNewAccountUs = 6 * kSecondUs;

// Reads of a table after which what was never committed must be gone: one may have been under way,
// the next may be the first of a round, the one behind it is the second look.
constexpr std::size_t kReadsThatSettle = 3;

std::string number(std::int64_t value) { return std::to_string(value); }

}  // namespace

SessionOracle::SessionOracle(session::Session& session, const BooksModel& books)
    : session_(session),
      trade_fields_(fields_of("trades")),
      position_fields_(fields_of("positions")),
      books_(books) {}

SessionOracle::Fields SessionOracle::fields_of(std::string_view name) const {
    Fields fields;
    fields.table = session_.table_index(name);
    const feed::TableSpec& spec = session_.table(fields.table).spec();
    const auto index = [&spec](std::string_view field) {
        return static_cast<std::size_t>(std::max(0, spec.column_index(field)));
    };
    fields.id = index("id");
    fields.account = index("accountId");
    fields.security = index("security");
    fields.side = index("side");
    fields.state = index("state");
    fields.quantity = index("quantity");
    fields.updated = index("updated");
    fields.created = index("created");
    return fields;
}

void SessionOracle::scope_changed() {
    differs_since_ = -1;
    for (auto& reads : reads_) reads.clear();
}

bool SessionOracle::in_scope(session::AccountId account) const {
    return session_.has_scope() &&
           (session_.scope() == session::kAllAccounts || session_.scope() == account);
}

void SessionOracle::note_accounts(MonotonicUs now) {
    for (const session::Account& account : session_.accounts()) listed_at_.emplace(account.id, now);
}

void SessionOracle::look(MonotonicUs now) {
    note_accounts(now);
    session_.refresh_views();
    const bool live = session_.status() == session::Status::Live;
    if (looked_at_ >= calm_from_ && looked_at_ >= 0 && session_.has_scope()) {
        calm_us_ += now - looked_at_;
        if (live) live_us_ += now - looked_at_;
    }
    looked_at_ = now;
    if (!live) {
        differs_since_ = -1;
        if (now >= calm_from_ && session_.has_scope())
            fail("nothing is wrong and the page is " +
                 std::string(session::status_name(session_.status())) + ": " + session_.cause());
    }
    std::string difference = table_difference(true, now, false);
    if (difference.empty()) difference = table_difference(false, now, false);
    if (!live || difference.empty()) {
        differs_since_ = -1;
        return;
    }
    if (now >= strict_from_) return fail("live, and " + difference);
    if (differs_since_ < 0) differs_since_ = now;
    if (now - differs_since_ > kUnseenUs) fail("live for 65 s, and " + difference);
}

void SessionOracle::look_at_peace(MonotonicUs now) {
    look(now);
    if (session_.status() != session::Status::Live) return fail("at peace and not live");
    for (const bool trades : {true, false}) {
        const std::string difference = table_difference(trades, now, true);
        if (!difference.empty()) return fail("at peace, and " + difference);
    }
}

SessionOracle::Shown SessionOracle::shown_row(bool trades, const table::Table& table,
                                              table::RowId id) const {
    const Fields& fields = trades ? trade_fields_ : position_fields_;
    const auto cell = [&](std::size_t column) { return table.cell(id, column); };
    Shown shown;
    shown.phantom = table.is_phantom(id);
    const session::AccountId account = cell(fields.account).number;
    std::size_t security = 0;
    const std::string_view name = cell(fields.security).text;
    while (security < BooksModel::kSecurities && BooksModel::security_name(security) != name)
        ++security;
    if (trades) {
        const std::string_view key = cell(fields.id).text;
        std::size_t row = 0;
        const auto read = std::from_chars(key.data() + 2, key.data() + key.size(), row);
        if (key.substr(0, 2) != "t-" || read.ptr != key.data() + key.size()) return shown;
        if (row >= books_.trades().size()) return shown;
        shown.row = row;
    } else {
        shown.row = books_.position_of(account, security);
        if (shown.row == SIZE_MAX) return shown;
    }
    const BookRow& row = trades ? books_.trades()[shown.row] : books_.positions()[shown.row];
    if (row.account != account || row.security != security) return shown;
    if (trades && (cell(fields.side).text == "Buy") != row.buy) return shown;
    if (trades && cell(fields.created).number != row.created_ms * kNsPerMs) return shown;
    const std::int64_t quantity = cell(fields.quantity).number;
    const std::int64_t updated = cell(fields.updated).number;
    const bool settled = !trades || cell(fields.state).text == "Settled";
    for (std::size_t i = row.versions.size(); i-- > 0 && shown.version < 0;) {
        const RowVersion& version = row.versions[i];
        if (version.quantity == quantity && version.updated_ms * kNsPerMs == updated &&
            version.settled == settled)
            shown.version = static_cast<int>(i);
    }
    return shown;
}

bool SessionOracle::may_show(bool trades, const BookRow& row, std::size_t index,
                             MonotonicUs now) const {
    // Two versions may be equal in all that is shown.
    for (std::size_t i = 0; i <= index; ++i)
        if (same(row.versions[i], row.versions[index]) && version_may_show(trades, row, i, now))
            return true;
    return false;
}

bool SessionOracle::version_may_show(bool trades, const BookRow& row, std::size_t index,
                                     MonotonicUs now) const {
    const RowVersion& version = row.versions[index];
    if (version.committed_at == kNever) {
        if (version.told_at > now) return false;
        const MonotonicUs heard_at = std::max(version.told_at + link_delay_,
                                              version.told_at < resumed_at_ ? resumed_at_ : 0);
        return reads_since(trades, row.account, heard_at + feed::kCommitLagMs * kMillisecondUs) <
               kReadsThatSettle;
    }
    for (std::size_t next = index + 1; next < row.versions.size(); ++next)
        if (row.versions[next].committed_at <= now - grace_) return false;
    return true;
}

// An account that is read for itself is judged by those reads alone, until all are read again.
std::size_t SessionOracle::reads_since(bool trades, session::AccountId account,
                                       MonotonicUs since) const {
    std::size_t own = 0;
    std::size_t whole = 0;
    for (const ReadDone& read : reads_[trades ? 0 : 1]) {
        if (read.account == account) {
            ++own;
            whole = 0;
        }
        if (read.account == session::kAllAccounts && read.asked_at >= since) ++whole;
        if (read.account == account && read.asked_at < since) own = 0;
    }
    return std::max(own, whole);
}

// Whether the page owes the row as such, in whatever version.
bool SessionOracle::is_owed(const BookRow& row, MonotonicUs now, bool exact) const {
    if (!in_scope(row.account)) return false;
    if (session_.scope() == session::kAllAccounts && !exact) {
        const auto listed = listed_at_.find(row.account);
        if (listed == listed_at_.end() || listed->second + kNewAccountUs > now) return false;
        // What keeps a page from reading keeps it from reading a new account.
        if (now < calm_from_ && listed->second + kUnseenUs > now) return false;
    }
    return BooksModel::committed_version(row, exact ? now : now - grace_) >= 0;
}

std::string SessionOracle::table_difference(bool trades, MonotonicUs now, bool exact) {
    const char* name = trades ? "trade " : "position ";
    const std::size_t index = (trades ? trade_fields_ : position_fields_).table;
    const table::Table& table = session_.table(index);
    const table::View& view = session_.view(index);
    const std::vector<BookRow>& rows = trades ? books_.trades() : books_.positions();
    const bool live = session_.status() == session::Status::Live;
    seen_.resize(std::max(seen_.size(), rows.size()), 0);
    ++comparison_;
    not_owed_ = 0;
    if (view.size() != table.row_count()) {
        fail("a view shows " + number(static_cast<std::int64_t>(view.size())) + " of " +
             number(static_cast<std::int64_t>(table.row_count())) + " rows");
        return {};
    }
    std::string first;
    const auto differs = [&](const std::string& words) {
        if (first.empty()) first = name + words;
    };
    for (std::size_t position = 0; position < view.size(); ++position) {
        const table::RowId id = view.row_at(position);
        const Shown shown = shown_row(trades, table, id);
        ++rows_compared_;
        if (shown.row == SIZE_MAX) {
            fail(std::string(name) + "with a key that nobody has told");
            return {};
        }
        const BookRow& row = rows[shown.row];
        const std::string key = number(static_cast<std::int64_t>(shown.row));
        if (!in_scope(row.account)) fail(name + key + " of another account is shown");
        if (seen_[shown.row] == comparison_) fail(name + key + " is shown twice");
        seen_[shown.row] = comparison_;
        if (!live && !exact) continue;
        const bool owed = is_owed(row, now, exact);
        if (!owed || shown.version != BooksModel::committed_version(row, now - grace_)) ++not_owed_;
        if (shown.version < 0) {
            differs(key + " is shown as nobody has told it");
        } else if (shown.phantom) {
            if (owed || exact) differs(key + " is struck through");
        } else if (exact) {
            const int held = BooksModel::committed_version(row, now);
            if (held < 0 || !same(row.versions[static_cast<std::size_t>(held)],
                                  row.versions[static_cast<std::size_t>(shown.version)]))
                differs(key + " is stale");
        } else if (!may_show(trades, row, static_cast<std::size_t>(shown.version), now)) {
            const bool never =
                row.versions[static_cast<std::size_t>(shown.version)].committed_at == kNever;
            const RowVersion& version = row.versions[static_cast<std::size_t>(shown.version)];
            differs(key + (never ? " was never committed" : " is stale") + ": " +
                    number(row.account) + " " +
                    std::string(BooksModel::security_name(row.security)) + " shows " +
                    number(version.quantity) + " of " + number(version.updated_ms));
        }
    }
    if ((live || exact) && first.empty()) first = missing_rows(trades, table, now, exact);
    return first;
}

// Under a row cap the newest are owed, and every other one must have been announced.
std::string SessionOracle::missing_rows(bool trades, const table::Table& table, MonotonicUs now,
                                        bool exact) {
    const std::vector<BookRow>& rows = trades ? books_.trades() : books_.positions();
    std::vector<std::int64_t> versions;
    std::vector<std::size_t> missing;
    const auto version_of = [&](const BookRow& row) {
        const int held = BooksModel::committed_version(row, exact ? now : now - grace_);
        return row.versions[static_cast<std::size_t>(held)].updated_ms;
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!is_owed(rows[i], now, exact)) continue;
        versions.push_back(version_of(rows[i]));
        if (seen_[i] != comparison_) missing.push_back(i);
    }
    if (missing.empty()) return {};
    const session::Stats stats = session_.stats(now);
    std::size_t newest = table.spec().rows_max;
    // What is shown and not owed takes room, and so did what was removed since.
    std::size_t room_lost = not_owed_;
    if (books_.options().phantom_one_in != 0)
        room_lost += static_cast<std::size_t>(stats.removed + stats.phantoms);
    newest -= std::min(newest, room_lost);
    std::int64_t oldest_owed = INT64_MIN;
    if (versions.size() > newest) {
        std::sort(versions.rbegin(), versions.rend());
        oldest_owed = newest == 0 ? INT64_MAX : versions[newest - 1];
    }
    for (const std::size_t i : missing) {
        const bool within = versions.size() <= newest || version_of(rows[i]) > oldest_owed;
        if (within)
            return (trades ? "trade " : "position ") + number(static_cast<std::int64_t>(i)) +
                   " is missing, of the newest " + number(static_cast<std::int64_t>(newest)) +
                   " of " + number(static_cast<std::int64_t>(versions.size()));
    }
    if (missing.size() > stats.evicted)
        return number(static_cast<std::int64_t>(missing.size())) + " rows are missing, and " +
               number(static_cast<std::int64_t>(stats.evicted)) + " announced as unloaded";
    return {};
}

}  // namespace nats_blotter::sim

#include "session_sim/books_model.h"

#include <algorithm>
#include <array>

namespace nats_blotter::sim {
namespace {

constexpr std::array<std::string_view, BooksModel::kSecurities> kNames = {"IBM", "MS", "BRK.B"};
constexpr session::AccountId kFirstAccount = 22214;
constexpr session::AccountId kAccountStep = 7;
// What ?since= stays behind the service's clock (docs/wire-feed.md, "Since a version").
constexpr std::int64_t kSinceBehindMs = 10'000;

void append_number(std::string& out, std::string_view name, std::int64_t value) {
    out.append(name).append(std::to_string(value));
}

}  // namespace

session::AccountId BooksModel::account_of(std::string_view url) {
    const std::string_view path = url.substr(0, url.find('?'));
    session::AccountId account = 0;
    for (const char c : path.substr(path.rfind('/') + 1)) account = account * 10 + (c - '0');
    return account;
}

std::string_view BooksModel::security_name(std::size_t security) { return kNames[security]; }

void BooksModel::create_account(MonotonicUs now) {
    const auto count = static_cast<session::AccountId>(accounts_.size());
    accounts_.push_back({kFirstAccount + kAccountStep * count, now});
}

std::size_t BooksModel::position_of(session::AccountId account, std::size_t security) const {
    if (account < kFirstAccount || security >= kSecurities) return SIZE_MAX;
    const auto book = static_cast<std::size_t>((account - kFirstAccount) / kAccountStep);
    const std::size_t place = book * kSecurities + security;
    return place < places_.size() ? places_[place] : SIZE_MAX;
}

std::size_t BooksModel::open_position(session::AccountId account, std::size_t security) {
    const std::size_t found = position_of(account, security);
    if (found != SIZE_MAX) return found;
    positions_.push_back({account, security, true, 0, {}});
    const auto book = static_cast<std::size_t>((account - kFirstAccount) / kAccountStep);
    places_.resize(std::max(places_.size(), (book + 1) * kSecurities), SIZE_MAX);
    return places_[book * kSecurities + security] = positions_.size() - 1;
}

int BooksModel::committed_version(const BookRow& row, MonotonicUs when) {
    for (std::size_t i = row.versions.size(); i-- > 0;)
        if (row.versions[i].committed_at <= when) return static_cast<int>(i);
    return -1;
}

bool BooksModel::locked(const BookRow& row, MonotonicUs now) const {
    if (row.versions.empty()) return false;
    const RowVersion& last = row.versions.back();
    // One that will be rolled back holds its lock as long as one that will not.
    return last.committed_at == kNever ? last.told_at + options_.commit_lag_max > now
                                       : last.committed_at > now;
}

std::int64_t BooksModel::next_version(const BookRow& row, MonotonicUs now) const {
    const std::int64_t clock = clock_ms(now);
    if (options_.stock) return clock - clock % options_.version_step_ms;
    return row.versions.empty() ? clock : std::max(clock, row.versions.back().updated_ms + 1);
}

std::vector<Told> BooksModel::book(MonotonicUs now) {
    const bool next_state = !trades_.empty() && random_.below(5) == 0;
    const std::size_t old = next_state ? below(trades_.size()) : 0;
    const session::AccountId account =
        next_state ? trades_[old].account : accounts_[below(accounts_.size())].id;
    const std::size_t security = next_state ? trades_[old].security : below(kSecurities);
    // Only a committed trade has a next state, and one that settled has none.
    if (next_state) {
        const int held = committed_version(trades_[old], now);
        if (held < 0 || trades_[old].versions[static_cast<std::size_t>(held)].settled) return {};
        if (locked(trades_[old], now)) return {};
    }
    const std::size_t position = open_position(account, security);
    if (locked(positions_[position], now)) return {};

    const MonotonicUs lag = static_cast<MonotonicUs>(
        random_.below(static_cast<std::uint64_t>(options_.commit_lag_max) + 1));
    const bool rolled_back =
        options_.phantom_one_in != 0 && random_.below(options_.phantom_one_in) == 0;
    const MonotonicUs committed_at = rolled_back ? kNever : now + lag;
    // Ours publishes from its outbox, a little after the commit.
    const MonotonicUs told_at =
        options_.stock ? now : now + lag + static_cast<MonotonicUs>(random_.below(50'000));

    std::vector<Told> told;
    const auto add = [&](bool trade, std::size_t index, RowVersion version) {
        BookRow& row = trade ? trades_[index] : positions_[index];
        version.updated_ms = next_version(row, now);
        version.told_at = told_at;
        version.committed_at = committed_at;
        row.versions.push_back(version);
        told.push_back({trade, index, row.versions.size() - 1, told_at});
    };
    if (next_state) {
        const int held = committed_version(trades_[old], now);
        RowVersion version = trades_[old].versions[static_cast<std::size_t>(held)];
        version.settled = true;
        add(true, old, version);
        return told;
    }
    const bool buy = random_.below(2) == 0;
    const auto quantity = static_cast<std::int64_t>(1 + random_.below(1000));
    trades_.push_back({account, security, buy, clock_ms(now), {}});
    RowVersion trade;
    trade.quantity = quantity;
    trade.settled = random_.below(3) != 0;
    add(true, trades_.size() - 1, trade);
    const int held = committed_version(positions_[position], now);
    RowVersion changed;
    if (held >= 0) changed = positions_[position].versions[static_cast<std::size_t>(held)];
    changed.quantity += buy ? quantity : -quantity;
    add(false, position, changed);
    return told;
}

void BooksModel::append_record(std::string& out, bool trade, std::size_t index,
                               const RowVersion& version) const {
    const BookRow& row = trade ? trades_[index] : positions_[index];
    out += '{';
    if (trade) out.append("\"id\":\"t-").append(std::to_string(index)).append("\",");
    append_number(out, "\"accountId\":", row.account);
    out.append(",\"security\":\"").append(kNames[row.security]).append("\"");
    append_number(out, ",\"quantity\":", version.quantity);
    if (trade) {
        out.append(",\"side\":\"").append(row.buy ? "Buy" : "Sell");
        out.append("\",\"state\":\"")
            .append(version.settled ? "Settled" : "Processing")
            .append("\"");
        append_number(out, ",\"created\":", row.created_ms);
    }
    append_number(out, ",\"updated\":", version.updated_ms);
    out += '}';
}

std::string BooksModel::event_json(const Told& told, MonotonicUs now) const {
    const BookRow& row = told.trade ? trades_[told.row] : positions_[told.row];
    std::string out = "{\"topic\":\"t\",\"payload\":";
    append_record(out, told.trade, told.row, row.versions[told.version]);
    append_number(out, ",\"date\":", clock_ms(now));
    return out + ",\"from\":\"model\",\"type\":\"" + (told.trade ? "Trade" : "Position") + "\"}";
}

std::string BooksModel::answer(const std::string& url, MonotonicUs now,
                               std::string& since_header) const {
    std::string out = "[";
    const auto separate = [&out] {
        if (out.size() > 1) out += ',';
    };
    if (url.find("/account-service/") != std::string::npos) {
        for (const ModelAccount& account : accounts_) {
            separate();
            append_number(out, "{\"displayName\":\"Account\",\"id\":", account.id);
            out += '}';
        }
        return out + "]";
    }
    const bool trades = url.find("/trades/") != std::string::npos;
    const session::AccountId account = account_of(url);
    const std::size_t asked = url.find("since=");
    const bool partial = options_.offers_since && asked != std::string::npos;
    const std::int64_t since = partial ? std::stoll(url.substr(asked + 6)) : INT64_MIN;
    const std::vector<BookRow>& rows = trades ? trades_ : positions_;
    std::int64_t count = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (account != 0 && rows[i].account != account) continue;
        const int held = committed_version(rows[i], now);
        if (held < 0) continue;
        ++count;
        const RowVersion& version = rows[i].versions[static_cast<std::size_t>(held)];
        if (version.updated_ms < since) continue;
        separate();
        append_record(out, trades, i, version);
    }
    if (options_.offers_since) {
        since_header = "next=" + std::to_string(clock_ms(now) - kSinceBehindMs) +
                       "; rows=" + std::to_string(count) + "-" + std::to_string(count);
        if (partial) since_header += "; from=" + std::to_string(since);
    }
    return out + "]";
}

}  // namespace nats_blotter::sim

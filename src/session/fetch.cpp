// session/fetch.cpp - REST answers, taken apart while they arrive.
#include <algorithm>
#include <functional>

#include "base/assert.h"
#include "session/state.h"

namespace nats_blotter::session {
namespace {

constexpr int kHttpOk = 200;

// The first part of the path names the service behind the ingress: "position-service".
std::string service_of(std::string_view url) {
    if (url.starts_with('/')) url.remove_prefix(1);
    return std::string(url.substr(0, url.find('/')));
}

}  // namespace

std::string cannot_be_read(std::uint64_t records) {
    return records == 1 ? " answers a record that cannot be read"
                        : " answers " + std::to_string(records) + " records that cannot be read";
}

FetchId Session::State::start_fetch(std::string url, Fetching fetching) {
    return start_request("GET", std::move(url), {}, std::move(fetching));
}

FetchId Session::State::start_request(std::string_view method, std::string url, std::string body,
                                      Fetching fetching) {
    const FetchId id = ++last_fetch;
    fetching.service = service_of(url);
    fetches.emplace(id, std::move(fetching));
    ++stats.fetches;
    Action action;
    action.kind = Action::Kind::Fetch;
    action.fetch = id;
    action.url = std::move(url);
    action.method = method;
    action.body = std::move(body);
    push_action(std::move(action));
    return id;
}

void Session::State::cancel_fetch(FetchId& fetch) {
    if (fetch == 0) return;
    fetches.erase(fetch);
    const auto asked = std::find_if(actions.begin(), actions.end(), [fetch](const Action& action) {
        return action.kind == Action::Kind::Fetch && action.fetch == fetch;
    });
    if (asked != actions.end()) {
        actions.erase(asked);  // nobody has seen it yet
    } else {
        Action action;
        action.kind = Action::Kind::CancelFetch;
        action.fetch = fetch;
        push_action(std::move(action));
    }
    fetch = 0;
}

void Session::State::take_elements([[maybe_unused]] FetchId id, Fetching& fetching) {
    for (;;) {
        if (fetching.purpose == Purpose::Snapshot && take_row_ahead(fetching)) continue;
        const std::optional<std::string_view> element = fetching.splitter.next_element();
        if (!element) break;
        if (fetching.purpose == Purpose::Accounts)
            take_account(*element);
        else
            take_snapshot_text(fetching, *element);
        NB_ASSERT_DEBUG(fetches.contains(id));
    }
}

void Unreadable::add(std::string_view text) {
    ++count;
    hash = hash * 31 + std::hash<std::string_view>{}(text);
}

// An answer with records that cannot be read is read once more: they may have been spoilt on their
// way. What comes again with the same bytes is wrong where it comes from: the rest is shown, and
// the screen says how many are not.
bool Session::State::takes_unreadable(const LiveTable& live, Read& read) {
    const bool known = read.unreadable == live.unreadable || read.unreadable == read.refused;
    if (read.unreadable.count == 0 || known) return true;
    read.refused = read.unreadable;
    return false;
}

// A row of an account that is not subscribed would be stale with the next event: an account that
// has just been created is read for itself once it is followed.
bool Session::State::follows(const LiveTable& live, const feed::Record& record) const {
    const std::int32_t column = live.table.spec().scope_column;
    return column < 0 || subscribed.contains(record.cells[static_cast<std::size_t>(column)].number);
}

// A record of a learned layout says itself where it ends: its bytes are then read once.
bool Session::State::take_row_ahead(Fetching& fetching) {
    const std::string_view text = fetching.splitter.ahead();
    if (text.empty()) return false;
    std::size_t bytes = 0;
    const feed::Record* const record = tables[fetching.table]->decoder.decode_front(text, bytes);
    if (record == nullptr || !fetching.splitter.skip(bytes)) return false;
    take_snapshot_row(fetching, *record);
    return true;
}

void Session::State::take_snapshot_text(Fetching& fetching, std::string_view element) {
    LiveTable& live = *tables[fetching.table];
    live.messages.forget_subject();
    const Result<const feed::Record*> decoded = live.decoder.decode(element);
    if (!decoded) {
        rounds[fetching.round].reads[fetching.table].unreadable.add(element);
        return count_reject(decoded.error().code);
    }
    take_snapshot_row(fetching, **decoded);
}

void Session::State::take_snapshot_row(Fetching& fetching, const feed::Record& record) {
    LiveTable& live = *tables[fetching.table];
    Round& round = rounds[fetching.round];
    const bool all = round.whole_scope && scope == kAllAccounts;
    if (!all && !belongs_to(live, record, round.whole_scope ? scope : round.accounts.front()))
        return count_reject(static_cast<std::int32_t>(feed::Reject::WrongAccount));
    if (all && !follows(live, record)) {
        fetching.met_stranger = true;
        return;
    }
    merge_snapshot_row(round, live, record);
}

void Session::State::merge_snapshot_row(Round& round, LiveTable& live, const feed::Record& record) {
    Read& read = round.reads[live.index];
    const std::uint64_t generation = live.table.generation();
    const table::Outcome outcome = table::ingest_snapshot_row(live.table, record, read.round);
    const bool balances = profile.books && profile.books->balances.table == live.index;
    if (balances && round.checking && live.table.generation() != generation) balances_move = true;
    if (outcome == table::Outcome::BeyondCap) ++read.kept_out;
    if (outcome == table::Outcome::Full)
        count_reject(static_cast<std::int32_t>(feed::Reject::TableFull));
    bound_changes(live);
}

void Session::State::end_fetch(FetchId id, int http_status, std::string_view words,
                               MonotonicUs now) {
    const auto found = fetches.find(id);
    if (found == fetches.end()) return;
    Fetching fetching = std::move(found->second);
    const bool is_accounts = fetching.purpose == Purpose::Accounts;
    if (!is_accounts && fetching.purpose != Purpose::Snapshot) {
        fetches.erase(found);
        if (http_status != kHttpOk) ++stats.fetch_failures;
        return end_request(fetching, http_status, words, now);
    }
    std::string trouble;
    if (http_status == 0) {
        trouble = fetching.service + " cannot be reached";
        if (!words.empty()) trouble += ": " + std::string(words);
    } else if (http_status != kHttpOk) {
        trouble = fetching.service + " answers " + std::to_string(http_status);
    } else {
        take_elements(id, fetching);
        if (!fetching.splitter.finish())
            trouble = fetching.service + " answered something that is not a list of records";
        else if (fetching.has_head && (!fetching.head || fetching.head->cut))
            trouble = fetching.service + " says something of its answer that makes no sense";
    }
    fetches.erase(id);
    if (!trouble.empty()) ++stats.fetch_failures;

    if (is_accounts) {
        account_list.fetch = 0;
        if (trouble.empty() && account_list.unreadable.count > 0 &&
            account_list.unreadable != account_list.accepted)
            trouble = fetching.service + cannot_be_read(account_list.unreadable.count);
        account_list.accepted = account_list.unreadable;
        return trouble.empty() ? on_accounts_complete(now) : fail_accounts(std::move(trouble), now);
    }
    Round& round = rounds[fetching.round];
    NB_ASSERT(round.reads[fetching.table].fetch == id);
    round.reads[fetching.table].fetch = 0;
    if (fetching.met_stranger && account_list.fetch == 0) ask_accounts();
    if (trouble.empty() &&
        !takes_unreadable(*tables[fetching.table], round.reads[fetching.table])) {
        ++stats.fetch_failures;
        trouble = fetching.service + cannot_be_read(round.reads[fetching.table].unreadable.count);
    }
    if (trouble.empty())
        return on_read_complete(fetching.round, fetching.table, fetching.head, now);
    tables[fetching.table]->since_ms = kNoVersion;
    fail_round(round, std::move(trouble), now);
}

}  // namespace nats_blotter::session

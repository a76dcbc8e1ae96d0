// session/accounts.cpp - the list of accounts: the choices of the scope, and what "all accounts"
// means.
#include <algorithm>

#include "session/state.h"

namespace nats_blotter::session {

const feed::TableSpec& account_spec() {
    static const feed::TableSpec spec = [] {
        feed::TableSpec made;
        made.name = "accounts";
        made.columns.resize(2);
        made.columns[0].field = "id";
        made.columns[0].type = feed::ColumnType::Int;
        made.columns[1].field = "displayName";
        made.columns[1].type = feed::ColumnType::Text;
        made.key_columns = {0};
        return made;
    }();
    return spec;
}

void Session::State::ask_accounts() {
    if (profile.accounts_url.empty()) return;
    cancel_fetch(account_list.fetch);
    account_list.incoming.clear();
    account_list.unreadable = {};
    account_list.due_at = kNever;
    account_list.known = false;
    Fetching fetching;
    fetching.purpose = Purpose::Accounts;
    account_list.fetch = start_fetch(profile.accounts_url, std::move(fetching));
}

void Session::State::take_account(std::string_view element) {
    const Result<const feed::Record*> decoded = account_list.decoder.decode(element);
    if (!decoded) {
        account_list.unreadable.add(element);
        return count_reject(decoded.error().code);
    }
    const std::vector<feed::Cell>& cells = (*decoded)->cells;
    account_list.incoming.push_back({cells[0].number, std::string(cells[1].text)});
}

void Session::State::on_accounts_complete(MonotonicUs now) {
    const auto same = [](const Account& a, const Account& b) {
        return a.id == b.id && a.name == b.name;
    };
    const bool changed =
        !std::equal(account_list.accounts.begin(), account_list.accounts.end(),
                    account_list.incoming.begin(), account_list.incoming.end(), same);
    account_list.known = true;
    account_list.failures = 0;
    account_list.failure.clear();
    if (changed) {
        account_list.accounts = std::move(account_list.incoming);
        ++account_list.version;
    }
    account_list.incoming.clear();
    account_list.due_at = scope == kAllAccounts && has_scope ? now + kAccountsPeriodUs : kNever;
    if (!has_scope || scope != kAllAccounts || rounds.empty()) return;

    if (rounds.front().phase == RoundPhase::Waiting) return proceed(rounds.front(), now);
    for (const AccountId account : scope_accounts())
        if (!subscribed.contains(account)) begin_account_round(account, now);
}

void Session::State::fail_accounts(std::string words, MonotonicUs now) {
    account_list.failure = std::move(words);
    ++account_list.failures;
    account_list.due_at = now + retry_wait_us(account_list.failures);
}

}  // namespace nats_blotter::session

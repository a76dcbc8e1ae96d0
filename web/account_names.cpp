// web/account_names.cpp - see web/account_names.h.
#include "web/account_names.h"

#include <algorithm>

#include "base/sort_ids.h"

namespace nats_blotter::web {

void AccountNames::update(const std::vector<session::Account>& accounts, std::uint64_t version) {
    if (version == version_ && accounts.size() == in_order_.size()) return;
    version_ = version;
    in_order_ = accounts;
    by_id_.resize(accounts.size());
    for (std::uint32_t index = 0; index < by_id_.size(); ++index) by_id_[index] = index;
    sort_ids(by_id_, [this](std::uint32_t a, std::uint32_t b) {
        return in_order_[a].id < in_order_[b].id;
    });
}

std::string_view AccountNames::name(session::AccountId id) const {
    const auto found = std::lower_bound(by_id_.begin(), by_id_.end(), id,
                                        [this](std::uint32_t index, session::AccountId wanted) {
                                            return in_order_[index].id < wanted;
                                        });
    if (found == by_id_.end() || in_order_[*found].id != id) return {};
    return in_order_[*found].name;
}

std::string AccountNames::words(session::AccountId id) const {
    if (id == session::kAllAccounts) return "all accounts";
    const std::string_view known = name(id);
    if (!known.empty()) return std::string(known);
    return "account " + std::to_string(id);
}

}  // namespace nats_blotter::web

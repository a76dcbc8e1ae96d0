// web/account_names.h - the name of an account by its number, for cells and words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "session/session.h"

namespace nats_blotter::web {

class AccountNames {
  public:
    // Takes the list over when its version is another than last time.
    void update(const std::vector<session::Account>& accounts, std::uint64_t version);

    // In the order the service gave them.
    const std::vector<session::Account>& in_order() const { return in_order_; }

    // Empty for an unknown number.
    std::string_view name(session::AccountId id) const;

    // "Test Account 20", or "account 22214" without a name, or "all accounts".
    std::string words(session::AccountId id) const;

  private:
    std::vector<session::Account> in_order_;
    std::vector<std::uint32_t> by_id_;  // indices into in_order_
    std::uint64_t version_ = 0;
};

}  // namespace nats_blotter::web

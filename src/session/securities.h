// session/securities.h - what can be traded: reference-data's list, looked up exactly and by the
// first letters somebody types.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nats_blotter::session {

struct Security {
    std::string ticker;
    std::string company;
};

// The state's list has 509; a list of a whole market has some 10,000.
inline constexpr std::size_t kSecuritiesMax = 20'000;

class Securities {
  public:
    // Takes reference-data's answer in place of what there was: [{"ticker", "companyName"}, ...].
    // False, and all stays, when it is no such list.
    bool read(std::string_view json);

    bool known() const { return known_; }
    std::size_t size() const { return list_.size(); }
    std::size_t beyond_cap() const { return beyond_cap_; }

    // As the services compare: every letter in its case. Null when there is none.
    const Security* find(std::string_view ticker) const;

    // What was typed as a security: a ticker in any case, or "IBM - International Business
    // Machines" as suggestions show it. Null when it is none exactly.
    const Security* match(std::string_view typed) const;

    // At most `count`: tickers that begin with it, then companies with a word that does. In any
    // case. The views are good until the next read().
    std::vector<const Security*> suggest(std::string_view typed, std::size_t count) const;

  private:
    std::vector<Security> list_;  // by ticker
    std::size_t beyond_cap_ = 0;
    bool known_ = false;
};

// "IBM - International Business Machines"
std::string security_words(const Security& security);

}  // namespace nats_blotter::session

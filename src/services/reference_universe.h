// services/reference_universe.h - the securities that reference-data serves.
//
// Facts, not prices: the S&P 500 as it stood in early 2022 in order of company name, with the
// ticker FB under its present name META, then four more that TraderX adds. The stock service has
// the same 509 tickers in the same order, so a list read from either can be compared line by line.
#pragma once

#include <span>
#include <string_view>

namespace nats_blotter::services {

struct Stock {
    std::string_view ticker;        // upper case, at most 15 characters
    std::string_view company_name;  // ASCII, at most 45 characters
};

inline constexpr std::size_t kReferenceUniverseCount = 509;

// All of them, in the order in which GET /stocks lists them.
std::span<const Stock> reference_universe();

}  // namespace nats_blotter::services

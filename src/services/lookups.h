// services/lookups.h - questions that one service asks another: does this ticker, account, person
// exist?
//
// Within one process the answer comes from the data itself; across processes over HTTP, as between
// the stock services. Callers cannot tell the difference. Every function may be called from any
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "services/storage.h"

namespace nats_blotter::services {

enum class Lookup : std::uint8_t { Found, Unknown, Unavailable };

using TickerLookup = std::function<Lookup(std::string_view ticker)>;
using AccountLookup = std::function<Lookup(std::int32_t account_id)>;
using PersonLookup = std::function<Lookup(std::string_view logon_id)>;

TickerLookup local_ticker_lookup();
AccountLookup local_account_lookup(Storage& storage);
PersonLookup local_person_lookup();

// `url` is the service's base address, such as http://127.0.0.1:18085. Throws
// std::invalid_argument.
TickerLookup http_ticker_lookup(const std::string& url);
AccountLookup http_account_lookup(const std::string& url);
PersonLookup http_person_lookup(const std::string& url);

}  // namespace nats_blotter::services

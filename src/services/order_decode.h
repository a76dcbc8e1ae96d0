// services/order_decode.h - JSON to records: submitted orders, order events, account bodies.
//
// Numbers follow the stock services (Jackson): a fraction is cut, a numeric string counts as a
// number. We differ where they are plainly wrong: a quantity that is missing, zero, negative or
// outside 32 bits is refused here, so that it can never become a trade event that no database row
// backs.
//
// A text with a zero byte is refused: PostgreSQL cannot store one, and the next try could not
// either. So is an order id beyond kOrderIdBytesMax.
//
// Nothing here throws; hostile nesting is bounded by kBodyDepthMax.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "services/records.h"

namespace nats_blotter::services {

enum class DecodeError : std::int32_t {
    NotJson = 1,      // not one JSON object
    BadField,         // a member of the wrong type, out of 32 bits, or a side that is neither
    BadQuantity,      // missing, null, zero, negative or outside 32 bits
    UnknownProperty,  // order events only: the stock processor drops these too
    WrongType,        // order events only: `type` is not "TradeOrder", or no payload
};
inline constexpr std::int32_t kDecodeErrorCount = 5;
std::string_view decode_error_text(DecodeError code);

// UUIDs take 36; a longer id would only fill the index.
inline constexpr std::size_t kOrderIdBytesMax = 64;

// Orders nest once; more is an attack or a mistake.
inline constexpr int kBodyDepthMax = 8;

// Any: for the stock services' behaviour (--stock), which admits zero and negative quantities.
enum class QuantityRule : std::uint8_t { Positive, Any };

// The body of POST /trade/ or /tradeservice/order. Unknown properties are ignored; `accountID` is
// accepted for `accountId`. A missing account or security is left to the caller, who has a status
// for it.
Result<Order> order_from_body(std::string_view body, QuantityRule rule = QuantityRule::Positive);

// A message of the orders subject: an envelope of type TradeOrder.
Result<Order> order_from_event(std::string_view message,
                               QuantityRule rule = QuantityRule::Positive);

// The body of POST or PUT /account/; an id that is absent, null or <= 0 reads as 0, "make a new
// one".
Result<Account> account_from_body(std::string_view body);

// The body of POST or PUT /accountuser/.
Result<AccountUser> account_user_from_body(std::string_view body);

}  // namespace nats_blotter::services

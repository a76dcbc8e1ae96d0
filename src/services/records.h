// services/records.h - the records that the services store, read and publish.
//
// Field names, ranges and null rules are those of the TraderX contract (sections 3, 4 and 6); how a
// record is spelled in a REST body or in an event is in record_json.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace nats_blotter::services {

enum class Side : std::uint8_t { Buy, Sell };
std::string_view side_name(Side side);
std::optional<Side> side_from_name(std::string_view name);  // exactly "Buy" or "Sell"

// The only state that our processor books; the database also admits the other three of TraderX.
inline constexpr std::string_view kStateSettled = "Settled";

// Column widths of the TraderX schema.
inline constexpr std::size_t kDisplayNameCharsMax = 50;
inline constexpr std::size_t kUsernameCharsMax = 15;
inline constexpr std::size_t kSecurityCharsMax = 15;

struct Account {
    std::int32_t id = 0;
    std::string display_name;
    friend bool operator==(const Account&, const Account&) = default;
};

struct AccountUser {
    std::int32_t account_id = 0;
    std::string username;
    friend bool operator==(const AccountUser&, const AccountUser&) = default;
};

// An order as submitted; what is absent was absent or null in the submission.
struct Order {
    std::optional<std::string> id;  // over HTTP the submitter's own, echoed and otherwise unused;
                                    // on the bus the order's identity, booked once
    std::optional<std::string> state;  // likewise
    std::optional<std::string> security;
    std::optional<std::int32_t> account_id;
    std::optional<Side> side;   // absent books as a sale without a side, as the stock service does
    std::int32_t quantity = 0;  // > 0 once decoded
};

struct Trade {
    std::string id;
    std::int32_t account_id = 0;
    std::string security;
    std::optional<Side> side;
    std::string state;
    std::int32_t quantity = 0;
    EpochMs updated = 0;  // the version of the record
    EpochMs created = 0;
};

struct Position {
    std::int32_t account_id = 0;
    std::string security;
    std::int32_t quantity = 0;  // signed; 0 is an ordinary value and the row stays
    EpochMs updated = 0;        // the version of the record
};

}  // namespace nats_blotter::services

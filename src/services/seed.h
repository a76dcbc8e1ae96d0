// services/seed.h - what an empty database starts with, and the people directory.
//
// The rows are those of TraderX's initialSchema.sql and people-service (contract, section 6), so
// that a test or a demonstration written for the stock system finds the same accounts and
// positions.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "services/records.h"

namespace nats_blotter::services {

struct SeedAccount {
    std::int32_t id;
    std::string_view display_name;
};

struct SeedAccountUser {
    std::int32_t account_id;
    std::string_view username;
};

struct SeedTrade {
    std::string_view id;
    std::int32_t account_id;
    std::string_view security;
    Side side;
    std::int32_t quantity;
};

struct Person {
    std::string_view logon_id;
    std::string_view full_name;
    std::string_view email;
    std::string_view employee_id;
    std::string_view department;
    std::string_view photo_url;
};

// The number that the first account without an id of its own gets.
inline constexpr std::int32_t kFirstNewAccountId = 65000;

std::span<const SeedAccount> seed_accounts();           // in ascending id
std::span<const SeedAccountUser> seed_account_users();  // in ascending account, username
// The seed positions are the sums of these.
std::span<const SeedTrade> seed_trades();
std::span<const Person> people();  // in ascending logon id

}  // namespace nats_blotter::services

// feed/subjects.h - the one table of TraderX subjects; profile, services, broker permissions and
// the documentation page are made from it.
//
// Two families name the same streams. The slash subjects are what the generated system publishes;
// each is ONE token for NATS, so `*` cannot stand for the account number in them and would match
// every one of them. The dotted subjects are what the specification calls canonical. Source:
// finos/traderX, specs/006-messaging-nats-replacement/system/messaging-subject-map.md and
// trade-processor's PubSubConfig.java (state 006). Prices are those of state 008 (price-publisher);
// readings are no TraderX feed, but the example of one that has nothing to do with it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace nats_blotter::feed {

enum class SubjectFamily : std::uint8_t { Slash, Dotted };

enum class Stream : std::uint8_t {
    Orders,            // submitted orders, services only
    OrderRequests,     // orders as requests, answered once booked; services only, dotted only
    AccountTrades,     // booked trades of one account
    AccountPositions,  // positions of one account
    Prices,            // the newest price of a security
    Readings,          // what the sensors of a house read
};

struct SubjectRow {
    Stream stream;
    SubjectFamily family;
    // "{account}" stands for the decimal account number; other names for any one token, and such
    // a stream is no account's.
    std::string_view pattern;
    std::string_view payload_type;  // the envelope's `type`
    std::string_view publisher;
    std::string_view consumer;
    bool browser_may_subscribe;
};

inline constexpr std::array<SubjectRow, 9> kSubjects{{
    {Stream::Orders, SubjectFamily::Slash, "/trades", "TradeOrder", "trade-service",
     "trade-processor", false},
    {Stream::AccountTrades, SubjectFamily::Slash, "/accounts/{account}/trades", "Trade",
     "trade-processor", "browser", true},
    {Stream::AccountPositions, SubjectFamily::Slash, "/accounts/{account}/positions", "Position",
     "trade-processor", "browser", true},
    {Stream::Orders, SubjectFamily::Dotted, "trades.new", "TradeOrder", "trade-service",
     "trade-processor", false},
    {Stream::OrderRequests, SubjectFamily::Dotted, "trades.submit", "TradeOrder", "any service",
     "trade-service", false},
    {Stream::AccountTrades, SubjectFamily::Dotted, "trades.account.{account}.updated", "Trade",
     "trade-processor", "browser", true},
    {Stream::AccountPositions, SubjectFamily::Dotted, "positions.account.{account}.updated",
     "Position", "trade-processor", "browser", true},
    {Stream::Prices, SubjectFamily::Dotted, "pricing.{ticker}", "PriceTick", "price-publisher",
     "browser", true},
    {Stream::Readings, SubjectFamily::Dotted, "sensors.{house}.readings", "", "sensors", "browser",
     true},
}};

std::string_view family_name(SubjectFamily family);  // "slash", "dotted"

bool is_of_account(const SubjectRow& row);

const SubjectRow& subject_row(Stream stream, SubjectFamily family);

// The subject itself. `account` is ignored by streams that are not account-scoped.
std::string subject_for(Stream stream, SubjectFamily family, std::int64_t account);

// What a browser user's permissions allow for a row: the subject of one account in the slash
// family, a wildcard over all of them in the dotted one.
std::string browser_allow_subject(const SubjectRow& row, std::int64_t account);

// One subscription for all streams of the row; empty where the family has no pattern for it.
std::string wildcard_subject(const SubjectRow& row);

// `pattern` with each "{account}" replaced.
std::string fill_account(std::string_view pattern, std::string_view account);

}  // namespace nats_blotter::feed

// services/record_json.h - records as REST bodies and as events.
//
// The two differ on purpose (contract, sections 3 and 4): REST writes every property, null where
// there is none, and dates as ISO text with "+00:00"; events leave null properties out and write
// dates as epoch milliseconds. Key order is the stock services'.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "services/records.h"

namespace nats_blotter::services {

// REST bodies.
void append_account(std::string& out, const Account& account);
void append_account_user(std::string& out, const AccountUser& user);
void append_trade(std::string& out, const Trade& trade);
void append_position(std::string& out, const Position& position);
void append_order_echo(std::string& out, const Order& order);

// Event payloads (no envelope).
void append_trade_event(std::string& out, const Trade& trade);
void append_position_event(std::string& out, const Position& position);
void append_order_event(std::string& out, const Order& order);

// The envelope around a payload. `topic` is the subject it goes to, `type` the payload's simple
// name.
std::string envelope(std::string_view topic, std::string_view payload, EpochMs date,
                     std::string_view from, std::string_view type);

// What a requester over the bus is told instead of a trade: {"error":words,"status":status}.
std::string request_error_json(int status, std::string_view words);

// "[a,b]" from any range and one of the append functions above.
template <typename Range, typename Append>
std::string json_array(const Range& range, Append append) {
    std::string out = "[";
    for (const auto& item : range) {
        if (out.size() > 1) out.push_back(',');
        append(out, item);
    }
    out.push_back(']');
    return out;
}

}  // namespace nats_blotter::services

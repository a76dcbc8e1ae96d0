// services/order_decode.cpp - JSON to records, with the number rules of order_decode.h.
#include "services/order_decode.h"

#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace nats_blotter::services {
namespace {

using nlohmann::json;

Error decode_error(DecodeError code) {
    return Error{static_cast<std::int32_t>(code), 0, decode_error_text(code)};
}

// A discarded value when `text` is not JSON or nests too deep. nlohmann drops values for which the
// callback answers false, so depth is remembered rather than thrown.
json parse_bounded(std::string_view text) {
    // nlohmann takes a zero byte for the end, and what follows it for nothing.
    if (text.find('\0') != std::string_view::npos) return json(json::value_t::discarded);
    bool too_deep = false;
    const auto within_depth = [&too_deep](int depth, json::parse_event_t, json&) {
        if (depth > kBodyDepthMax) too_deep = true;
        return !too_deep;
    };
    json value = json::parse(text, within_depth, false);
    return too_deep ? json(json::value_t::discarded) : value;
}

const json* member(const json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::int32_t> int32_from_double(double value) {
    // The comparison refuses NaN too; the cut is towards zero, as Jackson's.
    if (!(value > -2147483649.0 && value < 2147483648.0)) return std::nullopt;
    return static_cast<std::int32_t>(value);
}

std::optional<std::int32_t> int32_from_json(const json& value) {
    if (value.is_number_unsigned()) {
        const auto number = value.get<std::uint64_t>();
        if (number > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
        return static_cast<std::int32_t>(number);
    }
    if (value.is_number_integer()) {
        const auto number = value.get<std::int64_t>();
        if (number < std::numeric_limits<std::int32_t>::min()) return std::nullopt;
        return static_cast<std::int32_t>(number);
    }
    if (value.is_number_float()) return int32_from_double(value.get<double>());
    if (!value.is_string()) return std::nullopt;
    const json inner = parse_bounded(value.get_ref<const std::string&>());
    return inner.is_number() ? int32_from_json(inner) : std::nullopt;
}

// Text members take text only; the stock services would also coerce numbers, which no client sends.
bool read_text(const json& object, const char* key, std::optional<std::string>& out) {
    const json* value = member(object, key);
    if (!value) return true;
    if (!value->is_string()) return false;
    out = value->get<std::string>();
    return out->find('\0') == std::string::npos;
}

Result<Order> order_from_object(const json& object, QuantityRule rule) {
    Order order;
    std::optional<std::string> side_text;
    if (!read_text(object, "id", order.id) || !read_text(object, "state", order.state) ||
        !read_text(object, "security", order.security) || !read_text(object, "side", side_text)) {
        return decode_error(DecodeError::BadField);
    }
    if (order.id && order.id->size() > kOrderIdBytesMax) return decode_error(DecodeError::BadField);
    if (side_text) {
        order.side = side_from_name(*side_text);
        if (!order.side) return decode_error(DecodeError::BadField);
    }
    const json* account = member(object, "accountId");
    if (!account) account = member(object, "accountID");
    if (account) {
        order.account_id = int32_from_json(*account);
        if (!order.account_id) return decode_error(DecodeError::BadField);
    }
    const json* quantity = member(object, "quantity");
    if (!quantity) return decode_error(DecodeError::BadQuantity);
    const std::optional<std::int32_t> number = int32_from_json(*quantity);
    if (!number || (*number <= 0 && rule == QuantityRule::Positive))
        return decode_error(DecodeError::BadQuantity);
    order.quantity = *number;
    return order;
}

template <std::size_t N>
bool has_only(const json& object, const std::array<std::string_view, N>& names) {
    for (const auto& item : object.items()) {
        bool known = false;
        for (const std::string_view name : names) known = known || item.key() == name;
        if (!known) return false;
    }
    return true;
}

constexpr std::array<std::string_view, 5> kEnvelopeNames{"topic", "payload", "date", "from",
                                                         "type"};
constexpr std::array<std::string_view, 7> kOrderNames{
    "id", "state", "security", "quantity", "accountId", "accountID", "side"};

}  // namespace

std::string_view decode_error_text(DecodeError code) {
    switch (code) {
        case DecodeError::NotJson: return "not a JSON object";
        case DecodeError::BadField: return "a member has the wrong type or value";
        case DecodeError::BadQuantity: return "quantity is not a whole number from 1 to 2147483647";
        case DecodeError::UnknownProperty: return "a member is not known";
        case DecodeError::WrongType: return "not an order";
    }
    return "unknown";
}

Result<Order> order_from_body(std::string_view body, QuantityRule rule) {
    const json object = parse_bounded(body);
    if (!object.is_object()) return decode_error(DecodeError::NotJson);
    return order_from_object(object, rule);
}

Result<Order> order_from_event(std::string_view message, QuantityRule rule) {
    const json object = parse_bounded(message);
    if (!object.is_object()) return decode_error(DecodeError::NotJson);
    if (!has_only(object, kEnvelopeNames)) return decode_error(DecodeError::UnknownProperty);
    const json* type = member(object, "type");
    const json* payload = member(object, "payload");
    if (!type || !type->is_string() || type->get_ref<const std::string&>() != "TradeOrder")
        return decode_error(DecodeError::WrongType);
    if (!payload || !payload->is_object()) return decode_error(DecodeError::WrongType);
    if (!has_only(*payload, kOrderNames)) return decode_error(DecodeError::UnknownProperty);
    return order_from_object(*payload, rule);
}

Result<Account> account_from_body(std::string_view body) {
    const json object = parse_bounded(body);
    if (!object.is_object()) return decode_error(DecodeError::NotJson);
    Account account;
    if (const json* id = member(object, "id")) {
        const std::optional<std::int32_t> number = int32_from_json(*id);
        if (!number) return decode_error(DecodeError::BadField);
        account.id = *number > 0 ? *number : 0;
    }
    std::optional<std::string> name;
    if (!read_text(object, "displayName", name)) return decode_error(DecodeError::BadField);
    if (name) account.display_name = *name;
    return account;
}

Result<AccountUser> account_user_from_body(std::string_view body) {
    const json object = parse_bounded(body);
    if (!object.is_object()) return decode_error(DecodeError::NotJson);
    AccountUser user;
    const json* id = member(object, "accountId");
    if (!id) return decode_error(DecodeError::BadField);
    const std::optional<std::int32_t> number = int32_from_json(*id);
    std::optional<std::string> username;
    if (!number || !read_text(object, "username", username) || !username)
        return decode_error(DecodeError::BadField);
    user.account_id = *number;
    user.username = *username;
    return user;
}

}  // namespace nats_blotter::services

// Hunts: bodies and messages with orders and accounts are taken, refused and read as the rules of
// services/order_decode.h, written out here over our own scanner, say; a quantity is the number
// that was sent; what was taken is said again as the same order.
//
// An input is a body, a message of the orders subject, or the number in a path.
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/json_scanner.h"
#include "fuzz/fuzz_check.h"
#include "services/order_decode.h"
#include "services/path_number.h"
#include "services/record_json.h"

namespace {

using namespace nats_blotter;
using namespace nats_blotter::services;

struct Member {
    JsonToken kind = JsonToken::Null;
    std::string text;  // decoded of a string, as written of the rest
};
using Members = std::map<std::string, Member>;

bool is_whole_number(std::string_view text) {
    return text.find_first_of(".eE") == std::string_view::npos;
}

bool is_finite(std::string_view number) {
    return std::isfinite(std::strtod(std::string(number).c_str(), nullptr));
}

// A byte order mark may lead (RFC 8259, section 8.1).
std::string_view without_mark(std::string_view text) {
    if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
    return text;
}

// One JSON text of which no value lies deeper than kBodyDepthMax and no number is infinite.
bool is_good(std::string_view text) {
    JsonScanner scanner(text);
    while (true) {
        const JsonToken token = scanner.next();
        switch (token) {
            case JsonToken::End: return true;
            case JsonToken::Error: return false;
            case JsonToken::ObjectStart:
            case JsonToken::ArrayStart:
                if (scanner.depth() > kBodyDepthMax + 1) return false;
                break;
            case JsonToken::ObjectEnd:
            case JsonToken::ArrayEnd: break;
            case JsonToken::Number:
                if (!is_finite(scanner.raw())) return false;
                [[fallthrough]];
            default:
                if (scanner.depth() > kBodyDepthMax) return false;
        }
    }
}

// The members of a good text that is an object; the last of a name counts.
std::optional<Members> members_of(std::string_view text) {
    JsonScanner scanner(text);
    if (scanner.next() != JsonToken::ObjectStart) return std::nullopt;
    Members members;
    std::string scratch;
    while (scanner.next() == JsonToken::Key) {
        const std::string key(scanner.string(scratch));
        Member& member = members[key];
        member.kind = scanner.next();
        if (member.kind == JsonToken::String) {
            member.text = scanner.string(scratch);
        } else if (member.kind == JsonToken::Number) {
            member.text = scanner.raw();
        } else if (member.kind == JsonToken::ObjectStart || member.kind == JsonToken::ArrayStart) {
            const std::size_t start = scanner.offset_bytes() - 1;
            FUZZ_CHECK(scanner.skip(member.kind));
            member.text = text.substr(start, scanner.offset_bytes() - start);
        }
    }
    return members;
}

std::optional<Members> object_of(std::string_view text) {
    text = without_mark(text);
    return is_good(text) ? members_of(text) : std::nullopt;
}

const Member* find(const Members& members, const char* name) {
    const auto found = members.find(name);
    if (found == members.end() || found->second.kind == JsonToken::Null) return nullptr;
    return &found->second;
}

std::optional<std::int32_t> whole_part(const std::string& number) {
    if (!is_whole_number(number)) {
        const double cut = std::trunc(std::strtod(number.c_str(), nullptr));
        if (cut < -2147483648.0 || cut > 2147483647.0) return std::nullopt;
        return static_cast<std::int32_t>(cut);
    }
    errno = 0;
    const long long value = std::strtoll(number.c_str(), nullptr, 10);
    if (errno == ERANGE || value < INT32_MIN || value > INT32_MAX) return std::nullopt;
    return static_cast<std::int32_t>(value);
}

std::optional<std::int32_t> int32_of(const Member& member) {
    if (member.kind == JsonToken::Number) return whole_part(member.text);
    if (member.kind != JsonToken::String) return std::nullopt;
    const std::string_view inner = without_mark(member.text);
    if (!is_good(inner)) return std::nullopt;
    JsonScanner scanner(inner);
    if (scanner.next() != JsonToken::Number) return std::nullopt;
    return whole_part(std::string(scanner.raw()));
}

struct Expected {
    std::optional<DecodeError> error;
    Order order;
};

bool take_text(const Members& members, const char* name, std::optional<std::string>& out) {
    const Member* member = find(members, name);
    if (!member) return true;
    if (member->kind != JsonToken::String) return false;
    out = member->text;
    return out->find('\0') == std::string::npos;
}

Expected expected_order(const Members& members, QuantityRule rule) {
    Expected expected;
    Order& order = expected.order;
    expected.error = DecodeError::BadField;
    std::optional<std::string> side;
    for (const auto& [name, out] :
         {std::pair{"id", &order.id}, std::pair{"state", &order.state},
          std::pair{"security", &order.security}, std::pair{"side", &side}})
        if (!take_text(members, name, *out)) return expected;
    if (order.id && order.id->size() > kOrderIdBytesMax) return expected;
    if (side) {
        if (*side != "Buy" && *side != "Sell") return expected;
        order.side = *side == "Buy" ? Side::Buy : Side::Sell;
    }
    const Member* account = find(members, "accountId");
    if (!account) account = find(members, "accountID");
    if (account && !(order.account_id = int32_of(*account))) return expected;
    expected.error = DecodeError::BadQuantity;
    const Member* quantity = find(members, "quantity");
    const std::optional<std::int32_t> number = quantity ? int32_of(*quantity) : std::nullopt;
    if (!number || (rule == QuantityRule::Positive && *number < 1)) return expected;
    order.quantity = *number;
    expected.error.reset();
    return expected;
}

bool has_only(const Members& members, const std::set<std::string>& names) {
    for (const auto& [name, member] : members)
        if (names.count(name) == 0) return false;
    return true;
}

Expected expected_event(std::string_view message) {
    Expected expected;
    const std::optional<Members> envelope = object_of(message);
    expected.error = DecodeError::NotJson;
    if (!envelope) return expected;
    expected.error = DecodeError::UnknownProperty;
    if (!has_only(*envelope, {"topic", "payload", "date", "from", "type"})) return expected;
    const Member* type = find(*envelope, "type");
    const Member* payload = find(*envelope, "payload");
    const bool is_order = type && type->kind == JsonToken::String && type->text == "TradeOrder";
    expected.error = DecodeError::WrongType;
    if (!is_order || !payload || payload->kind != JsonToken::ObjectStart) return expected;
    const std::optional<Members> members = members_of(payload->text);
    FUZZ_CHECK(members.has_value());
    expected.error = DecodeError::UnknownProperty;
    if (!has_only(*members,
                  {"id", "state", "security", "quantity", "accountId", "accountID", "side"}))
        return expected;
    return expected_order(*members, QuantityRule::Positive);
}

bool same(const Order& a, const Order& b) {
    return a.id == b.id && a.state == b.state && a.security == b.security && a.side == b.side &&
           a.account_id == b.account_id && a.quantity == b.quantity;
}

void check(const Result<Order>& order, const Expected& expected) {
    FUZZ_CHECK(order.has_value() == !expected.error.has_value());
    if (order)
        FUZZ_CHECK(same(*order, expected.order));
    else
        FUZZ_CHECK(order.error().code == static_cast<std::int32_t>(*expected.error));
}

// An order that was taken travels on the bus: the other side reads the same.
void check_said_again(const Order& order) {
    std::string payload;
    append_order_event(payload, order);
    const std::string message = envelope("/trades", payload, 1, "trade-service", "TradeOrder");
    const Result<Order> again = order_from_event(message);
    FUZZ_CHECK(again.has_value() && same(*again, order));
    std::string echo;
    append_order_echo(echo, order);
    FUZZ_CHECK(is_good(echo));
}

void check_accounts(std::string_view body, const std::optional<Members>& members) {
    const Result<Account> account = account_from_body(body);
    const Result<AccountUser> user = account_user_from_body(body);
    if (!members) {
        FUZZ_CHECK(!account && !user);
        return;
    }
    std::optional<std::string> name;
    const Member* id = find(*members, "id");
    const std::optional<std::int32_t> number = id ? int32_of(*id) : std::nullopt;
    const bool good = take_text(*members, "displayName", name) && (!id || number);
    FUZZ_CHECK(account.has_value() == good);
    if (account) {
        FUZZ_CHECK(account->id == std::max(number.value_or(0), 0));
        FUZZ_CHECK(account->display_name == name.value_or(""));
        std::string text;
        append_account(text, *account);
        FUZZ_CHECK(is_good(text));
    }
    const Member* of = find(*members, "accountId");
    const std::optional<std::int32_t> owner = of ? int32_of(*of) : std::nullopt;
    std::optional<std::string> username;
    FUZZ_CHECK(user.has_value() ==
               (owner && take_text(*members, "username", username) && username));
    if (user) FUZZ_CHECK(user->account_id == *owner && user->username == *username);
}

void check_path(const std::string& text) {
    const std::size_t digits_at = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
    const bool digits = text.size() > digits_at &&
                        text.find_first_not_of("0123456789", digits_at) == std::string::npos;
    const std::optional<std::int32_t> number = digits ? whole_part(text) : std::nullopt;
    FUZZ_CHECK(int32_from_path(text) == number);
    FUZZ_CHECK(path_number_message(text).find(text) != std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string input(data, data + size);
    const std::optional<Members> members = object_of(input);
    for (const QuantityRule rule : {QuantityRule::Positive, QuantityRule::Any}) {
        const Result<Order> order = order_from_body(input, rule);
        check(order, members ? expected_order(*members, rule) : Expected{DecodeError::NotJson, {}});
        if (order && rule == QuantityRule::Positive) check_said_again(*order);
    }
    check(order_from_event(input), expected_event(input));
    check_accounts(input, members);
    check_path(input);
    return 0;
}

// services/record_json.cpp - the spelling of records; see record_json.h for the two dialects.
#include "services/record_json.h"

#include "base/json_text.h"
#include "base/number_text.h"
#include "base/time_text.h"

namespace nats_blotter::services {
namespace {

// Writes the members of one object in order, with the commas between them.
class ObjectWriter {
  public:
    explicit ObjectWriter(std::string& out) : out_(out) { out_.push_back('{'); }
    void text(std::string_view key, std::string_view value) {
        name(key);
        append_json_string(out_, value);
    }
    void number(std::string_view key, std::int64_t value) {
        name(key);
        append_int(out_, value);
    }
    void raw(std::string_view key, std::string_view value) {
        name(key);
        out_.append(value);
    }
    void iso_time(std::string_view key, EpochMs value) {
        name(key);
        out_.push_back('"');
        append_iso_time(out_, value);
        out_.push_back('"');
    }
    void close() { out_.push_back('}'); }

  private:
    void name(std::string_view key) {
        if (has_members_) out_.push_back(',');
        has_members_ = true;
        out_.push_back('"');
        out_.append(key);
        out_.append("\":");
    }

    std::string& out_;
    bool has_members_ = false;
};

void text_or_null(ObjectWriter& object, std::string_view key,
                  const std::optional<std::string>& value) {
    if (value)
        object.text(key, *value);
    else
        object.raw(key, "null");
}

void side_or_null(ObjectWriter& object, const std::optional<Side>& side) {
    if (side)
        object.text("side", side_name(*side));
    else
        object.raw("side", "null");
}

}  // namespace

void append_account(std::string& out, const Account& account) {
    ObjectWriter object(out);
    object.number("id", account.id);
    object.text("displayName", account.display_name);
    object.close();
}

void append_account_user(std::string& out, const AccountUser& user) {
    ObjectWriter object(out);
    object.number("accountId", user.account_id);
    object.text("username", user.username);
    object.close();
}

void append_trade(std::string& out, const Trade& trade) {
    ObjectWriter object(out);
    object.text("id", trade.id);
    object.number("accountId", trade.account_id);
    object.text("security", trade.security);
    side_or_null(object, trade.side);
    object.text("state", trade.state);
    object.number("quantity", trade.quantity);
    object.iso_time("updated", trade.updated);
    object.iso_time("created", trade.created);
    object.close();
}

void append_position(std::string& out, const Position& position) {
    ObjectWriter object(out);
    object.number("accountId", position.account_id);
    object.text("security", position.security);
    object.number("quantity", position.quantity);
    object.iso_time("updated", position.updated);
    object.close();
}

void append_order_echo(std::string& out, const Order& order) {
    ObjectWriter object(out);
    text_or_null(object, "id", order.id);
    text_or_null(object, "state", order.state);
    text_or_null(object, "security", order.security);
    object.number("quantity", order.quantity);
    if (order.account_id)
        object.number("accountId", *order.account_id);
    else
        object.raw("accountId", "null");
    side_or_null(object, order.side);
    object.close();
}

void append_trade_event(std::string& out, const Trade& trade) {
    ObjectWriter object(out);
    object.text("id", trade.id);
    object.number("accountId", trade.account_id);
    object.text("security", trade.security);
    if (trade.side) object.text("side", side_name(*trade.side));
    object.text("state", trade.state);
    object.number("quantity", trade.quantity);
    object.number("updated", trade.updated);
    object.number("created", trade.created);
    object.close();
}

void append_position_event(std::string& out, const Position& position) {
    ObjectWriter object(out);
    object.number("accountId", position.account_id);
    object.text("security", position.security);
    object.number("quantity", position.quantity);
    object.number("updated", position.updated);
    object.close();
}

void append_order_event(std::string& out, const Order& order) {
    ObjectWriter object(out);
    if (order.id) object.text("id", *order.id);
    if (order.state) object.text("state", *order.state);
    if (order.security) object.text("security", *order.security);
    object.number("quantity", order.quantity);
    if (order.account_id) object.number("accountId", *order.account_id);
    if (order.side) object.text("side", side_name(*order.side));
    object.close();
}

std::string envelope(std::string_view topic, std::string_view payload, EpochMs date,
                     std::string_view from, std::string_view type) {
    std::string out;
    out.reserve(payload.size() + topic.size() + 96);
    ObjectWriter object(out);
    object.text("topic", topic);
    object.raw("payload", payload);
    object.number("date", date);
    object.text("from", from);
    object.text("type", type);
    object.close();
    return out;
}

std::string request_error_json(int status, std::string_view words) {
    std::string out;
    ObjectWriter object(out);
    object.text("error", words);
    object.number("status", status);
    object.close();
    return out;
}

}  // namespace nats_blotter::services

#include "sim/broker_model.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "nats/subject.h"

namespace nats_blotter::sim {
namespace {

using Op = BrokerOp::Kind;
using Json = nlohmann::json;

constexpr std::string_view kBlanks = " \t";
// The verbs a client may send; those that need an argument have a blank behind them.
constexpr std::array<std::string_view, 9> kVerbs = {"CONNECT", "PING", "PONG", "SUB", "UNSUB",
                                                    "PUB",     "HPUB", "+OK",  "INFO"};

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::vector<std::string_view> fields_of(std::string_view text) {
    std::vector<std::string_view> fields;
    for (;;) {
        const std::size_t start = text.find_first_not_of(kBlanks);
        if (start == std::string_view::npos) return fields;
        text.remove_prefix(start);
        const std::size_t bytes = std::min(text.find_first_of(kBlanks), text.size());
        fields.push_back(text.substr(0, bytes));
        text.remove_prefix(bytes);
    }
}

// As server/util.go, parseSize: at most nine digits, else -1.
std::int64_t size_from_text(std::string_view text) {
    if (text.empty() || text.size() > 9) return -1;
    std::int64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return -1;
        value = value * 10 + (c - '0');
    }
    return value;
}

bool matches_any(const std::vector<std::string>& patterns, std::string_view subject) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return nats::subject_matches(pattern, subject);
    });
}

bool allowed(const std::vector<std::string>& allow, const std::vector<std::string>& deny,
             std::string_view subject) {
    return (allow.empty() || matches_any(allow, subject)) && !matches_any(deny, subject);
}

std::string go_quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    return out + "\"";
}

bool flag(const Json& json, const char* key, bool otherwise) {
    const auto found = json.find(key);
    return found != json.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

std::string text_of(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::string BrokerModel::info_json(ConnectionId id, bool lame_duck) const {
    std::string json = "{\"server_id\":\"NMODEL\",\"server_name\":\"model\",\"version\":\"" +
                       config_.version + "\",\"proto\":1,\"go\":\"go1.19\",\"host\":\"0.0.0.0\"," +
                       "\"port\":4222,\"headers\":" + (config_.headers ? "true" : "false") +
                       ",\"max_payload\":" + std::to_string(config_.max_payload) +
                       ",\"client_id\":" + std::to_string(id) + ",\"client_ip\":\"127.0.0.1\"";
    if (asks()) json += ",\"auth_required\":true";
    if (!config_.connect_urls.empty())
        json += ",\"connect_urls\":" + Json(config_.connect_urls).dump();
    if (config_.nonce) json += ",\"nonce\":\"abcDEF123\"";
    if (lame_duck) json += ",\"ldm\":true";
    return json + "}";
}

BrokerModel::ConnectionId BrokerModel::connect(MonotonicUs now) {
    const ConnectionId id = ++last_id_;
    const auto live = static_cast<std::size_t>(
        std::count_if(connections_.begin(), connections_.end(),
                      [](const auto& entry) { return entry.second.live; }));
    Connection& c = connections_[id];
    c.id = id;
    c.authorized = !asks();
    c.last_in = now;
    const std::string json = info_json(id, false);
    BrokerOp op;
    op.kind = Op::Info;
    op.text = json;
    send(c, std::move(op), "INFO " + json + " \r\n");
    if (live >= config_.max_connections)
        fail(c, "maximum connections exceeded", 1008, "Maximum Connections Exceeded");
    if (asks()) c.auth_until = now + config_.auth_timeout;
    return id;
}

void BrokerModel::lose(ConnectionId id) {
    Connection& c = at(id);
    c.live = false;
    c.subs.clear();
    c.auth_until = c.next_ping = c.lame_duck_until = kNever;
}

void BrokerModel::end(ConnectionId id, std::string_view error, std::uint16_t code,
                      std::string_view reason) {
    if (at(id).live) fail(at(id), error, code, reason);
}

BrokerModel::Step BrokerModel::fail(Connection& c, std::string_view error, std::uint16_t code,
                                    std::string_view reason) {
    if (!error.empty()) send_error(c, error);
    c.close = BrokerClose{code, std::string(reason)};
    lose(c.id);
    return Step::Ended;
}

BrokerModel::Step BrokerModel::unknown(Connection& c) {
    return fail(c, "Unknown Protocol Operation", 1002, "Protocol Violation");
}

BrokerModel::Step BrokerModel::bad_login(Connection& c) {
    return fail(c, "Authorization Violation", 1008, "Authentication Failure");
}

// ---- in

void BrokerModel::receive(ConnectionId id, std::string_view bytes, MonotonicUs now) {
    Connection& c = at(id);
    if (!c.live) return;
    c.last_in = now;
    c.input.append(bytes);
    while (c.live && take_one(c, now) == Step::Took) {
    }
}

BrokerModel::Step BrokerModel::take_one(Connection& c, MonotonicUs now) {
    if (c.in_payload) return take_payload(c);
    if (c.input.empty()) return Step::NeedMore;
    // Where credentials are asked for, nothing else may come before them (parser.go, OP_START).
    if (!c.authorized && upper(c.input[0]) != 'C') return bad_login(c);

    std::string_view verb;
    bool may_grow = false;
    for (const std::string_view candidate : kVerbs) {
        const std::size_t bytes = std::min(candidate.size(), c.input.size());
        bool fits = true;
        for (std::size_t i = 0; i < bytes; ++i) fits = fits && upper(c.input[i]) == candidate[i];
        if (fits && bytes == candidate.size()) verb = candidate;
        may_grow = may_grow || fits;
    }
    if (verb.empty()) return may_grow ? Step::NeedMore : unknown(c);
    const bool needs_blank = verb == "SUB" || verb == "UNSUB" || verb == "PUB" || verb == "HPUB";
    if (needs_blank && c.input.size() > verb.size() &&
        kBlanks.find(c.input[verb.size()]) == std::string_view::npos)
        return unknown(c);

    const std::size_t line_feed = c.input.find('\n');
    const std::size_t line_end = std::min(line_feed, c.input.size());
    const bool ignores_rest = verb == "PING" || verb == "PONG" || verb == "+OK";
    std::string_view rest = std::string_view(c.input).substr(verb.size(), line_end - verb.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    if (!ignores_rest && rest.size() > config_.max_control_line)
        return fail(c, "maximum control line exceeded", 1008, "Maximum Control Line Exceeded");
    if (line_feed == std::string::npos) return Step::NeedMore;

    const std::string arguments(rest);
    c.input.erase(0, line_feed + 1);
    return take_line(c, verb, arguments, now);
}

BrokerModel::Step BrokerModel::take_line(Connection& c, std::string_view verb,
                                         std::string_view arguments, MonotonicUs now) {
    if (verb == "CONNECT") return take_connect(c, arguments, now);
    if (verb == "PING") {
        c.heard.push_back({BrokerHeard::Kind::Ping, {}, {}, {}, {}, {}, {}});
        send_plain(c, Op::Pong, "PONG\r\n");
        return Step::Took;
    }
    if (verb == "PONG") {
        c.heard.push_back({BrokerHeard::Kind::Pong, {}, {}, {}, {}, {}, {}});
        c.pings_out = 0;
        return Step::Took;
    }
    if (verb == "+OK" || verb == "INFO") return Step::Took;
    const std::vector<std::string_view> fields = fields_of(arguments);
    if (verb == "SUB") return take_sub(c, fields);
    if (verb == "UNSUB") return take_unsub(c, fields);
    return take_pub(c, fields, verb == "HPUB");
}

BrokerModel::Step BrokerModel::take_connect(Connection& c, std::string_view text, MonotonicUs now) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return breach(c);
    c.heard.push_back({BrokerHeard::Kind::Connect, {}, {}, {}, std::string(text), {}, {}});
    c.verbose = flag(json, "verbose", c.verbose);
    c.pedantic = flag(json, "pedantic", c.pedantic);
    c.echo = flag(json, "echo", c.echo);
    c.headers = flag(json, "headers", false) && config_.headers;
    c.no_responders = flag(json, "no_responders", false);
    if (!c.authorized) {
        for (const BrokerUser& user : config_.users)
            if (user.user == text_of(json, "user") && user.password == text_of(json, "pass"))
                c.user = &user;
        const bool by_token =
            !config_.token.empty() && config_.token == text_of(json, "auth_token");
        if (c.user == nullptr && !by_token) return bad_login(c);
    }
    c.authorized = c.connected = true;
    c.auth_until = kNever;
    c.next_ping = now + std::min(config_.first_ping, config_.ping_interval);
    if (const auto protocol = json.find("protocol");
        protocol != json.end() && protocol->is_number_integer() && protocol->get<int>() > 1)
        return fail(c, "invalid client protocol", 1002, "Bad Client Protocol Version");
    if (c.no_responders && !c.headers)
        return fail(c, "no responders requires headers support", 1011,
                    "No Responders Requires Headers");
    if (c.verbose) send_plain(c, Op::Ok, "+OK\r\n");
    return Step::Took;
}

BrokerModel::Step BrokerModel::take_sub(Connection& c,
                                        const std::vector<std::string_view>& fields) {
    if (fields.size() != 2 && fields.size() != 3) return breach(c);
    Sub sub{std::string(fields.back()), std::string(fields[0]), {}, 0, 0};
    if (fields.size() == 3) sub.queue_group = fields[1];
    c.heard.push_back({BrokerHeard::Kind::Sub, sub.subject, sub.sid, sub.queue_group, {}, {}, {}});
    if (c.user != nullptr &&
        !allowed(c.user->subscribe_allow, c.user->subscribe_deny, sub.subject)) {
        std::string text = "Permissions Violation for Subscription to " + go_quoted(sub.subject);
        if (!sub.queue_group.empty()) text += " using queue " + go_quoted(sub.queue_group);
        send_error(c, text);
        return Step::Took;
    }
    if (config_.max_subscriptions > 0 && c.subs.size() >= config_.max_subscriptions) {
        send_error(c, "maximum subscriptions exceeded");
        return Step::Took;
    }
    const bool known = std::any_of(c.subs.begin(), c.subs.end(),
                                   [&](const Sub& other) { return other.sid == sub.sid; });
    if (!known) {
        if (!nats::check_subject(sub.subject)) {
            send_error(c, "Invalid Subject");
            return Step::Took;
        }
        c.subs.push_back(std::move(sub));
    }
    if (c.verbose) send_plain(c, Op::Ok, "+OK\r\n");
    return Step::Took;
}

BrokerModel::Step BrokerModel::take_unsub(Connection& c,
                                          const std::vector<std::string_view>& fields) {
    if (fields.size() != 1 && fields.size() != 2) return breach(c);
    c.heard.push_back({BrokerHeard::Kind::Unsub, {}, std::string(fields[0]), {}, {}, {}, {}});
    const auto found = std::find_if(c.subs.begin(), c.subs.end(),
                                    [&](const Sub& sub) { return sub.sid == fields[0]; });
    if (found != c.subs.end()) {
        const std::int64_t max = fields.size() == 2 ? size_from_text(fields[1]) : -1;
        if (max > 0 && static_cast<std::uint64_t>(max) > found->delivered)
            found->max = static_cast<std::uint64_t>(max);
        else
            c.subs.erase(found);
    }
    if (c.verbose) send_plain(c, Op::Ok, "+OK\r\n");
    return Step::Took;
}

BrokerModel::Step BrokerModel::take_pub(Connection& c, const std::vector<std::string_view>& fields,
                                        bool with_headers) {
    const std::size_t sizes = with_headers ? 2 : 1;
    if (with_headers && !c.headers) return breach(c);
    if (fields.size() != 1 + sizes && fields.size() != 2 + sizes) return breach(c);
    const std::int64_t total = size_from_text(fields.back());
    const std::int64_t header = with_headers ? size_from_text(fields[fields.size() - 2]) : 0;
    if (total < 0 || header < 0 || header > total) return breach(c);
    if (config_.max_payload > 0 && total > config_.max_payload)
        return fail(c, "Maximum Payload Violation", 1009, "Maximum Message Payload Exceeded");
    c.subject = fields[0];
    c.reply = fields.size() == 2 + sizes ? fields[1] : std::string_view{};
    c.header_bytes = static_cast<std::size_t>(header);
    c.total_bytes = static_cast<std::size_t>(total);
    c.in_payload = true;
    if (c.pedantic && !nats::check_literal_subject(c.subject))
        send_error(c, "Invalid Publish Subject");
    return Step::Took;
}

BrokerModel::Step BrokerModel::take_payload(Connection& c) {
    const std::size_t held = c.input.size();
    if (held > c.total_bytes && c.input[c.total_bytes] != '\r') return unknown(c);
    if (held > c.total_bytes + 1 && c.input[c.total_bytes + 1] != '\n') return unknown(c);
    if (held < c.total_bytes + 2) return Step::NeedMore;
    const std::string body = c.input.substr(0, c.total_bytes);
    c.input.erase(0, c.total_bytes + 2);
    c.in_payload = false;
    c.pings_out = 0;
    const std::string subject = c.subject;
    const std::string reply = c.reply;
    const std::string headers = body.substr(0, c.header_bytes);
    const std::string payload = body.substr(c.header_bytes);
    c.heard.push_back({BrokerHeard::Kind::Pub, subject, {}, {}, payload, headers, reply});
    if (c.user != nullptr && !allowed(c.user->publish_allow, c.user->publish_deny, subject)) {
        send_error(c, "Permissions Violation for Publish to " + go_quoted(subject));
        return Step::Took;
    }
    if (c.verbose) send_plain(c, Op::Ok, "+OK\r\n");
    const bool delivered = deliver(&c, subject, reply, headers, payload);
    if (!delivered && c.no_responders && !reply.empty())
        for (Sub& sub : c.subs)
            if (nats::subject_matches(sub.subject, reply)) {
                send_message(c, sub, reply, {}, "NATS/1.0 503\r\n\r\n", {});
                break;
            }
    return Step::Took;
}

// ---- out

void BrokerModel::publish(std::string_view subject, std::string_view payload,
                          std::string_view reply, std::string_view headers) {
    deliver(nullptr, subject, reply, headers, payload);
}

bool BrokerModel::deliver(const Connection* from, std::string_view subject, std::string_view reply,
                          std::string_view headers, std::string_view payload) {
    if (subject.find("..") != std::string_view::npos) return false;
    bool delivered = matches_any(config_.served, subject);
    std::vector<std::string> served;  // queue groups, with their pattern
    for (auto& [id, c] : connections_) {
        if (!c.live || (&c == from && !c.echo)) continue;
        for (std::size_t i = 0; i < c.subs.size();) {
            Sub& sub = c.subs[i];
            const std::size_t before = c.subs.size();
            const std::string group = sub.queue_group + " " + sub.subject;
            const bool fits = nats::subject_matches(sub.subject, subject) &&
                              (sub.queue_group.empty() ||
                               std::find(served.begin(), served.end(), group) == served.end());
            if (fits) {
                if (!sub.queue_group.empty()) served.push_back(group);
                delivered = true;
                // A denied subject under an allowed wildcard is left out without a word.
                if (c.user == nullptr || !matches_any(c.user->subscribe_deny, subject))
                    send_message(c, sub, subject, reply, headers, payload);
            }
            if (c.subs.size() == before) ++i;
        }
    }
    return delivered;
}

void BrokerModel::send_message(Connection& c, Sub& sub, std::string_view subject,
                               std::string_view reply, std::string_view headers,
                               std::string_view payload) {
    BrokerOp op;
    const bool with_headers = c.headers && !headers.empty();
    op.kind = with_headers ? Op::Hmsg : Op::Msg;
    op.subject = subject;
    op.sid = sub.sid;
    op.reply = reply;
    if (with_headers) op.headers = headers;
    op.payload = payload;
    std::string bytes = with_headers ? "HMSG " : "MSG ";
    bytes.append(subject).append(" ").append(sub.sid).append(" ");
    if (!reply.empty()) bytes.append(reply).append(" ");
    if (with_headers) bytes.append(std::to_string(headers.size())).append(" ");
    bytes.append(std::to_string(op.headers.size() + payload.size())).append("\r\n");
    bytes.append(op.headers).append(payload).append("\r\n");
    send(c, std::move(op), bytes);
    if (++sub.delivered == sub.max) c.subs.erase(c.subs.begin() + (&sub - c.subs.data()));
}

void BrokerModel::send(Connection& c, BrokerOp op, std::string_view bytes) {
    c.output.append(bytes);
    c.output_end += bytes.size();
    op.end = c.output_end;
    c.ops.push_back(std::move(op));
}

void BrokerModel::send_plain(Connection& c, Op kind, std::string_view bytes) {
    BrokerOp op;
    op.kind = kind;
    send(c, std::move(op), bytes);
}

void BrokerModel::send_error(Connection& c, std::string_view text) {
    BrokerOp op;
    op.kind = Op::Err;
    op.text = text;
    send(c, std::move(op), "-ERR '" + std::string(text) + "'\r\n");
}

// ---- time

MonotonicUs BrokerModel::next_time() const {
    MonotonicUs next = kNever;
    for (const auto& [id, c] : connections_)
        if (c.live) next = std::min({next, c.auth_until, c.next_ping, c.lame_duck_until});
    return next;
}

void BrokerModel::on_time(MonotonicUs now) {
    for (auto& [id, c] : connections_) {
        if (!c.live) continue;
        if (now >= c.auth_until) {
            fail(c, "Authentication Timeout", 1008, "Authentication Timeout");
        } else if (now >= c.lame_duck_until) {
            fail(c, "", 1001, "Server Shutdown");
        } else if (now >= c.next_ping) {
            c.next_ping = now + config_.ping_interval;
            if (++c.pings_out > config_.ping_max)
                fail(c, "Stale Connection", 1006, "Stale Connection");
            else
                send_plain(c, Op::Ping, "PING\r\n");
        }
    }
}

void BrokerModel::lame_duck(MonotonicUs now) {
    for (auto& [id, c] : connections_) {
        if (!c.live || !c.connected) continue;
        BrokerOp op;
        op.kind = Op::Info;
        op.lame_duck = true;
        op.text = info_json(id, true);
        const std::string bytes = "INFO " + op.text + " \r\n";
        send(c, std::move(op), bytes);
        c.lame_duck_until = now + config_.lame_duck_grace;
    }
}

void BrokerModel::shut_down() {
    for (auto& [id, c] : connections_)
        if (c.live) fail(c, "", 1001, "Server Shutdown");
}

// ---- told

std::string BrokerModel::take_output(ConnectionId id) {
    std::string output;
    output.swap(at(id).output);
    return output;
}

std::vector<BrokerHeard> BrokerModel::take_heard(ConnectionId id) {
    std::vector<BrokerHeard> heard;
    heard.swap(at(id).heard);
    return heard;
}

std::map<std::string, std::string> BrokerModel::subscriptions(ConnectionId id) const {
    std::map<std::string, std::string> subscriptions;
    for (const Sub& sub : at(id).subs) subscriptions[sub.sid] = sub.subject;
    return subscriptions;
}

}  // namespace nats_blotter::sim

// tests/sim/broker_model.h - a modelled nats-server: client bytes and time in, server bytes out.
//
// It answers as nats-server 2.9.10 does over a WebSocket: replay_test holds it to recordings of
// the real one (tests/data/sim, made by record.py). What it sends is also kept as operations with
// their place in the stream, so that a simulation knows what a client must have been told.
//
// Deliveries of one message go out in the order of connections and sids; the real server's order
// among them is that of a hash table. Of a queue group the first member is chosen.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace nats_blotter::sim {

// Empty allow lists allow everything.
struct BrokerUser {
    std::string user, password;
    std::vector<std::string> publish_allow, publish_deny, subscribe_allow, subscribe_deny;
};

struct BrokerConfig {
    std::vector<BrokerUser> users;  // none: nobody is asked
    std::string token;
    std::string version = "2.9.10";
    bool headers = true;
    bool nonce = false;  // INFO carries one, as with nkeys
    std::vector<std::string> connect_urls;
    std::vector<std::string> served;  // subjects with a subscriber inside, which answers itself
    std::int64_t max_payload = 1024 * 1024;
    std::size_t max_control_line = 4096;
    std::size_t max_subscriptions = 0;  // 0: no limit
    std::size_t max_connections = 65'536;
    MonotonicUs auth_timeout = 2 * kSecondUs;
    MonotonicUs first_ping = 2 * kSecondUs;
    MonotonicUs ping_interval = 120 * kSecondUs;
    int ping_max = 2;
    MonotonicUs lame_duck_grace = 10 * kSecondUs;
};

// One thing sent, in order. `end` is the offset in the connection's stream behind its last byte.
struct BrokerOp {
    enum class Kind : std::uint8_t { Info, Ok, Err, Ping, Pong, Msg, Hmsg };
    Kind kind = Kind::Ok;
    std::uint64_t end = 0;
    bool lame_duck = false;  // of Info
    std::string subject, sid, reply, headers, payload;
    std::string text;  // of Err without quotes, of Info its JSON
};

struct BrokerClose {
    std::uint16_t code = 1006;
    std::string reason;
};

// Something a client sent and the model understood, for a simulation's checks.
struct BrokerHeard {
    enum class Kind : std::uint8_t { Connect, Ping, Pong, Sub, Unsub, Pub };
    Kind kind = Kind::Ping;
    std::string subject, sid, queue_group, payload, headers, reply;
};

class BrokerModel {
  public:
    using ConnectionId = std::uint32_t;

    explicit BrokerModel(BrokerConfig config) : config_(std::move(config)) {}

    BrokerConfig& config() { return config_; }  // a reload: what is changed counts from now on

    // A transport was accepted; INFO follows at once.
    ConnectionId connect(MonotonicUs now);
    void receive(ConnectionId id, std::string_view bytes, MonotonicUs now);
    // The transport is gone without a word.
    void lose(ConnectionId id);
    // The broker itself ends the connection, with words or, as for slow consumers, without.
    void end(ConnectionId id, std::string_view error, std::uint16_t code, std::string_view reason);

    void on_time(MonotonicUs now);
    MonotonicUs next_time() const;

    // From inside: a publisher that is not modelled.
    void publish(std::string_view subject, std::string_view payload, std::string_view reply = {},
                 std::string_view headers = {});
    void lame_duck(MonotonicUs now);
    void shut_down();

    // ---- what is to be carried
    std::string take_output(ConnectionId id);
    const std::deque<BrokerOp>& ops(ConnectionId id) const { return at(id).ops; }
    // Set once the broker has closed it; what was sent before still goes out.
    const std::optional<BrokerClose>& closed(ConnectionId id) const { return at(id).close; }
    std::vector<BrokerHeard> take_heard(ConnectionId id);

    // ---- what is so
    bool greeted(ConnectionId id) const { return at(id).connected; }
    std::map<std::string, std::string> subscriptions(ConnectionId id) const;  // sid -> subject

  private:
    struct Sub {
        std::string sid, subject, queue_group;
        std::uint64_t delivered = 0;
        std::uint64_t max = 0;  // 0: none
    };
    struct Connection {
        ConnectionId id = 0;
        bool live = true;
        bool connected = false;
        bool authorized = false;
        bool verbose = true, pedantic = true, echo = true, headers = false, no_responders = false;
        const BrokerUser* user = nullptr;
        std::string input;
        std::string output;
        std::uint64_t output_end = 0;
        std::deque<BrokerOp> ops;
        std::optional<BrokerClose> close;
        std::vector<Sub> subs;
        std::vector<BrokerHeard> heard;
        MonotonicUs auth_until = kNever;
        MonotonicUs next_ping = kNever;
        MonotonicUs lame_duck_until = kNever;
        MonotonicUs last_in = 0;
        int pings_out = 0;
        // A message whose payload is awaited.
        bool in_payload = false;
        std::string subject, reply;
        std::size_t header_bytes = 0, total_bytes = 0;
    };
    // What took place with the input.
    enum class Step : std::uint8_t { NeedMore, Took, Ended };

    Connection& at(ConnectionId id) { return connections_.at(id); }
    const Connection& at(ConnectionId id) const { return connections_.at(id); }
    bool asks() const { return !config_.users.empty() || !config_.token.empty(); }
    std::string info_json(ConnectionId id, bool lame_duck) const;

    Step take_one(Connection& c, MonotonicUs now);
    Step take_payload(Connection& c);
    Step take_line(Connection& c, std::string_view verb, std::string_view arguments,
                   MonotonicUs now);
    Step take_connect(Connection& c, std::string_view json, MonotonicUs now);
    Step take_sub(Connection& c, const std::vector<std::string_view>& fields);
    Step take_unsub(Connection& c, const std::vector<std::string_view>& fields);
    Step take_pub(Connection& c, const std::vector<std::string_view>& fields, bool with_headers);
    Step fail(Connection& c, std::string_view error, std::uint16_t code, std::string_view reason);
    Step breach(Connection& c) { return fail(c, "", 1002, "Protocol Violation"); }
    Step unknown(Connection& c);
    Step bad_login(Connection& c);

    bool deliver(const Connection* from, std::string_view subject, std::string_view reply,
                 std::string_view headers, std::string_view payload);
    void send_message(Connection& c, Sub& sub, std::string_view subject, std::string_view reply,
                      std::string_view headers, std::string_view payload);
    void send(Connection& c, BrokerOp op, std::string_view bytes);
    void send_plain(Connection& c, BrokerOp::Kind kind, std::string_view bytes);
    void send_error(Connection& c, std::string_view text);

    BrokerConfig config_;
    std::map<ConnectionId, Connection> connections_;
    ConnectionId last_id_ = 0;
};

}  // namespace nats_blotter::sim

// tests/support/session_rig.h - a session with a modelled broker and modelled REST services around
// it.
//
// The broker speaks the real wire text: INFO, PONG for PING, MSG for subscribed subjects. REST
// answers come from a small database of trades and positions, at once or when the test lets them.
// Time moves only by advance_ms().
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "session/session.h"

namespace nats_blotter::support {

struct TradeRow {
    std::string id;
    std::int64_t account = 0;
    std::string security;
    std::string side = "Buy";
    std::int64_t quantity = 0;
    std::int64_t updated = 0;
};

struct PositionRow {
    std::int64_t quantity = 0;
    std::int64_t updated = 0;
};

using PositionKey = std::pair<std::int64_t, std::string>;

// What the services have committed.
struct Database {
    std::vector<std::int64_t> accounts = {22214, 52355};
    std::map<std::string, TradeRow> trades;
    std::map<PositionKey, PositionRow> positions;
};

struct RestAnswer {
    int http_status = 200;
    std::string body;
    std::string since_header{};  // empty: none
};

class SessionRig {
  public:
    explicit SessionRig(feed::SubjectChoice subjects = feed::SubjectChoice::Slash,
                        std::uint64_t seed = 1);
    explicit SessionRig(feed::Profile profile);
    explicit SessionRig(nats::Options options);

    session::Session session;
    Database database;
    MonotonicUs now = 1'000'000;

    // ---- the world's moods
    bool broker_up = true;
    bool dial_silent = false;  // nothing answers, nor refuses
    std::string nonce;         // of INFO, empty: none
    bool rest_held = false;    // fetches wait for release_rest()
    std::function<std::optional<RestAnswer>(const std::string& url)> rest_override;
    // What other services than those of reading answer; a status of 0 is no answer at all.
    std::function<std::optional<RestAnswer>(const session::Action& action)> service;
    // What the one who listens for NATS requests answers; empty: nobody does.
    std::function<std::string(std::string_view subject)> on_request;
    std::vector<std::string> denied_subjects;  // SUB answers -ERR
    // Sees every line of the client first, and the body of a PUB as a line; true: it is dealt with.
    std::function<bool(std::string_view line)> on_line;
    // What position-service offers as the next ?since=; -1: it is a stock one and knows nothing of
    // it.
    std::int64_t offered_since = -1;

    // ---- what happens
    void start(session::AccountId account);
    // Lets everything that can happen without time passing happen.
    void settle();
    // Moves time in steps of at most 10 ms, settling and serving deadlines at each.
    void advance_ms(std::int64_t ms);
    void release_rest();
    void cut();                               // the link is lost
    void broker_sends(std::string_view raw);  // bytes as they are
    void answer_requests();                   // those that nobody answered until now
    void publish(const std::string& subject, const std::string& payload);

    // Commits a trade and its position, and publishes both events when asked.
    void book(const TradeRow& trade, bool published = true);
    void publish_trade(const TradeRow& trade);
    void publish_position(std::int64_t account, const std::string& security,
                          const PositionRow& position);
    static std::string trade_json(const TradeRow& trade);

    // ---- what is seen
    session::Status status() const { return session.status(); }
    // Rows of a table as "id=...|quantity=..." texts, sorted; phantoms carry a '~' in front.
    std::vector<std::string> rows(std::string_view table);
    std::vector<std::string> database_trades() const;  // in the same form, for the scope
    std::vector<std::string> database_positions() const;
    bool matches_database();
    const std::vector<std::string>& subscribed_subjects() const { return subjects_log_; }
    std::size_t fetches_waiting() const { return waiting_.size(); }
    std::vector<std::string> fetched_urls;
    std::vector<session::FetchId> cancelled;
    std::vector<nats::Generation> asked_credentials;
    std::vector<std::string> nonces;    // to be signed
    std::vector<std::string> connects;  // CONNECT lines
    session::Stats stats() { return session.stats(now); }

  private:
    struct Waiting {
        session::FetchId fetch;
        std::string url;
        RestAnswer answer;  // as the database was when it was asked
    };

    bool serve_actions();
    bool serve_output();
    void on_client_line(std::string_view line);
    RestAnswer answer_from_database(const std::string& url) const;
    bool in_scope(std::int64_t account) const;

    bool link_open_ = false;
    nats::Generation generation_ = 0;
    std::string from_client_;
    std::map<std::string, std::string> subject_of_sid_;
    std::vector<std::string> subjects_log_;
    std::vector<std::pair<std::string, std::string>> requests_;  // subject and reply
    std::vector<Waiting> waiting_;
};

}  // namespace nats_blotter::support

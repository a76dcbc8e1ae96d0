// tests/sim/oracle.h - what must hold for one client, whatever the network does.
//
// The simulation tells it everything that passes between client, transport and broker; it answers
// with fail(). The numbered rules below are what it checks; design.md and docs/wire-nats.md say
// why.
//
//   1. Statuses exactly once, in legal order: Dial, [Connected], [HangUp], Disconnected, Dial, ...
//      Suspect and Alive in turn, LameDuck once a connection, Closed once and then nothing.
//   2. Events of a connection are what the broker sent on it, in order, complete up to the last
//      byte taken, each once; messages only for sids that are subscribed.
//   3. A fence passes with the PONG of its own PING, never across connections.
//   4. CONNECT, PING, then every live SUB exactly once a connection, under the same sid.
//   5. Dead, mute and garbage-fed links are ended within design rule 6; redials keep rule 7.
//   6. A healthy link is not ended, and the broker finds no fault with what the client writes.
//   7. Bytes and reports of an ended link change nothing.
//   8. Every accepted publish is taken once by a transport, in order, or reported once.
//   9. Output and inbox stay within their limits; no deadline stays in the past.
//  10. Each ending has the cause that was provoked.
//  11. Every request ends once, in time, with its own answer if one was received.
//  12. A subscription with an end has its messages, then SubscriptionEnded once.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "nats/client.h"
#include "sim/broker_model.h"

namespace nats_blotter::sim {

// Where the delays of redials fell in their windows, over many seeds: a spread that is none shows.
struct RedialSpread {
    std::vector<double> first;  // as a share of the window
    std::vector<double> later;
};

// One dial of one client, as network and oracle know it.
struct Link {
    nats::Generation generation = 0;
    BrokerModel::ConnectionId connection = 0;  // 0: the broker never saw it
    bool opened = false;                       // on_open was called
    bool client_ended = false;                 // the client knows, or must know, of its end
    bool end_told = false;                     // Disconnected was told
    bool connected_told = false;
    bool suspect = false;
    bool lame_duck_told = false;
    bool dialled = false;  // else it waits for credentials
    MonotonicUs tried_at = 0;
    MonotonicUs dialled_at = 0;
    MonotonicUs lame_duck_at = kNever;
    MonotonicUs signature_at = kNever;  // when it was asked for; until it was given
    MonotonicUs connected_at = kNever;
    MonotonicUs heard_at = 0;
    MonotonicUs ended_at = kNever;

    // What happened to it on purpose.
    bool disturbed = false;                 // stalled, half-open, refused, cut or muted
    bool reconnect_asked = false;           // by the owner
    std::uint64_t tainted_at = UINT64_MAX;  // offset of the first byte that is not the broker's
    bool garbage_is_plain = false;          // no protocol line begins like it
    bool reported = false;                  // on_close was called while the link was live
    std::uint16_t report_code = 0;
    std::string report_reason;

    // The client's view of the broker's stream.
    std::uint64_t received = 0;
    std::size_t next_op = 0;
    std::size_t pongs_passed = 0;
    bool lame_duck_heard = false;
    MonotonicUs fatal_error_at = kNever;
    std::string fatal_error;

    // What the transport took.
    std::string output_rest;  // an incomplete line or message
    std::size_t lines = 0;
    std::size_t pings = 0;
    std::set<nats::Sid> subs_sent;
    std::map<std::size_t, nats::FenceId> fences;  // by the ordinal of their PING
};

class Oracle {
  public:
    struct Subscription {
        std::string subject, queue_group;
        std::uint64_t received = 0;
        std::uint64_t messages_max = 0;
        bool draining = false;
    };
    struct Publish {
        nats::PublishId id = 0;
        int taken = 0;
        nats::Generation taken_on = 0;
        bool reported = false;
        bool heard = false;  // by the broker
    };

    Oracle(nats::Client& client, const BrokerModel& broker, std::string name)
        : client_(client), broker_(broker), name_(std::move(name)) {}

    // The first thing that was wrong; empty while all is well.
    const std::string& failure() const { return failure_; }
    void fail(const std::string& what);

    // How late timers may be, and when the owner last could not act.
    void set_lateness(MonotonicUs lateness) { lateness_ = lateness; }
    void was_away(MonotonicUs until) { away_until_ = std::max(away_until_, until); }
    void set_spread(RedialSpread* spread) { spread_ = spread; }
    void set_slow(bool slow) { slow_ = slow; }
    void set_servers(std::vector<std::string> servers) { servers_ = std::move(servers); }
    void set_move_on_lame_duck(bool move) { moves_ = move; }

    // ---- the owner's calls
    void started(MonotonicUs now);
    void subscribed(nats::Sid sid, std::string_view subject, std::string_view queue_group);
    void unsubscribed(nats::Sid sid);
    void fence_asked(nats::FenceId id);
    void published(const std::string& token, const Result<nats::PublishId>& id, bool may_hold);
    void ends_after(nats::Sid sid, std::uint64_t messages_max);
    void drain_asked(nats::Sid sid) { live_[sid].draining = true; }
    void requested(nats::RequestId id, MonotonicUs deadline);
    void cancelled(nats::RequestId id) { requests_.erase(id); }
    void credentials_refused(Link& link, MonotonicUs now);
    void reconnect_asked(Link* link);
    void woken(MonotonicUs now) { woken_at_ = now; }
    void close_asked() { close_asked_ = true; }
    void drain_and_close_asked(const Link* link);

    // ---- the transport's
    void bytes_taken(Link& link, std::size_t bytes, bool accepted, MonotonicUs now);
    void reported_end(Link& link, std::uint16_t code, std::string_view reason, bool accepted,
                      MonotonicUs now);
    void output_taken(Link& link, std::string_view bytes, MonotonicUs now);
    void broker_heard(const std::string& token);

    // ---- the client's. `link` is the one of its generation, made by the caller for a Dial.
    void event(const nats::Event& event, Link* link, MonotonicUs now);
    // After all events were read and the output was offered; with `deadline_met`, on_deadline() was
    // called before that.
    void settled(Link* link, bool output_is_open, bool deadline_met, MonotonicUs now);
    // At any time the owner is awake.
    void watch(const Link* link, MonotonicUs now);
    // When all faults are over and time enough was given.
    void at_peace(Link* link);

    std::size_t pings_in_output(const Link& link) const;
    const std::map<nats::Sid, Subscription>& live() const { return live_; }
    const std::map<nats::RequestId, MonotonicUs>& requests() const { return requests_; }
    bool closed() const { return closed_told_; }
    bool closing() const { return close_asked_; }
    std::uint64_t messages() const { return messages_; }

  private:
    using Op = BrokerOp::Kind;

    void on_dial(const nats::Event& event, Link& link, MonotonicUs now);
    void on_hang_up(Link& link, MonotonicUs now);
    void on_connected(const nats::Event& event, Link& link, MonotonicUs now);
    void on_disconnected(const nats::Event& event, Link& link, MonotonicUs now);
    void on_message(const nats::Event& event, Link& link);
    void on_fence(const nats::Event& event, Link& link);
    void on_error(const nats::Event& event, Link& link);
    void on_unsent(const nats::Event& event);
    void on_subscription_ended(const nats::Event& event, const Link* link);
    void on_reply(const nats::Event& event, Link& link);
    void on_request_failed(const nats::Event& event, Link* link);
    void finish_request(nats::RequestId id);
    void check_redial(const Link& link, MonotonicUs now);
    void check_cause(const nats::Cause& cause, const Link& link);
    void check_confirmed(const Link* link);
    void take_line(Link& link, std::string_view line, std::string_view body);
    template <typename Fits>
    void advance(Link& link, const char* what, Fits fits);
    bool must_be_told(const Link& link, const BrokerOp& op) const;
    void pass(Link& link, const BrokerOp& op);

    nats::Client& client_;
    const BrokerModel& broker_;
    std::string name_;
    std::string failure_;
    RedialSpread* spread_ = nullptr;
    MonotonicUs lateness_ = 0;
    MonotonicUs away_until_ = 0;
    MonotonicUs woken_at_ = 0;
    bool slow_ = false;

    bool moves_ = true;
    std::vector<std::string> servers_;
    std::map<nats::RequestId, MonotonicUs> requests_;  // pending, with their deadlines
    nats::RequestId last_request_ = 0;
    nats::Sid inbox_ = 0;
    std::set<nats::Sid> may_still_end_;  // unsubscribed when its end may have been on its way

    std::map<nats::Sid, Subscription> live_;
    std::map<nats::Sid, Subscription> all_;
    std::map<std::string, Publish> publishes_;  // by token
    std::map<nats::PublishId, std::string> by_id_;
    nats::PublishId last_publish_ = 0;
    nats::PublishId last_taken_ = 0;
    nats::PublishId last_confirmed_ = 0;
    nats::FenceId last_fence_ = 0;
    nats::Generation last_generation_ = 0;
    std::uint32_t epoch_ = 0;
    std::uint64_t messages_ = 0;
    MonotonicUs outage_since_ = 0;
    MonotonicUs waiting_since_ = 0;
    bool first_of_outage_ = true;
    bool dial_expected_ = false;
    bool close_asked_ = false;
    bool closed_told_ = false;
};

}  // namespace nats_blotter::sim

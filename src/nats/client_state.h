// nats/client_state.h - what Client keeps; private to the client_*.cpp sources.
//
//   client.cpp            the public calls
//   client_handshake.cpp  credentials, dial, INFO, signature, CONNECT, first PONG
//   client_events.cpp     next_event: operations of the parser to events
//   client_subscribe.cpp  subscriptions: made, ended, drained
//   client_publish.cpp    publishes out
//   client_request.cpp    requests out, answers in
//   client_ending.cpp     every way a connection ends, its cause, the drain, the redial
//
// Stages:   Idle -> Waiting -> AwaitCredentials* -> Dialling -> AwaitInfo -> AwaitSignature*
//                     ^                             -> AwaitPong -> Connected     (* where wanted)
//                     +---- Ending (from any of the six)                 Closed: for good
//
// Ending lasts until the complete messages received before the end were handed out; then the owner
// is told Disconnected. The redial's time runs meanwhile.
#pragma once

#include <array>
#include <deque>
#include <string>
#include <string_view>

#include "nats/cause.h"
#include "nats/client.h"
#include "nats/keep_alive.h"
#include "nats/output.h"
#include "nats/parser.h"
#include "nats/publish_queue.h"
#include "nats/redial.h"
#include "nats/requests.h"
#include "nats/subscriptions.h"

namespace nats_blotter::nats {

// From Dial to Connected. nginx waits 60 s for a dead upstream and a browser for minutes; a healthy
// handshake takes two round trips, so ten seconds suit even a slow mobile link.
inline constexpr MonotonicUs kHandshakeTimeoutUs = 10 * kSecondUs;

// From CredentialsNeeded to an answer: a provider fetches a token, perhaps after a log-in of its
// own behind the scenes; one that hangs must not keep us from trying again.
inline constexpr MonotonicUs kCredentialsTimeoutUs = 15 * kSecondUs;

// The broker closes right behind a fatal -ERR; when the close gets lost we end it ourselves.
inline constexpr MonotonicUs kFatalErrorGraceUs = 2 * kSecondUs;

// Bytes unread for so long before the broker cut us without a word suggest that we read too slowly;
// its own write deadline is 10 s.
inline constexpr MonotonicUs kSlowReadingUs = 5 * kSecondUs;

// PINGs without their PONG: fences of a session are few, so more is an owner's endless loop or a
// broker that does not answer.
inline constexpr std::size_t kPingsOutstandingMax = 4096;

// Events that are not read from the stream: CredentialsNeeded, Dial, HangUp, Suspect or Alive,
// LameDuck, Disconnected. No new dial begins before they were taken, so there is never more than
// one of each.
inline constexpr std::size_t kQueuedEventsMax = 8;

struct Client::State {
    enum class Stage : std::uint8_t {
        Idle,
        Waiting,
        AwaitCredentials,
        Dialling,
        AwaitInfo,
        AwaitSignature,
        AwaitPong,
        Connected,
        Ending,
        Closed,
    };
    struct Ping {
        MonotonicUs sent_at = 0;
        FenceId fence = 0;      // 0: the handshake's, the keep-alive's, or a drain's
        Sid drained_sid = 0;    // whose drain it proves
        bool of_drain = false;  // proves a step of drain_and_close()
        PublishMark publishes = {};
    };

    // drain_and_close(), step by step.
    enum class DrainStep : std::uint8_t {
        None,
        Subscriptions,  // UNSUBs sent, their PONG awaited
        Answers,        // requests and waiting publishes
        Flush,          // the last PING sent, its PONG awaited
    };

    State(Options the_options, std::uint64_t seed)
        : options(std::move(the_options)),
          redial(seed),
          publishes(options.publish_while_down, options.held_messages_max, options.held_bytes_max,
                    stats),
          requests(options.inbox_prefix, seed),
          pool(options.servers, options.gossip, options.randomize_servers, seed) {}

    // ---- client_handshake.cpp
    void begin_attempt(MonotonicUs now);
    void begin_dial(MonotonicUs now);
    bool take_first_info(MonotonicUs now, Event& event);
    void send_connect(std::string_view signature, MonotonicUs now);
    Event connected_event(MonotonicUs now);

    // ---- client_events.cpp
    void next_event(MonotonicUs now, Event& event);
    bool take_op(const ParsedOp& op, MonotonicUs now, Event& event);
    bool take_op_connected(const ParsedOp& op, MonotonicUs now, Event& event);
    bool next_message(Message& message);
    bool take_message(const ParsedOp& op, Event& event);
    bool count_message(Sid sid, std::size_t payload_bytes);
    bool take_pong(MonotonicUs now, Event& event);
    bool take_info(const ParsedOp& op, MonotonicUs now, Event& event);
    void note_lame_duck(MonotonicUs now);
    bool take_error(const ParsedOp& op, MonotonicUs now, Event& event);
    bool drain(Event& event);
    bool take_drained_op(const ParsedOp& op, Event& event);
    bool has_leftover() const;
    bool take_leftover(Event& event);
    bool take_closed(Event& event);

    // ---- client_subscribe.cpp
    Result<Sid> subscribe(std::string_view subject, std::string_view queue_group);
    Subscription* owners_subscription(Sid sid);
    void send_unsub(const Subscription& subscription, Sid sid);
    void end_subscription(Sid sid);
    void begin_drain(MonotonicUs until, MonotonicUs now);
    void continue_drain(MonotonicUs now);

    // ---- client_publish.cpp
    Result<PublishId> publish(const Outgoing& message);

    // ---- client_request.cpp
    Result<RequestId> request(const Outgoing& message, MonotonicUs deadline);
    bool take_reply(const ParsedOp& op, Event& event);
    bool take_failed_request(Event& event);
    bool fail_denied_request(const PermissionViolation& violation, Sid sid);

    // ---- client_ending.cpp
    void end_by_peer(const CloseReport& report, MonotonicUs now);
    // With HangUp. `text` is the sentence for the screen.
    void end_by_us(CauseClass cause_class, std::string_view text, MonotonicUs now);
    void end_by_breach(std::string_view what, MonotonicUs now);
    void begin_ending(MonotonicUs now);
    void finish_ending();
    void close_for_good();

    // ---- client.cpp
    bool linked() const;  // a transport is dialling or open
    bool trying() const { return linked() || stage == Stage::AwaitCredentials; }
    bool open() const;  // and its output is worth writing
    bool connect_sent() const;
    bool is_current(Generation generation_of_call) const;
    void on_deadline(MonotonicUs now);
    void on_handshake_deadline(MonotonicUs now);
    void hang_up_after_error(MonotonicUs now);
    void on_wake_up(MonotonicUs now);
    void act(KeepAlive::Action action, MonotonicUs now);
    void send_ping(Ping ping, MonotonicUs now);
    void check_output(MonotonicUs now);
    MonotonicUs next_deadline() const;
    void note_backlog(MonotonicUs now);
    void push(Event::Kind kind);
    void drop_queued(Event::Kind kind);
    bool queued(Event::Kind kind) const;
    void check_invariants() const;

    Options options;
    Redial redial;
    Parser parser;
    Output output;
    PublishQueue publishes;
    Requests requests;
    ServerPool pool;
    Sid inbox_sid = 0;  // 0 before the first request
    Subscriptions subscriptions;
    KeepAlive keep_alive;
    ServerInfo info;
    Stats stats;

    Stage stage = Stage::Idle;
    Phase phase = Phase::Dialling;  // of the connection that goes on, or is ending
    Generation generation = 0;
    std::uint32_t epoch = 0;
    FenceId last_fence = 0;
    bool told_connected = false;  // Connected was handed out, Disconnected not yet
    bool told_lame_duck = false;  // on this connection
    bool pong_owed = false;       // a PING came before CONNECT was sent
    bool closed_to_tell = false;
    bool closed_by_refusal = false;  // of the credentials, by every server

    MonotonicUs now = 0;  // of the last call that had one, for those that have none
    MonotonicUs redial_at = kNever;
    MonotonicUs handshake_until = kNever;
    MonotonicUs hang_up_at = kNever;  // after a fatal -ERR
    MonotonicUs move_at = kNever;     // away from a lame duck
    MonotonicUs connected_at = 0;
    MonotonicUs backlog_since = kNever;

    DrainStep drain_step = DrainStep::None;
    MonotonicUs drain_until = kNever;
    std::deque<Sid> ended_sids;  // SubscriptionEnded is to be told

    std::deque<Ping> pings;  // in the order sent
    std::string last_error;  // of this connection
    Cause cause;             // of the last ending
    bool ended_by_us = false;
    std::array<Event, kQueuedEventsMax> queue;
    std::size_t queue_count = 0;
};

}  // namespace nats_blotter::nats

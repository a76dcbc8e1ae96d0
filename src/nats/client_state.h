// nats/client_state.h - what Client keeps; private to the client_*.cpp sources.
//
//   client.cpp            the public calls
//   client_handshake.cpp  dial, INFO, CONNECT, first PONG
//   client_events.cpp     next_event: operations of the parser to events
//   client_publish.cpp    publishes out
//   client_ending.cpp     every way a connection ends, its cause, the drain, the redial
//
// Stages:   Idle -> Waiting -> Dialling -> AwaitInfo -> AwaitPong -> Connected
//                     ^                                                  |
//                     +---- Ending (from any of the four) <--------------+        Closed: for good
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
#include "nats/subscriptions.h"

namespace nats_blotter::nats {

// From Dial to Connected. nginx waits 60 s for a dead upstream and a browser for minutes; a healthy
// handshake takes two round trips, so ten seconds suit even a slow mobile link.
inline constexpr MonotonicUs kHandshakeTimeoutUs = 10 * kSecondUs;

// The broker closes right behind a fatal -ERR; when the close gets lost we end it ourselves.
inline constexpr MonotonicUs kFatalErrorGraceUs = 2 * kSecondUs;

// Bytes unread for so long before the broker cut us without a word suggest that we read too slowly;
// its own write deadline is 10 s.
inline constexpr MonotonicUs kSlowReadingUs = 5 * kSecondUs;

// PINGs without their PONG: fences of a session are few, so more is an owner's endless loop or a
// broker that does not answer.
inline constexpr std::size_t kPingsOutstandingMax = 4096;

// Events that are not read from the stream: Dial, HangUp, Suspect or Alive, LameDuck, Disconnected.
// No new dial begins before they were taken, so there is never more than one of each.
inline constexpr std::size_t kQueuedEventsMax = 8;

struct Client::State {
    enum class Stage : std::uint8_t {
        Idle,
        Waiting,
        Dialling,
        AwaitInfo,
        AwaitPong,
        Connected,
        Ending,
        Closed,
    };
    struct Ping {
        MonotonicUs sent_at = 0;
        FenceId fence = 0;  // 0: the handshake's or the keep-alive's
        PublishMark publishes;
    };

    State(Options the_options, std::uint64_t seed)
        : options(std::move(the_options)),
          redial(seed),
          publishes(options.publish_while_down, options.held_messages_max, options.held_bytes_max,
                    stats) {}

    // ---- client_handshake.cpp
    void begin_dial(MonotonicUs now);
    void send_connect(MonotonicUs now);
    Event connected_event(MonotonicUs now);

    // ---- client_events.cpp
    Event next_event(MonotonicUs now);
    bool take_op(const ParsedOp& op, MonotonicUs now, Event& event);
    bool take_op_connected(const ParsedOp& op, MonotonicUs now, Event& event);
    bool take_message(const ParsedOp& op, Event& event);
    bool take_pong(MonotonicUs now, Event& event);
    bool take_info(const ParsedOp& op, MonotonicUs now, Event& event);
    bool take_error(const ParsedOp& op, MonotonicUs now, Event& event);
    bool drain(Event& event);
    bool take_drained_op(const ParsedOp& op, Event& event);
    bool take_leftover(Event& event);
    bool take_closed(Event& event);

    // ---- client_publish.cpp
    Result<PublishId> publish(const Outgoing& message);

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
    bool open() const;    // and its output is worth writing
    bool is_current(Generation generation_of_call) const;
    void on_deadline(MonotonicUs now);
    void on_wake_up(MonotonicUs now);
    void act(KeepAlive::Action action, MonotonicUs now);
    void send_ping(FenceId fence, MonotonicUs now);
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
    bool closed_to_tell = false;

    MonotonicUs now = 0;  // of the last call that had one, for those that have none
    MonotonicUs redial_at = kNever;
    MonotonicUs handshake_until = kNever;
    MonotonicUs hang_up_at = kNever;  // after a fatal -ERR
    MonotonicUs backlog_since = kNever;

    std::deque<Ping> pings;  // in the order sent
    std::string last_error;  // of this connection
    Cause cause;             // of the last ending
    bool ended_by_us = false;
    std::array<Event, kQueuedEventsMax> queue;
    std::size_t queue_count = 0;
};

}  // namespace nats_blotter::nats

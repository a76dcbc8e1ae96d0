// nats/client.h - the NATS client: bytes and time in, events and bytes out.
//
// Before this: a transport (web/ws_transport, examples/) dials, hands over bytes and reports its
// end. After this:  an owner (src/session, or any program) that acts on events. Unknown here:
// sockets, clocks, randomness, payload contents.
//
// The owner's loop: call next_event() until it answers NeedMore, do what Dial and HangUp ask, write
// pending_output() to the transport, and call on_deadline() at next_deadline() or any time later or
// earlier: every deadline is judged by the `now` of the call, so throttled timers cannot hurt.
//
//   transport opened      -> on_open(generation, now)
//   bytes to come         -> prepare(generation, n), write into the span, commit(generation, n,
//   now) transport ended       -> on_close(generation, report, now) page woke up, online  ->
//   on_wake_up(now)
//
// A client dials for ever (design rule 7) until close(), unless Options say when to give up. Calls
// with a generation that is not the current one do nothing: prepare() answers an empty span.
//
// Invariants, checked after every mutating public call (tests/nats/client_test.cpp):
//   1. A Connected event is followed by exactly one Disconnected or Closed before the next
//   Connected.
//   2. Output is held only for an open transport; it never exceeds kOutputBytesMax.
//   3. Every live subscription has been sent exactly once on the current connection. Its SUB
//   follows
//      the handshake's PING in the same write; a fence() proves that the broker has taken it.
//   4. next_deadline() is kNever only when closed or when only the transport can make progress.
//
// Wire grammar and examples: docs/wire-nats.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "nats/event.h"
#include "nats/options.h"
#include "nats/server_info.h"
#include "nats/server_pool.h"
#include "nats/stats.h"

namespace nats_blotter::nats {

// A healthy link drains in a few round trips, and a page that closes waits for no one.
inline constexpr MonotonicUs kDrainTimeoutUs = 5 * kSecondUs;

class Client {
  public:
    // `seed` spreads redials and names the inbox: 64 bits of chance, different in every client.
    Client(Options options, std::uint64_t seed);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // Asks for the first dial, at once: clients start when their users do, and not as a herd.
    void start(MonotonicUs now);

    // ---- transport side
    void on_open(Generation generation, MonotonicUs now);
    void on_close(Generation generation, const CloseReport& report, MonotonicUs now);

    // A tail of exactly `bytes` writable bytes, or an empty span: wrong generation, or past
    // 2 * kInboxBytesMax unread, in which case the connection has been ended with words.
    std::span<char> prepare(Generation generation, std::size_t bytes);

    // REQUIRES: bytes <= the size of the last prepare(). Hearing anything counts as alive.
    void commit(Generation generation, std::size_t bytes, MonotonicUs now);

    // prepare + copy + commit, for tests and native transports.
    void receive(Generation generation, std::string_view bytes, MonotonicUs now);

    // Bytes to write to the transport, in order; consume_output() after they were taken.
    std::string_view pending_output() const;
    void consume_output(std::size_t bytes);

    // Bytes received and not yet looked at by next_event(), so without an incomplete message; the
    // pump posts itself again while there are some.
    std::size_t unread_bytes() const;

    // ---- credentials. Calls for a generation that does not wait for them do nothing.
    // Answers CredentialsNeeded; all that was known before is replaced. The dial follows.
    void provide_credentials(Generation generation, Credentials credentials, MonotonicUs now);
    // Answers SignatureNeeded. CONNECT follows.
    void provide_signature(Generation generation, const Signature& signature, MonotonicUs now);
    // Answers either: there are none now, and why. A redial follows, and asks again.
    void fail_credentials(Generation generation, std::string_view words, MonotonicUs now);

    // ---- time
    MonotonicUs next_deadline() const;
    void on_deadline(MonotonicUs now);
    // The page woke up, came online or was shown: dial at once, or PING at once and be dead 5 s
    // later.
    void on_wake_up(MonotonicUs now);

    // ---- owner side
    Event next_event(MonotonicUs now);
    // The event that next_event() would hand out, where that is a Message without reply and
    // headers, by a shorter way. False: next_event() says what there is.
    bool next_message(MonotonicUs now, Message& message);

    // Subscribes now and after every reconnection, under the same sid. Errors: an invalid subject,
    // or kSubscriptionsMax reached.
    Result<Sid> subscribe(std::string_view subject, std::string_view queue_group = {});
    void unsubscribe(Sid sid);
    // Ends it by itself, with SubscriptionEnded behind its last message, once it has received
    // `messages_max` messages in all, over however many connections; at once if it already has.
    // REQUIRES: messages_max > 0.
    void unsubscribe_after(Sid sid, std::uint64_t messages_max);
    // UNSUB; what the broker had sent before is still handed out, then SubscriptionEnded.
    void drain_subscription(Sid sid, MonotonicUs now);

    // Publishes, with a reply subject and a HeaderWriter's block where wanted. The answer is an
    // error and nothing will be sent, or an id that is sent or reported by PublishesUnsent. "Sent"
    // means that the transport took all of it; confirmed_publish() knows what the broker has.
    // Errors: a bad subject, MessageTooBig by the broker's max_payload, OutputFull, and
    // NotConnected where Options do not say Hold.
    Result<PublishId> publish(std::string_view subject, std::string_view payload,
                              std::string_view reply = {}, std::string_view headers = {});

    // The newest publish that a PONG has proved to be with the broker; fence() asks for one.
    PublishId confirmed_publish() const;

    // Asks a service. The answer is an error, or an id that ends in exactly one Reply or
    // RequestFailed unless it is cancelled: at once when nobody listens or when the connection
    // ends, at the latest when now + timeout_us has passed and all that was received is read.
    // Errors: as publish() while down, always without holding; TooManyRequests; InboxDenied.
    Result<RequestId> request(std::string_view subject, std::string_view payload,
                              MonotonicUs timeout_us, MonotonicUs now,
                              std::string_view headers = {});
    void cancel_request(RequestId request);

    // A subject that nobody else uses, to subscribe to for answers of one's own making.
    std::string new_inbox();

    // Sends PING; FencePassed with this id comes when its PONG does. A fence dies with its
    // connection, also with one whose Disconnected is still to be read: then it never passes.
    FenceId fence(MonotonicUs now);

    // Ends the current connection with these words and redials by rule 7. Does nothing while no
    // connection is up or being made.
    void reconnect(CauseClass cause_class, std::string_view text, MonotonicUs now);

    // The next dial comes not before `until`: for an owner who knows why the connection was lost.
    // on_wake_up() dials all the same. Does nothing unless a dial is waited for.
    void hold_redial(MonotonicUs until);

    // Ends for good: HangUp, then Closed. Nothing happens after that. What was accepted and is not
    // done is told between the two.
    void close(MonotonicUs now);

    // The same in good order, as far as the connection lasts and timeout_us allows: UNSUB for all;
    // messages on their way are handed out, SubscriptionEnded for each; answers to what was asked
    // are awaited; publishes may be made meanwhile; all of them are confirmed; then as close().
    void drain_and_close(MonotonicUs now, MonotonicUs timeout_us = kDrainTimeoutUs);

    bool connected() const;
    const ServerInfo& server_info() const;  // of the current or last connection
    const Stats& stats() const;

    // The servers known, the current one first.
    const std::vector<Server>& servers() const;

    // When the next dial is due, for "retry in 4 s"; kNever when none is waiting.
    MonotonicUs redial_at() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace nats_blotter::nats

// nats/event.h - what the client tells its owner: the vocabulary of src/nats.
//
// Views point into the client's own buffers and are good until the next call of a non-const member.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace nats_blotter::nats {

// One dial of a transport. Everything a transport reports carries the generation it was given, and
// the client ignores what comes from an older one.
using Generation = std::uint32_t;

// Subscription id on the wire; ours are decimal numbers from 1, never reused within a client.
using Sid = std::uint64_t;

// They are small and dense, so they spread by themselves; the library's hash costs more than the
// rest of a look-up.
struct SidHash {
    std::size_t operator()(Sid sid) const { return static_cast<std::size_t>(sid); }
};

// Identifies one PING sent by fence(); passed when its PONG came, so that everything the broker
// sent before it has been received.
using FenceId = std::uint64_t;

// An accepted publish; they rise from 1.
using PublishId = std::uint64_t;

// A request that waits for its answer; they rise from 1.
using RequestId = std::uint64_t;

// Why a request got no answer.
enum class RequestFailure : std::uint8_t {
    None,
    NoResponders,  // the broker says that nobody listens on the subject
    Timeout,       // its deadline passed
    Disconnected,  // the connection ended; whether it was worked off is not known
    Denied,        // the broker does not permit the request, or our inbox
    Closed,        // close() was called
};

// Where a connection was when it ended.
enum class Phase : std::uint8_t {
    AwaitCredentials,  // not dialled yet
    Dialling,          // the transport was not open yet
    AwaitInfo,         // open, no INFO yet
    AwaitSignature,    // INFO brought a nonce, CONNECT waits for its signature
    AwaitPong,         // CONNECT sent, not accepted yet
    Connected,         // accepted
};

// Why a connection ended, by cause; nats/cause.h maps close codes and -ERR texts to it.
enum class CauseClass : std::uint8_t {
    Authentication,  // credentials refused, expired or revoked
    Permission,      // not allowed at all (connection type, account)
    Protocol,        // one side broke the protocol
    TooBig,          // payload or control line above the broker's limits
    Shutdown,        // the broker stops or asked us to move
    Stale,           // no byte in time
    SlowConsumer,    // suspected: cut without a word while we were behind
    Limit,           // a limit of the broker or of ours was reached
    Network,         // everything else: ingress time-out, connection lost or refused
    Closed,          // we closed it ourselves
};

struct Cause {
    CauseClass cause_class = CauseClass::Network;
    Phase phase = Phase::Dialling;
    std::uint16_t close_code = 0;  // WebSocket close code, 0 where there was none
    bool was_clean = false;        // the closing handshake completed
    std::string close_reason;      // as the peer gave it
    std::string last_error;        // text of the last -ERR, without quotes
    std::string text;              // one sentence for the screen
    std::string server;            // the URL as dialled; empty where the transport chose
    std::string server_name;       // from INFO; empty before it
};

// What the transport reports at its end.
struct CloseReport {
    std::uint16_t close_code = 0;
    bool was_clean = false;
    std::string_view reason;
};

struct ServerInfo;

struct Event {
    enum class Kind : std::uint8_t {
        NeedMore,      // nothing to report now
        Dial,          // owner: open a transport with `generation` to `text`, server `server`
        HangUp,        // owner: close the transport of `generation`; no report is awaited from it
        Connected,     // handshake complete; subscriptions are restored. `epoch` counts them
        Disconnected,  // was connected or dialling; `cause` says why; a redial is scheduled
        Message,       // MSG or HMSG: sid, subject, reply, headers, payload
        FencePassed,   // `fence`, after `rtt_us`
        ServerError,   // -ERR that keeps the connection: `text`
        Denied,        // -ERR Permissions Violation for subscription `sid` (0: unknown): `text`
        Suspect,       // nothing heard for too long: rows may be old from now on
        Alive,         // heard again after Suspect
        LameDuck,      // the broker announced its end; a move follows unless Options say no
        Closed,        // closed for good: by close(), or by refused credentials (`cause`)
        // Accepted publishes `first_publish` to `last_publish` were not sent and will not be;
        // `text` says why.
        PublishesUnsent,
        CredentialsNeeded,  // owner: provide_credentials() or fail_credentials() for `generation`
        SignatureNeeded,    // owner: provide_signature() over the nonce `text` for `generation`
        SubscriptionEnded,  // `sid` had its number of messages, or was drained; its last event
        Reply,              // the answer to `request`: as a Message, without sid
        RequestFailed,      // `request` gets no answer: `failure`, and `text` in words
    };
    Kind kind = Kind::NeedMore;
    Generation generation = 0;
    std::uint32_t epoch = 0;
    std::uint32_t server = 0;
    Sid sid = 0;
    FenceId fence = 0;
    RequestId request = 0;
    PublishId first_publish = 0;
    PublishId last_publish = 0;
    std::string_view subject;
    std::string_view reply;    // empty where absent
    std::string_view headers;  // raw header block with its blank line, empty where absent
    std::string_view payload;
    std::string_view text;
    const Cause* cause = nullptr;
    MonotonicUs rtt_us = 0;
    RequestFailure failure = RequestFailure::None;
};

// A message of a subscription without reply and headers: nearly all there are.
struct Message {
    Sid sid = 0;
    std::string_view subject;
    std::string_view payload;
};

// One sentence for the screen.
std::string_view request_failure_text(RequestFailure failure);

}  // namespace nats_blotter::nats

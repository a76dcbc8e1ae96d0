// nats/event.h - what the client tells its owner: the vocabulary of src/nats.
//
// Views point into the client's own buffers and are good until the next call of a non-const member.
#pragma once

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

// Identifies one PING sent by fence(); passed when its PONG came, so that everything the broker
// sent before it has been received.
using FenceId = std::uint64_t;

// An accepted publish; they rise from 1.
using PublishId = std::uint64_t;

// Where a connection was when it ended.
enum class Phase : std::uint8_t {
    Dialling,   // the transport was not open yet
    AwaitInfo,  // open, no INFO yet
    AwaitPong,  // CONNECT sent, not accepted yet
    Connected,  // accepted
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
        Dial,          // owner: open a transport to the server with `generation`
        HangUp,        // owner: close the transport of `generation`; no report is awaited from it
        Connected,     // handshake complete; subscriptions are restored. `epoch` counts them
        Disconnected,  // was connected or dialling; `cause` says why; a redial is scheduled
        Message,       // MSG or HMSG: sid, subject, reply, headers, payload
        FencePassed,   // `fence`
        ServerError,   // -ERR that keeps the connection: `text`
        Denied,        // -ERR Permissions Violation for subscription `sid` (0: unknown): `text`
        Suspect,       // nothing heard for too long: rows may be old from now on
        Alive,         // heard again after Suspect
        LameDuck,      // the broker announced its end
        Closed,        // closed for good by close()
        // Accepted publishes `first_publish` to `last_publish` were not sent and will not be;
        // `text` says why.
        PublishesUnsent,
    };
    Kind kind = Kind::NeedMore;
    Generation generation = 0;
    std::uint32_t epoch = 0;
    Sid sid = 0;
    FenceId fence = 0;
    PublishId first_publish = 0;
    PublishId last_publish = 0;
    std::string_view subject;
    std::string_view reply;    // empty where absent
    std::string_view headers;  // raw header block with its blank line, empty where absent
    std::string_view payload;
    std::string_view text;
    const Cause* cause = nullptr;
};

}  // namespace nats_blotter::nats

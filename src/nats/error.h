// nats/error.h - everything that can be wrong with what a broker sends or a caller asks for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace nats_blotter::nats {

enum class NatsError : std::int32_t {
    // The broker's bytes; each ends the connection.
    UnknownVerb = 1,     // no verb of a NATS server begins like this
    MissingArguments,    // a verb that needs arguments has none
    UnexpectedBytes,     // something behind PING, PONG or +OK
    BareLineFeed,        // a control line that does not end in CRLF
    LoneCarriageReturn,  // a CR inside a control line
    LineTooLong,         // past kControlLineBytesMax, or kInfoLineBytesMax for INFO
    WrongArgumentCount,  // MSG has 3 or 4, HMSG 4 or 5
    BadSize,             // not a number of 1 to 9 digits
    PayloadTooBig,       // past kPayloadBytesMax
    HeaderBeyondTotal,   // an HMSG whose headers are longer than the whole
    MissingPayloadEnd,   // no CRLF behind the payload: the sizes do not fit the bytes
    BadInfo,             // INFO is not the JSON object expected
    OutOfOrder,          // a good line at a moment when it cannot come

    // The caller's wishes; nothing is sent.
    BadSubject,            // empty tokens, blanks, control characters, `>` not last, or too long
    BadQueueGroup,         // empty tokens, blanks or control characters
    TooManySubscriptions,  // kSubscriptionsMax, or their SUB lines would not fit kOutputBytesMax
    ClientClosed,          // close() was called
    NotConnected,          // a request, or a publish that is not to be held, while no link is up
    MessageTooBig,         // past the broker's max_payload, or kPublishBytesMax
    OutputFull,            // too much waits to be sent already
    HeadersUnsupported,    // the broker's INFO offers none
    BadHeaders,            // a key or value that cannot be written, or no header block
    TooManyRequests,       // kRequestsMax wait for an answer
    InboxDenied,           // the broker does not permit the subscription to our inbox
    Draining,              // drain() was called: nothing new begins

    // What a service answered.
    BadPublishAck,      // not the JSON that JetStream answers a publish with
    BadJetStreamReply,  // not the JSON that its API answers with

    // The caller's wishes again.
    BadStreamName,  // no name of a stream or bucket, or no key of a bucket
};
inline constexpr std::int32_t kNatsErrorCount = 28;

std::string_view nats_error_text(NatsError code);
Error nats_error(NatsError code, std::size_t offset_bytes = 0);

}  // namespace nats_blotter::nats

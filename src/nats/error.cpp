#include "nats/error.h"

namespace nats_blotter::nats {

std::string_view nats_error_text(NatsError code) {
    switch (code) {
        case NatsError::UnknownVerb: return "an unknown verb";
        case NatsError::MissingArguments: return "a verb without its arguments";
        case NatsError::UnexpectedBytes: return "unexpected bytes behind a verb";
        case NatsError::BareLineFeed: return "a line that does not end in CRLF";
        case NatsError::LoneCarriageReturn: return "a carriage return inside a line";
        case NatsError::LineTooLong: return "a line beyond the limit";
        case NatsError::WrongArgumentCount: return "a message line with a wrong number of fields";
        case NatsError::BadSize: return "a message size that is not a number";
        case NatsError::PayloadTooBig: return "a message beyond the limit";
        case NatsError::HeaderBeyondTotal: return "headers longer than their message";
        case NatsError::MissingPayloadEnd: return "a payload that does not end where it should";
        case NatsError::BadInfo: return "an INFO that is not the expected JSON";
        case NatsError::OutOfOrder: return "a line that cannot come at this moment";
        case NatsError::BadSubject: return "not a valid subject";
        case NatsError::BadQueueGroup: return "not a valid queue group";
        case NatsError::TooManySubscriptions: return "too many subscriptions";
        case NatsError::ClientClosed: return "the client is closed";
        case NatsError::NotConnected: return "not connected to the broker";
        case NatsError::MessageTooBig: return "a message larger than may be sent";
        case NatsError::OutputFull: return "too much waits to be sent";
        case NatsError::HeadersUnsupported: return "the broker takes no headers";
        case NatsError::BadHeaders: return "headers that cannot be written";
        case NatsError::TooManyRequests: return "too many requests wait for an answer";
        case NatsError::InboxDenied: return "the broker does not permit our inbox";
        case NatsError::Draining: return "the client is draining";
        case NatsError::BadPublishAck: return "not an acknowledgement of JetStream";
        case NatsError::BadJetStreamReply: return "not an answer of the JetStream API";
        case NatsError::BadStreamName: return "not the name of a stream, a bucket or a key";
    }
    return "unknown NATS error";
}

Error nats_error(NatsError code, std::size_t offset_bytes) {
    return Error{static_cast<std::int32_t>(code), offset_bytes, nats_error_text(code)};
}

}  // namespace nats_blotter::nats

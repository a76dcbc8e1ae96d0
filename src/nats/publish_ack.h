// nats/publish_ack.h - what JetStream answers to a publish made as a request.
//
// A stream that takes the subject answers {"stream":...,"seq":...}; a core subscriber answers
// whatever it likes, and with nobody there the request fails with NoResponders. A message id in the
// header kMessageIdHeader makes a repeated publish harmless: the answer says `duplicate` then.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace nats_blotter::nats {

inline constexpr std::string_view kMessageIdHeader = "Nats-Msg-Id";

// An error of the JetStream API, as part of many answers.
struct JetStreamError {
    std::int32_t code = 0;        // as HTTP has them; 0 for none
    std::int32_t error_code = 0;  // JetStream's own, finer one
    std::string description;
};

struct PublishAck {
    std::string stream;
    std::string domain;
    std::int64_t sequence = 0;
    bool duplicate = false;
    JetStreamError error;  // with a code when the stream did not take the message

    bool stored() const { return error.code == 0; }
};

// Error BadPublishAck: not JSON, or neither an acknowledgement nor an error.
Result<PublishAck> publish_ack_from_json(std::string_view json);

}  // namespace nats_blotter::nats

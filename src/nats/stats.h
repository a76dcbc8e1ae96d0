// nats/stats.h - counters of one client; they only rise.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace nats_blotter::nats {

struct Stats {
    std::uint64_t messages_in = 0;
    std::uint64_t payload_bytes_in = 0;
    std::uint64_t messages_out = 0;  // wholly taken by the transport, requests included
    std::uint64_t payload_bytes_out = 0;
    std::uint64_t bytes_in = 0;   // as the transport delivered them
    std::uint64_t bytes_out = 0;  // as the transport took them
    std::uint64_t dials = 0;
    std::uint64_t connects = 0;
    std::uint64_t disconnects = 0;
    std::uint64_t protocol_errors = 0;
    std::uint64_t server_errors = 0;
    std::uint64_t unknown_sid = 0;     // messages of a subscription that is gone
    std::uint64_t intake_refused = 0;  // prepare() past its limit
    std::uint64_t publishes_accepted = 0;
    std::uint64_t publishes_rejected = 0;  // publish() refused
    std::uint64_t publishes_unsent = 0;    // accepted, and reported by PublishesUnsent
    std::uint64_t publishes_in_doubt = 0;  // sent, but the connection ended before any PONG
    std::uint64_t requests = 0;
    std::uint64_t replies = 0;
    std::uint64_t requests_failed = 0;  // told by RequestFailed
    std::uint64_t late_replies = 0;     // to a request that had ended
    std::uint64_t lame_ducks = 0;       // connections whose broker announced its end
    std::int64_t rtt_us = -1;           // last round trip, -1 before the first
    MonotonicUs last_byte_at = -1;      // when a byte was last heard, -1 before the first
};

}  // namespace nats_blotter::nats

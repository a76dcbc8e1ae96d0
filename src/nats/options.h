// nats/options.h - how a client is to behave; given once, when it is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace nats_blotter::nats {

// What becomes of publishes while no connection is up. Nothing vanishes either way: publish()
// refuses, or what it accepted is sent or reported by PublishesUnsent.
enum class WhileDown : std::uint8_t {
    Reject,  // publish() refuses; what the end of a connection caught unsent is reported
    Hold,    // kept within the bounds below and sent, in order, by the next connection
};

// Room for what is held while down: a blotter's own events of a minute, and no more, because old
// orders that arrive late do harm.
inline constexpr std::size_t kHeldMessagesDefault = 1024;
inline constexpr std::size_t kHeldBytesDefault = 1024 * 1024;

struct Options {
    std::string name = "nats-blotter";  // CONNECT name, seen in the broker's monitor
    std::string user;
    std::string password;
    std::string token;
    std::string jwt;  // bearer
    bool echo = true;
    bool verbose = false;
    bool pedantic = false;
    WhileDown publish_while_down = WhileDown::Reject;
    std::size_t held_messages_max = kHeldMessagesDefault;
    std::size_t held_bytes_max = kHeldBytesDefault;
};

}  // namespace nats_blotter::nats

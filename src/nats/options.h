// nats/options.h - how a client is to behave; given once, when it is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

// What to do with the peers that a broker names in INFO (`connect_urls`: bare host:port).
enum class Gossip : std::uint8_t {
    WhenNoPath,  // dial them too, unless our URL has a path: then an ingress is in between
    Never,
    WithPath,  // dial them under the same path, where each has an ingress of its own
};

// Who we are, for CONNECT. What is empty is left out, so that a cookie can do the work.
struct Credentials {
    std::string user;
    std::string password;
    std::string token;
    std::string jwt;   // bearer, or with a signed nonce
    std::string nkey;  // public key, with a signed nonce
};

// The answer to SignatureNeeded.
struct Signature {
    std::string_view signature;  // ed25519 over the nonce's own text, as base64url without padding
    std::string_view jwt;        // these two where they were not known before
    std::string_view nkey;
};

struct Options {
    std::string name = "nats-blotter";  // CONNECT name, seen in the broker's monitor
    // As in Credentials, for who has them from the start.
    std::string user;
    std::string password;
    std::string token;
    std::string jwt;
    bool echo = true;
    bool verbose = false;
    bool pedantic = false;

    WhileDown publish_while_down = WhileDown::Reject;
    std::size_t held_messages_max = kHeldMessagesDefault;
    std::size_t held_bytes_max = kHeldBytesDefault;
    // Answers come to "<inbox_prefix>.<22 random characters>.*". REQUIRES: a literal subject.
    std::string inbox_prefix = "_INBOX";

    std::string nkey;
    // SignatureNeeded is told when INFO brings a nonce; CONNECT waits for provide_signature().
    bool sign_nonce = false;
    // CredentialsNeeded is told before every dial, which waits for provide_credentials().
    bool ask_credentials = false;
    // A server that refused the credentials so many times in a row is not dialled again, and the
    // client closes for good when that is so of all; 0: never, because credentials get mended.
    std::uint32_t auth_failures_max = 0;

    // URLs for Dial to name; none where the transport knows where to go.
    std::vector<std::string> servers;
    bool randomize_servers = true;
    Gossip gossip = Gossip::WhenNoPath;
    // Leave a broker that announced its end by an ordinary redial, before it cuts us.
    bool move_on_lame_duck = true;
};

}  // namespace nats_blotter::nats

#include "nats/jetstream_message.h"

#include <array>

namespace nats_blotter::nats {
namespace {

constexpr std::string_view kPrefix = "$JS.ACK.";
constexpr std::size_t kShortTokens = 7;  // behind the prefix
constexpr std::size_t kLongTokens = 9;

// Digits only; 18 of them always fit, and 19 are the nanoseconds since 1970.
bool read_number(std::string_view token, std::int64_t& number) {
    constexpr std::size_t kDigitsMax = 19;
    if (token.empty() || token.size() > kDigitsMax) return false;
    std::uint64_t value = 0;
    for (const char c : token) {
        if (c < '0' || c > '9') return false;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    number = static_cast<std::int64_t>(value);
    return number >= 0;
}

}  // namespace

std::optional<JetStreamMetadata> jetstream_metadata_from_reply(std::string_view reply) {
    if (reply.substr(0, kPrefix.size()) != kPrefix) return std::nullopt;
    std::array<std::string_view, kLongTokens> tokens;
    std::size_t count = 0;
    // By hand: this runs for every message, and a search for each short token costs more.
    std::size_t start = kPrefix.size();
    for (std::size_t at = start; at <= reply.size(); ++at) {
        if (at < reply.size() && reply[at] != '.') continue;
        if (at == start) return std::nullopt;
        if (count < kLongTokens) tokens[count] = reply.substr(start, at - start);
        ++count;
        start = at + 1;
    }
    if (count != kShortTokens && count < kLongTokens) return std::nullopt;
    const bool is_long = count >= kLongTokens;
    const std::string_view* const fields = tokens.data() + (is_long ? 2 : 0);

    JetStreamMetadata metadata;
    if (is_long && tokens[0] != "_") metadata.domain = tokens[0];
    metadata.stream = fields[0];
    metadata.consumer = fields[1];
    const bool good = read_number(fields[2], metadata.delivered) &&
                      read_number(fields[3], metadata.stream_sequence) &&
                      read_number(fields[4], metadata.consumer_sequence) &&
                      read_number(fields[5], metadata.stored_at) &&
                      read_number(fields[6], metadata.pending);
    if (!good || metadata.stream_sequence == 0 || metadata.consumer_sequence == 0)
        return std::nullopt;
    return metadata;
}

}  // namespace nats_blotter::nats

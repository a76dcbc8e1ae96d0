#include "nats/jetstream_message.h"

#include <array>
#include <charconv>

namespace nats_blotter::nats {
namespace {

constexpr std::string_view kPrefix = "$JS.ACK.";
constexpr std::size_t kShortTokens = 7;  // behind the prefix
constexpr std::size_t kLongTokens = 9;

bool read_number(std::string_view token, std::int64_t& number) {
    const char* const end = token.data() + token.size();
    const auto [stop, error] = std::from_chars(token.data(), end, number);
    return error == std::errc() && stop == end && number >= 0;
}

}  // namespace

std::optional<JetStreamMetadata> jetstream_metadata_from_reply(std::string_view reply) {
    if (reply.substr(0, kPrefix.size()) != kPrefix) return std::nullopt;
    std::array<std::string_view, kLongTokens> tokens;
    std::size_t count = 0;
    for (std::string_view rest = reply.substr(kPrefix.size());;) {
        const std::size_t dot = rest.find('.');
        if (dot == 0 || rest.empty()) return std::nullopt;
        if (count < kLongTokens) tokens[count] = rest.substr(0, dot);
        ++count;
        if (dot == std::string_view::npos) break;
        rest.remove_prefix(dot + 1);
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

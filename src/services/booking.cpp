// services/booking.cpp - the booking rule and the ids it needs.
#include "services/booking.h"

#include <sys/random.h>

#include <algorithm>
#include <array>

#include "base/assert.h"

namespace nats_blotter::services {

std::string_view side_name(Side side) { return side == Side::Buy ? "Buy" : "Sell"; }

std::optional<Side> side_from_name(std::string_view name) {
    if (name == "Buy") return Side::Buy;
    if (name == "Sell") return Side::Sell;
    return std::nullopt;
}

std::int64_t signed_quantity(const std::optional<Side>& side, std::int32_t quantity) {
    return side == Side::Buy ? std::int64_t{quantity} : -std::int64_t{quantity};
}

EpochMs next_version(EpochMs now_ms, std::optional<EpochMs> previous) {
    return previous ? std::max(now_ms, *previous + 1) : now_ms;
}

std::string random_uuid() {
    std::array<unsigned char, 16> bytes{};
    // A request of up to 256 bytes is never cut short once the kernel's pool is ready
    // (getrandom(2)).
    const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
    NB_ASSERT(got == static_cast<ssize_t>(bytes.size()));
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);  // version 4 (RFC 9562)
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);  // variant
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (std::size_t index = 0; index < bytes.size(); ++index) {
        if (index == 4 || index == 6 || index == 8 || index == 10) text.push_back('-');
        text.push_back(kHex[bytes[index] >> 4]);
        text.push_back(kHex[bytes[index] & 0x0F]);
    }
    return text;
}

}  // namespace nats_blotter::services

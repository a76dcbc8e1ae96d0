// services/booking.cpp - the booking rule, the ids it needs, and the words for its refusals.
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

BookingRefusal refusal_by_itself(const Order& order) {
    if (!order.account_id || !order.security) return BookingRefusal::MissingField;
    if (order.security->size() > kSecurityCharsMax) return BookingRefusal::SecurityTooLong;
    return BookingRefusal::None;
}

Booking booking_of(const Order& order, const std::optional<Position>& before, EpochMs now_ms) {
    Booking booking;
    const std::int64_t quantity =
        (before ? before->quantity : 0) + signed_quantity(order.side, order.quantity);
    if (quantity != static_cast<std::int32_t>(quantity)) {
        booking.refusal = BookingRefusal::PositionOutOfRange;
        return booking;
    }
    booking.trade = Trade{random_uuid(),      *order.account_id,          *order.security,
                          order.side,         std::string(kStateSettled), order.quantity,
                          /*updated=*/now_ms, /*created=*/now_ms};
    booking.position =
        Position{*order.account_id, *order.security, static_cast<std::int32_t>(quantity),
                 next_version(now_ms, before ? std::optional(before->updated) : std::nullopt)};
    return booking;
}

std::string_view booking_refusal_name(BookingRefusal refusal) {
    switch (refusal) {
        case BookingRefusal::None: return "none";
        case BookingRefusal::MissingField: return "missing account or security";
        case BookingRefusal::UnknownAccount: return "unknown account";
        case BookingRefusal::SecurityTooLong: return "security too long";
        case BookingRefusal::PositionOutOfRange: return "position out of range";
        case BookingRefusal::AlreadyBooked: return "repeated";
    }
    return "unknown";
}

EpochMs resend_wait_ms(std::int32_t resends) {
    const int doublings = std::clamp(resends, 0, 16);
    return std::min(kResendWaitMs << doublings, kResendWaitMsMax);
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

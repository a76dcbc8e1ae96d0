// services/booking.h - the booking rule, free of storage and clocks.
//
// A booked order moves one position and makes one trade. `updated` is the version by which readers
// tell newer from older, so it must rise with every change of a key even when the clock stands
// still or several processors share the database (design, section 5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "services/records.h"
#include "services/storage.h"

namespace nats_blotter::services {

// What the order adds to its position: plus for Buy, minus otherwise (contract, section 4.4).
std::int64_t signed_quantity(const std::optional<Side>& side, std::int32_t quantity);

// The version that follows `previous` at wall-clock time `now_ms`: max(now, previous + 1 ms).
EpochMs next_version(EpochMs now_ms, std::optional<EpochMs> previous);

// What can be told without the database: None, MissingField or SecurityTooLong.
BookingRefusal refusal_by_itself(const Order& order);

// The booking of one order that refusal_by_itself() let pass, on an account that exists; `before`
// is its position. Answers PositionOutOfRange or a new trade with its position.
Booking booking_of(const Order& order, const std::optional<Position>& before, EpochMs now_ms);

// A random UUID, version 4, in lower case. From the kernel's generator: ids must not repeat across
// processes and restarts.
std::string random_uuid();

}  // namespace nats_blotter::services

// services/position_service.h - the position-service role: reads of trades and positions
// (contract, 4.2), and an addition of ours that a client may use once it has seen it.
//
// Every list carries the header
//
//   X-Since: next=1784737874468; rows=5-5
//
// `next` is what ?since= may say another time: such a read answers the rows whose `updated` is not
// below it, and the header then ends in "from=<since>". A row that this answer does not show, at
// the version it has now, will be in that one. `rows` is how many rows the list would have in full,
// counted before and after the read. ?limit= cuts the answer to so many rows, the first in the
// list's order; when it did, the header ends in "cut=<limit>". The argument: docs/wire-feed.md.
//
// A list is read from the database whole before its first byte is sent (spool.h). One for which the
// room of all lists does not suffice is answered 503 in words, and counted at /actuator/prometheus.
#pragma once

#include <string_view>

#include "services/http_server.h"
#include "services/spool.h"
#include "services/storage.h"

namespace nats_blotter::services {

inline constexpr std::string_view kSinceHeader = "X-Since";

// How far `next` lies before the read: versions are given by trade-processor's clock before the
// commit, so this covers the commit (2 s, feed/merge.h) and clocks that differ by 8 s.
inline constexpr EpochMs kSinceMarginMs = 10'000;

// The storage and the room must outlive the server.
void add_position_service_routes(HttpServer& server, Storage& storage, SpoolRoom& room);

}  // namespace nats_blotter::services

// services/jetstream_layout.h - the streams of JetStream mode, and what an acknowledgement subject
// tells.
//
// Orders wait in a work queue until a processor has committed their booking and acknowledged them.
// It takes the orders of both families whatever the deployment has, so that none is without a place
// while one family takes over from the other.
// Account events of the dotted family are kept for replay; a slash subject is one token, which no
// stream can take for all accounts at once, so these stay live only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "services/nats_bus.h"

namespace nats_blotter::services {

// The limits and their reasons are in the source.
BusStream orders_stream();
BusConsumer orders_consumer();
BusStream events_stream();

bool is_ack_subject(std::string_view reply);

// An identity for a message of a stream that is the same at every delivery: its place and the time
// at which the broker stored it, "js-<sequence>-<nanoseconds>". Nothing for any other subject.
std::optional<std::string> stored_message_id(std::string_view ack_subject);

}  // namespace nats_blotter::services

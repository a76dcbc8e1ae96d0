// nats/encoder.h - the lines a client sends, appended to an output.
//
// REQUIRES everywhere: subjects and queue groups passed their check (nats/subject.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "nats/event.h"

namespace nats_blotter::nats {

struct Options;
struct Outgoing;
struct ServerInfo;

// Credentials that are empty are left out, so that cookies can do the work. headers and
// no_responders are asked for together or not at all: the server ends the connection for the second
// alone.
void append_connect(std::string& out, const Options& options, const ServerInfo& info,
                    std::string_view signature = {});

void append_sub(std::string& out, std::string_view subject, std::string_view queue_group, Sid sid);
void append_unsub(std::string& out, Sid sid);
// The broker ends it by itself once it has sent so many messages on this connection.
void append_unsub_after(std::string& out, Sid sid, std::uint64_t messages);
// PUB, or HPUB where the message has headers.
void append_publish(std::string& out, const Outgoing& message);
void append_ping(std::string& out);
void append_pong(std::string& out);

// What append_sub and append_unsub_after add, for limits that must be known before sending.
std::size_t sub_line_bytes_max(std::string_view subject, std::string_view queue_group);
std::size_t unsub_after_line_bytes_max();

}  // namespace nats_blotter::nats

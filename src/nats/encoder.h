// nats/encoder.h - the lines a client sends, appended to an output.
//
// REQUIRES everywhere: subjects and queue groups passed their check (nats/subject.h).
#pragma once

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
void append_connect(std::string& out, const Options& options, const ServerInfo& info);

void append_sub(std::string& out, std::string_view subject, std::string_view queue_group, Sid sid);
void append_unsub(std::string& out, Sid sid);
// PUB, or HPUB where the message has headers.
void append_publish(std::string& out, const Outgoing& message);
void append_ping(std::string& out);
void append_pong(std::string& out);

// What append_sub adds, for limits that must be known before sending.
std::size_t sub_line_bytes_max(std::string_view subject, std::string_view queue_group);

}  // namespace nats_blotter::nats

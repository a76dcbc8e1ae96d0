// session/inspect_text.h - what a stranger sent, as text that is safe to show and to write down.
#pragma once

#include <string>
#include <string_view>

#include "session/message_ring.h"

namespace nats_blotter::session {

// One line of at most `bytes_max` bytes, and "…" where it was cut: well-formed UTF-8, and a dot for
// each control character.
void append_one_line(std::string& out, std::string_view text, std::size_t bytes_max);

// JSON with a member a line, strings as they were escaped. False, and nothing appended, where it is
// not one JSON value.
bool append_pretty_json(std::string& out, std::string_view json);

// "00000010  54 72 61 64 …  Trad…", 16 bytes a line.
void append_hex(std::string& out, std::string_view bytes);

// Whether this line is one of append_hex(), to be drawn in columns.
bool is_hex_line(std::string_view line);
// Where the text of such a line begins, behind its bytes.
inline constexpr std::size_t kHexTextAt = 8 + 1 + 16 * 3 + 1 + 2;

// Subject, time and size; headers line by line; the payload as JSON or as hex. Lines end in \n.
void append_message(std::string& out, const InspectedMessage& message);

// {"time":1790000000000,"subject":"a.b","payload":{...}} and a line feed; with "payloadHex" where
// the payload is no JSON, "headers" or "headersHex", "reply", and "payloadBytes" where it was cut.
void append_ndjson(std::string& out, const InspectedMessage& message);

}  // namespace nats_blotter::session

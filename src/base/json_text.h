// base/json_text.h - writes JSON strings; the counterpart of the scanner for text of our own
// making.
#pragma once

#include <string>
#include <string_view>

namespace nats_blotter {

// Appends `text` with quotes and escapes. Ill-formed UTF-8 becomes U+FFFD, so the result is always
// JSON.
void append_json_string(std::string& out, std::string_view text);

}  // namespace nats_blotter

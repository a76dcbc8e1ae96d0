// base/utf8.h - is this UTF-8?
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nats_blotter {

// The offset in bytes of the first byte that is not part of well-formed UTF-8 (RFC 3629: no
// overlong forms, no surrogates, nothing above U+10FFFF), or text.size() when all of it is.
std::size_t utf8_valid_prefix(std::string_view text);

inline bool is_utf8(std::string_view text) { return utf8_valid_prefix(text) == text.size(); }

// Appends one code point. REQUIRES: a Unicode scalar value.
void utf8_append(std::string& out, char32_t code_point);

// The same text with each ill-formed byte replaced by U+FFFD; for words that come from a peer.
std::string utf8_lossy(std::string_view text);

}  // namespace nats_blotter

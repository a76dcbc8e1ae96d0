// session/since.h - what the X-Since header of a snapshot says, and when it is made use of.
//
// position-service of this project answers ?since=VERSION with the rows from that version on; the
// stock one knows nothing of it, and is never asked before an answer has offered it. The header:
//
//   next=<ms>; rows=<at least>-<at most>[; from=<ms>][; cut=<rows>]
//
// What is asked, and why the answer is as good as a whole one: docs/wire-feed.md, "Since a
// version".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace nats_blotter::session {

inline constexpr std::int64_t kNoVersion = -1;

struct SinceHeader {
    std::int64_t next_ms = kNoVersion;  // what to ask for another time
    std::int64_t rows_min = 0;          // of the whole list
    std::int64_t rows_max = 0;
    std::int64_t from_ms = kNoVersion;  // the answer begins here; kNoVersion: it is whole
    bool cut = false;                   // the answer ends early
};

// Nothing when `text` is no such header.
std::optional<SinceHeader> since_header_from_text(std::string_view text);

// Partial reads of a table in a row before one in full: whatever the argument overlooks is mended
// then.
inline constexpr int kPartialReadsMax = 16;

}  // namespace nats_blotter::session

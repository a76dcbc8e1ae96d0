// web/log_book.h - what happened on this page, line by line: tickets, errors, reconnects, resyncs.
//
// Invariant (tests/screen/log_book_test.cpp): at most kLogEntriesMax lines; the oldest go first and
// are counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace nats_blotter::web {

// A day of a bad link; 500 lines of a few hundred bytes.
inline constexpr std::size_t kLogEntriesMax = 500;
// A sentence of a service may be a page.
inline constexpr std::size_t kLogWordsBytesMax = 512;

enum class LogKind : std::uint8_t { Link, Data, Ticket, Trouble };
std::string_view log_kind_words(LogKind kind);  // "link"

struct LogEntry {
    EpochMs at_ms = 0;
    LogKind kind = LogKind::Link;
    std::uint32_t key = 0;  // not 0: what it is about, see amend()
    int times = 1;
    std::string words;
};

class LogBook {
  public:
    // The same words as the last line's are counted there.
    void add(EpochMs now_ms, LogKind kind, std::string_view words);
    // Puts new words in place of the line with this key, or adds one.
    void amend(EpochMs now_ms, LogKind kind, std::uint32_t key, std::string_view words);

    const std::deque<LogEntry>& entries() const { return entries_; }  // oldest first
    std::uint64_t dropped() const { return dropped_; }

  private:
    void push(LogEntry entry);

    std::deque<LogEntry> entries_;
    std::uint64_t dropped_ = 0;
};

}  // namespace nats_blotter::web

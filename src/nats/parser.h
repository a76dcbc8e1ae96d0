// nats/parser.h - cuts the broker's byte stream into NATS protocol operations.
//
// Before this: a transport hands over bytes as they came, cut anywhere.
// After this:  nats/client decides what an operation means.
// Unknown here: sockets, time, subscriptions, payload contents.
//
// Write into prepare(n), then commit(n), then call next() until it answers NeedMore. Views point
// into the parser's own buffer and are good until the next prepare(), receive() or reset().
//
// Invariants, checked after every public call that changes something (tests/nats/parser_test.cpp):
//   1. read_ <= scanned_ <= size_ <= capacity_; no byte is searched for a line end twice.
//   2. An operation that waits for more never holds more than its own limits allow.
//   3. Once failed, always failed, with the first reason; the reason does not depend on the cuts.
//   4. In steady state nothing is allocated: the buffer grows to the largest need, and is given
//      back once kIdlePreparesUntilShrink calls in a row needed little of it.
//
// Grammar and examples: docs/wire-nats.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"
#include "nats/error.h"

namespace nats_blotter::nats {

struct ParsedOp {
    enum class Kind : std::uint8_t { NeedMore, Failed, Info, Msg, Hmsg, Ping, Pong, Ok, Err };
    Kind kind = Kind::NeedMore;
    std::string_view subject;
    std::string_view sid;
    std::string_view reply;    // empty where absent
    std::string_view headers;  // raw block with its blank line
    std::string_view payload;
    std::string_view text;  // INFO: its JSON; -ERR: its words, one pair of quotes trimmed
};

// The usual message: "MSG subject sid size" without a reply, by a sid of a few digits.
struct PlainMessage {
    std::string_view subject;
    std::string_view sid;
    std::uint64_t sid_number = 0;
    std::string_view payload;
};

class Parser {
  public:
    // Kept for the next message after a giant one: what a busy link holds at most between two
    // pumps.
    static constexpr std::size_t kKeptBytesMax = 1024 * 1024;
    static constexpr std::size_t kIdlePreparesUntilShrink = 64;

    // A tail of exactly `bytes` writable bytes. Invalidates all views.
    std::span<char> prepare(std::size_t bytes);
    // REQUIRES: bytes <= the size of the last prepare().
    void commit(std::size_t bytes);
    // prepare, copy, commit.
    void receive(std::string_view bytes);

    ParsedOp next();
    // What next() would answer, where that is a plain message all of which is there; it is then
    // taken. False says nothing of what comes, and nothing has changed.
    bool next_plain(PlainMessage& message);
    // The same in two steps: nothing is taken before take_plain() is given what was seen.
    bool peek_plain(PlainMessage& message) const;
    void take_plain(const PlainMessage& message);

    // As new, for the next connection; the buffer is kept within kKeptBytesMax.
    void reset();

    bool failed() const { return failed_; }
    // Why and at which byte of the stream. REQUIRES: failed().
    const Error& error() const;

    // Received and not yet handed out.
    std::size_t held_bytes() const { return size_ - read_; }
    // The same without the incomplete operation that next() has already looked at.
    std::size_t backlog_bytes() const { return held_bytes() - waiting_; }
    std::size_t capacity_bytes() const { return capacity_; }

  private:
    enum class Verb : std::uint8_t { Unknown, Info, Msg, Hmsg, Ping, Pong, Ok, Err };
    struct Token {
        std::size_t at = 0;  // from read_
        std::size_t bytes = 0;
    };

    ParsedOp next_line();
    ParsedOp next_body();
    bool match_verb();
    bool first_argument_may_come();
    ParsedOp bare_line();
    bool parse_message_line(std::size_t line_bytes);
    bool parse_sizes(const Token* tokens, std::size_t count);
    ParsedOp text_line(std::size_t line_bytes);
    ParsedOp need_more();
    ParsedOp fail(NatsError code, std::size_t at);
    void set_failed(NatsError code, std::size_t at);
    void finish_op(std::size_t bytes);
    std::size_t line_bytes_max() const;
    std::string_view view(const Token& token) const;
    void make_room(std::size_t bytes);
    void reallocate(std::size_t capacity);
    void shrink_when_idle(std::size_t bytes);
    void check_invariants() const;

    std::unique_ptr<char[]> buffer_;
    std::size_t capacity_ = 0;
    std::size_t size_ = 0;      // bytes committed
    std::size_t read_ = 0;      // where the current operation begins
    std::size_t scanned_ = 0;   // searched for the line end up to here
    std::size_t prepared_ = 0;  // of the last prepare()
    std::size_t waiting_ = 0;   // held bytes that next() found incomplete
    std::size_t idle_prepares_ = 0;
    std::uint64_t stream_offset_ = 0;  // of read_, from the connection's first byte

    Verb verb_ = Verb::Unknown;
    std::uint8_t verb_mask_ = 0;   // verbs that still fit, while it is Unknown
    std::uint8_t verb_bytes_ = 0;  // bytes of the verb matched
    bool in_body_ = false;
    bool failed_ = false;
    Token subject_, sid_, reply_;
    std::size_t body_at_ = 0;  // from read_
    std::size_t header_bytes_ = 0;
    std::size_t total_bytes_ = 0;
    Error error_;
};

}  // namespace nats_blotter::nats

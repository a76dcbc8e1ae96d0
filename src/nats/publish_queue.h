// nats/publish_queue.h - publishes between publish() and the transport, so that none vanishes.
//
// A publish is refused at once, or it is queued. Queued ones leave through the output in order; the
// end of a connection finds those that the transport had not wholly taken, so that the broker
// cannot have them: they are kept for the next connection (WhileDown::Hold) or reported unsent. A
// request's publish is never kept, because its answer would have nowhere to go.
//
// What the transport took and no PONG has confirmed may or may not have arrived; it is counted.
//
// Invariants, checked after every mutating call (tests/nats/publish_queue_test.cpp):
//   1. Ids rise. Every id given out is queued, was taken by the transport, or is reported once.
//   2. Those in the output come before those that wait, and the order is that of publish().
//   3. At most kPublishesQueuedMax are queued. Kept frames: at most the options' messages and
//   bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"
#include "nats/event.h"
#include "nats/options.h"
#include "nats/output.h"

namespace nats_blotter::nats {

struct ServerInfo;
struct Stats;

// Publishes may fill half of the output, so that SUBs and PINGs always find room; a single message
// is no larger. Twice the broker's default max_payload.
inline constexpr std::size_t kPublishBytesMax = kOutputBytesMax / 2;

// Queued at once: the book-keeping of tiny messages must not outgrow the messages.
inline constexpr std::size_t kPublishesQueuedMax = 65'536;

struct Outgoing {
    std::string_view subject;
    std::string_view payload;
    std::string_view reply;
    std::string_view headers;  // a whole block, from a HeaderWriter; empty for none
    bool of_request = false;   // has no id, is never kept, and its request reports its end
};

// How far publishes have gone into outputs, over all connections; a PING remembers it.
struct PublishMark {
    std::uint64_t count = 0;
    PublishId id = 0;  // the newest
};

// Every publish from first to last.
struct UnsentPublishes {
    PublishId first = 0;
    PublishId last = 0;
    std::string_view why;  // static
};

class PublishQueue {
  public:
    PublishQueue(WhileDown while_down, std::size_t messages_max, std::size_t bytes_max,
                 Stats& stats)
        : while_down_(while_down),
          messages_max_(messages_max),
          bytes_max_(bytes_max),
          stats_(stats) {}

    // `output` is the connection's, null while none is up; `info` its INFO, or the last one's.
    Result<PublishId> publish(const Outgoing& message, Output* output, const ServerInfo& info);

    // A connection is up, or its output has room again: what waits goes on, as far as it fits.
    void feed(Output& output, const ServerInfo& info);
    // The transport took bytes of `output`.
    void taken(const Output& output);
    // The broker has worked off everything up to the mark.
    void confirmed(const PublishMark& mark);
    void connection_ended();
    void close();

    // What was accepted and will not be sent, each once.
    std::optional<UnsentPublishes> next_unsent();
    bool has_unsent() const { return !unsent_.empty(); }

    PublishMark mark() const { return appended_; }
    std::size_t waiting() const { return entries_.size() - in_output_; }
    std::size_t held_bytes() const { return held_bytes_; }
    // The newest that the broker certainly has, with all before it that were not reported.
    PublishId confirmed_id() const { return confirmed_.id; }
    bool empty() const { return entries_.empty(); }

  private:
    struct Entry {
        PublishId id = 0;
        std::uint64_t output_end = 0;  // in the output's stream; meaningless while it waits
        std::size_t message_bytes = 0;
        std::string frame;  // as written; with Hold only, empty when not kept
        bool has_headers = false;
        bool of_request = false;
    };

    Result<void> check(const Outgoing& message, const ServerInfo& info) const;
    void enter_output(Entry& entry, const Output& output);
    bool may_keep(std::size_t frame_bytes) const;
    void report(PublishId id, std::string_view why);
    void drop_front();
    void check_invariants() const;

    WhileDown while_down_;
    std::size_t messages_max_;
    std::size_t bytes_max_;
    Stats& stats_;
    std::deque<Entry> entries_;
    std::deque<UnsentPublishes> unsent_;
    std::size_t in_output_ = 0;      // how many of entries_, from the front
    std::size_t held_bytes_ = 0;     // frames of entries_
    std::size_t held_messages_ = 0;  // entries_ with a frame
    std::string scratch_;
    PublishId last_id_ = 0;
    PublishMark appended_;
    PublishMark confirmed_;
    std::uint64_t taken_count_ = 0;
};

}  // namespace nats_blotter::nats

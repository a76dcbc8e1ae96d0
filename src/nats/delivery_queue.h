// nats/delivery_queue.h - messages kept for an owner that does not take them at once, within
// limits.
//
// The client hands out views that die with the next call. Who works a message off later (a paused
// view, a slow sink) keeps it here: a lane for each subscription, with a limit in messages and in
// bytes, and a choice of what to lose when it is full. Losing is counted, and told once when a lane
// begins to lose and once when it has caught up; it never happens in silence, and memory never
// grows past the limits.
//
// Conflate keeps the latest message of each key: a newer one takes the place of the waiting one, so
// a price on the screen may be skipped but is never old. That is counted as `conflated` and is no
// loss. When there are more keys than fit, the oldest goes, as with DropOldest.
//
// Invariants, checked after every mutating call (tests/nats/delivery_queue_test.cpp):
//   1. A lane holds at most messages_max messages and bytes_max bytes, book-keeping included.
//   2. pushed = popped + dropped + conflated + waiting, for each lane.
//   3. Lagging notices of a lane alternate: begun, caught up, begun ...
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "nats/event.h"

namespace nats_blotter::nats {

enum class WhenFull : std::uint8_t {
    DropOldest,  // the newest matter: a view that catches up
    DropNewest,  // the first matter
    Conflate,    // the latest of each key matters: prices
};

// nats.c and nats.go keep as many messages; a quarter of their bytes, because a page has less.
inline constexpr std::size_t kLaneMessagesDefault = 65'536;
inline constexpr std::size_t kLaneBytesDefault = 16 * 1024 * 1024;

struct DeliveryLimits {
    std::size_t messages_max = kLaneMessagesDefault;
    std::size_t bytes_max = kLaneBytesDefault;
    WhenFull when_full = WhenFull::DropOldest;
};

// A message that owns its bytes.
class Delivery {
  public:
    Delivery() = default;
    explicit Delivery(const Event& message);

    std::string_view subject() const { return part(0, subject_bytes_); }
    std::string_view reply() const { return part(subject_bytes_, reply_bytes_); }
    std::string_view headers() const { return part(subject_bytes_ + reply_bytes_, header_bytes_); }
    std::string_view payload() const;
    std::size_t capacity() const { return bytes_.capacity(); }

  private:
    std::string_view part(std::size_t at, std::size_t bytes) const {
        return std::string_view(bytes_).substr(at, bytes);
    }

    std::string bytes_;  // the four parts, one behind the other
    std::size_t subject_bytes_ = 0;
    std::size_t reply_bytes_ = 0;
    std::size_t header_bytes_ = 0;
};

struct LaneStats {
    std::uint64_t pushed = 0;
    std::uint64_t popped = 0;
    std::uint64_t dropped = 0;
    std::uint64_t conflated = 0;
    std::uint64_t episodes = 0;  // of losing
};

// One lane began to lose messages, or has caught up again.
struct Lagging {
    Sid sid = 0;
    bool caught_up = false;
    std::uint64_t dropped = 0;  // in this episode so far: 1 when it begins
};

class DeliveryQueue {
  public:
    // REQUIRES: the lane is not open.
    void open(Sid sid, const DeliveryLimits& limits);
    // Forgets the lane with what waits in it.
    void close(Sid sid);

    // Copies a Message (or Reply) into the lane of `sid`. `key` is for Conflate; empty is the
    // subject. One that alone is past bytes_max is dropped. REQUIRES: the lane is open.
    void push(Sid sid, const Event& message, std::string_view key = {});

    // The oldest waiting in this lane. REQUIRES: the lane is open.
    std::optional<Delivery> pop(Sid sid);

    std::optional<Lagging> next_lagging();

    std::size_t waiting(Sid sid) const;
    std::size_t bytes(Sid sid) const;  // as the limit counts them
    const LaneStats& stats(Sid sid) const;

  private:
    struct Entry {
        Delivery delivery;
        std::string key;  // with Conflate only
        std::size_t cost = 0;
    };
    struct Lane {
        DeliveryLimits limits;
        std::deque<Entry> entries;
        std::map<std::string, std::uint64_t> number_of_key;  // with Conflate only
        std::uint64_t first_number = 0;  // of entries.front(), counted since open()
        std::size_t bytes = 0;
        std::uint64_t dropped_before = 0;  // this episode
        bool lagging = false;
        LaneStats stats;
    };

    Lane& lane(Sid sid);
    const Lane& lane(Sid sid) const;
    bool conflate(Lane& lane, Entry& entry);
    void drop_front(Lane& lane);
    void note_dropped(Sid sid, Lane& lane);
    static Entry take_front(Lane& lane);
    static void check_invariants(const Lane& lane);

    std::map<Sid, Lane> lanes_;
    std::deque<Lagging> lagging_;
};

}  // namespace nats_blotter::nats

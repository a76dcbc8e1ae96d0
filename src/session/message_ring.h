// session/message_ring.h - the last messages that came by, under a cap of bytes and of messages.
//
// Bytes lie in blocks of one size; where no block is free, the oldest one is emptied and used
// again. What was added is numbered from 1, and keeps its number.
//
// Invariants (tests/session/message_ring_test.cpp):
//   1. memory_bytes() <= kInspectorBytesMax, and size() <= kInspectorMessagesMax.
//   2. The messages held are those numbered first() to first() + size() - 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>

#include "base/clock.h"
#include "base/limits.h"

namespace nats_blotter::session {

// Views point into the ring and die with the next add().
struct InspectedMessage {
    std::uint64_t number = 0;
    EpochMs at_ms = 0;
    std::string_view subject;
    std::string_view reply;
    std::string_view headers;  // the raw block
    std::string_view payload;
    std::uint64_t payload_bytes = 0;  // as it came; more than payload.size() where it was cut
};

class MessageRing {
  public:
    // Cuts what is longer than kInspectorMessageBytesMax in all. `number` is not looked at.
    void add(const InspectedMessage& message);
    void clear();

    std::size_t size() const { return entries_.size(); }
    std::uint64_t first() const { return first_; }
    // REQUIRES: first() <= number < first() + size().
    InspectedMessage at(std::uint64_t number) const;

    std::uint64_t evicted() const { return evicted_; }
    std::size_t memory_bytes() const {
        return blocks_.size() * kBlockBytes + entries_.size() * sizeof(Entry);
    }

    static constexpr std::size_t kBlockBytes = 2 * kInspectorMessageBytesMax;

  private:
    struct Entry {
        std::uint32_t block = 0;  // rises; the first one of blocks_ is first_block_
        std::uint32_t offset = 0;
        std::uint32_t subject_bytes = 0;
        std::uint32_t reply_bytes = 0;
        std::uint32_t headers_bytes = 0;
        std::uint32_t kept_bytes = 0;  // of the payload
        std::uint64_t payload_bytes = 0;
        EpochMs at_ms = 0;
    };
    static constexpr std::size_t kBlocksMax =
        (kInspectorBytesMax - kInspectorMessagesMax * sizeof(Entry)) / kBlockBytes;
    static_assert(kBlocksMax >= 2);

    char* room_for(std::size_t bytes);
    void evict_oldest();

    std::deque<std::unique_ptr<char[]>> blocks_;
    std::uint32_t first_block_ = 0;
    std::size_t used_ = kBlockBytes;  // of the last block
    std::deque<Entry> entries_;
    std::uint64_t first_ = 1;
    std::uint64_t evicted_ = 0;
};

}  // namespace nats_blotter::session

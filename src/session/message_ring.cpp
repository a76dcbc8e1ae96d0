#include "session/message_ring.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.h"

namespace nats_blotter::session {

void MessageRing::evict_oldest() {
    entries_.pop_front();
    ++first_;
    ++evicted_;
}

// In the last block, or in another one behind it.
char* MessageRing::room_for(std::size_t bytes) {
    if (used_ + bytes > kBlockBytes) {
        std::unique_ptr<char[]> block;
        if (blocks_.size() == kBlocksMax) {
            // Not all of them: the last block has the last message.
            while (entries_.front().block == first_block_) evict_oldest();
            block = std::move(blocks_.front());
            blocks_.pop_front();
            ++first_block_;
        } else {
            block.reset(new char[kBlockBytes]);
        }
        blocks_.push_back(std::move(block));
        used_ = 0;
    }
    return blocks_.back().get() + std::exchange(used_, used_ + bytes);
}

void MessageRing::add(const InspectedMessage& message) {
    if (entries_.size() == kInspectorMessagesMax) evict_oldest();
    std::size_t room = kInspectorMessageBytesMax;
    const auto take = [&room](std::string_view text) {
        const std::string_view taken = text.substr(0, room);
        room -= taken.size();
        return taken;
    };
    const std::string_view parts[] = {take(message.subject), take(message.reply),
                                      take(message.headers), take(message.payload)};
    char* to = room_for(kInspectorMessageBytesMax - room);
    Entry entry;
    entry.block = first_block_ + static_cast<std::uint32_t>(blocks_.size() - 1);
    entry.offset = static_cast<std::uint32_t>(to - blocks_.back().get());
    entry.subject_bytes = static_cast<std::uint32_t>(parts[0].size());
    entry.reply_bytes = static_cast<std::uint32_t>(parts[1].size());
    entry.headers_bytes = static_cast<std::uint32_t>(parts[2].size());
    entry.kept_bytes = static_cast<std::uint32_t>(parts[3].size());
    entry.payload_bytes = message.payload.size();
    entry.at_ms = message.at_ms;
    for (const std::string_view part : parts) to = std::copy(part.begin(), part.end(), to);
    entries_.push_back(entry);
    NB_ASSERT(memory_bytes() <= kInspectorBytesMax);
}

void MessageRing::clear() {
    first_ += entries_.size();
    entries_.clear();
    first_block_ += static_cast<std::uint32_t>(blocks_.size());
    blocks_.clear();
    used_ = kBlockBytes;
}

InspectedMessage MessageRing::at(std::uint64_t number) const {
    NB_ASSERT(number >= first_ && number - first_ < entries_.size());
    const Entry& entry = entries_[static_cast<std::size_t>(number - first_)];
    const char* from = blocks_[entry.block - first_block_].get() + entry.offset;
    const auto next = [&from](std::uint32_t bytes) {
        return std::string_view(std::exchange(from, from + bytes), bytes);
    };
    InspectedMessage message;
    message.number = number;
    message.at_ms = entry.at_ms;
    message.subject = next(entry.subject_bytes);
    message.reply = next(entry.reply_bytes);
    message.headers = next(entry.headers_bytes);
    message.payload = next(entry.kept_bytes);
    message.payload_bytes = entry.payload_bytes;
    return message;
}

}  // namespace nats_blotter::session

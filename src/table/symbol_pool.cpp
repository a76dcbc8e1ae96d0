#include "table/symbol_pool.h"

#include <algorithm>
#include <cstring>

#include "base/limits.h"

namespace nats_blotter::table {
namespace {

constexpr std::size_t kBlockBytesMin = 1024;
constexpr std::size_t kBlockBytesMax = 64 * 1024;

}  // namespace

std::uint32_t SymbolPool::find(std::string_view text, std::uint64_t hash) const {
    return ids_.find(hash, [this, text](std::uint32_t id) { return texts_[id] == text; });
}

std::uint32_t SymbolPool::find(std::string_view text) const {
    return find(text, hash_bytes(text, 0));
}

bool SymbolPool::has_room_for(std::string_view text) const {
    return texts_.size() < kSymbolsMax || find(text) != kNone;
}

std::uint32_t SymbolPool::intern(std::string_view text) {
    const std::uint64_t hash = hash_bytes(text, 0);
    const std::uint32_t found = find(text, hash);
    if (found != kNone || texts_.size() >= kSymbolsMax) return found;
    if (blocks_.empty() || block_used_ + text.size() > block_bytes_) {
        block_bytes_ =
            std::max(std::clamp(block_bytes_ * 2, kBlockBytesMin, kBlockBytesMax), text.size());
        blocks_.push_back(std::make_unique<char[]>(block_bytes_));
        block_used_ = 0;
        blocks_bytes_ += block_bytes_;
    }
    char* const place = blocks_.back().get() + block_used_;
    if (!text.empty()) std::memcpy(place, text.data(), text.size());
    block_used_ += text.size();
    const auto id = static_cast<std::uint32_t>(texts_.size());
    texts_.emplace_back(place, text.size());
    ids_.insert(hash, id, {this, [](const void* pool, std::uint32_t held) {
                               return hash_bytes(static_cast<const SymbolPool*>(pool)->text(held),
                                                 0);
                           }});
    return id;
}

std::size_t SymbolPool::memory_bytes() const {
    return ids_.memory_bytes() + texts_.capacity() * sizeof(texts_[0]) + blocks_bytes_;
}

void SymbolPool::clear() {
    ids_.clear();
    texts_.clear();
    blocks_.clear();
    block_bytes_ = block_used_ = blocks_bytes_ = 0;
}

}  // namespace nats_blotter::table

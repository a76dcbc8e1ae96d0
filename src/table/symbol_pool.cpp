#include "table/symbol_pool.h"

#include <algorithm>
#include <cstring>

namespace nats_blotter::table {
namespace {

constexpr std::size_t kBlockBytesMin = 1024;
constexpr std::size_t kBlockBytesMax = 64 * 1024;

}  // namespace

SymbolPool::SymbolPool(const SymbolPool& other) {
    texts_.reserve(other.texts_.size());
    for (const std::string_view text : other.texts_) intern(text);
}

std::uint32_t SymbolPool::find_hashed(std::string_view text, std::uint64_t hash) const {
    return ids_.find(hash, [this, text](std::uint32_t id) {
        return texts_[id].size() == text.size() &&
               same_bytes(texts_[id].data(), text.data(), text.size());
    });
}

void SymbolPool::remember(std::uint64_t word, std::uint32_t id) const {
    Recent* const pair = &recent_[recent_place(word)];
    pair[1] = pair[0];
    pair[0] = {word, id};
}

void SymbolPool::forget_recent(std::size_t places) {
    recent_.assign(places, Recent{});
    recent_mask_ = places - 2;
}

std::uint32_t SymbolPool::find_other(std::uint64_t word, std::string_view text) const {
    const std::uint32_t found = find_hashed(text, hash_bytes(text, 0));
    if (found != kNone) remember(word, found);
    return found;
}

std::uint32_t SymbolPool::intern_other(std::uint64_t word, std::string_view text) {
    const std::uint64_t hash = hash_bytes(text, 0);
    const std::uint32_t found = find_hashed(text, hash);
    if (found != kNone) remember(word, found);
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
    // Room for four times the texts, as long as that is little.
    if (texts_.size() * 4 > recent_.size() && recent_.size() < kRecentMax)
        forget_recent(std::max(kRecentMin, recent_.size() * 2));
    remember(word, id);
    return id;
}

std::size_t SymbolPool::memory_bytes() const {
    return ids_.memory_bytes() + texts_.capacity() * sizeof(texts_[0]) +
           recent_.capacity() * sizeof(Recent) + blocks_bytes_;
}

void SymbolPool::clear() {
    forget_recent(2);
    ids_.clear();
    texts_.clear();
    blocks_.clear();
    block_bytes_ = block_used_ = blocks_bytes_ = 0;
}

}  // namespace nats_blotter::table

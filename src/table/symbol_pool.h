// table/symbol_pool.h - distinct texts with small ids; texts are never forgotten before clear().
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/words.h"
#include "table/key_index.h"

namespace nats_blotter::table {

class SymbolPool {
  public:
    static constexpr std::uint32_t kNone = UINT32_MAX;

    SymbolPool() = default;
    SymbolPool(const SymbolPool& other);  // the same texts with the same ids
    SymbolPool& operator=(const SymbolPool&) = delete;
    SymbolPool(SymbolPool&&) = default;
    SymbolPool& operator=(SymbolPool&&) = default;

    // The id of this text, kNone when it is new and kSymbolsMax are held.
    std::uint32_t intern(std::string_view text) {
        const Recent wanted = recent_of(text);
        const std::uint32_t known = find_recent(wanted, text);
        return known != kNone ? known : intern_other(wanted, text);
    }
    // The id of this text, kNone when it is not held.
    std::uint32_t find(std::string_view text) const {
        const Recent wanted = recent_of(text);
        const std::uint32_t known = find_recent(wanted, text);
        return known != kNone ? known : find_other(wanted, text);
    }
    std::string_view text(std::uint32_t id) const { return texts_[id]; }
    bool has_room_for(std::string_view text) const {
        return texts_.size() < kSymbolsMax || find(text) != kNone;
    }
    std::size_t size() const { return texts_.size(); }
    std::size_t memory_bytes() const;
    void clear();

  private:
    static constexpr std::size_t kRecentMin = 16;
    static constexpr std::size_t kRecentMax = 1024;

    // A text found lately: up to eight bytes are told apart by these two numbers alone.
    struct Recent {
        std::uint64_t bytes = 0;
        std::uint32_t length = UINT32_MAX;
        std::uint32_t id = kNone;
    };
    static Recent recent_of(std::string_view text) {
        Recent recent;
        recent.bytes = load_short(text.data(), text.size());
        if (text.size() > 8)
            recent.bytes += load_word(text.data() + text.size() - 8) * 0x9E3779B97F4A7C15u;
        recent.length = static_cast<std::uint32_t>(text.size());
        return recent;
    }
    // The first of two neighbours.
    std::size_t recent_place(const Recent& wanted) const {
        const std::uint64_t mixed = (wanted.bytes + wanted.length) * 0xD6E8FEB86659FD93u;
        return static_cast<std::size_t>(mixed >> 40) & (recent_.size() - 2);
    }
    std::uint32_t find_recent(const Recent& wanted, std::string_view text) const {
        if (recent_.empty()) return kNone;
        const Recent* const pair = &recent_[recent_place(wanted)];
        for (std::size_t i = 0; i < 2; ++i) {
            const Recent& held = pair[i];
            if (held.bytes != wanted.bytes || held.length != wanted.length) continue;
            if (held.length <= 8 || same_bytes(texts_[held.id].data(), text.data(), text.size()))
                return held.id;
        }
        return kNone;
    }
    void remember(Recent recent, std::uint32_t id) const;
    std::uint32_t find_other(const Recent& wanted, std::string_view text) const;
    std::uint32_t find_hashed(std::string_view text, std::uint64_t hash) const;
    std::uint32_t intern_other(const Recent& wanted, std::string_view text);

    mutable std::vector<Recent> recent_;  // pairs, the later one first; a power of two
    KeyIndex ids_;
    std::vector<std::string_view> texts_;  // into blocks_
    std::vector<std::unique_ptr<char[]>> blocks_;
    std::size_t block_bytes_ = 0;  // of the last block
    std::size_t block_used_ = 0;
    std::size_t blocks_bytes_ = 0;
};

}  // namespace nats_blotter::table

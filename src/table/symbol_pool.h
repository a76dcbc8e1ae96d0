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
    [[gnu::always_inline]] std::uint32_t intern(std::string_view text) {
        const std::uint64_t word = word_of(text);
        const std::uint32_t known = find_recent(word, text);
        return known != kNone ? known : intern_other(word, text);
    }
    // The id of this text, kNone when it is not held.
    std::uint32_t find(std::string_view text) const {
        const std::uint64_t word = word_of(text);
        const std::uint32_t known = find_recent(word, text);
        return known != kNone ? known : find_other(word, text);
    }
    // The same, but kNone as well when it was not asked for lately.
    [[gnu::always_inline]] std::uint32_t find_recent(std::string_view text) const {
        return find_recent(word_of(text), text);
    }
    std::string_view text(std::uint32_t id) const { return texts_[id]; }
    bool has_room_for(std::string_view text) const {
        return texts_.size() < kSymbolsMax || find(text) != kNone;
    }
    std::size_t size() const { return texts_.size(); }
    std::size_t memory_bytes() const;
    void clear();

  private:
    // Pairs, the later one first; a power of two, two before the first text.
    static constexpr std::size_t kRecentMin = 16;
    static constexpr std::size_t kRecentMax = 4096;

    // A text found lately. Up to seven bytes are told apart by the word alone: it has them and
    // their number in its highest byte, which is 255 for longer ones.
    struct Recent {
        std::uint64_t word = kNoWord;
        std::uint32_t id = kNone;
    };
    static constexpr std::size_t kWholeMax = 7;
    static constexpr std::uint64_t kNoWord = std::uint64_t{kWholeMax + 1} << 56;  // of no text
    static std::uint64_t word_of(std::string_view text) {
        if (text.size() <= kWholeMax)
            return load_short(text.data(), text.size()) | std::uint64_t{text.size()} << 56;
        const std::uint64_t last = load_word(text.data() + text.size() - 8);
        return (load_word(text.data()) + last * 0x9E3779B97F4A7C15u + text.size()) |
               std::uint64_t{0xFF} << 56;
    }
    // The first of two neighbours.
    std::size_t recent_place(std::uint64_t word) const {
        return static_cast<std::size_t>(word * 0xD6E8FEB86659FD93u >> 40) & recent_mask_;
    }
    std::uint32_t find_recent(std::uint64_t word, std::string_view text) const {
        const Recent* held = &recent_[recent_place(word)];
        if (held->word != word && (++held)->word != word) return kNone;
        if (text.size() <= kWholeMax) return held->id;
        const std::string_view known = texts_[held->id];
        const bool same =
            known.size() == text.size() && same_bytes(known.data(), text.data(), text.size());
        return same ? held->id : kNone;
    }
    void remember(std::uint64_t word, std::uint32_t id) const;
    std::uint32_t find_other(std::uint64_t word, std::string_view text) const;
    std::uint32_t find_hashed(std::string_view text, std::uint64_t hash) const;
    std::uint32_t intern_other(std::uint64_t word, std::string_view text);

    void forget_recent(std::size_t places);

    mutable std::vector<Recent> recent_ = std::vector<Recent>(2);
    std::size_t recent_mask_ = 0;
    KeyIndex ids_;
    std::vector<std::string_view> texts_;  // into blocks_
    std::vector<std::unique_ptr<char[]>> blocks_;
    std::size_t block_bytes_ = 0;  // of the last block
    std::size_t block_used_ = 0;
    std::size_t blocks_bytes_ = 0;
};

}  // namespace nats_blotter::table

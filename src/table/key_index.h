// table/key_index.h - finds the row of a key: a hash index of row ids, four bytes an entry.
//
// The index is cut into segments by the top bits of the hash. Each is an open-addressing table of
// its own (linear probing, backward-shift deletion, so no tombstones) that grows by itself and
// splits in two when it is large: no insertion moves more than kSegmentRowsMax entries, however
// many there are. An entry is a row id and eight bits of the hash; where more of a hash is needed,
// when entries move, the owner is asked for it again.
//
// Invariant (tests/table/key_index_test.cpp): every entry is reachable from its home place without
// crossing an empty one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/limits.h"

namespace nats_blotter::table {

// The finalizer of MurmurHash3 (Appleby, public domain): every input bit reaches every output bit.
inline std::uint64_t mix_bits(std::uint64_t value) {
    value = (value ^ (value >> 33)) * 0xFF51AFD7ED558CCDu;
    value = (value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53u;
    return value ^ (value >> 33);
}

// A 64-bit hash of bytes or of a number; not for hostile keys beyond what the row caps bound.
std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed);
inline std::uint64_t hash_number(std::int64_t number, std::uint64_t seed) {
    return mix_bits(static_cast<std::uint64_t>(number) + seed * 0x9E3779B97F4A7C15u);
}

// Asks the owner of an index for the hash of a row in it.
struct RowHash {
    const void* owner;
    std::uint64_t (*of)(const void* owner, std::uint32_t row);
    // Of many at once, where that is cheaper; the spans are as long as each other.
    void (*of_many)(const void* owner, std::span<const std::uint32_t> rows,
                    std::span<std::uint64_t> hashes) = nullptr;
    std::uint64_t operator()(std::uint32_t row) const { return of(owner, row); }
};

class KeyIndex {
  public:
    static constexpr std::uint32_t kNone = UINT32_MAX;

    // The row with this hash for which `equals(row)` holds, or kNone.
    template <typename Equals>
    std::uint32_t find(std::uint64_t hash, Equals&& equals) const {
        if (segments_.empty()) return kNone;
        const std::vector<std::uint32_t>& entries = segments_[segment_of(hash)].entries;
        const std::uint32_t tag = tag_of(hash);
        for (std::size_t at = home_of(hash, entries.size());;) {
            const std::uint32_t entry = entries[at];
            if (entry == kEmpty) return kNone;
            if ((entry & kTagMask) == tag && equals(entry & kRowMask)) return entry & kRowMask;
            if (++at == entries.size()) at = 0;
        }
    }

    // REQUIRES: the row is not in the index and below kRowIdsMax; `hash_of(row)` answers `hash`,
    // and for every row in the index the hash it came with.
    void insert(std::uint64_t hash, std::uint32_t row, RowHash hash_of);
    // REQUIRES: the row was inserted with this hash.
    void erase(std::uint64_t hash, std::uint32_t row, RowHash hash_of);
    void clear();

    std::size_t size() const { return size_; }
    std::size_t memory_bytes() const;

  private:
    static constexpr std::uint32_t kEmpty = UINT32_MAX;
    static constexpr std::uint32_t kRowMask = kRowIdsMax;
    static constexpr std::uint32_t kTagMask = ~kRowMask;
    static constexpr std::size_t kSegmentRowsMax = 4096;
    static constexpr std::size_t kSegmentPlaces = kSegmentRowsMax * 3 / 2 + 1;  // of a full one
    static constexpr std::uint32_t kDepthMax = 16;

    struct Segment {
        std::vector<std::uint32_t> entries;  // never full
        std::uint32_t count = 0;
        std::uint32_t count_max = 0;  // it grows before there are more
        std::uint32_t depth = 0;      // top bits of the hash that all its rows share

        bool is_full() const { return count >= count_max; }
    };

    // The top bits choose the segment, the low half the place in it.
    std::uint32_t segment_of(std::uint64_t hash) const {
        return directory_[depth_ == 0 ? 0 : static_cast<std::size_t>(hash >> (64 - depth_))];
    }
    static std::uint32_t tag_of(std::uint64_t hash) {
        return static_cast<std::uint32_t>(hash >> 16) & kTagMask;
    }
    static std::size_t home_of(std::uint64_t hash, std::size_t places) {
        return static_cast<std::size_t>(((hash & 0xFFFFFFFFu) * places) >> 32);
    }
    static void place(std::vector<std::uint32_t>& entries, std::uint64_t hash, std::uint32_t row);
    // Calls take(hash, row) for each row of the segment.
    template <typename Take>
    static void for_each(const Segment& segment, RowHash hash_of, Take&& take);
    static void set_entries(Segment& segment, std::vector<std::uint32_t>&& entries,
                            std::size_t count);
    // Until one more fits into the segment of this hash.
    void make_room(std::uint64_t hash, RowHash hash_of);
    void split(std::uint32_t index, RowHash hash_of);

    std::vector<Segment> segments_;
    std::vector<std::uint32_t> directory_;  // 2^depth_ numbers of segments
    std::uint32_t depth_ = 0;
    std::size_t size_ = 0;
};

}  // namespace nats_blotter::table

// table/key_index.h - finds the row of a key: an open-addressing hash index of row ids.
//
// Linear probing with backward-shift deletion, so there are no tombstones and a search ends at the
// first empty place. The index holds hashes and row ids; the caller compares the keys themselves.
//
// Invariant (tests/table/key_index_test.cpp): every entry is reachable from its home place without
// crossing an empty one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace nats_blotter::table {

// A 64-bit hash of bytes or of a number; not for hostile keys beyond what the row caps bound.
std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed);
std::uint64_t hash_number(std::int64_t number, std::uint64_t seed);

class KeyIndex {
  public:
    static constexpr std::uint32_t kNone = UINT32_MAX;

    // The row with this hash for which `equals(row)` holds, or kNone.
    template <typename Equals>
    std::uint32_t find(std::uint64_t hash, Equals&& equals) const {
        if (entries_.empty()) return kNone;
        const std::uint32_t tag = tag_of(hash);
        for (std::size_t at = home(tag);; at = (at + 1) & mask()) {
            const Entry& entry = entries_[at];
            if (entry.row == kNone) return kNone;
            if (entry.tag == tag && equals(entry.row)) return entry.row;
        }
    }

    // REQUIRES: the row is not in the index.
    void insert(std::uint64_t hash, std::uint32_t row);
    // REQUIRES: the row was inserted with this hash.
    void erase(std::uint64_t hash, std::uint32_t row);
    void clear();

    std::size_t size() const { return size_; }
    std::size_t memory_bytes() const { return entries_.capacity() * sizeof(Entry); }

  private:
    struct Entry {
        std::uint32_t tag = 0;
        std::uint32_t row = kNone;
    };

    static std::uint32_t tag_of(std::uint64_t hash) {
        return static_cast<std::uint32_t>(hash ^ (hash >> 32));
    }
    std::size_t mask() const { return entries_.size() - 1; }
    std::size_t home(std::uint32_t tag) const { return tag & mask(); }
    void place(std::uint32_t tag, std::uint32_t row);
    void grow();

    std::vector<Entry> entries_;  // a power of two
    std::size_t size_ = 0;
};

}  // namespace nats_blotter::table

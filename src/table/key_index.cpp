#include "table/key_index.h"

#include <cstring>

#include "base/assert.h"

namespace nats_blotter::table {
namespace {

constexpr std::size_t kPlacesMin = 64;

// The finalizer of MurmurHash3 (Appleby, public domain): every input bit reaches every output bit.
std::uint64_t mix(std::uint64_t value) {
    value = (value ^ (value >> 33)) * 0xFF51AFD7ED558CCDu;
    value = (value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53u;
    return value ^ (value >> 33);
}

}  // namespace

std::uint64_t hash_number(std::int64_t number, std::uint64_t seed) {
    return mix(static_cast<std::uint64_t>(number) + seed * 0x9E3779B97F4A7C15u);
}

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) {
    std::uint64_t hash = seed ^ (bytes.size() * 0x9E3779B97F4A7C15u);
    while (bytes.size() >= 8) {
        std::uint64_t word;
        std::memcpy(&word, bytes.data(), 8);
        hash = mix(hash ^ word);
        bytes.remove_prefix(8);
    }
    std::uint64_t tail = 0;
    for (const char c : bytes) tail = tail << 8 | static_cast<std::uint8_t>(c);
    return mix(hash ^ tail);
}

void KeyIndex::place(std::uint32_t tag, std::uint32_t row) {
    std::size_t at = home(tag);
    while (entries_[at].row != kNone) at = (at + 1) & mask();
    entries_[at] = {tag, row};
}

void KeyIndex::grow() {
    const std::vector<Entry> old = std::move(entries_);
    entries_.assign(old.empty() ? kPlacesMin : old.size() * 2, Entry{});
    for (const Entry& entry : old)
        if (entry.row != kNone) place(entry.tag, entry.row);
}

void KeyIndex::insert(std::uint64_t hash, std::uint32_t row) {
    // At most 3/4 full, so that a search stays a few places long.
    if ((size_ + 1) * 4 > entries_.size() * 3) grow();
    place(tag_of(hash), row);
    ++size_;
}

void KeyIndex::erase(std::uint64_t hash, std::uint32_t row) {
    NB_ASSERT(!entries_.empty());
    std::size_t hole = home(tag_of(hash));
    while (entries_[hole].row != row) {
        NB_ASSERT(entries_[hole].row != kNone);
        hole = (hole + 1) & mask();
    }
    // Pull back every later entry of the run whose home is not behind the hole.
    for (std::size_t at = (hole + 1) & mask(); entries_[at].row != kNone; at = (at + 1) & mask()) {
        const std::size_t distance_home = (at - home(entries_[at].tag)) & mask();
        const std::size_t distance_hole = (at - hole) & mask();
        if (distance_home >= distance_hole) {
            entries_[hole] = entries_[at];
            hole = at;
        }
    }
    entries_[hole] = Entry{};
    --size_;
}

void KeyIndex::clear() {
    entries_.clear();
    size_ = 0;
}

}  // namespace nats_blotter::table

#include "table/key_index.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/assert.h"

namespace nats_blotter::table {
namespace {

constexpr std::size_t kPlacesMin = 16;
constexpr std::size_t kHashesAtOnce = 256;

// A segment grows when it is fuller than 2/3, to where a half is taken: a key that is not there is
// told after two or three places.
std::size_t rows_for(std::size_t places) { return places * 2 / 3; }
std::size_t places_for(std::size_t count) { return std::max(kPlacesMin, count * 2); }

}  // namespace

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) {
    std::uint64_t hash = seed ^ (bytes.size() * 0x9E3779B97F4A7C15u);
    while (bytes.size() >= 8) {
        std::uint64_t word;
        std::memcpy(&word, bytes.data(), 8);
        hash = mix_bits(hash ^ word);
        bytes.remove_prefix(8);
    }
    std::uint64_t tail = 0;
    for (const char c : bytes) tail = tail << 8 | static_cast<std::uint8_t>(c);
    return mix_bits(hash ^ tail);
}

void KeyIndex::place(std::vector<std::uint32_t>& entries, std::uint64_t hash, std::uint32_t row) {
    std::size_t at = home_of(hash, entries.size());
    while (entries[at] != kEmpty)
        if (++at == entries.size()) at = 0;
    entries[at] = tag_of(hash) | row;
}

template <typename Take>
void KeyIndex::for_each(const Segment& segment, RowHash hash_of, Take&& take) {
    std::array<std::uint32_t, kHashesAtOnce> rows;
    std::array<std::uint64_t, kHashesAtOnce> hashes;
    const std::uint32_t* entry = segment.entries.data();
    const std::uint32_t* const end = entry + segment.entries.size();
    while (entry < end) {
        std::size_t count = 0;
        for (; entry < end && count < kHashesAtOnce; ++entry)
            if (*entry != kEmpty) rows[count++] = *entry & kRowMask;
        // Each waits for memory, and none for another: a loop of its own.
        if (hash_of.of_many != nullptr)
            hash_of.of_many(hash_of.owner, {rows.data(), count}, {hashes.data(), count});
        else
            for (std::size_t i = 0; i < count; ++i) hashes[i] = hash_of(rows[i]);
        for (std::size_t i = 0; i < count; ++i) take(hashes[i], rows[i]);
    }
}

void KeyIndex::set_entries(Segment& segment, std::vector<std::uint32_t>&& entries,
                           std::size_t count) {
    segment.count = static_cast<std::uint32_t>(count);
    segment.count_max = static_cast<std::uint32_t>(rows_for(entries.size()));
    segment.entries = std::move(entries);
}

void KeyIndex::insert(std::uint64_t hash, std::uint32_t row, RowHash hash_of) {
    NB_ASSERT(row < kRowIdsMax);
    if (segments_.empty() || segments_[segment_of(hash)].is_full()) make_room(hash, hash_of);
    Segment& segment = segments_[segment_of(hash)];
    place(segment.entries, hash, row);
    ++segment.count;
    ++size_;
}

void KeyIndex::make_room(std::uint64_t hash, RowHash hash_of) {
    if (segments_.empty()) {
        set_entries(segments_.emplace_back(), std::vector<std::uint32_t>(kPlacesMin, kEmpty), 0);
        directory_.assign(1, 0);
    }
    for (;;) {
        const std::uint32_t index = segment_of(hash);
        Segment& segment = segments_[index];
        if (!segment.is_full()) return;
        if (segment.count >= kSegmentRowsMax && segment.depth < kDepthMax) {
            split(index, hash_of);
            continue;
        }
        std::vector<std::uint32_t> entries(places_for(segment.count), kEmpty);
        for_each(segment, hash_of, [&entries](std::uint64_t moved, std::uint32_t row) {
            place(entries, moved, row);
        });
        set_entries(segment, std::move(entries), segment.count);
    }
}

void KeyIndex::split(std::uint32_t index, RowHash hash_of) {
    if (segments_[index].depth == depth_) {
        std::vector<std::uint32_t> doubled;
        doubled.reserve(directory_.size() * 2);
        for (const std::uint32_t segment : directory_) doubled.insert(doubled.end(), 2, segment);
        directory_ = std::move(doubled);
        ++depth_;
    }
    const std::uint32_t depth = ++segments_[index].depth;
    const auto upper = static_cast<std::uint32_t>(segments_.size());
    // Room until it splits again: every hash asked for on the way would wait for memory.
    std::vector<std::uint32_t> lower_entries(kSegmentPlaces, kEmpty);
    std::vector<std::uint32_t> upper_entries(kSegmentPlaces, kEmpty);
    std::size_t upper_count = 0;
    NB_ASSERT(segments_[index].count < kSegmentPlaces);
    for_each(segments_[index], hash_of, [&](std::uint64_t hash, std::uint32_t row) {
        const bool is_upper = (hash >> (64 - depth) & 1) != 0;
        place(is_upper ? upper_entries : lower_entries, hash, row);
        upper_count += is_upper ? 1 : 0;
    });
    const std::size_t lower_count = segments_[index].count - upper_count;
    // The neighbours in the directory that named the old segment: their upper half names the new.
    for (std::size_t at = 0; at < directory_.size(); ++at)
        if (directory_[at] == index && (at >> (depth_ - depth) & 1) != 0) directory_[at] = upper;
    segments_.emplace_back();
    segments_[upper].depth = depth;
    set_entries(segments_[index], std::move(lower_entries), lower_count);
    set_entries(segments_[upper], std::move(upper_entries), upper_count);
}

void KeyIndex::erase(std::uint64_t hash, std::uint32_t row, RowHash hash_of) {
    NB_ASSERT(!segments_.empty());
    Segment& segment = segments_[segment_of(hash)];
    std::vector<std::uint32_t>& entries = segment.entries;
    const auto next = [&entries](std::size_t at) { return at + 1 == entries.size() ? 0 : at + 1; };
    std::size_t hole = home_of(hash, entries.size());
    while (entries[hole] != (tag_of(hash) | row)) {
        NB_ASSERT(entries[hole] != kEmpty);
        hole = next(hole);
    }
    for (std::size_t at = next(hole); entries[at] != kEmpty; at = next(at)) {
        const std::size_t home = home_of(hash_of(entries[at] & kRowMask), entries.size());
        const std::size_t from_home = at >= home ? at - home : at + entries.size() - home;
        const std::size_t from_hole = at >= hole ? at - hole : at + entries.size() - hole;
        if (from_home >= from_hole) {
            entries[hole] = entries[at];
            hole = at;
        }
    }
    entries[hole] = kEmpty;
    --segment.count;
    --size_;
}

void KeyIndex::clear() {
    segments_.clear();
    directory_.clear();
    depth_ = 0;
    size_ = 0;
}

std::size_t KeyIndex::memory_bytes() const {
    std::size_t bytes = segments_.capacity() * sizeof(Segment) + directory_.capacity() * 4;
    for (const Segment& segment : segments_) bytes += segment.entries.capacity() * 4;
    return bytes;
}

}  // namespace nats_blotter::table

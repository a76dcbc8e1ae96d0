#include "table/key_index.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"

namespace nats_blotter::table {
namespace {

constexpr std::size_t kPlacesMin = 16;

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

KeyIndex::Moved KeyIndex::rows_of(const Segment& segment, RowHash hash_of) {
    Moved moved;
    moved.rows.resize(segment.count);
    moved.hashes.resize(segment.count);
    std::uint32_t* row = moved.rows.data();
    for (const std::uint32_t entry : segment.entries)
        if (entry != kEmpty) *row++ = entry & kRowMask;
    NB_ASSERT(row == moved.rows.data() + segment.count);
    // Each waits for memory, and none for another: a loop of its own.
    if (hash_of.of_many != nullptr)
        hash_of.of_many(hash_of.owner, moved.rows, moved.hashes);
    else
        for (std::size_t i = 0; i < moved.rows.size(); ++i)
            moved.hashes[i] = hash_of(moved.rows[i]);
    return moved;
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
        const Moved moved = rows_of(segment, hash_of);
        std::vector<std::uint32_t> entries(places_for(segment.count), kEmpty);
        for (std::size_t i = 0; i < moved.rows.size(); ++i)
            place(entries, moved.hashes[i], moved.rows[i]);
        set_entries(segment, std::move(entries), moved.rows.size());
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
    const Moved moved = rows_of(segments_[index], hash_of);
    std::size_t counts[2] = {moved.rows.size(), 0};
    for (const std::uint64_t hash : moved.hashes) counts[1] += hash >> (64 - depth) & 1;
    counts[0] -= counts[1];
    // Room until it splits again: every hash asked for on the way would wait for memory.
    std::vector<std::uint32_t> entries[2];
    for (std::size_t half = 0; half < 2; ++half)
        entries[half].assign(std::max(kSegmentPlaces, places_for(counts[half])), kEmpty);
    for (std::size_t i = 0; i < moved.rows.size(); ++i)
        place(entries[moved.hashes[i] >> (64 - depth) & 1], moved.hashes[i], moved.rows[i]);
    // The neighbours in the directory that named the old segment: their upper half names the new.
    for (std::size_t at = 0; at < directory_.size(); ++at)
        if (directory_[at] == index && (at >> (depth_ - depth) & 1) != 0) directory_[at] = upper;
    segments_.emplace_back();
    segments_[upper].depth = depth;
    set_entries(segments_[index], std::move(entries[0]), counts[0]);
    set_entries(segments_[upper], std::move(entries[1]), counts[1]);
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

#include "table/key_index.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"

namespace nats_blotter::table {
namespace {

constexpr std::size_t kPlacesMin = 16;

// A segment grows when it is fuller than 2/3, to where a half is taken: a key that is not there is
// told after two or three places.
bool is_crowded(std::size_t count, std::size_t places) { return count * 3 > places * 2; }
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

std::vector<KeyIndex::Moved> KeyIndex::rows_of(const Segment& segment, RowHash hash_of) {
    std::vector<Moved> rows;
    rows.reserve(segment.count);
    for (const std::uint32_t entry : segment.entries)
        if (entry != kEmpty) rows.push_back({0, entry & kRowMask});
    // Each waits for memory, and none for another: a loop of its own.
    for (Moved& moved : rows) moved.hash = hash_of(moved.row);
    return rows;
}

void KeyIndex::fill(Segment& segment, const std::vector<Moved>& rows, std::size_t places) {
    segment.count = static_cast<std::uint32_t>(rows.size());
    std::vector<std::uint32_t>(places, kEmpty).swap(segment.entries);
    for (const Moved& moved : rows) place(segment.entries, moved.hash, moved.row);
}

void KeyIndex::insert(std::uint64_t hash, std::uint32_t row, RowHash hash_of) {
    NB_ASSERT(row < kRowIdsMax);
    if (segments_.empty()) {
        segments_.emplace_back();
        segments_[0].entries.assign(kPlacesMin, kEmpty);
        directory_.assign(1, 0);
    }
    for (;;) {
        const std::uint32_t index = segment_of(hash);
        Segment& segment = segments_[index];
        if (!is_crowded(segment.count + 1, segment.entries.size())) break;
        if (segment.count >= kSegmentRowsMax && segment.depth < kDepthMax) {
            split(index, hash_of);
            continue;
        }
        fill(segment, rows_of(segment, hash_of), places_for(segment.count));
        break;
    }
    Segment& segment = segments_[segment_of(hash)];
    place(segment.entries, hash, row);
    ++segment.count;
    ++size_;
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
    std::vector<Moved> rows[2];
    for (const Moved& moved : rows_of(segments_[index], hash_of))
        rows[moved.hash >> (64 - depth) & 1].push_back(moved);
    // The neighbours in the directory that named the old segment: their upper half names the new.
    for (std::size_t at = 0; at < directory_.size(); ++at)
        if (directory_[at] == index && (at >> (depth_ - depth) & 1) != 0) directory_[at] = upper;
    segments_.emplace_back();
    segments_[upper].depth = depth;
    // Room until it splits again: every hash asked for on the way would wait for memory.
    const auto room = [](std::size_t count) { return std::max(kSegmentPlaces, places_for(count)); };
    fill(segments_[index], rows[0], room(rows[0].size()));
    fill(segments_[upper], rows[1], room(rows[1].size()));
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

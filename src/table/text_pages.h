// table/text_pages.h - texts, one for each row: 17 bytes for most of them, whatever they are.
//
// A text in the canonical lower-case form of a UUID is kept as its 128 bits, one of up to 16 bytes
// as it is, and any other lies in a heap of its page, which is repacked when more than half of it
// is dead. All three come out byte by byte as they went in, and may stand in one column.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "table/key_index.h"
#include "table/paged.h"

namespace nats_blotter::table {

inline constexpr std::size_t kUuidTextBytes = 36;

// A text taken apart once, to be hashed, compared and stored.
struct PackedText {
    // 0 null; 1 UUID; 2 + n: n bytes as they are; 255: `text` itself
    static constexpr std::uint8_t kNull = 0;
    static constexpr std::uint8_t kUuid = 1;
    static constexpr std::uint8_t kShort = 2;
    static constexpr std::uint8_t kLong = 255;
    std::uint8_t tag = kNull;
    std::array<std::uint64_t, 2> words{};  // of the short text and the UUID; else zero
    std::string_view text;
};
void pack_text(std::string_view text, PackedText& packed);
inline PackedText pack_text(std::string_view text) {
    PackedText packed;
    pack_text(text, packed);
    return packed;
}

inline std::uint64_t hash_words(const std::array<std::uint64_t, 2>& words, std::uint8_t tag,
                                std::uint64_t seed) {
    // The odd factor keeps the words apart; hash_number() mixes what comes out.
    const std::uint64_t both = words[0] + words[1] * 0xD6E8FEB86659FD93u;
    return hash_number(static_cast<std::int64_t>(both), seed * 256 + tag);
}
inline std::uint64_t hash_packed(const PackedText& text, std::uint64_t seed) {
    if (text.tag == PackedText::kLong) return hash_bytes(text.text, seed);
    return hash_words(text.words, text.tag, seed);
}

class TextPages {
  public:
    using Spelled = std::array<char, kUuidTextBytes>;

    // The limit is of the texts that lie in heaps.
    explicit TextPages(std::size_t heap_bytes_max = kTextHeapBytesMax)
        : heap_bytes_max_(heap_bytes_max) {}

    void resize(std::size_t rows);

    // False when the limit of the column would be passed.
    bool has_room_for(std::string_view text) const {
        return heap_bytes_ + text.size() <= heap_bytes_max_;
    }
    // True when the text changed; a default PackedText is null.
    bool set(std::size_t row, const PackedText& text) {
        Page& page = pages_[page_of(row)];
        const std::size_t at = place_in_page(row);
        if (page.tags.empty() || text.tag == PackedText::kLong ||
            page.tags[at] == PackedText::kLong)
            return set_otherwise(row, text);
        if (page.tags[at] == text.tag && page.words[at] == text.words) return false;
        page.tags[at] = text.tag;
        page.words[at] = text.words;
        return true;
    }

    bool is_null(std::size_t row) const;
    bool is_uuid(std::size_t row) const;
    // Points into the page or into `spelled`; dies at the next set().
    std::string_view get(std::size_t row, Spelled& spelled) const;
    bool equals(std::size_t row, const PackedText& text) const {
        const Page& page = pages_[page_of(row)];
        if (page.tags.empty()) return text.tag == PackedText::kNull;
        const std::size_t at = place_in_page(row);
        if (page.tags[at] != text.tag) return false;
        if (text.tag == PackedText::kLong) return heap_text(page, at) == text.text;
        return page.words[at] == text.words;
    }
    std::uint64_t hash(std::size_t row, std::uint64_t seed) const;
    // -1, 0, 1 by bytes. REQUIRES: neither is null.
    int compare(std::size_t a, std::size_t b) const;

    void clear();
    std::size_t memory_bytes() const;

  private:
    struct HeapRef {
        std::uint32_t offset;
        std::uint32_t bytes;
    };
    struct Page {
        std::vector<std::uint8_t> tags;  // empty while every text is null
        std::vector<std::array<std::uint64_t, 2>> words;
        std::vector<char> heap;
        std::size_t dead_bytes = 0;
    };

    bool set_otherwise(std::size_t row, const PackedText& text);
    std::size_t rows_in(std::size_t page) const;
    static HeapRef heap_ref(const Page& page, std::size_t at);
    static std::string_view heap_text(const Page& page, std::size_t at);
    void free_heap_text(Page& page, std::size_t at);
    static void repack(Page& page, std::size_t room);

    std::vector<Page> pages_;
    std::size_t size_ = 0;
    std::size_t heap_bytes_ = 0;  // of texts that live
    std::size_t heap_bytes_max_;
};

}  // namespace nats_blotter::table

#include "table/text_pages.h"

#include <algorithm>

#include "base/assert.h"
#include "base/words.h"
#include "table/key_index.h"

namespace nats_blotter::table {
namespace {

// Below this a heap is not worth repacking.
constexpr std::size_t kRepackBytesMin = 4 * 1024;

constexpr std::uint64_t kOnes = kEachByte;

// Eight lower-case hexadecimal digits, the first in the lowest byte, to their 32 bits in the order
// of the bytes; false when one is something else.
bool digits_to_bits(std::uint64_t digits, std::uint64_t& bits) {
    constexpr std::uint64_t kTops = kOnes * 0x80;
    if ((digits & kTops) != 0) return false;
    // No carry leaves its byte: each is at most 0x7F + 0x50.
    const std::uint64_t number =
        (digits + kOnes * (0x80 - '0')) & ~(digits + kOnes * (0x7F - '9')) & kTops;
    const std::uint64_t letter =
        (digits + kOnes * (0x80 - 'a')) & ~(digits + kOnes * (0x7F - 'f')) & kTops;
    if ((number | letter) != kTops) return false;
    std::uint64_t nibbles = (digits & (kOnes * 0x0F)) + (letter >> 7) * 9;
    nibbles = (nibbles << 4 | nibbles >> 8) & 0x00FF00FF00FF00FFu;
    nibbles = (nibbles | nibbles >> 8) & 0x0000FFFF0000FFFFu;
    bits = (nibbles | nibbles >> 16) & 0xFFFFFFFFu;
    return true;
}

bool pack_uuid(std::string_view text, std::array<std::uint64_t, 2>& words) {
    if (text.size() != kUuidTextBytes) return false;
    const char* at = text.data();
    if (at[8] != '-' || at[13] != '-' || at[18] != '-' || at[23] != '-') return false;
    // The four groups of eight digits, where two of them lie apart.
    const std::array<std::uint64_t, 4> digits = {
        load_word(at),
        load_half_word(at + 9) | std::uint64_t{load_half_word(at + 14)} << 32,
        load_half_word(at + 19) | std::uint64_t{load_half_word(at + 24)} << 32,
        load_word(at + 28),
    };
    std::array<std::uint64_t, 4> bits;
    for (std::size_t i = 0; i < 4; ++i)
        if (!digits_to_bits(digits[i], bits[i])) return false;
    words = {bits[0] | bits[1] << 32, bits[2] | bits[3] << 32};
    return true;
}

void spell_uuid(const std::array<std::uint64_t, 2>& words, TextPages::Spelled& out) {
    constexpr const char* kDigits = "0123456789abcdef";
    std::size_t at = 0;
    for (std::size_t i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out[at++] = '-';
        const std::uint64_t byte = words[i / 8] >> (8 * (i % 8)) & 0xFF;
        out[at++] = kDigits[byte >> 4];
        out[at++] = kDigits[byte & 15];
    }
}

std::uint64_t hash_words(const std::array<std::uint64_t, 2>& words, std::uint8_t tag,
                         std::uint64_t seed) {
    // The odd factor keeps the words apart; hash_number() mixes what comes out.
    const std::uint64_t both = words[0] + words[1] * 0xD6E8FEB86659FD93u;
    return hash_number(static_cast<std::int64_t>(both), seed * 256 + tag);
}

// So that the numbers compare as the bytes in memory do.
std::uint64_t first_byte_highest(std::uint64_t word) { return __builtin_bswap64(word); }

int sign_of(std::uint64_t a, std::uint64_t b) { return a < b ? -1 : a > b ? 1 : 0; }

}  // namespace

PackedText pack_text(std::string_view text) {
    PackedText packed;
    packed.text = text;
    if (text.size() <= 16) {
        packed.tag = static_cast<std::uint8_t>(PackedText::kShort + text.size());
        packed.words[0] = load_short(text.data(), text.size());
        if (text.size() > 8) packed.words[1] = load_short(text.data() + 8, text.size() - 8);
    } else {
        packed.tag = pack_uuid(text, packed.words) ? PackedText::kUuid : PackedText::kLong;
        if (packed.tag == PackedText::kLong) packed.words = {};
    }
    return packed;
}

std::uint64_t hash_packed(const PackedText& text, std::uint64_t seed) {
    if (text.tag == PackedText::kLong) return hash_bytes(text.text, seed);
    return hash_words(text.words, text.tag, seed);
}

std::size_t TextPages::rows_in(std::size_t page) const {
    return std::min(kPageRows, size_ - (page << kPageBits));
}

void TextPages::resize(std::size_t rows) {
    while (size_ < rows) {
        if (place_in_page(size_) == 0) pages_.emplace_back();
        Page& page = pages_.back();
        const std::size_t end = std::min(kPageRows, place_in_page(size_) + (rows - size_));
        size_ += end - place_in_page(size_);
        if (page.tags.empty()) continue;
        reserve_page(page.tags, end);
        reserve_page(page.words, end);
        page.tags.resize(end, PackedText::kNull);
        page.words.resize(end);
    }
}

bool TextPages::has_room_for(std::string_view text) const {
    return heap_bytes_ + text.size() <= heap_bytes_max_;
}

TextPages::HeapRef TextPages::heap_ref(const Page& page, std::size_t at) {
    const std::uint64_t word = page.words[at][0];
    return {static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(word >> 32)};
}

std::string_view TextPages::heap_text(const Page& page, std::size_t at) {
    const HeapRef ref = heap_ref(page, at);
    return {page.heap.data() + ref.offset, ref.bytes};
}

void TextPages::free_heap_text(Page& page, std::size_t at) {
    if (page.tags[at] != PackedText::kLong) return;
    const std::size_t bytes = heap_ref(page, at).bytes;
    page.dead_bytes += bytes;
    heap_bytes_ -= bytes;
}

bool TextPages::set(std::size_t row, const PackedText& text) {
    NB_ASSERT_DEBUG(row < size_);
    if (equals(row, text)) return false;
    Page& page = pages_[page_of(row)];
    const std::size_t at = place_in_page(row);
    if (page.tags.empty()) {
        const std::size_t rows = rows_in(page_of(row));
        reserve_page(page.tags, rows);
        reserve_page(page.words, rows);
        page.tags.resize(rows, PackedText::kNull);
        page.words.resize(rows);
    }
    free_heap_text(page, at);
    page.tags[at] = text.tag;
    page.words[at] = text.words;
    if (text.tag != PackedText::kLong) return true;
    page.tags[at] = PackedText::kNull;  // for the time of a repacking
    const std::size_t bytes = text.text.size();
    const std::size_t live = page.heap.size() - page.dead_bytes;
    if (page.dead_bytes > kRepackBytesMin && page.dead_bytes * 2 > page.heap.size()) {
        repack(page, live + bytes);
    } else if (page.heap.size() + bytes > page.heap.capacity()) {
        // Half again, not double: the page is the last to grow only for a while.
        page.heap.reserve(std::max(page.heap.size() + bytes, page.heap.size() * 3 / 2));
    }
    page.tags[at] = PackedText::kLong;
    page.words[at] = {page.heap.size() | static_cast<std::uint64_t>(bytes) << 32, 0};
    page.heap.insert(page.heap.end(), text.text.begin(), text.text.end());
    heap_bytes_ += bytes;
    return true;
}

void TextPages::repack(Page& page, std::size_t room) {
    std::vector<char> packed;
    packed.reserve(room);
    for (std::size_t at = 0; at < page.tags.size(); ++at) {
        if (page.tags[at] != PackedText::kLong) continue;
        const std::string_view text = heap_text(page, at);
        page.words[at][0] = packed.size() | static_cast<std::uint64_t>(text.size()) << 32;
        packed.insert(packed.end(), text.begin(), text.end());
    }
    page.heap = std::move(packed);
    page.dead_bytes = 0;
}

bool TextPages::is_null(std::size_t row) const {
    const Page& page = pages_[page_of(row)];
    return page.tags.empty() || page.tags[place_in_page(row)] == PackedText::kNull;
}

bool TextPages::is_uuid(std::size_t row) const {
    const Page& page = pages_[page_of(row)];
    return !page.tags.empty() && page.tags[place_in_page(row)] == PackedText::kUuid;
}

std::string_view TextPages::get(std::size_t row, Spelled& spelled) const {
    const Page& page = pages_[page_of(row)];
    if (page.tags.empty()) return {};
    const std::size_t at = place_in_page(row);
    const std::uint8_t tag = page.tags[at];
    if (tag == PackedText::kNull) return {};
    if (tag == PackedText::kLong) return heap_text(page, at);
    if (tag == PackedText::kUuid) {
        spell_uuid(page.words[at], spelled);
        return {spelled.data(), spelled.size()};
    }
    return {reinterpret_cast<const char*>(page.words[at].data()),
            static_cast<std::size_t>(tag - PackedText::kShort)};
}

bool TextPages::equals(std::size_t row, const PackedText& text) const {
    const Page& page = pages_[page_of(row)];
    if (page.tags.empty()) return text.tag == PackedText::kNull;
    const std::size_t at = place_in_page(row);
    if (page.tags[at] != text.tag) return false;
    if (text.tag == PackedText::kLong) return heap_text(page, at) == text.text;
    return page.words[at] == text.words;
}

std::uint64_t TextPages::hash(std::size_t row, std::uint64_t seed) const {
    const Page& page = pages_[page_of(row)];
    if (page.tags.empty()) return hash_words({}, PackedText::kNull, seed);
    const std::size_t at = place_in_page(row);
    if (page.tags[at] == PackedText::kLong) return hash_bytes(heap_text(page, at), seed);
    return hash_words(page.words[at], page.tags[at], seed);
}

int TextPages::compare(std::size_t a, std::size_t b) const {
    if (is_uuid(a) && is_uuid(b)) {
        // Digits before letters and dashes at the same places: the bits compare as the texts do.
        const auto& left = pages_[page_of(a)].words[place_in_page(a)];
        const auto& right = pages_[page_of(b)].words[place_in_page(b)];
        const std::size_t word = left[0] == right[0] ? 1 : 0;
        return sign_of(first_byte_highest(left[word]), first_byte_highest(right[word]));
    }
    Spelled spelled_a;
    Spelled spelled_b;
    const int order = get(a, spelled_a).compare(get(b, spelled_b));
    return order < 0 ? -1 : order > 0 ? 1 : 0;
}

void TextPages::clear() {
    pages_.clear();
    size_ = 0;
    heap_bytes_ = 0;
}

std::size_t TextPages::memory_bytes() const {
    std::size_t bytes = pages_.capacity() * sizeof(Page);
    for (const Page& page : pages_)
        bytes += page.tags.capacity() + page.words.capacity() * sizeof(page.words[0]) +
                 page.heap.capacity();
    return bytes;
}

}  // namespace nats_blotter::table

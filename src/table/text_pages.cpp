#include "table/text_pages.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "base/words.h"

namespace nats_blotter::table {
namespace {

// Below this a heap is not worth repacking.
constexpr std::size_t kRepackBytesMin = 4 * 1024;

constexpr std::uint64_t kOnes = kEachByte;
constexpr std::uint64_t kLowHalves = kOnes * 0x0F;

// What keeps eight characters at a time from being lower-case hexadecimal digits, gathered over
// many of them: the two are tested once, at the end.
struct NoDigits {
    std::uint64_t halves = 0;  // its high halves
    std::uint64_t bits = 0;    // its lowest bits
    bool any() const { return ((halves & ~kLowHalves) | (bits & kOnes)) != 0; }
};

// Eight digits to their values, one a byte.
std::uint64_t values_of(std::uint64_t digits, NoDigits& bad) {
    const std::uint64_t letter = digits & (kOnes * 0x40);
    const std::uint64_t is_letter = letter >> 6;
    // Digits become 0 to 9 and letters 1 to 6; then what is above 9 must have been a letter, and
    // nothing else may be one.
    const std::uint64_t low = digits ^ (kOnes * '0') ^ letter ^ (letter >> 2);
    const std::uint64_t values = low + is_letter * 9;
    bad.halves |= low | values;
    bad.bits |= (values + kOnes * 6) >> 4 ^ is_letter;
    return values;
}

// And back, where each is at most 15.
std::uint64_t digits_of(std::uint64_t values) {
    return values + kOnes * '0' + ((values + kOnes * 6) >> 4 & kOnes) * ('a' - '9' - 1);
}

// Each of the two words has sixteen digits: the first eight in the high halves of its bytes, in the
// order of memory, the others in the low halves.
bool pack_uuid(const char* at, std::array<std::uint64_t, 2>& words) {
    NoDigits bad;
    const std::uint64_t first = values_of(load_word(at), bad);
    const std::uint64_t second =
        values_of(load_half_word(at + 9) | std::uint64_t{load_half_word(at + 14)} << 32, bad);
    const std::uint64_t third =
        values_of(load_half_word(at + 19) | std::uint64_t{load_half_word(at + 24)} << 32, bad);
    const std::uint64_t fourth = values_of(load_word(at + 28), bad);
    const int dashes = (at[8] ^ '-') | (at[13] ^ '-') | (at[18] ^ '-') | (at[23] ^ '-');
    if (dashes != 0 || bad.any()) return false;
    words[0] = first << 4 | second;
    words[1] = third << 4 | fourth;
    return true;
}

void spell_uuid(const std::array<std::uint64_t, 2>& words, TextPages::Spelled& out) {
    const auto put = [&out](std::size_t at, std::uint64_t digits, std::size_t bytes) {
        std::memcpy(out.data() + at, &digits, bytes);
    };
    for (const std::size_t at : {8u, 13u, 18u, 23u}) out[at] = '-';
    const std::uint64_t second = digits_of(words[0] & kLowHalves);
    const std::uint64_t third = digits_of(words[1] >> 4 & kLowHalves);
    put(0, digits_of(words[0] >> 4 & kLowHalves), 8);
    put(9, second, 4);
    put(14, second >> 32, 4);
    put(19, third, 4);
    put(24, third >> 32, 4);
    put(28, digits_of(words[1] & kLowHalves), 8);
}

// So that the numbers compare as the bytes in memory do.
std::uint64_t first_byte_highest(std::uint64_t word) { return __builtin_bswap64(word); }

int sign_of(std::uint64_t a, std::uint64_t b) { return a < b ? -1 : a > b ? 1 : 0; }

}  // namespace

void pack_text(std::string_view text, PackedText& packed) {
    packed.text = text;
    packed.words = {};
    if (text.size() <= 16) {
        packed.tag = static_cast<std::uint8_t>(PackedText::kShort + text.size());
        packed.words[0] = load_short(text.data(), text.size());
        if (text.size() > 8) packed.words[1] = load_short(text.data() + 8, text.size() - 8);
    } else {
        const bool is_uuid = text.size() == kUuidTextBytes && pack_uuid(text.data(), packed.words);
        packed.tag = is_uuid ? PackedText::kUuid : PackedText::kLong;
    }
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

// Where one of the two is long, or the page holds nothing but nulls.
bool TextPages::set_otherwise(std::size_t row, const PackedText& text) {
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

std::uint64_t TextPages::hash(std::size_t row, std::uint64_t seed) const {
    const Page& page = pages_[page_of(row)];
    if (page.tags.empty()) return hash_words({}, PackedText::kNull, seed);
    const std::size_t at = place_in_page(row);
    if (page.tags[at] == PackedText::kLong) return hash_bytes(heap_text(page, at), seed);
    return hash_words(page.words[at], page.tags[at], seed);
}

int TextPages::compare(std::size_t a, std::size_t b) const {
    if (is_uuid(a) && is_uuid(b)) {
        // Digits before letters and dashes at the same places: the values compare as the texts do.
        const auto& left = pages_[page_of(a)].words[place_in_page(a)];
        const auto& right = pages_[page_of(b)].words[place_in_page(b)];
        const std::size_t word = left[0] == right[0] ? 1 : 0;
        const std::uint64_t differing = left[word] ^ right[word];
        const std::uint64_t half = (differing & ~kLowHalves) != 0 ? ~kLowHalves : kLowHalves;
        return sign_of(first_byte_highest(left[word] & half),
                       first_byte_highest(right[word] & half));
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

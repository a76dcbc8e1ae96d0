#include "table/text_pages.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/seed.h"

using namespace nats_blotter;
using namespace nats_blotter::table;

namespace {

const std::string kUuid = "01234567-89ab-cdef-0f1e-2d3c4b5a6978";

std::string text_of(const TextPages& pages, std::size_t row) {
    TextPages::Spelled spelled;
    return std::string(pages.get(row, spelled));
}

std::string random_text(Random& random) {
    const auto below = [&random](std::size_t bound) {
        return static_cast<std::size_t>(random.below(bound));
    };
    std::string text;
    switch (random.below(4)) {
        case 0:
            text = kUuid;
            for (char& c : text)
                if (c != '-' && random.below(3) == 0) c = "0123456789abcdef"[random.below(16)];
            if (random.below(8) == 0) text[below(text.size())] = 'G';
            return text;
        case 1: return "T-" + std::to_string(random.below(1'000'000));
        case 2: return std::string(below(20), static_cast<char>('a' + random.below(3)));
        default: return std::string(below(300), static_cast<char>('a' + random.below(26)));
    }
}

}  // namespace

// Each character in turn replaced by every byte there is: only the canonical lower-case form is
// packed, and every text comes out as it went in.
TEST_CASE("OnlyTheCanonicalFormOfAUuidIsPacked") {
    TextPages pages;
    pages.resize(1);
    REQUIRE(pack_text(kUuid).tag == PackedText::kUuid);
    for (std::size_t at = 0; at < kUuid.size(); ++at) {
        for (int byte = 0; byte < 256; ++byte) {
            const auto other = static_cast<char>(byte);
            std::string text = kUuid;
            text[at] = other;
            const bool dash = kUuid[at] == '-';
            const bool canonical =
                dash ? other == '-'
                     : (other >= '0' && other <= '9') || (other >= 'a' && other <= 'f');
            INFO(text);
            REQUIRE((pack_text(text).tag == PackedText::kUuid) == canonical);
            pages.set(0, pack_text(text));
            REQUIRE(text_of(pages, 0) == text);
        }
    }
    for (const std::size_t bytes : {35u, 37u}) {
        std::string text = kUuid + "0";
        text.resize(bytes);
        CHECK(pack_text(text).tag == PackedText::kLong);
    }
}

// Bytes that are no digits beside each other, where a sum of one might spill into the next; and
// texts that are alike up to a random place, in their order.
TEST_CASE("RandomUuidsArePackedAsCharacterByCharacter") {
    NB_SEEDED_RANDOM(random);
    const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    const auto is_dash_at = [](std::size_t at) { return kUuid[at] == '-'; };
    const auto random_digits = [&](std::string& text, std::size_t from) {
        for (std::size_t at = from; at < text.size(); ++at)
            if (!is_dash_at(at)) text[at] = "0123456789abcdef"[random.below(16)];
    };
    TextPages pages;
    pages.resize(2);
    for (int round = 0; round < 20'000; ++round) {
        std::string text = kUuid;
        random_digits(text, 0);
        std::string other = text;
        random_digits(other, static_cast<std::size_t>(random.below(text.size())));
        pages.set(0, pack_text(text));
        pages.set(1, pack_text(other));
        REQUIRE(pages.is_uuid(0));
        REQUIRE(text_of(pages, 0) == text);
        REQUIRE(pages.compare(0, 1) == (text < other ? -1 : text == other ? 0 : 1));
        for (std::uint64_t spoilt = 1 + random.below(4); spoilt > 0; --spoilt)
            text[static_cast<std::size_t>(random.below(text.size()))] =
                static_cast<char>(random.below(256));
        bool canonical = true;
        for (std::size_t at = 0; at < text.size(); ++at)
            canonical = canonical && (is_dash_at(at) ? text[at] == '-' : is_digit(text[at]));
        INFO(text);
        REQUIRE((pack_text(text).tag == PackedText::kUuid) == canonical);
    }
}

TEST_CASE("MixedTextsMatchAModel") {
    NB_SEEDED_RANDOM(random);
    TextPages pages;
    std::vector<std::string> model;
    constexpr std::size_t kRows = 9000;
    for (int step = 0; step < 60'000; ++step) {
        const std::string text = random_text(random);
        std::size_t row = model.size();
        if (row == kRows || (row > 0 && random.below(3) == 0)) {
            row = static_cast<std::size_t>(random.below(row));
            if (random.below(5) == 0) {
                pages.set(row, PackedText{});
                model[row].clear();
                REQUIRE(pages.is_null(row));
                continue;
            }
            const bool same = !pages.is_null(row) && model[row] == text;
            REQUIRE(pages.set(row, pack_text(text)) == !same);
            model[row] = text;
        } else {
            pages.resize(row + 1);
            pages.set(row, pack_text(text));
            model.push_back(text);
        }
        REQUIRE(pages.equals(row, pack_text(text)));
        REQUIRE(pages.hash(row, 7) == hash_packed(pack_text(text), 7));
    }
    for (std::size_t row = 0; row < model.size(); ++row) REQUIRE(text_of(pages, row) == model[row]);
    for (int i = 0; i < 20'000; ++i) {
        const auto a = static_cast<std::size_t>(random.below(model.size()));
        const auto b = static_cast<std::size_t>(random.below(model.size()));
        if (pages.is_null(a) || pages.is_null(b)) continue;
        const int order = model[a].compare(model[b]);
        REQUIRE(pages.compare(a, b) == (order < 0 ? -1 : order > 0 ? 1 : 0));
    }
}

TEST_CASE("TextHeapAtItsLimitHasNoRoomUntilTextsGo") {
    constexpr std::size_t kLimit = 1000;
    TextPages pages(kLimit);
    pages.resize(11);
    const std::string text(100, 'x');
    for (std::size_t row = 0; row < 10; ++row) {
        REQUIRE(pages.has_room_for(text));
        pages.set(row, pack_text(text));
    }
    CHECK_FALSE(pages.has_room_for(text));
    pages.set(3, PackedText{});
    CHECK(pages.has_room_for(text));
    pages.set(10, pack_text(kUuid));  // lies in no heap
    CHECK(pages.has_room_for(text));
}

TEST_CASE("APageThatNobodyHasWrittenHoldsNulls") {
    TextPages pages;
    pages.resize(3);
    for (std::size_t row = 0; row < 3; ++row) {
        CHECK(pages.is_null(row));
        CHECK(text_of(pages, row).empty());
        CHECK(pages.equals(row, PackedText{}));
        CHECK_FALSE(pages.equals(row, pack_text("")));
        CHECK(pages.hash(row, 5) == hash_packed(PackedText{}, 5));
    }
    CHECK(pages.compare(0, 1) == 0);
    CHECK_FALSE(pages.set(1, PackedText{}));
    CHECK(pages.set(1, pack_text("x")));
    CHECK(pages.compare(0, 1) == -1);
    CHECK(pages.hash(0, 5) == hash_packed(PackedText{}, 5));
}

TEST_CASE("UuidsCompareAsTheirTextsDo") {
    TextPages pages;
    pages.resize(2);
    pages.set(0, pack_text(kUuid));
    for (std::size_t at = 0; at < kUuid.size(); ++at) {
        if (kUuid[at] == '-') continue;
        std::string other = kUuid;
        other[at] = kUuid[at] == 'f' ? '0' : 'f';
        pages.set(1, pack_text(other));
        INFO(other);
        CHECK(pages.compare(0, 1) == (kUuid < other ? -1 : 1));
        CHECK(pages.compare(1, 0) == (kUuid < other ? 1 : -1));
    }
    pages.set(1, pack_text(kUuid));
    CHECK(pages.compare(0, 1) == 0);
}

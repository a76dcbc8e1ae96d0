// Words against the same question asked of each byte.
#include "base/words.h"

#include <doctest/doctest.h>

#include <bit>
#include <string>

#include "base/random.h"

using namespace nats_blotter;

TEST_CASE("TheLowestSpecialByteIsFoundAmongAllOthers") {
    for (int special = 0; special < 256; ++special) {
        for (int other = 0; other < 256; ++other) {
            for (std::size_t at = 0; at < 8; ++at) {
                std::string text(8, static_cast<char>(other));
                text[at] = static_cast<char>(special);
                std::size_t expected = 0;
                while (expected < 8 && !is_special_byte(text[expected])) ++expected;
                const auto found = static_cast<std::size_t>(
                    std::countr_zero(special_bytes(load_word(text.data()))) >> 3);
                REQUIRE(found == expected);
            }
        }
    }
}

TEST_CASE("PlainTextHasNoSpecialByteAnywhere") {
    Random random(1);
    for (int round = 0; round < 20'000; ++round) {
        std::string text(8 + static_cast<std::size_t>(random.below(40)), 'a');
        for (char& c : text) c = static_cast<char>(0x20 + random.below(0x60));
        if (random.below(2) == 0)
            text[static_cast<std::size_t>(random.below(text.size()))] =
                static_cast<char>(random.below(256));
        bool plain = true;
        for (const char c : text) plain = plain && !is_special_byte(c);
        REQUIRE(is_plain_text(text.data(), text.size()) == plain);
    }
}

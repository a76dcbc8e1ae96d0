#include "table/key_index.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "support/seed.h"

using namespace nats_blotter;
using namespace nats_blotter::table;

// Few distinct hashes make long runs, where backward-shift deletion could lose an entry.
TEST_CASE("RandomOperationsMatchAMap") {
    NB_SEEDED_RANDOM(random);
    for (const std::uint64_t distinct_hashes : {7u, 1000u, 1'000'000u}) {
        KeyIndex index;
        std::map<std::uint32_t, std::uint64_t> model;
        for (int step = 0; step < 20'000; ++step) {
            const auto row = static_cast<std::uint32_t>(random.below(500));
            const auto held = model.find(row);
            if (held == model.end()) {
                const std::uint64_t hash =
                    hash_number(static_cast<std::int64_t>(random.below(distinct_hashes)), 0);
                index.insert(hash, row);
                model[row] = hash;
            } else if (random.below(3) == 0) {
                index.erase(held->second, row);
                model.erase(held);
            } else {
                const auto is_row = [row](std::uint32_t other) { return other == row; };
                REQUIRE(index.find(held->second, is_row) == row);
            }
            REQUIRE(index.size() == model.size());
        }
        for (const auto& [row, hash] : model)
            CHECK(index.find(hash, [row = row](std::uint32_t other) { return other == row; }) ==
                  row);
    }
}

TEST_CASE("EmptyIndexFindsNothing") {
    KeyIndex index;
    CHECK(index.find(1, [](std::uint32_t) { return true; }) == KeyIndex::kNone);
    index.insert(1, 9);
    index.clear();
    CHECK(index.find(1, [](std::uint32_t) { return true; }) == KeyIndex::kNone);
}

TEST_CASE("HashDependsOnEveryByteAndOnTheSeed") {
    const std::string text = "TRADE-22214-AABBCC";
    for (std::size_t at = 0; at < text.size(); ++at) {
        std::string other = text;
        other[at] = static_cast<char>(other[at] ^ 1);
        CHECK(hash_bytes(text, 1) != hash_bytes(other, 1));
    }
    CHECK(hash_bytes(text, 1) != hash_bytes(text, 2));
    CHECK(hash_bytes("a", 0) != hash_bytes(std::string_view("a\0", 2), 0));
}

#include "table/key_index.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "support/seed.h"

using namespace nats_blotter;
using namespace nats_blotter::table;

namespace {

using Model = std::map<std::uint32_t, std::uint64_t>;

RowHash hash_in(const Model& model) {
    return {&model, [](const void* owner, std::uint32_t row) {
                return static_cast<const Model*>(owner)->at(row);
            }};
}

// The same, and all at once where many are asked for.
RowHash hash_in_at_once(const Model& model) {
    RowHash hash = hash_in(model);
    hash.of_many = [](const void* owner, std::span<const std::uint32_t> rows,
                      std::span<std::uint64_t> hashes) {
        REQUIRE(rows.size() == hashes.size());
        for (std::size_t i = 0; i < rows.size(); ++i)
            hashes[i] = static_cast<const Model*>(owner)->at(rows[i]);
    };
    return hash;
}

}  // namespace

// Few distinct hashes make long runs, where backward-shift deletion could lose an entry; many rows
// make segments split.
TEST_CASE("RandomOperationsMatchAMap") {
    NB_SEEDED_RANDOM(random);
    struct Case {
        std::uint64_t distinct_hashes;
        std::uint64_t rows;
        int steps;
    };
    for (const Case& tried :
         {Case{7, 500, 20'000}, Case{1000, 500, 20'000}, Case{1'000'000, 500, 20'000},
          Case{1 << 30, 30'000, 150'000}, Case{2, 6'000, 9'000}}) {
        KeyIndex index;
        Model model;
        for (int step = 0; step < tried.steps; ++step) {
            const auto row = static_cast<std::uint32_t>(random.below(tried.rows));
            const auto held = model.find(row);
            if (held == model.end()) {
                const std::uint64_t hash =
                    hash_number(static_cast<std::int64_t>(random.below(tried.distinct_hashes)), 0);
                model[row] = hash;
                const bool at_once = random.below(2) == 0;
                index.insert(hash, row, at_once ? hash_in_at_once(model) : hash_in(model));
            } else if (random.below(5) == 0) {
                index.erase(held->second, row, hash_in(model));
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
    const Model model = {{9, 1}};
    index.insert(1, 9, hash_in(model));
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

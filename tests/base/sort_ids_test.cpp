// tests/base/sort_ids_test.cpp - base/sort_ids.h against std::stable_sort().
#include "base/sort_ids.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.h"

namespace nats_blotter {
namespace {

TEST_CASE("IdsAreSortedByWhatTheyStandFor") {
    const std::vector<std::string> words{"pear", "apple", "fig", "cherry"};
    std::vector<std::uint32_t> ids{0, 1, 2, 3};
    sort_ids(ids, [&words](std::uint32_t a, std::uint32_t b) { return words[a] < words[b]; });
    CHECK(ids == std::vector<std::uint32_t>{1, 3, 2, 0});
}

TEST_CASE("NothingAndOneAreSorted") {
    const auto never = [](std::uint32_t, std::uint32_t) { return false; };
    std::vector<std::uint32_t> ids;
    sort_ids(ids, never);
    CHECK(ids.empty());
    ids.push_back(7);
    sort_ids(ids, never);
    CHECK(ids == std::vector<std::uint32_t>{7});
}

TEST_CASE("AnyNumberOfIdsComesOutInOrderEachOnce") {
    Random random(20'260'731);
    for (const std::size_t count : {2u, 31u, 1000u, 4097u}) {
        std::vector<std::uint32_t> keys(count);
        std::vector<std::uint32_t> ids(count);
        for (std::uint32_t id = 0; id < count; ++id) {
            keys[id] = static_cast<std::uint32_t>(random.below(count / 2 + 1));
            ids[id] = id;
        }
        const auto before = [&keys](std::uint32_t a, std::uint32_t b) {
            return keys[a] != keys[b] ? keys[a] > keys[b] : a < b;
        };
        std::vector<std::uint32_t> wanted = ids;
        std::stable_sort(wanted.begin(), wanted.end(), before);
        sort_ids(ids, before);
        CHECK(ids == wanted);
    }
}

}  // namespace
}  // namespace nats_blotter

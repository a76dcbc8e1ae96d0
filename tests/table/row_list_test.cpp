#include "table/row_list.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/sample_table.h"
#include "support/seed.h"

using namespace nats_blotter;
using namespace nats_blotter::table;
using support::record_of;
using support::sample_spec;

namespace {

constexpr RowId kRows = 30'000;

struct Rig {
    explicit Rig(Random& random) {
        for (RowId row = 0; row < kRows; ++row) {
            const support::SampleRow cells{"id" + std::to_string(row),
                                           static_cast<std::int64_t>(random.below(1000)), "S", 0};
            REQUIRE(table.insert(record_of(cells).cells) == row);
        }
    }
    void insert(const std::vector<RowId>& rows) {
        std::vector<RankedRow> ranked;
        for (const RowId row : rows) ranked.push_back(order.ranked(row));
        order.sort(ranked);
        list.insert(ranked, order);
    }
    Table table{sample_spec()};
    RowOrder order{table, {{1, true}}};
    RowList list;
};

}  // namespace

// Batches of every size come in and go out at random; the list stays the sorted set it should be.
TEST_CASE("RandomBatchesKeepTheListInOrder") {
    NB_SEEDED_RANDOM(random);
    Rig rig(random);
    std::vector<bool> held(kRows);
    std::size_t count = 0;
    for (int round = 0; round < 300; ++round) {
        std::vector<RowId> coming;
        const std::uint64_t tries = std::uint64_t{1} << random.below(13);
        const bool removing = round % 60 > 40;
        for (std::uint64_t i = 0; i < tries; ++i) {
            const auto row = static_cast<RowId>(random.below(kRows));
            if (held[row] != removing) continue;
            held[row] = !removing;
            if (!removing)
                coming.push_back(row);
            else
                rig.list.erase(row);
        }
        rig.insert(coming);
        rig.list.check_invariants(rig.order);
        count = static_cast<std::size_t>(std::count(held.begin(), held.end(), true));
        REQUIRE(rig.list.size() == count);
        if (round % 20 != 0) continue;
        for (std::size_t at = 0; at < count; ++at) {
            const RowId row = rig.list.row_at(at);
            REQUIRE(held[row]);
            REQUIRE(rig.list.position_of(row) == at);
            if (at > 0) REQUIRE(rig.order.before(rig.list.row_at(at - 1), row));
        }
    }
}

// Newest first is how trades arrive: full chunks stay full, so memory stays close to four bytes.
TEST_CASE("RowsOnTopLeaveFullChunksBehind") {
    NB_SEEDED_RANDOM(random);
    Rig rig(random);
    RowOrder newest_first(rig.table, {{0, false}});  // ids as text; any total order will do
    std::vector<RankedRow> all;
    for (RowId row = 0; row < kRows; ++row) all.push_back(newest_first.ranked(row));
    newest_first.sort(all);
    RowList list;
    for (std::size_t end = all.size(); end > 0;) {
        const std::size_t begin = end > 50 ? end - 50 : 0;
        list.insert({all.data() + begin, end - begin}, newest_first);
        end = begin;
    }
    REQUIRE(list.size() == kRows);
    list.check_invariants(newest_first);
    // Two bytes a row are for finding its chunk.
    CHECK(list.memory_bytes() < kRows * 13 / 2);
}

// As where the oldest rows stand first; and what is taken out gives its memory back.
TEST_CASE("RowsAtTheBottomLeaveFullChunksBehindAndAnEmptyListLittle") {
    NB_SEEDED_RANDOM(random);
    Rig rig(random);
    RowOrder by_id(rig.table, {{0, false}});
    std::vector<RankedRow> all;
    for (RowId row = 0; row < kRows; ++row) all.push_back(by_id.ranked(row));
    by_id.sort(all);
    RowList list;
    for (std::size_t begin = 0; begin < all.size(); begin += 50)
        list.insert({all.data() + begin, std::min<std::size_t>(50, all.size() - begin)}, by_id);
    REQUIRE(list.size() == kRows);
    list.check_invariants(by_id);
    for (std::size_t i = 0; i < kRows; i += 997) CHECK(list.row_at(i) == all[i].row);
    const std::size_t full_bytes = list.memory_bytes();
    CHECK(full_bytes < kRows * 13 / 2);

    for (std::size_t i = 1; i < all.size(); ++i) list.erase(all[i].row);
    list.insert({}, by_id);  // which tidies
    list.check_invariants(by_id);
    REQUIRE(list.size() == 1);
    CHECK(list.row_at(0) == all[0].row);
    CHECK(list.memory_bytes() < full_bytes * 3 / 4);
    list.insert({all.data() + 1, 10}, by_id);
    CHECK(list.row_at(10) == all[10].row);
}

TEST_CASE("NoRowIsBeforeItself") {
    NB_SEEDED_RANDOM(random);
    Rig rig(random);
    for (const bool descending : {false, true}) {
        const RowOrder order(rig.table, {{2, descending}});  // equal in all rows
        CHECK_FALSE(order.before(RowId{7}, RowId{7}));
        CHECK(order.before(RowId{7}, RowId{8}) != descending);
        CHECK(order.before(RowId{8}, RowId{7}) == descending);
    }
}

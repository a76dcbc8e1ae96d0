#include "table/finder.h"

#include <doctest/doctest.h>

#include <string>

#include "support/sample_table.h"

using namespace nats_blotter;
using namespace nats_blotter::table;
using support::record_of;
using support::sample_spec;
using support::SampleRow;

namespace {

void refresh(Table& table, View& view) {
    view.apply(table.changes());
    table.clear_changes();
}

// Newest first: row i is at position 999 - i, and each hundredth is a needle.
void fill(Table& table, View& view) {
    for (int i = 0; i < 1000; ++i) {
        const SampleRow row{"id" + std::to_string(i), i, i % 100 == 7 ? "Needle" : "Hay", i};
        REQUIRE(table.insert(record_of(row).cells) != kNoRow);
    }
    refresh(table, view);
}

FilterSpec words(std::string text) {
    FilterSpec spec;
    spec.quick = std::move(text);
    return spec;
}

// The position of what it finds, SIZE_MAX for nothing; some rows at a time.
std::size_t found_at(Finder& finder, const View& view, std::size_t from, bool backwards) {
    finder.seek(view, from, backwards);
    while (!finder.seek_some(view, 50)) CHECK(finder.seeking());
    CHECK_FALSE(finder.seeking());
    return finder.found() == kNoRow ? SIZE_MAX : view.position_of(finder.found());
}

}  // namespace

TEST_CASE("FinderGoesBothWaysAndAround") {
    Table table(sample_spec());
    View view(table);
    fill(table, view);
    Finder finder(table, words("needLE"));
    CHECK(found_at(finder, view, 0, false) == 92);
    CHECK(found_at(finder, view, 92, false) == 92);
    CHECK(found_at(finder, view, 93, false) == 192);
    CHECK(found_at(finder, view, 191, true) == 92);
    CHECK(found_at(finder, view, 993, false) == 92);
    CHECK(found_at(finder, view, 91, true) == 992);
    CHECK(found_at(finder, view, 1000, false) == 92);
}

TEST_CASE("FinderLooksAtEachRowOnceForNothing") {
    Table table(sample_spec());
    View view(table);
    fill(table, view);
    Finder finder(table, words("pin"));
    finder.seek(view, 500, false);
    int calls = 1;
    while (!finder.seek_some(view, 100)) ++calls;
    CHECK(calls == 10);
    CHECK(finder.found() == kNoRow);
}

TEST_CASE("FinderGoesOnFromItsRowWhereOthersComeInAbove") {
    Table table(sample_spec());
    View view(table);
    fill(table, view);
    Finder finder(table, words("needle"));
    finder.seek(view, 0, false);
    CHECK_FALSE(finder.seek_some(view, 90));
    for (int i = 1000; i < 1100; ++i)
        REQUIRE(table.insert(record_of({"id" + std::to_string(i), i, "Hay", i}).cells) != kNoRow);
    refresh(table, view);
    CHECK(finder.seek_some(view, 3));
    CHECK(view.position_of(finder.found()) == 192);
}

TEST_CASE("FinderEndsWhereTheTableIsEmptied") {
    Table table(sample_spec());
    View view(table);
    Finder finder(table, words("needle"));
    finder.seek(view, 0, false);
    CHECK(finder.seek_some(view, 1));
    CHECK(finder.found() == kNoRow);
    fill(table, view);
    finder.seek(view, 0, false);
    CHECK_FALSE(finder.seek_some(view, 10));
    table.clear();
    view.rebuild();
    table.clear_changes();
    CHECK(finder.seek_some(view, 10));
    CHECK(finder.found() == kNoRow);
}

TEST_CASE("ViewOfASearchIsBuiltStepByStepAndFollows") {
    Table table(sample_spec());
    View view(table);
    fill(table, view);
    view.set_sort({{3, false}});  // by number, upwards
    View all(table, view, words("needle"));
    CHECK(all.size() == 0);
    CHECK(all.rebuilding());
    while (!all.rebuild_some(100)) CHECK(all.rebuilding());
    CHECK(all.size() == 10);
    CHECK(view.position_of(all.row_at(0)) == 7);
    REQUIRE(table.insert(record_of({"new", 1, "Needle", 5}).cells) != kNoRow);
    view.apply(table.changes());
    refresh(table, all);
    CHECK(all.size() == 11);
    CHECK(view.position_of(all.row_at(0)) == 6);
}

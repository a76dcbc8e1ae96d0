#include "table/view.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/number_text.h"
#include "support/sample_table.h"
#include "support/seed.h"
#include "table/arrangement.h"

using namespace nats_blotter;
using namespace nats_blotter::table;
using support::record_of;
using support::sample_spec;
using support::SampleRow;

namespace {

enum : std::uint16_t { kId, kVersion, kSymbol, kNumber };

void refresh(Table& table, View& view) {
    if (table.was_cleared())
        view.rebuild();
    else
        view.apply(table.changes());
    table.clear_changes();
}

// ---- the naive model: everything from the cells, every time

std::string shown(const Table& table, RowId row, std::size_t column) {
    const feed::Cell cell = table.cell(row, column);
    if (cell.kind == feed::Cell::Kind::Text) return std::string(cell.text);
    std::string text;
    if (!cell.is_null()) append_int(text, cell.number);
    return text;
}

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 0x20);
    return text;
}

bool passes(const Table& table, RowId row, const FilterSpec& filter) {
    std::string words = lower(filter.quick) + ' ';
    while (words.find(' ') != std::string::npos) {
        const std::string word = words.substr(0, words.find(' '));
        words = words.substr(word.size() + 1);
        bool found = word.empty();
        for (std::size_t column = 0; column < 4; ++column)
            found = found || lower(shown(table, row, column)).find(word) != std::string::npos;
        if (!found) return false;
    }
    for (const ColumnFilter& one : filter.columns) {
        const feed::Cell cell = table.cell(row, one.column);
        if (cell.is_null()) return false;
        const std::string text = lower(shown(table, row, one.column));
        const std::string wanted = lower(one.text);
        switch (one.kind) {
            case ColumnFilter::Kind::Contains:
                if (text.find(wanted) == std::string::npos) return false;
                break;
            case ColumnFilter::Kind::Equals:
                if (text != wanted) return false;
                break;
            case ColumnFilter::Kind::StartsWith:
                if (text.rfind(wanted, 0) != 0) return false;
                break;
            case ColumnFilter::Kind::Range:
                if ((one.low && cell.number < *one.low) || (one.high && cell.number > *one.high))
                    return false;
                break;
            case ColumnFilter::Kind::OneOf:
                if (std::count(one.texts.begin(), one.texts.end(), cell.text) +
                        std::count(one.numbers.begin(), one.numbers.end(), cell.number) ==
                    0)
                    return false;
                break;
        }
    }
    return true;
}

std::vector<SortKey> keys_of(const View& view) {
    std::vector<SortKey> keys;
    if (view.group().column >= 0)
        keys.push_back({static_cast<std::uint16_t>(view.group().column), view.group().descending});
    keys.insert(keys.end(), view.sort().begin(), view.sort().end());
    return keys;
}

std::vector<RowId> model_rows(const Table& table, const View& view) {
    std::vector<RowId> rows;
    for (RowId row = 0; row < table.slot_count(); ++row)
        if (table.is_live(row) && passes(table, row, view.filter())) rows.push_back(row);
    const std::vector<SortKey> keys = keys_of(view);
    std::sort(rows.begin(), rows.end(), [&](RowId a, RowId b) {
        for (const SortKey& key : keys) {
            const bool null_a = table.cell(a, key.column).is_null();
            const bool null_b = table.cell(b, key.column).is_null();
            if (null_a != null_b) return null_b;
            const int order = table.compare(a, b, key.column);
            if (order != 0) return key.descending ? order > 0 : order < 0;
        }
        return !keys.empty() && keys.back().descending ? a > b : a < b;
    });
    return rows;
}

std::int64_t newest_of(const Table& table, const std::vector<RowId>& rows, std::int32_t column) {
    std::int64_t newest = Column::kNullNumber;
    for (const RowId row : rows)
        if (!table.is_phantom(row))
            newest = std::max(newest, table.column(static_cast<std::size_t>(column)).number(row));
    return newest;
}

// The groups as the first sort key has them.
std::vector<RowId> in_order_of_groups(const Table& table, const View& view,
                                      const std::vector<RowId>& rows) {
    const GroupSpec& spec = view.group();
    if (spec.column < 0 || view.sort().empty()) return rows;
    const SortKey lead = view.sort().front();
    const auto column = static_cast<std::size_t>(spec.column);
    std::vector<std::vector<RowId>> groups;
    for (const RowId row : rows) {
        if (groups.empty() || table.compare(groups.back().front(), row, column) != 0)
            groups.push_back({});
        groups.back().push_back(row);
    }
    const bool by_sum =
        std::find(spec.sums.begin(), spec.sums.end(), lead.column) != spec.sums.end();
    const auto figure = [&](const std::vector<RowId>& group) {
        std::int64_t sum = 0;
        for (const RowId row : group) {
            const std::int64_t value = table.column(lead.column).number(row);
            if (!table.is_phantom(row) && value != Column::kNullNumber) sum += value;
        }
        return by_sum ? sum : newest_of(table, group, spec.newest);
    };
    const bool by_value = lead.column == column;
    if (by_value || by_sum || static_cast<std::int32_t>(lead.column) == spec.newest)
        std::stable_sort(groups.begin(), groups.end(), [&](const auto& a, const auto& b) {
            if (by_value) {
                const bool null_a = table.cell(a.front(), column).is_null();
                const bool null_b = table.cell(b.front(), column).is_null();
                if (null_a || null_b) return null_b && !null_a;
                const int order = table.compare(a.front(), b.front(), column);
                return lead.descending ? order > 0 : order < 0;
            }
            const std::int64_t left = figure(a);
            const std::int64_t right = figure(b);
            if (left == Column::kNullNumber || right == Column::kNullNumber)
                return right == Column::kNullNumber && left != right;
            return lead.descending ? left > right : left < right;
        });
    std::vector<RowId> all;
    for (const std::vector<RowId>& group : groups)
        all.insert(all.end(), group.begin(), group.end());
    return all;
}

std::vector<RowId> shown_rows(const View& view) {
    std::vector<RowId> rows;
    for (std::size_t position = 0; position < view.size(); ++position)
        rows.push_back(view.row_at(position));
    return rows;
}

void add_sums(Totals& totals, const Table& table, RowId row, const GroupSpec& spec) {
    add_row(totals, table, row, spec.sums);
    if (spec.net < 0 || table.is_phantom(row)) return;
    const feed::Cell cell = table.cell(row, spec.sums[static_cast<std::size_t>(spec.net)]);
    if (!cell.is_null() && cell.number > 0) totals.longs.add(cell.number);
}

void check_totals(const Table& table, const View& view, const std::vector<RowId>& rows) {
    const GroupSpec& spec = view.group();
    if (spec.is_empty()) return;
    Totals all;
    std::vector<std::pair<std::string, Totals>> groups;
    for (const RowId row : rows) {
        add_sums(all, table, row, spec);
        if (spec.column < 0) continue;
        const std::string value = shown(table, row, static_cast<std::size_t>(spec.column));
        if (groups.empty() || groups.back().first != value) groups.push_back({value, {}});
        add_sums(groups.back().second, table, row, spec);
    }
    REQUIRE(view.totals().rows == all.rows);
    REQUIRE(view.totals().summed_rows == all.summed_rows);
    if (all.rows > 0) REQUIRE(view.totals().sums == all.sums);
    REQUIRE(view.totals().longs == all.longs);
    REQUIRE(view.groups().count() == groups.size());
    std::size_t position = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const feed::Cell value = view.groups().value(i);
        std::string text(value.text);
        if (value.kind == feed::Cell::Kind::Number) append_int(text, value.number);
        REQUIRE(text == groups[i].first);
        REQUIRE(view.groups().at(i).rows == groups[i].second.rows);
        REQUIRE(view.groups().at(i).sums == groups[i].second.sums);
        REQUIRE(view.groups().at(i).longs == groups[i].second.longs);
        REQUIRE(view.groups().first_position(i) == position);
        REQUIRE(view.groups().index_at(position) == i);
        const auto first = rows.begin() + static_cast<std::ptrdiff_t>(position);
        const std::vector<RowId> own(first,
                                     first + static_cast<std::ptrdiff_t>(groups[i].second.rows));
        if (spec.newest >= 0)
            REQUIRE(view.groups().newest(i) == newest_of(table, own, spec.newest));
        REQUIRE(view.groups().index_of_id(view.groups().id(i)) == i);
        for (std::size_t at = 0; at < own.size(); ++at)
            REQUIRE(view.position_of(own[at]) == position + at);
        position += static_cast<std::size_t>(groups[i].second.rows);
        REQUIRE(view.groups().index_at(position - 1) == i);
    }
}

void check_against_model(const Table& table, const View& view) {
    const std::vector<RowId> rows = in_order_of_groups(table, view, model_rows(table, view));
    REQUIRE(shown_rows(view) == rows);
    check_totals(table, view, rows);
}

// ---- random operations

feed::Record random_record(SampleRow& row, Random& random, std::uint64_t ids) {
    row = {"id" + std::to_string(random.below(ids)), static_cast<std::int64_t>(random.below(500)),
           "Symbol" + std::to_string(random.below(12)),
           static_cast<std::int64_t>(random.below(9)) - 4};
    feed::Record record = record_of(row);
    if (random.below(12) == 0) record.cells[kSymbol] = feed::Cell{};
    if (random.below(12) == 0) record.cells[kNumber] = feed::Cell{};
    return record;
}

void random_change(Table& table, Random& random, std::uint64_t ids) {
    SampleRow row;
    const feed::Record record = random_record(row, random, ids);
    const RowId held = table.find(record.cells);
    if (held == kNoRow) {
        REQUIRE(table.insert(record.cells) != kNoRow);
        table.evict();
    } else if (random.below(3) == 0) {
        table.erase(held);
    } else if (random.below(4) == 0) {
        feed::Provenance provenance = table.provenance(held);
        provenance.phantom = !provenance.phantom;
        table.set_provenance(held, provenance);
    } else {
        REQUIRE(table.update(held, record.cells));
    }
}

ColumnFilter random_column_filter(Random& random) {
    ColumnFilter filter;
    switch (random.below(5)) {
        case 0:
            filter.column = kId;
            filter.kind = ColumnFilter::Kind::Contains;
            filter.text = std::to_string(random.below(10));
            break;
        case 1:
            filter.column = kSymbol;
            filter.kind = ColumnFilter::Kind::StartsWith;
            filter.text = "sYMBOL1";
            break;
        case 2:
            filter.column = kSymbol;
            filter.kind = ColumnFilter::Kind::OneOf;
            filter.texts = {"Symbol3", "Symbol5", "Symbol11"};
            break;
        case 3:
            filter.column = kNumber;
            filter.kind = ColumnFilter::Kind::OneOf;
            filter.numbers = {-1, 0, 3};
            break;
        default:
            filter.column = kVersion;
            filter.kind = ColumnFilter::Kind::Range;
            if (random.below(2) == 0) filter.low = static_cast<std::int64_t>(random.below(400));
            if (random.below(2) == 0) filter.high = static_cast<std::int64_t>(random.below(500));
            break;
    }
    return filter;
}

void random_wish(View& view, Random& random) {
    switch (random.below(3)) {
        case 0: {
            std::vector<SortKey> keys;
            for (std::uint64_t i = random.below(4); i > 0; --i)
                keys.push_back({static_cast<std::uint16_t>(random.below(4)), random.below(2) == 0});
            return view.set_sort(std::move(keys));
        }
        case 1: {
            FilterSpec filter;
            const std::vector<std::string> texts = {"",   "symbol1", "ID2 1",
                                                    "-3", "no such", "2 3 4"};
            filter.quick = texts[static_cast<std::size_t>(random.below(texts.size()))];
            for (std::uint64_t i = random.below(3); i > 0; --i)
                filter.columns.push_back(random_column_filter(random));
            return view.set_filter(std::move(filter));
        }
        default: {
            GroupSpec group;
            const std::int32_t columns[] = {-1, kSymbol, kNumber, kId};
            group.column = columns[static_cast<std::size_t>(random.below(4))];
            group.descending = random.below(2) == 0;
            if (random.below(3) > 0) {
                group.sums = {kNumber, kVersion};
                group.net = static_cast<std::int32_t>(random.below(3)) - 1;
            }
            if (group.column >= 0 && random.below(2) == 0) group.newest = kVersion;
            return view.set_group(std::move(group));
        }
    }
}

}  // namespace

// Small batches and large, wishes at any time, and a table that is cleared now and then.
TEST_CASE("RandomOperationsMatchANaiveModel") {
    NB_SEEDED_RANDOM(random);
    Table table(sample_spec(2000));
    View view(table);
    for (int round = 0; round < 400; ++round) {
        const std::uint64_t changes = round % 40 == 39 ? 4000 : 1 + random.below(60);
        for (std::uint64_t i = 0; i < changes; ++i) random_change(table, random, 3000);
        if (round % 150 == 149) table.clear();
        refresh(table, view);
        if (random.below(4) == 0) random_wish(view, random);
        REQUIRE_FALSE(view.rebuilding());
        check_against_model(table, view);
    }
}

// Above kRowsAtOnce rows a wish takes many slices; rows change, come and go between them, and what
// is shown until then is the old arrangement of the present rows.
TEST_CASE("ChangesBetweenTheSlicesOfARebuildAreNotLost") {
    NB_SEEDED_RANDOM(random);
    Table table(sample_spec());
    View view(table);
    constexpr std::uint64_t kIds = 60'000;
    for (int i = 0; i < 60'000; ++i) random_change(table, random, kIds);
    refresh(table, view);
    REQUIRE(table.slot_count() > View::kRowsAtOnce);
    for (int wish = 0; wish < 14; ++wish) {
        const std::vector<RowId> before = shown_rows(view);
        random_wish(view, random);
        REQUIRE(view.rebuilding());
        CHECK(shown_rows(view) == before);
        std::size_t slices = 0;
        const auto steps = static_cast<std::size_t>(1 + random.below(30'000));
        const std::size_t changes = random.below(3) == 0 ? 3 : 40;
        while (!view.rebuild_some(steps)) {
            ++slices;
            // Late in a rebuild with tiny slices the rate must stay below what they settle.
            if (steps < 2000 && slices % 16 != 0) continue;
            for (std::size_t i = 0; i < changes; ++i) random_change(table, random, kIds);
            refresh(table, view);
            if (random.below(40) == 0) random_wish(view, random);
        }
        CHECK(slices > 0);
        check_against_model(table, view);
    }
    random_wish(view, random);
    REQUIRE(view.rebuilding());
    table.clear();
    refresh(table, view);
    CHECK_FALSE(view.rebuilding());
    CHECK(view.size() == 0);
}

TEST_CASE("PositionIsTheInverseOfRowAt") {
    NB_SEEDED_RANDOM(random);
    Table table(sample_spec());
    View view(table);
    for (int i = 0; i < 9000; ++i) random_change(table, random, 5000);
    refresh(table, view);
    for (std::size_t position = 0; position < view.size(); position += 7)
        CHECK(view.position_of(view.row_at(position)) == position);
    CHECK(view.position_of(static_cast<RowId>(table.slot_count() + 5)) == view.size());
}

TEST_CASE("NewestFirstAmongEqualVersions") {
    Table table(sample_spec());
    View view(table);
    for (int i = 0; i < 3; ++i) {
        REQUIRE(table.insert(record_of({"id" + std::to_string(i), 7, "S", i}).cells) != kNoRow);
        refresh(table, view);
    }
    CHECK(table.cell(view.row_at(0), kNumber).number == 2);
}

TEST_CASE("RowsThatComeInOrderOrInItsReverseStandInOrder") {
    for (const int step : {1, -1}) {
        for (const bool descending : {false, true}) {
            Table table(sample_spec());
            View view(table);
            view.set_sort({{kNumber, descending}});
            for (int i = 0; i < 3000; ++i) {
                // Pairs are equal in the sort key.
                const int number = (step > 0 ? i : 3000 - i) / 2;
                const SampleRow row{std::to_string(i), number, "S", i};
                REQUIRE(table.insert(record_of(row).cells) != kNoRow);
                if (i % 700 == 699) refresh(table, view);
            }
            refresh(table, view);
            CHECK(shown_rows(view) == model_rows(table, view));
        }
    }
}

TEST_CASE("ChangeOfAnUnsortedColumnMovesNothing") {
    Table table(sample_spec());
    View view(table);
    const RowId row = table.insert(record_of({"a", 1, "S", 1}).cells);
    refresh(table, view);
    const std::uint64_t before = view.order_version();
    REQUIRE(table.update(row, record_of({"a", 1, "S", 2}).cells));
    refresh(table, view);
    CHECK(view.order_version() == before);
}

TEST_CASE("ClearedTableIsAnEmptyView") {
    Table table(sample_spec());
    View view(table);
    REQUIRE(table.insert(record_of({"a", 1, "S", 1}).cells) != kNoRow);
    refresh(table, view);
    table.clear();
    refresh(table, view);
    CHECK(view.size() == 0);
    REQUIRE(table.insert(record_of({"b", 1, "S", 1}).cells) != kNoRow);
    refresh(table, view);
    CHECK(view.size() == 1);
}

TEST_CASE("PhantomThatAlsoChangesLeavesTheSums") {
    Table table(sample_spec());
    View view(table);
    view.set_group({-1, false, {kNumber}});
    const RowId row = table.insert(record_of({"a", 1, "S", 40}).cells);
    REQUIRE(table.insert(record_of({"b", 1, "S", 2}).cells) != kNoRow);
    refresh(table, view);
    CHECK(view.totals().sums[0].clamped() == 42);
    feed::Provenance provenance;
    provenance.phantom = true;
    table.set_provenance(row, provenance);
    REQUIRE(table.update(row, record_of({"a", 1, "T", 40}).cells));  // not a summed column
    refresh(table, view);
    CHECK(view.totals().sums[0].clamped() == 2);
    CHECK(view.totals().rows == 2);
    CHECK(view.totals().summed_rows == 1);
}

TEST_CASE("AMillionRowsOnTopStayInOrder") {
    Table table(sample_spec());
    View view(table);
    constexpr int kRows = 1'000'000;
    for (int i = 0; i < kRows; ++i) {
        const SampleRow row{std::to_string(i), i, "S", i};
        REQUIRE(table.insert(record_of(row).cells) != kNoRow);
        if (i % 25'000 == 24'999) refresh(table, view);
    }
    CHECK(view.size() == kRows);
    for (std::size_t position = 0; position < kRows; position += 99'991)
        CHECK(table.cell(view.row_at(position), kNumber).number ==
              kRows - 1 - static_cast<std::int64_t>(position));
}

TEST_CASE("MemoryIsCountedInTableAndViewAndGrowsWithTheRows") {
    Table table(sample_spec());
    View view(table);
    const std::size_t empty = table.memory_bytes() + view.memory_bytes();
    for (int i = 0; i < 20'000; ++i) {
        const SampleRow row{"id-" + std::to_string(i), i, "S" + std::to_string(i % 50), i};
        table.insert(table.look_up(record_of(row).cells), record_of(row).cells, {});
    }
    refresh(table, view);
    const std::size_t held = table.memory_bytes() + view.memory_bytes();
    CHECK(held > empty + 20'000 * 8);
    CHECK(view.position_of(kNoRow - 1) == view.position_of(kNoRow - 2));
    view.set_sort({{kSymbol, false}});
    CHECK_FALSE(view.rebuild_some(1));
    CHECK(view.memory_bytes() > 0);
    while (!view.rebuild_some(1)) CHECK(table.memory_bytes() + view.memory_bytes() > held);
    CHECK(view.rebuild_some(1));
    GroupSpec group;
    group.column = kSymbol;
    group.sums = {kNumber};
    view.set_group(group);
    while (!view.rebuild_some(SIZE_MAX)) {
    }
    CHECK(view.groups().memory_bytes() > 0);
    CHECK(FilterSpec{}.is_empty());
    FilterSpec words;
    words.quick = " a";
    CHECK_FALSE(words.is_empty());
}

TEST_CASE("SpecsOfViewsAreEqualOnlyInEveryPart") {
    ViewSpec spec;
    spec.sort = {{1, true}, {2, false}};
    spec.filter.quick = "a";
    spec.group.column = 2;
    CHECK(spec == ViewSpec(spec));
    ViewSpec other = spec;
    other.sort[1].descending = true;
    CHECK_FALSE(spec == other);
    other = spec;
    other.sort[0].column = 3;
    CHECK_FALSE(spec == other);
    other = spec;
    other.filter.quick = "b";
    CHECK_FALSE(spec == other);
    other = spec;
    other.group.column = 1;
    CHECK_FALSE(spec == other);
}

// As a copy of the screen is, that somebody holds still while the order is being changed.
TEST_CASE("ACopyOfAViewThatIsBeingRebuiltComesToTheSameOrder") {
    constexpr std::int64_t kRows = 20'000;  // more than are arranged at once
    Table table(sample_spec());
    for (std::int64_t i = 0; i < kRows; ++i) {
        const SampleRow row{"id" + std::to_string(i), i, "S", i * 7919 % kRows};
        table.insert(record_of(row).cells);
    }
    View view(table);
    refresh(table, view);
    while (view.rebuilding()) view.rebuild_some(1000);
    const RowId top = view.row_at(0);
    view.set_sort({{kNumber, false}});
    REQUIRE(view.rebuilding());
    CHECK(view.memory_bytes() > 0);
    View copy(table, view);
    CHECK(copy.rebuilding());
    CHECK(copy.row_at(0) == top);
    while (copy.rebuilding()) copy.rebuild_some(1000);
    for (std::int64_t i = 0; i < kRows; ++i) {
        const RowId row = copy.row_at(static_cast<std::size_t>(i));
        REQUIRE(table.cell(row, kNumber).number == i);
    }
    CHECK(view.row_at(0) == top);
}

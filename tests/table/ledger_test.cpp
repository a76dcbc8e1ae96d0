#include "table/ledger.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "base/random.h"
#include "table/table.h"

using namespace nats_blotter;
using feed::Cell;
using table::BookPage;
using table::Ledger;

namespace {

std::vector<Cell> trade(std::string_view id, std::int64_t account, std::string_view security,
                        std::string_view side, std::int64_t quantity) {
    return {Cell::of_number(1),        Cell::of_text(id),
            Cell::of_number(account),  Cell::of_text(security),
            Cell::of_text(side),       Cell::of_number(quantity),
            Cell::of_text("Settled"),  Cell::of_number(1),
            Cell::of_number(quantity), Cell{}};
}

std::vector<Cell> position(std::int64_t account, std::string_view security, std::int64_t held) {
    return {
        Cell::of_number(account), Cell::of_text(security), Cell::of_number(held), Cell{}, Cell{},
        Cell::of_number(1)};
}

struct Desk {
    explicit Desk(std::size_t trades_max = 1000, std::size_t keys_max = kBookKeysMax,
                  std::size_t positions_max = 1000)
        : profile(make(trades_max, positions_max)),
          ledger(*profile.books, keys_max),
          trades(profile.tables[0]),
          positions(profile.tables[1]) {
        trades.keep_books(&ledger, BookPage::Entries);
        positions.keep_books(&ledger, BookPage::Balances);
    }
    static feed::Profile make(std::size_t trades_max, std::size_t positions_max) {
        feed::Profile made = feed::traderx_profile(feed::SubjectChoice::Slash);
        made.tables[0].rows_max = trades_max;
        made.tables[1].rows_max = positions_max;
        return made;
    }
    std::size_t differing() {
        ledger.settle();
        return ledger.different().size();
    }
    feed::Profile profile;
    Ledger ledger;
    table::Table trades;
    table::Table positions;
};

}  // namespace

TEST_CASE("SignedTradesMakeThePosition") {
    Desk desk;
    desk.trades.insert(trade("a", 7, "MS", "Buy", 100));
    CHECK(desk.differing() == 1);
    desk.positions.insert(position(7, "MS", 100));
    CHECK(desk.differing() == 0);
    const table::RowId sold = desk.trades.insert(trade("b", 7, "MS", "Sell", 30));
    CHECK(desk.differing() == 1);
    CHECK(desk.positions.update(0, position(7, "MS", 70)));
    CHECK(desk.differing() == 0);
    // What is not confirmed counts nothing.
    desk.trades.set_provenance(sold, {.phantom = true});
    CHECK(desk.differing() == 1);
    desk.trades.note_streamed(sold, 1);
    CHECK(desk.differing() == 0);
    desk.trades.erase(sold);
    CHECK(desk.differing() == 1);
}

TEST_CASE("AnUnloadedTradeStaysInTheSumAndIsNotCountedTwice") {
    Desk desk(4);
    std::int64_t held = 0;
    for (int i = 0; i < 20; ++i) {
        desk.trades.insert(trade("t" + std::to_string(i), 7, "MS", "Buy", 10));
        desk.trades.evict();
        held += 10;
    }
    CHECK(desk.trades.evicted() > 0);
    desk.positions.insert(position(7, "MS", held));
    CHECK(desk.differing() == 0);
    REQUIRE(desk.trades.find(trade("t0", 7, "MS", "Buy", 10)) == table::kNoRow);
    desk.trades.insert(trade("t0", 7, "MS", "Buy", 10));
    CHECK(desk.differing() == 0);
}

TEST_CASE("AKeyIsNotEvenBetweenTwoAmountsOfItsBalance") {
    Desk desk;
    const table::RowId held = desk.positions.insert(position(7, "MS", 5));
    REQUIRE(desk.differing() == 1);
    Ledger::Key& key = desk.ledger.key(0);
    REQUIRE_FALSE(key.was_even);
    // Its entries are none, so it would be even without the old amount.
    CHECK(desk.positions.update(held, position(7, "MS", 8)));
    CHECK_FALSE(key.was_even);
    CHECK(key.difference() == static_cast<std::uint64_t>(-8));
    // An entry that goes to another key.
    const table::RowId moved = desk.trades.insert(trade("a", 7, "MS", "Buy", 8));
    CHECK(desk.differing() == 0);
    CHECK(desk.trades.update(moved, trade("a", 9, "MS", "Buy", 8)));
    CHECK(desk.ledger.key(0).difference() == static_cast<std::uint64_t>(-8));
    CHECK(desk.ledger.key(1).difference() == 8);
    CHECK(desk.differing() == 2);
}

TEST_CASE("KeysPastTheLimitAreCounted") {
    Desk desk(1000, 2);
    for (std::int64_t account = 1; account <= 3; ++account)
        desk.trades.insert(trade(std::to_string(account), account, "MS", "Buy", 1));
    CHECK(desk.ledger.key_count() == 2);
    CHECK(desk.ledger.refused() == 1);
    CHECK(desk.differing() == 2);
}

TEST_CASE("RowsPastTheLimitOfKeysChangeNothingWhenTheyGo") {
    Desk desk(1000, 1);
    const table::RowId held = desk.trades.insert(trade("a", 1, "MS", "Buy", 1));
    const table::RowId refused = desk.trades.insert(trade("b", 2, "IBM", "Buy", 1));
    desk.ledger.mark(0, true);
    CHECK(desk.trades.is_broken(held));
    CHECK_FALSE(desk.trades.is_broken(refused));
    desk.trades.erase(refused);
    CHECK(desk.differing() == 1);
    desk.ledger.mark(0, false);
    CHECK_FALSE(desk.trades.is_broken(held));
}

TEST_CASE("CellsThatAreMissingCountAsNothingOrAsABuy") {
    Desk desk;
    std::vector<Cell> cells = trade("a", 7, "MS", "Sell", 5);
    cells[5] = Cell{};
    desk.trades.insert(cells);
    CHECK(desk.differing() == 0);
    cells = trade("b", 7, "MS", "Sell", 5);
    cells[4] = Cell{};
    const table::RowId bought = desk.trades.insert(cells);
    desk.positions.insert(position(7, "MS", 5));
    CHECK(desk.differing() == 0);
    desk.trades.erase(bought);
    CHECK(desk.differing() == 1);
    // Without a security they are a key of their own.
    cells = trade("c", 7, "MS", "Buy", 3);
    cells[3] = Cell{};
    desk.trades.insert(cells);
    CHECK(desk.differing() == 2);
    std::vector<Cell> held = position(7, "MS", 3);
    held[1] = Cell{};
    desk.positions.insert(held);
    CHECK(desk.differing() == 1);
}

TEST_CASE("APositionThatIsUnloadedIsNotJudged") {
    for (const std::size_t keys_max : {std::size_t{1}, kBookKeysMax}) {
        Desk desk(1000, keys_max, 2);
        for (std::int64_t account = 1; account <= 3; ++account) {
            desk.positions.insert(position(account, "MS", 1));
            desk.positions.evict();
        }
        REQUIRE(desk.positions.evicted() == 1);
        CHECK(desk.ledger.key(0).unjudged);
        CHECK((desk.ledger.refused() > 0) == (keys_max == 1));
    }
}

TEST_CASE("TheLastUnloadedKeysAreRemembered") {
    table::UnloadedKeys keys;
    for (std::uint64_t key = 1; key <= kUnloadedKeysMax + 1; ++key)
        keys.add(key * 0x9E3779B97F4A7C15u);
    CHECK(keys.size() == kUnloadedKeysMax);
    CHECK_FALSE(keys.contains(0x9E3779B97F4A7C15u));
    CHECK(keys.remove(2 * 0x9E3779B97F4A7C15u));
    CHECK_FALSE(keys.remove(2 * 0x9E3779B97F4A7C15u));
    CHECK(keys.size() == kUnloadedKeysMax - 1);
    keys.add(3 * 0x9E3779B97F4A7C15u);  // it is there
    keys.add(0);                        // the mark of a place that is free
    CHECK(keys.size() == kUnloadedKeysMax - 1);
    keys.add(7);  // takes the place of the one that was removed
    CHECK(keys.size() == kUnloadedKeysMax);
    CHECK(keys.contains(3 * 0x9E3779B97F4A7C15u));
}

// Against sums from scratch, of rows that come, change and go.
TEST_CASE("RandomBooksAgreeWithSumsFromScratch") {
    Random random(0xB00C5);
    Desk desk;
    std::map<std::string, std::vector<Cell>> rows;
    const std::string_view names[] = {"MS", "IBM", "C"};
    for (int step = 0; step < 2000; ++step) {
        const std::string id = std::to_string(random.below(60));
        const auto cells =
            trade(id, static_cast<std::int64_t>(random.below(3)), names[random.below(3)],
                  random.below(2) ? "Buy" : "Sell", static_cast<std::int64_t>(random.below(4)));
        const table::RowId row = desk.trades.find(cells);
        if (row == table::kNoRow) {
            desk.trades.insert(cells);
        } else if (random.below(3) == 0) {
            desk.trades.erase(row);
            desk.trades.clear_changes();
        } else {
            CHECK(desk.trades.update(row, cells));
        }
        std::map<std::pair<std::int64_t, std::string>, std::int64_t> sums;
        for (table::RowId at = 0; at < desk.trades.slot_count(); ++at) {
            if (!desk.trades.is_live(at)) continue;
            const std::int64_t quantity = desk.trades.cell(at, 5).number;
            const bool sell = desk.trades.cell(at, 4).text == "Sell";
            sums[{desk.trades.cell(at, 2).number, std::string(desk.trades.cell(at, 3).text)}] +=
                sell ? -quantity : quantity;
        }
        std::size_t uneven = 0;
        for (const auto& [key, sum] : sums) uneven += sum != 0 ? 1u : 0u;
        REQUIRE(desk.differing() == uneven);
    }
}

// ---- what is told to the rows of the balances

namespace {

constexpr std::int64_t kNsPerS = 1'000'000'000;
constexpr std::size_t kMinuteColumn = 3;
constexpr std::size_t kTradesColumn = 4;

std::vector<Cell> trade_at(std::string_view id, std::string_view security, std::string_view side,
                           std::int64_t quantity, std::int64_t second) {
    std::vector<Cell> cells = trade(id, 7, security, side, quantity);
    cells[7] = Cell::of_number(second * kNsPerS);
    return cells;
}

}  // namespace

TEST_CASE("APositionIsToldItsTradesAndThoseOfTheLastMinute") {
    Desk desk;
    desk.ledger.advance(1000);
    desk.trades.insert(trade_at("old", "MS", "Buy", 5, 940));
    desk.trades.insert(trade_at("a", "MS", "Buy", 100, 990));
    const table::RowId row = desk.positions.insert(position(7, "MS", 105));
    const auto told = [&](std::size_t column) { return desk.positions.cell(row, column); };
    CHECK(told(kTradesColumn).is_null());
    desk.ledger.tell(desk.positions);
    CHECK(told(kTradesColumn).number == 2);
    CHECK(told(kMinuteColumn).number == 100);
    // An event of the position leaves them alone.
    CHECK(desk.positions.update(row, position(7, "MS", 75)));
    CHECK(told(kTradesColumn).number == 2);
    const table::RowId sold = desk.trades.insert(trade_at("b", "MS", "Sell", 30, 1000));
    CHECK(desk.ledger.has_untold());
    desk.ledger.tell(desk.positions);
    CHECK(told(kMinuteColumn).number == 70);
    // What is not confirmed is no trade.
    desk.trades.set_provenance(sold, {.phantom = true});
    desk.ledger.tell(desk.positions);
    CHECK(told(kTradesColumn).number == 2);
    CHECK(told(kMinuteColumn).number == 100);
    desk.trades.note_streamed(sold, 1);
    desk.ledger.advance(1050);
    desk.ledger.tell(desk.positions);
    CHECK(told(kTradesColumn).number == 3);
    CHECK(told(kMinuteColumn).number == -30);
    CHECK(desk.ledger.is_waiting());
    desk.ledger.advance(1060);
    desk.ledger.tell(desk.positions);
    CHECK(told(kMinuteColumn).number == 0);
    CHECK_FALSE(desk.ledger.is_waiting());
    // A change of nothing is none.
    desk.positions.clear_changes();
    desk.ledger.tell(desk.positions);
    CHECK(desk.positions.changes().empty());
    // A position that goes, and one that comes back.
    desk.positions.erase(row);
    desk.trades.erase(sold);
    desk.ledger.tell(desk.positions);
    desk.positions.clear_changes();
    const table::RowId again = desk.positions.insert(position(7, "MS", 105));
    desk.ledger.tell(desk.positions);
    CHECK(desk.positions.cell(again, kTradesColumn).number == 2);
}

TEST_CASE("SumsOfAMinuteThatAreNotWholeAreShownAsNone") {
    Desk desk;
    desk.ledger.advance(1000);
    desk.trades.insert(trade_at("a", "MS", "Buy", 100, 1000));
    const table::RowId row = desk.positions.insert(position(7, "MS", 100));
    desk.ledger.tell(desk.positions);
    CHECK(desk.positions.cell(row, kMinuteColumn).number == 100);
    desk.ledger.advance(900);  // the clock was put back
    desk.ledger.tell(desk.positions);
    CHECK(desk.positions.cell(row, kMinuteColumn).is_null());
    CHECK(desk.positions.cell(row, kTradesColumn).number == 1);
    CHECK(desk.ledger.is_waiting());
    CHECK_FALSE(desk.ledger.has_untold());
    desk.ledger.advance(960);
    CHECK(desk.ledger.has_untold());  // though no amount has changed
    desk.ledger.tell(desk.positions);
    CHECK(desk.positions.cell(row, kMinuteColumn).number == 0);
}

// Against counts and sums from scratch, while trades and positions come, change and go, and time
// goes on.
TEST_CASE("RandomTradesAreToldAsTheyAre") {
    constexpr std::uint64_t kSeed = 0x71ADE5;
    MESSAGE("seed ", kSeed);
    Random random(kSeed);
    Desk desk;
    const std::string_view names[] = {"MS", "IBM", "C"};
    std::int64_t now = 10'000;
    desk.ledger.advance(now);
    for (int step = 0; step < 4000; ++step) {
        const std::string id = std::to_string(random.below(60));
        const auto second = now + 30 - static_cast<std::int64_t>(random.below(150));
        const auto cells = trade_at(id, names[random.below(3)], random.below(2) ? "Buy" : "Sell",
                                    static_cast<std::int64_t>(random.below(4)), second);
        const table::RowId row = desk.trades.find(cells);
        const std::uint64_t what = random.below(4);
        if (row == table::kNoRow)
            desk.trades.insert(cells);
        else if (what == 0)
            desk.trades.erase(row);
        else if (what == 1)
            desk.trades.set_provenance(row, {.phantom = !desk.trades.is_phantom(row)});
        else
            CHECK(desk.trades.update(row, cells));
        const auto held = position(7, names[random.below(3)], 1);
        const table::RowId balance = desk.positions.find(held);
        if (balance == table::kNoRow)
            desk.positions.insert(held);
        else if (random.below(20) == 0)
            desk.positions.erase(balance);
        if (random.below(3) == 0) {
            now += static_cast<std::int64_t>(random.below(random.below(50) == 0 ? 200 : 3));
            desk.ledger.advance(now);
        }
        desk.trades.clear_changes();
        desk.positions.clear_changes();
        desk.ledger.tell(desk.positions);
        for (table::RowId at = 0; at < desk.positions.slot_count(); ++at) {
            if (!desk.positions.is_live(at)) continue;
            const std::string name(desk.positions.cell(at, 1).text);
            std::int64_t count = 0;
            std::int64_t sum = 0;
            for (table::RowId of = 0; of < desk.trades.slot_count(); ++of) {
                if (!desk.trades.is_live(of) || desk.trades.is_phantom(of)) continue;
                if (desk.trades.cell(of, 3).text != name) continue;
                ++count;
                if (desk.trades.cell(of, 7).number / kNsPerS <= now - 60) continue;
                const std::int64_t quantity = desk.trades.cell(of, 5).number;
                sum += desk.trades.cell(of, 4).text == "Sell" ? -quantity : quantity;
            }
            REQUIRE(desk.positions.cell(at, kTradesColumn).number == count);
            REQUIRE(desk.positions.cell(at, kMinuteColumn).number == sum);
        }
    }
}

// What an event or a snapshot says of a row that the cap keeps out.
TEST_CASE("RowsThatTheCapKeepsOutAreBookedOnceAndShownNowhere") {
    Desk desk;
    const std::vector<Cell> late = trade("late", 7, "MS", "Buy", 40);
    desk.trades.book_kept_out(desk.trades.look_up(late), late, true);
    CHECK(desk.trades.row_count() == 0);
    CHECK(desk.differing() == 1);
    desk.positions.insert(position(7, "MS", 40));
    CHECK(desk.differing() == 0);
    for (const bool from_stream : {true, false})  // it comes again
        desk.trades.book_kept_out(desk.trades.look_up(late), late, from_stream);
    CHECK(desk.differing() == 0);
    // Balances are not added up, so one that is kept out has nothing to add.
    const std::vector<Cell> other = position(8, "MS", 5);
    desk.positions.book_kept_out(desk.positions.look_up(other), other, true);
    CHECK(desk.differing() == 0);
    // A table without books has none to write into.
    table::Table alone(desk.profile.tables[0]);
    alone.book_kept_out(alone.look_up(late), late, true);
    CHECK(alone.row_count() == 0);
    CHECK_FALSE(alone.is_broken(alone.insert(late)));
}

// Once keys of unloaded rows have been forgotten, a row of a snapshot may be one of theirs: what it
// says is in the base.
TEST_CASE("ASnapshotsRowThatMayHaveBeenForgottenIsNotAddedUp") {
    Desk desk(1);
    for (std::size_t i = 0; i <= kUnloadedKeysMax; ++i) {
        const std::string id = "t" + std::to_string(i);
        const std::vector<Cell> one = trade(id, 7, "MS", "Buy", 1);
        desk.trades.book_kept_out(desk.trades.look_up(one), one, true);
    }
    desk.positions.insert(position(7, "MS", static_cast<std::int64_t>(kUnloadedKeysMax) + 1));
    CHECK(desk.differing() == 0);
    REQUIRE(desk.ledger.has_forgotten());
    const std::vector<Cell> first = trade("t0", 7, "MS", "Buy", 1);
    desk.trades.book_kept_out(desk.trades.look_up(first), first, false);
    CHECK(desk.differing() == 0);
    // It is remembered from here on.
    desk.trades.insert(first);
    CHECK(desk.differing() == 0);
    // An event tells of something new.
    const std::vector<Cell> more = trade("more", 7, "MS", "Buy", 1);
    desk.trades.book_kept_out(desk.trades.look_up(more), more, true);
    CHECK(desk.differing() == 1);
}

TEST_CASE("ATableWithoutRowIdsLeavesTheBooksAlone") {
    const feed::Profile profile = Desk::make(1, 1);
    Ledger ledger(*profile.books, kBookKeysMax);
    table::Table trades(profile.tables[0], 1);
    trades.keep_books(&ledger, BookPage::Entries);
    REQUIRE(trades.insert(trade("a", 7, "MS", "Buy", 1)) != table::kNoRow);
    const std::vector<Cell> late = trade("b", 7, "MS", "Buy", 1);
    trades.book_kept_out(trades.look_up(late), late, true);
    CHECK(ledger.key(0).entries == 1);
}

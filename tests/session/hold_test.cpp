// A view that is held still: what is shown does not change, and the tables go on.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/session_rig.h"

using namespace nats_blotter;
using support::SessionRig;

namespace {

constexpr std::int64_t kAccount = 22214;
constexpr std::uint16_t kId = 1;

// Every cell of the first table, in the order of its view.
std::string shown(session::Session& session) {
    std::string all;
    session.refresh_views();
    const table::Table& table = session.table(0);
    const table::View& view = session.view(0);
    for (std::size_t position = 0; position < view.size(); ++position) {
        const table::RowId row = view.row_at(position);
        for (std::size_t column = 0; column < table.spec().columns.size(); ++column) {
            const feed::Cell cell = table.cell(row, column);
            all += cell.kind == feed::Cell::Kind::Text ? std::string(cell.text)
                                                       : std::to_string(cell.number);
            all += ' ';
        }
    }
    return all;
}

table::FilterSpec words(const char* quick) {
    table::FilterSpec filter;
    filter.quick = quick;
    return filter;
}

struct LivePage {
    SessionRig rig;
    LivePage() {
        for (int i = 0; i < 9; ++i)
            rig.book(
                {"T" + std::to_string(i), kAccount, i % 2 ? "IBM" : "C", "Buy", 100 + i, 1000 + i});
        rig.start(kAccount);
        rig.advance_ms(3'000);
        REQUIRE(rig.status() == session::Status::Live);
    }
    void change_all() {
        rig.book({"T3", kAccount, "MSFT", "Sell", 7, 5000});
        rig.book({"T0", kAccount, "C", "Buy", 9999, 5001});
        rig.book({"NEW", kAccount, "IBM", "Buy", 1, 5002});
        rig.advance_ms(100);
    }
};

}  // namespace

TEST_CASE("WhatIsHeldStillDoesNotChange") {
    LivePage page;
    session::Session& session = page.rig.session;
    const std::string before = shown(session);
    REQUIRE(session.hold_still());
    CHECK(session.hold_still());  // once more is nothing
    CHECK(shown(session) == before);
    CHECK(session.stats(page.rig.now).held_bytes > 0);
    page.change_all();
    CHECK(shown(session) == before);
    session.go_on();
    CHECK(session.stats(page.rig.now).held_bytes == 0);
    const std::string after = shown(session);
    CHECK(after != before);
    CHECK(after.find("NEW") != std::string::npos);
    CHECK(after.find("9999") != std::string::npos);
    session.go_on();
    CHECK(shown(session) == after);
}

TEST_CASE("WhatIsHeldStillIsSortedFilteredAndSearched") {
    LivePage page;
    session::Session& session = page.rig.session;
    REQUIRE(session.hold_still());
    page.change_all();
    session.view(0).set_sort({{kId, false}});
    session.view(0).set_filter(words("IBM"));
    CHECK(session.view(0).size() == 4);
    session.begin_search(0, words("T3"));
    REQUIRE(session.search(0)->rebuild_some(SIZE_MAX));
    CHECK(session.search(0)->size() == 1);
    page.rig.book({"T1", kAccount, "IBM", "Buy", 1, 6000});
    page.rig.advance_ms(100);
    session.refresh_views();
    CHECK(session.view(0).size() == 4);
    CHECK(session.search(0)->size() == 1);
    session.go_on();
    CHECK(session.search(0) == nullptr);
    // The table is arranged as the copy was: T1, T5, T7 and NEW.
    CHECK(session.view(0).filter().quick == "IBM");
    session.refresh_views();
    CHECK(session.view(0).size() == 4);
    CHECK(session.table(0).cell(session.view(0).row_at(0), kId).text == "NEW");
}

TEST_CASE("AnotherScopeIsNotHeldStill") {
    LivePage page;
    session::Session& session = page.rig.session;
    REQUIRE(session.hold_still());
    session.set_scope(52355, page.rig.now);
    CHECK_FALSE(session.is_held());
    CHECK(session.view(0).size() == 0);
}

TEST_CASE("CopiesThatWouldBeTooLargeAreNotMade") {
    LivePage page;
    session::Session& session = page.rig.session;
    CHECK_FALSE(session.hold_still(1000));
    CHECK_FALSE(session.is_held());
    CHECK(session.stats(page.rig.now).holds_refused == 1);
    CHECK(session.stats(page.rig.now).held_bytes == 0);
    const std::string before = shown(session);
    page.change_all();
    CHECK(shown(session) != before);
}

// What a burst does to tables and views: every event writes its cells, a view is told once.
#include <doctest/doctest.h>

#include <string>

#include "session/state.h"
#include "support/session_rig.h"

using namespace nats_blotter;
using support::SessionRig;

namespace {

constexpr std::int64_t kAccount = 22214;

void go_live(SessionRig& rig) {
    rig.start(kAccount);
    rig.advance_ms(300);
    REQUIRE(rig.status() == session::Status::Live);
}

// Events without a frame behind them: the views are not asked for.
void burst(SessionRig& rig, int first, int count) {
    for (int i = first; i < first + count; ++i) {
        rig.publish_trade({"T" + std::to_string(i), kAccount, "IBM", "Buy", 1, 1'000 + i});
        if (i % 100 == 0 || i + 1 == first + count) {
            while (rig.session.pump(rig.now, 0, 64)) {
            }
        }
        REQUIRE(rig.session.table(0).changes().size() <= session::kChangesHeldMax);
    }
}

// The newest first, as the table is shown.
bool is_in_order(SessionRig& rig) {
    const table::View& view = rig.session.view(0);
    const table::Table& table = rig.session.table(0);
    for (std::size_t at = 1; at < view.size(); ++at)
        if (table.version(view.row_at(at - 1)) <= table.version(view.row_at(at))) return false;
    return view.size() == table.row_count();
}

}  // namespace

TEST_CASE("ChangesThatNobodyAsksForAreBounded") {
    SessionRig rig;
    go_live(rig);
    // Many for what is there: the view orders itself anew when it is asked for.
    const int large = static_cast<int>(session::kChangesHeldMax) * 4 + 1'000;
    burst(rig, 0, large);
    CHECK(rig.session.view(0).size() == 0);
    rig.session.refresh_views();
    CHECK(rig.session.view(0).size() == static_cast<std::size_t>(large));
    CHECK(is_in_order(rig));
    // Few for what is there: it catches up at the limit.
    burst(rig, large, static_cast<int>(session::kChangesHeldMax) + 1);
    CHECK(rig.session.view(0).size() > static_cast<std::size_t>(large));
    rig.session.refresh_views();
    CHECK(is_in_order(rig));
}

TEST_CASE("OnlyTheLastOfManyUpdatesReachesAView") {
    SessionRig rig;
    go_live(rig);
    const std::uint64_t order_before = rig.session.view(1).order_version();
    for (int i = 1; i <= 1'000; ++i)
        rig.publish_position(kAccount, i % 2 ? "IBM" : "MS", {i, 1'000 + i});
    while (rig.session.pump(rig.now, 0, 64)) {
    }
    CHECK(rig.session.table(1).changes().size() == 2);
    CHECK(rig.stats().events == 1'000);
    CHECK(rig.stats().conflated == 998);
    rig.session.refresh_views();
    CHECK(rig.session.view(1).order_version() == order_before + 1);
    CHECK(rig.rows("positions") ==
          std::vector<std::string>{"account=22214|security=IBM|quantity=999|updated=1999",
                                   "account=22214|security=MS|quantity=1000|updated=2000"});
    // An older one changes nothing and is no conflation.
    rig.publish_position(kAccount, "IBM", {5, 1'500});
    rig.settle();
    CHECK(rig.stats().outdated == 1);
    CHECK(rig.stats().conflated == 998);
}

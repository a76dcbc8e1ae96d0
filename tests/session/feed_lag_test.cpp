#include "session/feed_lag.h"

#include <doctest/doctest.h>

#include "session/state.h"
#include "support/session_rig.h"

using namespace nats_blotter;
using session::FeedLag;
using support::SessionRig;

TEST_CASE("DifferenceOfTheClocksIsNoLag") {
    for (const std::int64_t skew : {-3'600'000, -1, 0, 1, 3'600'000}) {
        FeedLag lag;
        lag.add(1'000'000 + skew, 1'000'000, kSecondUs);
        CHECK(lag.lag_ms(kSecondUs, false) == 0);
        lag.add(1'007'500 + skew, 1'000'100, 8'500 * kMillisecondUs);
        CHECK(lag.lag_ms(8'500 * kMillisecondUs, false) == 7'400);
        // Caught up.
        lag.add(1'007'600 + skew, 1'007'600, 8'600 * kMillisecondUs);
        CHECK(lag.lag_ms(8'600 * kMillisecondUs, false) == 0);
    }
}

// Found by the session's simulation, seed 137: a page whose clock was set forward called its link
// too slow, and waited with its next dial.
TEST_CASE("AClockThatIsSetHereIsNoLag") {
    FeedLag lag;
    lag.add(1'000'000, 1'000'000, kSecondUs);
    lag.add(1'601'000, 1'001'000, 2 * kSecondUs);  // ten minutes forward
    CHECK(lag.lag_ms(2 * kSecondUs, false) == 0);
    lag.add(1'605'000, 1'002'000, 6 * kSecondUs);  // and three seconds late
    CHECK(lag.lag_ms(6 * kSecondUs, false) == 3'000);
    lag.add(406'000, 1'006'000, 7 * kSecondUs);  // twenty minutes back, and in time
    CHECK(lag.lag_ms(7 * kSecondUs, false) == 0);
    lag.add(410'000, 1'007'500, 11 * kSecondUs);
    CHECK(lag.lag_ms(11 * kSecondUs, false) == 2'500);
}

TEST_CASE("SilenceIsNoLagUnlessBytesWait") {
    FeedLag lag;
    CHECK(lag.lag_ms(0, true) == -1);
    lag.add(5'000, 5'000, 0);
    lag.add(9'000, 6'000, 4 * kSecondUs);
    CHECK(lag.lag_ms(4 * kSecondUs, false) == 3'000);
    CHECK(lag.lag_ms(9 * kSecondUs, false) == 3'000);
    CHECK(lag.lag_ms(9 * kSecondUs + 1, false) == -1);
    CHECK(lag.lag_ms(10 * kSecondUs, true) == 9'000);
}

TEST_CASE("AConnectionLostWhileBehindKeepsWhatWasTheBest") {
    FeedLag lag;
    lag.add(5'000, 5'000, 0);
    lag.add(9'000, 6'000, 4 * kSecondUs);
    lag.on_disconnected(4 * kSecondUs);
    CHECK(lag.lag_ms(4 * kSecondUs, false) == -1);
    lag.add(20'000, 10'000, 15 * kSecondUs);
    CHECK(lag.lag_ms(15 * kSecondUs, false) == 10'000);
    // One that was not behind is measured anew, so that a source's clock that was set is no lag
    // for ever.
    lag.add(30'000, 30'000, 25 * kSecondUs);
    lag.on_disconnected(25 * kSecondUs);
    lag.add(34'000, -26'000, 29 * kSecondUs);
    CHECK(lag.lag_ms(29 * kSecondUs, false) == 0);
}

namespace {

constexpr std::int64_t kAccount = 22214;

// An event as trade-processor makes it, published at `date`.
void publish_dated(SessionRig& rig, std::int64_t number, EpochMs date) {
    const std::string id = std::to_string(number);
    rig.publish("/accounts/22214/trades",
                R"({"topic":"t","payload":)" +
                    SessionRig::trade_json({"T" + id, kAccount, "IBM", "Buy", 1, 1000 + number}) +
                    R"(,"date":)" + std::to_string(date) + "}");
    rig.settle();
}

EpochMs epoch(const SessionRig& rig) { return rig.now / kMillisecondUs; }

// Lets a feed fall ten seconds behind.
void fall_behind(SessionRig& rig) {
    publish_dated(rig, 1, epoch(rig));
    rig.advance_ms(1'000);
    publish_dated(rig, 2, epoch(rig) - 10'000);
}

}  // namespace

TEST_CASE("LinksThatAreTooSlowAreDialledEverMoreSlowly") {
    SessionRig rig;
    rig.start(kAccount);
    rig.advance_ms(300);
    REQUIRE(rig.status() == session::Status::Live);
    MonotonicUs least = session::kSlowRedialFirstUs / 2;
    for (std::uint64_t cut = 1; cut <= 6; ++cut) {
        fall_behind(rig);
        CHECK(rig.stats().lag_ms == 10'000);
        rig.cut();
        CHECK(rig.stats().slow_cuts == cut);
        CHECK(rig.session.cause() == "The link is too slow for this feed: it was lost 10 s behind");
        const MonotonicUs wait = rig.session.retry_at() - rig.now;
        CHECK(wait >= least);
        CHECK(wait <= session::kSlowRedialLastUs);
        least = std::min(2 * least, session::kSlowRedialLastUs / 2);
        rig.advance_ms(wait / kMillisecondUs + 300);
        REQUIRE(rig.status() == session::Status::Live);
    }
    // One that lasts starts over.
    rig.advance_ms(session::kSlowForgottenUs / kMillisecondUs);
    fall_behind(rig);
    rig.cut();
    CHECK(rig.session.retry_at() - rig.now <= session::kSlowRedialFirstUs);
    // A person who wakes the page up is not made to wait.
    rig.session.on_wake_up(rig.now);
    rig.settle();
    CHECK(rig.status() == session::Status::Live);
}

TEST_CASE("AFeedThatIsNotBehindIsDialledAtOnce") {
    SessionRig rig;
    rig.start(kAccount);
    rig.advance_ms(6'000);  // a connection that held
    publish_dated(rig, 1, epoch(rig));
    rig.cut();
    CHECK(rig.stats().slow_cuts == 0);
    CHECK(rig.session.retry_at() - rig.now <= 250 * kMillisecondUs);
}

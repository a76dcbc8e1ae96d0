#include "nats/keep_alive.h"

#include <doctest/doctest.h>

using namespace nats_blotter;
using nats::KeepAlive;
using Action = KeepAlive::Action;

namespace {

constexpr MonotonicUs ms(std::int64_t count) { return count * kMillisecondUs; }
constexpr MonotonicUs kStart = 77 * kSecondUs;

KeepAlive started() {
    KeepAlive keep_alive;
    keep_alive.start(kStart);
    return keep_alive;
}

}  // namespace

TEST_CASE("SilenceIsProbedSuspectedAndEndedToTheMillisecond") {
    KeepAlive keep_alive = started();
    CHECK(keep_alive.next_deadline() == kStart + ms(20'000));
    CHECK(keep_alive.on_deadline(kStart + ms(19'999)) == Action::None);
    CHECK(keep_alive.on_deadline(kStart + ms(20'000)) == Action::Ping);
    CHECK(keep_alive.next_deadline() == kStart + ms(22'500));
    CHECK(keep_alive.on_deadline(kStart + ms(22'499)) == Action::None);
    CHECK_FALSE(keep_alive.suspect());
    CHECK(keep_alive.on_deadline(kStart + ms(22'500)) == Action::PingAndSuspect);
    CHECK(keep_alive.suspect());
    CHECK(keep_alive.next_deadline() == kStart + ms(25'000));
    CHECK(keep_alive.on_deadline(kStart + ms(24'999)) == Action::None);
    CHECK(keep_alive.on_deadline(kStart + ms(25'000)) == Action::Dead);
}

TEST_CASE("AnyByteStartsItAgain") {
    KeepAlive keep_alive = started();
    CHECK_FALSE(keep_alive.heard(kStart + ms(10'000)));
    CHECK(keep_alive.next_deadline() == kStart + ms(30'000));
    CHECK(keep_alive.on_deadline(kStart + ms(30'000)) == Action::Ping);
    CHECK_FALSE(keep_alive.heard(kStart + ms(30'001)));
    CHECK(keep_alive.on_deadline(kStart + ms(50'001)) == Action::Ping);
    CHECK(keep_alive.on_deadline(kStart + ms(52'501)) == Action::PingAndSuspect);
    CHECK(keep_alive.heard(kStart + ms(52'502)));
    CHECK_FALSE(keep_alive.suspect());
    CHECK(keep_alive.next_deadline() == kStart + ms(72'502));
}

TEST_CASE("WakingUpProbesAtOnceAndGivesFiveSeconds") {
    KeepAlive keep_alive = started();
    CHECK(keep_alive.on_wake_up(kStart + ms(1'000)) == Action::Ping);
    CHECK(keep_alive.on_deadline(kStart + ms(5'999)) == Action::None);
    CHECK_FALSE(keep_alive.suspect());
    CHECK(keep_alive.on_deadline(kStart + ms(6'000)) == Action::Dead);
}

TEST_CASE("SeveralWakeUpsAtOnceDoNotPutOffTheVerdict") {
    KeepAlive keep_alive = started();
    CHECK(keep_alive.on_wake_up(kStart) == Action::Ping);
    CHECK(keep_alive.on_wake_up(kStart + ms(10)) == Action::None);
    CHECK(keep_alive.on_wake_up(kStart + ms(4'900)) == Action::None);
    CHECK(keep_alive.on_deadline(kStart + ms(5'000)) == Action::Dead);
}

TEST_CASE("WakingUpWhileSuspectKeepsTheEarlierEnd") {
    KeepAlive keep_alive = started();
    CHECK(keep_alive.on_deadline(kStart + ms(20'000)) == Action::Ping);
    CHECK(keep_alive.on_deadline(kStart + ms(22'500)) == Action::PingAndSuspect);
    CHECK(keep_alive.on_wake_up(kStart + ms(23'000)) == Action::Ping);
    CHECK(keep_alive.suspect());
    CHECK(keep_alive.on_deadline(kStart + ms(25'000)) == Action::Dead);
}

TEST_CASE("AClockJumpIsAWakeUpAndNotADeath") {
    constexpr MonotonicUs kHours = 3 * 3600 * kSecondUs;
    SUBCASE("while quiet") {
        KeepAlive keep_alive = started();
        CHECK(keep_alive.on_deadline(kStart + kHours) == Action::Ping);
        CHECK(keep_alive.next_deadline() == kStart + kHours + ms(5'000));
        CHECK_FALSE(keep_alive.heard(kStart + kHours + ms(4'999)));
    }
    SUBCASE("while a PING is out") {
        KeepAlive keep_alive = started();
        CHECK(keep_alive.on_deadline(kStart + ms(20'000)) == Action::Ping);
        CHECK(keep_alive.on_deadline(kStart + kHours) == Action::Ping);
        CHECK(keep_alive.on_deadline(kStart + kHours + ms(5'000)) == Action::Dead);
    }
    SUBCASE("while suspect") {
        KeepAlive keep_alive = started();
        CHECK(keep_alive.on_deadline(kStart + ms(20'000)) == Action::Ping);
        CHECK(keep_alive.on_deadline(kStart + ms(22'500)) == Action::PingAndSuspect);
        CHECK(keep_alive.on_deadline(kStart + kHours) == Action::Ping);
        CHECK(keep_alive.heard(kStart + kHours + ms(1)));
    }
    SUBCASE("and the page hears of it by a wake-up") {
        KeepAlive keep_alive = started();
        CHECK(keep_alive.on_deadline(kStart + ms(20'000)) == Action::Ping);
        CHECK(keep_alive.on_wake_up(kStart + kHours) == Action::Ping);
        CHECK(keep_alive.next_deadline() == kStart + kHours + ms(5'000));
    }
}

TEST_CASE("TimersThatFireOnceAMinuteFindADeadLinkAndSpareALiveOne") {
    KeepAlive silent = started();
    CHECK(silent.on_deadline(kStart + ms(60'000)) == Action::Ping);
    CHECK(silent.on_deadline(kStart + ms(120'000)) == Action::Dead);

    KeepAlive live = started();
    for (int minute = 1; minute < 100; ++minute) {
        CHECK(live.on_deadline(kStart + ms(60'000) * minute) == Action::Ping);
        CHECK_FALSE(live.heard(kStart + ms(60'000) * minute + ms(40)));
    }
}

TEST_CASE("ASlightlyLateTimerCountsFromThePingThatWasSent") {
    KeepAlive keep_alive = started();
    CHECK(keep_alive.on_deadline(kStart + ms(23'000)) == Action::Ping);
    CHECK(keep_alive.next_deadline() == kStart + ms(25'500));
    CHECK(keep_alive.on_deadline(kStart + ms(25'500)) == Action::PingAndSuspect);
    CHECK(keep_alive.on_deadline(kStart + ms(28'000)) == Action::Dead);
}

TEST_CASE("StoppedMeansSilent") {
    KeepAlive keep_alive = started();
    keep_alive.stop();
    CHECK(keep_alive.next_deadline() == kNever);
    CHECK(keep_alive.on_wake_up(kStart) == Action::None);
    CHECK(keep_alive.on_deadline(kStart + ms(99'000)) == Action::None);
    CHECK_FALSE(keep_alive.heard(kStart));
}

// Random worlds: trades booked, events lost with their connection, links cut, services failing and
// slow, the account switched, the page put to sleep. Whatever happened, once the world is well
// again and the commit lag has passed, every page equals the database, row for row; and it was
// never live with a difference that a fault on its own link had made.
#include <doctest/doctest.h>

#include <string>

#include "support/seed.h"
#include "support/session_rig.h"

using namespace nats_blotter;
using session::Status;
using support::RestAnswer;
using support::SessionRig;

namespace {

constexpr std::int64_t kAccounts[] = {22214, 52355};
constexpr const char* kSecurities[] = {"IBM", "MS", "C", "BAC"};

struct World {
    World(Random& chance, std::uint64_t seed) : random(chance), rig(choice(), seed) {}

    feed::SubjectChoice choice() { return static_cast<feed::SubjectChoice>(random.below(3)); }
    bool one_in(std::uint64_t n) { return random.below(n) == 0; }

    void book_some() {
        for (std::uint64_t i = 0; i < 1 + random.below(5); ++i) {
            ++clock;
            rig.book({"T" + std::to_string(++booked), kAccounts[random.below(2)],
                      kSecurities[random.below(4)], one_in(2) ? "Buy" : "Sell",
                      static_cast<std::int64_t>(1 + random.below(1000)), clock});
        }
    }

    void step() {
        switch (random.below(13)) {
            case 0: rig.cut(); break;
            case 1:
                rig.broker_up = !rig.broker_up;
                if (!rig.broker_up) rig.cut();
                break;
            case 2:
                rig.rest_held = !rig.rest_held;
                if (!rig.rest_held) rig.release_rest();
                break;
            case 3: toggle_rest_failure(); break;
            case 4:
                rig.session.set_scope(one_in(3) ? 0 : kAccounts[random.below(2)], rig.now);
                break;
            case 5: rig.session.resync(rig.now); break;
            case 6: rig.broker_sends("MSG nonsense\r\n"); break;
            case 7:
                if (one_in(4)) {
                    rig.now += 100 * kSecondUs;
                    rig.session.on_wake_up(rig.now);
                }
                break;
            case 8: offers_since = !offers_since; break;  // the service is exchanged for another
            default: book_some();
        }
        // Commits are instant here, so what is booked from now on is above the clock.
        rig.offered_since = offers_since ? clock : -1;
        rig.settle();
        rig.advance_ms(static_cast<std::int64_t>(random.below(700)));
    }

    void toggle_rest_failure() {
        if (rig.rest_override)
            rig.rest_override = nullptr;
        else
            rig.rest_override = [](const std::string&) { return RestAnswer{503, "[{\"id\":"}; };
    }

    void heal() {
        rig.broker_up = true;
        rig.rest_held = false;
        rig.rest_override = nullptr;
        rig.release_rest();
        // A redial may be 30 s away after a long outage, and a retry follows it.
        rig.advance_ms(40'000);
    }

    Random& random;
    SessionRig rig;
    std::int64_t clock = 1'000'000;
    bool offers_since = false;
    int booked = 0;
};

}  // namespace

TEST_CASE("WhateverHappenedThePageEqualsTheDatabaseAgain") {
    NB_SEEDED_RANDOM(seeds);
    std::uint64_t partial_reads = 0;
    for (int schedule = 0; schedule < 300; ++schedule) {
        const std::uint64_t seed = seeds.next();
        INFO("schedule ", schedule, " seed ", seed);
        Random random(seed);
        World world(random, seed);
        world.book_some();
        world.rig.start(kAccounts[0]);
        for (int step = 0; step < 40; ++step) {
            world.step();
            // Live and without a fault pending: nothing may be missing.
            if (world.rig.status() == Status::Live) CHECK(world.rig.matches_database());
        }
        world.heal();
        CHECK(world.rig.status() == Status::Live);
        CHECK(world.rig.matches_database());
        partial_reads += world.rig.stats().partial_reads;
    }
    CHECK(partial_reads > 300);  // or the half of it would prove nothing
}

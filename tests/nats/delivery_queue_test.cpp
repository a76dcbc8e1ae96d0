#include "nats/delivery_queue.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "base/random.h"
#include "support/seed.h"

using namespace nats_blotter;
using nats::DeliveryLimits;
using nats::DeliveryQueue;
using nats::WhenFull;

namespace {

constexpr nats::Sid kSid = 7;

struct Rig {
    explicit Rig(DeliveryLimits limits) { queue.open(kSid, limits); }
    void push(std::string_view subject, std::string_view payload, std::string_view key = {}) {
        nats::Event message;
        message.subject = subject;
        message.payload = payload;
        queue.push(kSid, message, key);
    }
    std::string pop_all() {
        std::string payloads;
        while (const auto delivery = queue.pop(kSid)) {
            payloads += payloads.empty() ? "" : " ";
            payloads += delivery->payload();
        }
        return payloads;
    }

    DeliveryQueue queue;
};

DeliveryLimits limits(std::size_t messages, WhenFull when_full,
                      std::size_t bytes = nats::kLaneBytesDefault) {
    return {messages, bytes, when_full};
}

}  // namespace

TEST_CASE("ADeliveryOwnsAllPartsOfItsMessage") {
    DeliveryQueue queue;
    queue.open(1, {});
    {
        const std::string subject = "a.b", reply = "r", headers = "NATS/1.0\r\n\r\n", payload = "p";
        nats::Event message;
        message.subject = subject;
        message.reply = reply;
        message.headers = headers;
        message.payload = payload;
        queue.push(1, message);
    }
    const auto delivery = queue.pop(1);
    REQUIRE(delivery);
    CHECK(delivery->subject() == "a.b");
    CHECK(delivery->reply() == "r");
    CHECK(delivery->headers() == "NATS/1.0\r\n\r\n");
    CHECK(delivery->payload() == "p");
    CHECK_FALSE(queue.pop(1));
}

TEST_CASE("TheOldestOrTheNewestIsDroppedAsChosen") {
    Rig oldest(limits(3, WhenFull::DropOldest));
    Rig newest(limits(3, WhenFull::DropNewest));
    for (const char* payload : {"1", "2", "3", "4", "5"}) {
        oldest.push("s", payload);
        newest.push("s", payload);
    }
    CHECK(oldest.pop_all() == "3 4 5");
    CHECK(newest.pop_all() == "1 2 3");
    CHECK(oldest.queue.stats(kSid).dropped == 2);
    CHECK(newest.queue.stats(kSid).dropped == 2);
    CHECK(newest.queue.stats(kSid).popped == 3);
}

TEST_CASE("ConflationKeepsTheLatestOfEachKeyAtItsPlace") {
    Rig rig(limits(10, WhenFull::Conflate));
    rig.push("p.IBM", "1");
    rig.push("p.MSFT", "2");
    rig.push("p.IBM", "3");
    rig.push("other", "4", "p.MSFT");
    CHECK(rig.pop_all() == "3 4");
    CHECK(rig.queue.stats(kSid).conflated == 2);
    CHECK(rig.queue.stats(kSid).dropped == 0);
    CHECK_FALSE(rig.queue.next_lagging());
    rig.push("p.IBM", "5");
    CHECK(rig.pop_all() == "5");
}

TEST_CASE("WithMoreKeysThanFitTheOldestGoes") {
    Rig rig(limits(2, WhenFull::Conflate));
    rig.push("a", "1");
    rig.push("b", "2");
    rig.push("c", "3");
    rig.push("a", "4");
    rig.push("a", "5");
    CHECK(rig.pop_all() == "3 5");
    CHECK(rig.queue.stats(kSid).dropped == 2);
}

TEST_CASE("EachEpisodeOfLosingIsToldOnce") {
    Rig rig(limits(2, WhenFull::DropOldest));
    for (int i = 0; i < 10; ++i) rig.push("s", "x");
    auto begun = rig.queue.next_lagging();
    REQUIRE(begun);
    CHECK(begun->sid == kSid);
    CHECK_FALSE(begun->caught_up);
    CHECK_FALSE(rig.queue.next_lagging());
    CHECK(rig.queue.pop(kSid));
    for (int i = 0; i < 5; ++i) rig.push("s", "x");
    CHECK_FALSE(rig.queue.next_lagging());
    rig.pop_all();
    const auto ended = rig.queue.next_lagging();
    REQUIRE(ended);
    CHECK(ended->caught_up);
    CHECK(ended->dropped == 12);
    for (int i = 0; i < 3; ++i) rig.push("s", "x");
    begun = rig.queue.next_lagging();
    REQUIRE(begun);
    CHECK_FALSE(begun->caught_up);
    CHECK(rig.queue.stats(kSid).episodes == 2);
}

TEST_CASE("NoticesThatNobodyTakesDoNotPileUp") {
    Rig rig(limits(1, WhenFull::DropOldest));
    for (int round = 0; round < 1'000; ++round) {
        rig.push("s", "x");
        rig.push("s", "x");
        rig.pop_all();
    }
    CHECK_FALSE(rig.queue.next_lagging()->caught_up);
    const auto ended = rig.queue.next_lagging();
    CHECK(ended->caught_up);
    CHECK(ended->dropped == 1'000);
    CHECK_FALSE(rig.queue.next_lagging());
}

TEST_CASE("TheLimitInBytesHoldsWhateverComes") {
    Rig rig(limits(1'000, WhenFull::DropOldest, 10'000));
    for (int i = 0; i < 50; ++i) rig.push("s", std::string(1'000, 'x'));
    CHECK(rig.queue.bytes(kSid) <= 10'000);
    CHECK(rig.queue.waiting(kSid) >= 8);
    rig.push("s", std::string(20'000, 'x'));  // alone past the limit: costs nothing but itself
    CHECK(rig.queue.waiting(kSid) >= 8);
    rig.push("s", std::string(9'000, 'y'));
    CHECK(rig.queue.waiting(kSid) == 1);
    Rig grown(limits(1'000, WhenFull::Conflate, 10'000));
    for (int i = 0; i < 8; ++i) grown.push("k" + std::to_string(i), std::string(500, 'x'));
    grown.push("k7", std::string(9'000, 'y'));
    CHECK(grown.queue.bytes(kSid) <= 10'000);
    CHECK(grown.pop_all().size() >= 9'000);
}

TEST_CASE("LanesAreApartAndClosingForgets") {
    Rig rig(limits(1, WhenFull::DropOldest));
    rig.queue.open(8, limits(5, WhenFull::DropOldest));
    nats::Event message;
    for (int i = 0; i < 3; ++i) {
        rig.push("s", "x");
        rig.queue.push(8, message);
    }
    CHECK(rig.queue.waiting(8) == 3);
    rig.queue.close(kSid);
    CHECK_FALSE(rig.queue.next_lagging());
    rig.queue.open(kSid, limits(1, WhenFull::DropOldest));
    CHECK(rig.queue.waiting(kSid) == 0);
}

TEST_CASE("TheLatestOfEveryKeySurvivesAnyOrder") {
    NB_SEEDED_RANDOM(random);
    for (int round = 0; round < 100; ++round) {
        Rig rig(limits(50, WhenFull::Conflate));
        std::map<std::string, std::string> latest;
        for (int i = 0; i < 500; ++i) {
            const std::string key = std::to_string(random.below(40));
            latest[key] = std::to_string(i);
            rig.push(key, latest[key]);
            if (random.below(8) != 0) continue;
            if (const auto delivery = rig.queue.pop(kSid))
                CHECK(latest.at(std::string(delivery->subject())) == delivery->payload());
        }
        while (const auto delivery = rig.queue.pop(kSid))
            CHECK(latest.at(std::string(delivery->subject())) == delivery->payload());
        CHECK(rig.queue.stats(kSid).dropped == 0);
    }
}

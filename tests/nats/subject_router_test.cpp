#include "nats/subject_router.h"

#include <doctest/doctest.h>

#include <string>

#include "base/random.h"
#include "nats/error.h"
#include "nats/subject.h"
#include "support/seed.h"

using namespace nats_blotter;
using nats::SubjectRouter;
using Sinks = std::vector<std::uint64_t>;

namespace {

Sinks route(const SubjectRouter& router, std::string_view subject) {
    Sinks sinks;
    router.route(subject, sinks);
    return sinks;
}

}  // namespace

TEST_CASE("OneWideSubscriptionFeedsManySinksInOrder") {
    SubjectRouter router;
    const auto ibm = *router.add("pricing.IBM", 1);
    const auto all = *router.add("pricing.*", 2);
    REQUIRE(router.add("pricing.IBM", 3));
    REQUIRE(router.add(">", 4));
    REQUIRE(router.add("/accounts/*/trades", 5));  // a slash is no separator: no wildcard
    CHECK(route(router, "pricing.IBM") == Sinks{1, 2, 3, 4});
    CHECK(route(router, "pricing.X") == Sinks{2, 4});
    CHECK(route(router, "pricing.X.bid") == Sinks{4});
    CHECK(route(router, "/accounts/1/trades") == Sinks{4});
    CHECK(route(router, "/accounts/*/trades") == Sinks{4, 5});
    router.remove(ibm);
    router.remove(ibm);
    router.remove(all);
    router.remove(77);
    CHECK(router.size() == 3);
    CHECK(route(router, "pricing.IBM") == Sinks{3, 4});
}

TEST_CASE("BadPatternsAndTooManyAreRefused") {
    SubjectRouter router;
    CHECK_FALSE(router.add("a..b", 1));
    CHECK_FALSE(router.add("", 1));
    while (router.size() < nats::kRoutesMax) REQUIRE(router.add("a", 1));
    CHECK(router.add("a", 1).error().code ==
          static_cast<int>(nats::NatsError::TooManySubscriptions));
}

TEST_CASE("RoutingAgreesWithComparingEveryPattern") {
    NB_SEEDED_RANDOM(random);
    const auto text = [&random](bool wildcards) {
        std::string subject;
        for (std::uint64_t tokens = 1 + random.below(3); tokens > 0; --tokens) {
            const std::uint64_t pick = random.below(wildcards ? 5 : 3);
            subject += pick == 4 && tokens == 1 ? ">" : pick >= 3 ? "*" : pick == 2 ? "b" : "a";
            if (tokens > 1) subject += '.';
        }
        return subject;
    };
    for (int round = 0; round < 300; ++round) {
        SubjectRouter router;
        std::vector<std::pair<SubjectRouter::RouteId, std::string>> patterns;
        for (std::uint64_t i = 0; i < 12; ++i) {
            const std::string pattern = text(true);
            patterns.emplace_back(*router.add(pattern, i + 1), pattern);
        }
        for (int i = 0; i < 4; ++i) {
            const auto at = patterns.begin() + static_cast<std::ptrdiff_t>(random.below(8));
            router.remove(at->first);
            patterns.erase(at);
        }
        const std::string subject = text(false);
        Sinks expected;
        for (const auto& [id, pattern] : patterns)
            if (nats::subject_matches(pattern, subject)) expected.push_back(id);
        CHECK(route(router, subject) == expected);
    }
}

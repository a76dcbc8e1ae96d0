#include "nats/subscriptions.h"

#include <doctest/doctest.h>

#include <string>

#include "base/limits.h"
#include "nats/error.h"

using namespace nats_blotter;
using nats::NatsError;
using nats::Subscriptions;

TEST_CASE("SidsRiseAndAreNeverReused") {
    Subscriptions subscriptions;
    CHECK(*subscriptions.add("a", "") == 1);
    CHECK(*subscriptions.add("b", "") == 2);
    subscriptions.remove(2);
    subscriptions.remove(2);
    CHECK(*subscriptions.add("c", "") == 3);
    CHECK(subscriptions.find(1)->subject == "a");
    CHECK(subscriptions.find(2) == nullptr);
    CHECK(subscriptions.find(3)->subject == "c");
    CHECK(subscriptions.find(0) == nullptr);
    CHECK(subscriptions.find(4) == nullptr);
}

TEST_CASE("EverySidIsFoundAfterMuchChurn") {
    Subscriptions subscriptions;
    for (int i = 1; i <= 500; ++i) CHECK(*subscriptions.add("s." + std::to_string(i), "") == i);
    for (nats::Sid sid = 1; sid <= 500; sid += 3) subscriptions.remove(sid);
    for (nats::Sid sid = 1; sid <= 500; ++sid) {
        const nats::Subscription* found = subscriptions.find(sid);
        REQUIRE((found != nullptr) == (sid % 3 != 1));
        if (found != nullptr) CHECK(found->subject == "s." + std::to_string(sid));
    }
}

TEST_CASE("InvalidNamesAreRefused") {
    Subscriptions subscriptions;
    CHECK(subscriptions.add("a..b", "").error().code == static_cast<int>(NatsError::BadSubject));
    CHECK(subscriptions.add("a", "q q").error().code == static_cast<int>(NatsError::BadQueueGroup));
    CHECK(subscriptions.size() == 0);
}

TEST_CASE("TheNumberOfSubscriptionsHasALimit") {
    Subscriptions subscriptions;
    for (std::size_t i = 0; i < kSubscriptionsMax; ++i)
        REQUIRE(subscriptions.add("/accounts/" + std::to_string(i) + "/trades", "").has_value());
    CHECK(subscriptions.add("one.more", "").error().code ==
          static_cast<int>(NatsError::TooManySubscriptions));
    subscriptions.remove(5);
    CHECK(subscriptions.add("one.more", "").has_value());
}

TEST_CASE("AllSubLinesTogetherFitOneWrite") {
    Subscriptions subscriptions;
    const std::string subject(kSubjectBytesMax, 's');
    while (subscriptions.add(subject, "").has_value()) {
    }
    std::string out;
    subscriptions.append_all(out);
    CHECK(out.size() <= Subscriptions::line_bytes_max());
    CHECK(out.size() > Subscriptions::line_bytes_max() - 24 * kSubjectBytesMax);
}

TEST_CASE("EqualSubscriptionsAreDeniedInTurn") {
    Subscriptions subscriptions;
    REQUIRE(subscriptions.add("a", "").has_value());
    REQUIRE(subscriptions.add("a", "q").has_value());
    REQUIRE(subscriptions.add("a", "").has_value());
    CHECK(subscriptions.find_for_denial("a", "") == 1);
    subscriptions.mark_denied(1);
    CHECK(subscriptions.find_for_denial("a", "") == 3);
    subscriptions.mark_denied(3);
    CHECK(subscriptions.find_for_denial("a", "") == 1);
    CHECK(subscriptions.find_for_denial("a", "q") == 2);
    CHECK(subscriptions.find_for_denial("b", "") == 0);
    subscriptions.forget_denials();
    CHECK_FALSE(subscriptions.find(1)->denied);
}

// tests/services/booking_test.cpp - the booking rule and the seed rows it starts from.
#include "services/booking.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <set>
#include <string>

#include "services/seed.h"

using namespace nats_blotter::services;

TEST_CASE("BuyAddsAndEverythingElseSubtracts") {
    CHECK(signed_quantity(Side::Buy, 100) == 100);
    CHECK(signed_quantity(Side::Sell, 100) == -100);
    CHECK(signed_quantity(std::nullopt, 2147483647) == -2147483647);
}

TEST_CASE("AVersionRisesEvenWhenTheClockStandsStillOrTurnsBack") {
    CHECK(next_version(1000, std::nullopt) == 1000);
    CHECK(next_version(1000, 900) == 1000);
    CHECK(next_version(1000, 1000) == 1001);
    CHECK(next_version(1000, 5000) == 5001);
}

TEST_CASE("IdsAreVersionFourUuidsAndDiffer") {
    std::set<std::string> seen;
    for (int round = 0; round < 1000; ++round) {
        const std::string id = random_uuid();
        REQUIRE(id.size() == 36);
        CHECK(id[14] == '4');
        CHECK(std::string("89ab").find(id[19]) != std::string::npos);
        CHECK(id.find_first_not_of("0123456789abcdef-") == std::string::npos);
        seen.insert(id);
    }
    CHECK(seen.size() == 1000);
}

TEST_CASE("SeedRowsAreTheStockOnes") {
    REQUIRE(seed_accounts().size() == 7);
    CHECK(seed_accounts()[5].id == 52355);  // the one that the stock page preselects
    CHECK(seed_account_users().size() == 18);
    CHECK(seed_trades().size() == 4);
    REQUIRE(people().size() == 10);
    CHECK(people()[4].email == "eva.garcia@example.com");
    for (const SeedAccountUser& user : seed_account_users()) {
        bool known = false;
        for (const Person& person : people()) known = known || person.logon_id == user.username;
        CHECK(known);
    }
}

#include "feed/subjects.h"

#include <doctest/doctest.h>

using namespace nats_blotter::feed;

TEST_CASE("AccountIsFilledIntoBothFamilies") {
    CHECK(subject_for(Stream::AccountTrades, SubjectFamily::Slash, 22214) ==
          "/accounts/22214/trades");
    CHECK(subject_for(Stream::AccountPositions, SubjectFamily::Slash, 22214) ==
          "/accounts/22214/positions");
    CHECK(subject_for(Stream::AccountTrades, SubjectFamily::Dotted, 22214) ==
          "trades.account.22214.updated");
    CHECK(subject_for(Stream::Orders, SubjectFamily::Slash, 1) == "/trades");
}

// In the slash family a wildcard would be every subject, so the account is always literal.
TEST_CASE("BrowserPermissionsNeverHoldABareWildcard") {
    for (const SubjectRow& row : kSubjects) {
        if (!row.browser_may_subscribe) continue;
        const std::string allowed = browser_allow_subject(row, 22214);
        CHECK(allowed != "*");
        CHECK(allowed != ">");
        if (row.family == SubjectFamily::Slash)
            CHECK(allowed.find('*') == std::string::npos);
        else
            CHECK(allowed.find(".*") != std::string::npos);
    }
}

TEST_CASE("OrdersAreNotForBrowsers") {
    for (const SubjectRow& row : kSubjects) {
        const bool orders = row.stream == Stream::Orders || row.stream == Stream::OrderRequests;
        CHECK(row.browser_may_subscribe == !orders);
    }
}

TEST_CASE("PricesAndReadingsAreOfNoAccountAndHaveOnePatternEach") {
    const SubjectRow& prices = subject_row(Stream::Prices, SubjectFamily::Dotted);
    const SubjectRow& readings = subject_row(Stream::Readings, SubjectFamily::Dotted);
    CHECK_FALSE(is_of_account(prices));
    CHECK_FALSE(is_of_account(readings));
    CHECK(is_of_account(subject_row(Stream::AccountTrades, SubjectFamily::Slash)));
    CHECK(browser_allow_subject(prices, 22214) == "pricing.*");
    CHECK(wildcard_subject(prices) == "pricing.*");
    CHECK(browser_allow_subject(readings, 22214) == "sensors.*.readings");
}

TEST_CASE("OnlyTheDottedFamilyHasAPatternOverAllAccounts") {
    const auto wildcard = [](Stream stream, SubjectFamily family) {
        return wildcard_subject(subject_row(stream, family));
    };
    CHECK(wildcard(Stream::AccountTrades, SubjectFamily::Dotted) == "trades.account.*.updated");
    CHECK(wildcard(Stream::AccountTrades, SubjectFamily::Slash).empty());
    CHECK(wildcard(Stream::Orders, SubjectFamily::Slash) == "/trades");
}

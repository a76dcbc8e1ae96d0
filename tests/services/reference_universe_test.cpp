// tests/services/reference_universe_test.cpp - the 509 securities.
#include "services/reference_universe.h"

#include <doctest/doctest.h>

#include <set>
#include <string_view>

using namespace nats_blotter::services;

TEST_CASE("TheUniverseHas509SecuritiesInTheStockOrder") {
    const auto stocks = reference_universe();
    REQUIRE(stocks.size() == 509);
    CHECK(stocks[0].ticker == "MMM");
    CHECK(stocks[1].ticker == "AOS");
    CHECK(stocks[505].ticker == "UBS");
    CHECK(stocks[506].ticker == "DB");
    CHECK(stocks[507].ticker == "FNMA");
    CHECK(stocks[508].ticker == "FNF");
}

TEST_CASE("TickersAreUniqueAndFitTheirColumns") {
    std::set<std::string_view> tickers;
    for (const Stock& stock : reference_universe()) {
        CHECK(tickers.insert(stock.ticker).second);
        CHECK(stock.ticker.size() <= 15);
        CHECK(stock.ticker.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ.") ==
              std::string_view::npos);
        CHECK_FALSE(stock.company_name.empty());
        CHECK(stock.company_name.size() <= 45);
        for (const char c : stock.company_name) CHECK((c >= ' ' && c <= '~'));
    }
    for (const char* ticker : {"META", "BRK.B", "BF.B", "IBM", "C", "BAC", "MS"})
        CHECK(tickers.contains(ticker));
    CHECK_FALSE(tickers.contains("FB"));
}

#include "session/securities.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace nats_blotter::session;

namespace {

Securities some() {
    Securities securities;
    REQUIRE(securities.read(
        R"([{"ticker":"MMM","companyName":"3M"},)"
        R"({"ticker":"IBM","companyName":"International Business Machines"},)"
        R"({"ticker":"BRK.B","companyName":"Berkshire Hathaway"},)"
        R"({"ticker":"IP","companyName":"International Paper"},)"
        R"({"ticker":"MS","companyName":"Morgan Stanley"},)"
        R"({"ticker":"C","companyName":"Citigroup Inc."},{"companyName":"no ticker"}])"));
    return securities;
}

std::vector<std::string> tickers(const std::vector<const Security*>& found) {
    std::vector<std::string> list;
    for (const Security* security : found) list.push_back(security->ticker);
    return list;
}

}  // namespace

TEST_CASE("SuggestionsAreTickersByTheirStartThenCompaniesByAWord") {
    const Securities securities = some();
    CHECK(securities.size() == 6);
    using List = std::vector<std::string>;
    CHECK(tickers(securities.suggest("i", 8)) == List{"IBM", "IP", "C"});
    CHECK(tickers(securities.suggest("m", 8)) == List{"MMM", "MS", "IBM"});
    CHECK(tickers(securities.suggest("m", 2)) == List{"MMM", "MS"});
    CHECK(tickers(securities.suggest("HATH", 8)) == List{"BRK.B"});
    CHECK(tickers(securities.suggest("business ma", 8)) == List{"IBM"});
    CHECK(securities.suggest("usiness", 8).empty());
    CHECK(securities.suggest(" ", 8).empty());
}

TEST_CASE("ASecurityIsMatchedExactlyOrNotAtAll") {
    const Securities securities = some();
    CHECK(securities.match("IBM")->ticker == "IBM");
    CHECK(securities.match(" ibm ")->ticker == "IBM");
    CHECK(securities.match("IBM - International Business Machines")->ticker == "IBM");
    CHECK(securities.match("IB") == nullptr);
    CHECK(securities.match("IBMX") == nullptr);
    CHECK(securities.match("") == nullptr);
    CHECK(securities.find("ibm") == nullptr);
}

TEST_CASE("WhatIsNoListLeavesTheListThatWas") {
    Securities securities = some();
    CHECK_FALSE(securities.read("<html>Bad Gateway</html>"));
    CHECK_FALSE(securities.read(R"([{"ticker":"X")"));
    CHECK(securities.size() == 6);
    CHECK_FALSE(Securities().known());
}

TEST_CASE("MoreSecuritiesThanAreHeldAreCounted") {
    std::string json = "[";
    for (std::size_t i = 0; i < kSecuritiesMax + 3; ++i)
        json += (i > 0 ? ",{\"ticker\":\"T" : "{\"ticker\":\"T") + std::to_string(i) + "\"}";
    Securities securities;
    REQUIRE(securities.read(json + "]"));
    CHECK(securities.size() == kSecuritiesMax);
    CHECK(securities.beyond_cap() == 3);
}

TEST_CASE("AWordBeginsBehindWhateverStandsBetweenWords") {
    Securities securities;
    REQUIRE(securities.read(R"([{"ticker":"A","companyName":"One-Zeta"},)"
                            R"({"ticker":"B","companyName":"Two (Zeta) Co"},)"
                            R"({"ticker":"C","companyName":"Three&Zeta"},)"
                            R"({"ticker":"D","companyName":"Four/Zeta"},)"
                            R"({"ticker":"E","companyName":"Five.Zeta"},{"ticker":"ZF"}])"));
    using List = std::vector<std::string>;
    CHECK(tickers(securities.suggest("zeta", 8)) == List{"A", "B", "C", "D"});
    CHECK(tickers(securities.suggest("z", 1)) == List{"ZF"});
    CHECK(tickers(securities.suggest("z", 0)) == List{});
    CHECK(security_words(*securities.find("ZF")) == "ZF");  // its company is unknown
    CHECK(securities.match("zf")->ticker == "ZF");
}

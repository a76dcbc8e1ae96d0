// Orders, securities and changes of accounts through a whole session.
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>

#include "session/account_admin.h"
#include "session/securities.h"
#include "session/ticket.h"
#include "support/session_rig.h"

using namespace nats_blotter;
using namespace nats_blotter::session;
using support::RestAnswer;
using support::SessionRig;

namespace {

constexpr AccountId kAccount = 22214;

bool is_order(const Action& action) { return action.url == "/trade-service/trade/"; }

void go_live(SessionRig& rig, AccountId account = kAccount) {
    rig.start(account);
    rig.advance_ms(300);
    REQUIRE(rig.status() == Status::Live);
}

std::string line(const SessionRig& rig) {
    return ticket_line(rig.session.tickets().history().back());
}

}  // namespace

TEST_CASE("AnOrderGoesToTradeServiceAndItsTradeIsSeen") {
    SessionRig rig;
    std::string sent;
    rig.service = [&](const Action& action) -> std::optional<RestAnswer> {
        if (!is_order(action)) return std::nullopt;
        CHECK(action.method == "POST");
        sent = action.body;
        return RestAnswer{200, action.body};
    };
    go_live(rig);
    CHECK(rig.session.takes_orders());
    CHECK(rig.session.send_order({kAccount, "IBM", Side::Sell, 1'000}, rig.now).empty());
    rig.settle();
    CHECK(sent.find(R"("security":"IBM","quantity":1000,"accountId":22214,"side":"Sell"})") !=
          std::string::npos);
    CHECK(line(rig) == "Sell 1,000 IBM: accepted <1 ms");
    rig.advance_ms(40);
    rig.book({"T-other", kAccount, "IBM", "Sell", 999, 1000});
    rig.book({"T-mine", kAccount, "IBM", "Sell", 1'000, 1001});
    rig.settle();
    CHECK(line(rig) == "Sell 1,000 IBM: accepted <1 ms → matching trade seen 40 ms");
    rig.book({"T-next", kAccount, "IBM", "Sell", 1'000, 1002});  // no order waits for it
    rig.settle();
    CHECK(rig.session.tickets().owns("T-mine"));
    CHECK_FALSE(rig.session.tickets().owns("T-next"));
    CHECK_FALSE(rig.session.tickets().owns("T-other"));
    CHECK(rig.matches_database());
}

TEST_CASE("ATradeThatIsToldAgainIsNotTakenForANewOne") {
    SessionRig rig;
    rig.service = [](const Action& action) -> std::optional<RestAnswer> {
        if (is_order(action)) return RestAnswer{200, "{}"};
        return std::nullopt;
    };
    go_live(rig);
    rig.book({"T-old", kAccount, "IBM", "Buy", 100, 1000});
    rig.settle();
    rig.session.send_order({kAccount, "IBM", Side::Buy, 100}, rig.now);
    rig.settle();
    rig.publish_trade({"T-old", kAccount, "IBM", "Buy", 100, 2000});
    rig.settle();
    CHECK(line(rig) == "Buy 100 IBM: accepted <1 ms");
}

TEST_CASE("AnOrderWithoutAnAnswerIsGivenUpAndSaidToBeUnknown") {
    SessionRig rig;
    go_live(rig);
    rig.rest_held = true;
    rig.session.send_order({kAccount, "IBM", Side::Buy, 100}, rig.now);
    rig.advance_ms(9'990);
    CHECK(line(rig) == "Buy 100 IBM: sending");
    rig.advance_ms(20);
    CHECK(line(rig).find("unknown, check before sending again") != std::string::npos);
    CHECK(rig.cancelled.size() == 1);
    rig.rest_held = false;
    rig.release_rest();  // the answer was on its way already
    CHECK(line(rig).find("unknown") != std::string::npos);
}

TEST_CASE("TheListOfSecuritiesIsReadWhenWantedAndAgainUntilItIsThere") {
    SessionRig rig;
    int asked = 0;
    rig.service = [&](const Action& action) -> std::optional<RestAnswer> {
        if (action.url != "/reference-data/stocks") return std::nullopt;
        if (++asked < 3) return RestAnswer{asked == 1 ? 502 : 200, "<html>Bad Gateway</html>"};
        return RestAnswer{200, R"([{"ticker":"IBM","companyName":"Machines"}])"};
    };
    go_live(rig);
    CHECK(asked == 0);
    rig.session.want_securities(rig.now);
    rig.settle();
    CHECK(rig.session.securities_trouble() == "reference-data answers 502");
    rig.session.want_securities(rig.now);  // not before its time
    rig.settle();
    CHECK(asked == 1);
    rig.advance_ms(5'000);
    CHECK(asked == 3);
    CHECK(rig.session.securities_trouble().empty());
    CHECK(rig.session.securities().find("IBM") != nullptr);
    rig.session.want_securities(rig.now);
    rig.settle();
    CHECK(asked == 3);
}

TEST_CASE("AnAnswerThatIsTooLongIsNotHeld") {
    SessionRig rig;
    rig.service = [&](const Action& action) -> std::optional<RestAnswer> {
        if (action.url != "/reference-data/stocks") return std::nullopt;
        return RestAnswer{200, "[" + std::string(kAnswerBytesMax, ' ') + "]"};
    };
    go_live(rig);
    rig.session.want_securities(rig.now);
    rig.settle();
    CHECK(rig.session.securities_trouble() ==
          "reference-data answered something that is not a list");
}

TEST_CASE("ANewAccountIsFollowedWithoutAResync") {
    SessionRig rig;
    rig.service = [&](const Action& action) -> std::optional<RestAnswer> {
        if (action.method != "POST") return std::nullopt;
        rig.database.accounts.push_back(65000);
        return RestAnswer{200, R"({"id":65000,"displayName":"New"})"};
    };
    go_live(rig, kAllAccounts);
    CHECK(rig.session.admin().create("New").empty());
    rig.settle();
    CHECK(rig.session.admin().take_created() == 65000);
    CHECK(rig.session.accounts().size() == 3);
    const std::vector<std::string>& subjects = rig.subscribed_subjects();
    CHECK(std::count(subjects.begin(), subjects.end(), "/accounts/65000/trades") == 1);
    rig.book({"T-new", 65000, "IBM", "Buy", 5, 1000});
    rig.settle();
    CHECK(rig.matches_database());
    CHECK(rig.status() == Status::Live);
}

TEST_CASE("WhereNoServiceTakesOrdersOrTellsSecuritiesNoneIsAsked") {
    feed::Profile profile = feed::traderx_profile(feed::SubjectChoice::Slash);
    profile.orders_url.clear();
    profile.securities_url.clear();
    SessionRig rig(profile);
    go_live(rig);
    CHECK_FALSE(rig.session.takes_orders());
    CHECK(rig.session.send_order({kAccount, "IBM", Side::Buy, 100}, rig.now) ==
          "No service takes orders here.");
    rig.fetched_urls.clear();
    rig.session.want_securities(rig.now);
    rig.settle();
    CHECK(rig.fetched_urls.empty());
}

TEST_CASE("AnOrderThatIsGivenUpLeavesOtherRequestsAlone") {
    SessionRig rig;
    go_live(rig);
    rig.service = [](const Action& action) -> std::optional<RestAnswer> {
        if (action.url != "/reference-data/stocks") return std::nullopt;
        return RestAnswer{0, ""};
    };
    rig.rest_held = true;
    rig.session.want_securities(rig.now);
    rig.session.want_securities(rig.now);  // it is on its way
    rig.settle();
    CHECK(rig.session.send_order({kAccount, "IBM", Side::Buy, 100}, rig.now).empty());
    rig.advance_ms(10'010);
    CHECK(line(rig).find("unknown") != std::string::npos);
    CHECK(rig.cancelled.size() == 1);
    CHECK(std::count(rig.fetched_urls.begin(), rig.fetched_urls.end(), "/reference-data/stocks") ==
          1);
    rig.release_rest();
    CHECK(rig.session.securities_trouble() == "reference-data does not answer");
}

TEST_CASE("PeopleAreSearchedWithoutReadingTheAccountsAgain") {
    SessionRig rig;
    rig.service = [](const Action& action) -> std::optional<RestAnswer> {
        if (!action.url.starts_with("/people-service/")) return std::nullopt;
        return RestAnswer{200, R"({"people":[{"logonId":"u1","fullName":"Alice J"}]})"};
    };
    go_live(rig);
    rig.fetched_urls.clear();
    CHECK(rig.session.admin().search("Alice").empty());
    rig.settle();
    CHECK(rig.session.admin().people().size() == 1);
    CHECK(rig.fetched_urls.size() == 1);
}

TEST_CASE("ARenamedAccountIsShownByItsNewName") {
    SessionRig rig;
    std::string list = R"([{"id":22214,"displayName":"Old"}])";
    rig.rest_override = [&list](const std::string& url) -> std::optional<RestAnswer> {
        if (url != "/account-service/account/") return std::nullopt;
        return RestAnswer{200, list};
    };
    go_live(rig, kAllAccounts);
    REQUIRE(rig.session.accounts().size() == 1);
    CHECK(rig.session.accounts()[0].name == "Old");
    const std::uint64_t version = rig.session.accounts_version();
    list = R"([{"id":22214,"displayName":"New"}])";
    rig.advance_ms(40'000);
    CHECK(rig.session.accounts()[0].name == "New");
    CHECK(rig.session.accounts_version() == version + 1);
    // Another one in its place, by the same name.
    list = R"([{"id":52355,"displayName":"New"}])";
    rig.advance_ms(40'000);
    CHECK(rig.session.accounts()[0].id == 52355);
    CHECK(rig.session.accounts_version() == version + 2);
}

#include "session/account_admin.h"

#include <doctest/doctest.h>

#include <string>

using namespace nats_blotter::session;

TEST_CASE("AnAccountIsCreatedAndItsNumberIsTold") {
    AccountAdmin admin;
    CHECK(admin.create("  ") == "Enter a name.");
    CHECK(admin.create(std::string(51, 'x')) == "A name has at most 50 characters.");
    CHECK(admin.create(" Fonds d’été ").empty());
    CHECK(admin.create("another") == "The last change is still under way.");
    const auto request = admin.next_request();
    REQUIRE(request.has_value());
    CHECK(request->method == "POST");
    CHECK(request->url == "/account-service/account/");
    CHECK(request->body == R"({"id":null,"displayName":"Fonds d’été"})");
    CHECK_FALSE(admin.next_request().has_value());
    admin.on_answer(AdminStep::Create, 200, {}, R"({"id":65001,"displayName":"Fonds d’été"})");
    CHECK(admin.take_created() == 65001);
    CHECK_FALSE(admin.take_created().has_value());
    CHECK(admin.take_changed());
    CHECK(admin.outcome() == "“Fonds d’été” is created.");
}

TEST_CASE("AnAccountIsRenamed") {
    AccountAdmin admin;
    CHECK(admin.rename(kAllAccounts, "x") == "Choose one account first.");
    CHECK(admin.rename(22214, "Desk \"A\"").empty());
    const auto request = admin.next_request();
    REQUIRE(request.has_value());
    CHECK(request->method == "PUT");
    CHECK(request->body == R"({"id":22214,"displayName":"Desk \"A\""})");
    admin.on_answer(AdminStep::Rename, 500, {}, "boom");
    CHECK(admin.failed());
    CHECK(admin.outcome() == "account-service answers 500: check before trying again.");
    CHECK_FALSE(admin.take_changed());
}

TEST_CASE("PeopleAreSearchedAndTheLastSearchCounts") {
    AccountAdmin admin;
    CHECK(admin.search("al") == "Type at least 3 letters of a name.");
    CHECK(admin.search("Al & J").empty());
    CHECK(admin.next_request()->url ==
          "/people-service/People/GetMatchingPeople?SearchText=Al%20%26%20J&Take=10");
    CHECK(admin.search("Alice").empty());  // while the first is on its way
    CHECK_FALSE(admin.next_request().has_value());
    admin.on_answer(AdminStep::Search, 404, {}, "");
    CHECK(admin.next_request()->url ==
          "/people-service/People/GetMatchingPeople?SearchText=Alice&Take=10");
    admin.on_answer(AdminStep::Search, 200, {},
                    R"({"people":[{"logonId":"user01","fullName":"Alice Johnson",)"
                    R"("email":"a@example.com","department":"HR"}]})");
    REQUIRE(admin.people().size() == 1);
    CHECK(admin.people()[0].full_name == "Alice Johnson");
    CHECK(admin.add_user(22214, admin.people()[0]).empty());
    CHECK(admin.next_request()->body == R"({"accountId":22214,"username":"user01"})");
    admin.on_answer(AdminStep::AddUser, 200, {}, "{}");
    CHECK(admin.outcome() == "Alice Johnson is a user of the account.");
}

TEST_CASE("WhatIsSearchedIsEscapedInTheAddress") {
    AccountAdmin admin;
    CHECK(admin.search("aZ_:~é9").empty());
    CHECK(admin.next_request()->url ==
          "/people-service/People/GetMatchingPeople?SearchText=aZ%5F%3A%7E%C3%A99&Take=10");
}

TEST_CASE("NobodyAndNoAnswerAreSaidInWords") {
    AccountAdmin admin;
    CHECK(admin.search("xyz").empty());
    admin.next_request();
    admin.on_answer(AdminStep::Search, 404, {}, "");
    CHECK_FALSE(admin.failed());
    CHECK(admin.outcome() == "Nobody matches “xyz”.");
    CHECK(admin.search("xyz").empty());
    admin.next_request();
    admin.on_answer(AdminStep::Search, 200, {}, "<html>");
    CHECK(admin.failed());
    CHECK(admin.add_user(22214, {"user99", "", ""}).empty());
    admin.next_request();
    admin.on_answer(AdminStep::AddUser, 404, {}, "");
    CHECK(admin.outcome() ==
          "user99 or the account is unknown to the services (404): check before trying again.");
    CHECK(admin.create("x").empty());
    admin.next_request();
    admin.on_answer(AdminStep::Create, 0, {}, "");
    CHECK(admin.outcome() == "account-service does not answer: check before trying again.");
    admin.on_answer(AdminStep::Rename, 200, {}, "{}");  // of nobody
    CHECK_FALSE(admin.take_changed());
}

TEST_CASE("OneChangeAtATimeAndEachRefusalInWords") {
    AccountAdmin admin;
    CHECK(admin.rename(22214, " ") == "Enter a name.");
    CHECK(admin.add_user(kAllAccounts, {}) == "Choose one account first.");
    CHECK(admin.rename(22214, "Desk").empty());
    CHECK(admin.rename(22214, "Desk 2") == "The last change is still under way.");
    CHECK(admin.search("Alice") == "The last change is still under way.");
    CHECK(admin.add_user(22214, {}) == "The last change is still under way.");
    admin.on_answer(AdminStep::Create, 200, {}, "{}");  // of another request: not this one's
    CHECK_FALSE(admin.take_changed());
    admin.on_answer(AdminStep::Rename, 0, {}, {});
    CHECK(admin.outcome() == "account-service does not answer: check before trying again.");
    CHECK(admin.rename(22214, "Desk").empty());
    admin.on_answer(AdminStep::Rename, 0, "connection lost", {});
    CHECK(admin.outcome() == "connection lost: check before trying again.");
    const Person nameless{"user07", "", ""};
    CHECK(admin.add_user(22214, nameless).empty());
    admin.on_answer(AdminStep::AddUser, 404, {}, {});
    CHECK(admin.outcome() ==
          "user07 or the account is unknown to the services (404): check before trying again.");
    CHECK(admin.rename(22214, "Desk").empty());
    admin.on_answer(AdminStep::Rename, 404, {}, {});
    CHECK(admin.outcome() == "account-service answers 404: check before trying again.");
}

TEST_CASE("AnAnswerThatIsNoneOfTheKindCreatesAndFindsNobody") {
    AccountAdmin admin;
    CHECK(admin.create("Desk").empty());
    admin.on_answer(AdminStep::Create, 200, {}, "<html>");
    CHECK_FALSE(admin.take_created().has_value());
    CHECK(admin.take_changed());  // the list is read again, and tells
    for (const char* body : {"<html>", "{\"people\":[", "]["}) {
        CHECK(admin.search("Alice").empty());
        admin.on_answer(AdminStep::Search, 200, {}, body);
        CHECK(admin.failed());
        CHECK(admin.people().empty());
    }
    std::string many = "{\"people\":[17";
    for (int i = 0; i < 30; ++i) many += ",{\"logonId\":\"Z9\",\"fullName\":\"A\"}";
    CHECK(admin.search("zZ9-").empty());
    admin.on_answer(AdminStep::Search, 200, {}, many + "]}");
    CHECK(admin.people().size() == kPeopleShown);
    CHECK(admin.search("Alice").empty());
    CHECK(admin.search("Alice").empty());  // the same once more: one search is enough
    admin.on_answer(AdminStep::Search, 503, {}, {});
    CHECK(admin.outcome() == "people-service answers 503.");
}

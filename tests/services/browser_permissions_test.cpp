// tests/services/browser_permissions_test.cpp - what browsers may subscribe to.
#include "services/browser_permissions.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "feed/subjects.h"

using namespace nats_blotter;
using namespace nats_blotter::services;

namespace {

std::vector<std::string> tokens_of(const std::string& subject) {
    std::vector<std::string> tokens(1);
    for (const char c : subject) {
        if (c == '.')
            tokens.emplace_back();
        else
            tokens.back().push_back(c);
    }
    return tokens;
}

// NATS's rule for wildcards: `*` is one token, `>` the rest.
bool subject_matches(const std::string& pattern, const std::string& subject) {
    const std::vector<std::string> wanted = tokens_of(pattern);
    const std::vector<std::string> tokens = tokens_of(subject);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i] == ">") return tokens.size() > i;
        if (i >= tokens.size() || (wanted[i] != "*" && wanted[i] != tokens[i])) return false;
    }
    return wanted.size() == tokens.size();
}

}  // namespace

TEST_CASE("EachAccountHasItsSlashSubjectsAndNoWildcardReachesFurther") {
    const std::array<Account, 2> accounts{{{22214, "A"}, {65000, "B"}}};
    const std::string text = browser_permissions_text(accounts);
    for (const char* subject : {"\"/accounts/22214/trades\"", "\"/accounts/65000/trades\"",
                                "\"/accounts/22214/positions\"", "\"/accounts/65000/positions\"",
                                "\"trades.account.*.updated\"", "\"positions.account.*.updated\"",
                                "\"pricing.*\"", "\"sensors.*.readings\""}) {
        CHECK(text.find(subject) != std::string::npos);
    }
    for (const char* subject : {"\"/trades\"", "\"trades.new\"", "trades.submit", "\"*\"", "\">\""})
        CHECK(text.find(subject) == std::string::npos);
}

// Every allow line against every subject that is not for browsers, by the broker's own rule.
TEST_CASE("NoAllowedSubjectMatchesWhatIsNotForBrowsers") {
    const std::array<Account, 2> accounts{{{22214, "A"}, {65000, "B"}}};
    const std::string text = browser_permissions_text(accounts);
    std::vector<std::string> allowed;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.find("deny:") != std::string::npos) break;
        const std::size_t first = line.find('"');
        if (first == std::string::npos) continue;
        allowed.push_back(line.substr(first + 1, line.rfind('"') - first - 1));
    }
    CHECK(allowed.size() == 2 * 2 + 2 + 2);
    std::vector<std::string> internal = {
        "trades.processed", "/orders",           "$SYS.ACCOUNT.X.CONNECT",
        "$JS.API.INFO",     "_INBOX.x.y",        "/accounts/1/trades",
        "pricing.admin.x",  "sensors.north.set",
    };
    for (const feed::SubjectRow& row : feed::kSubjects)
        if (!row.browser_may_subscribe)
            internal.push_back(feed::fill_account(row.pattern, "22214"));
    CHECK(internal.size() >= 8);
    for (const std::string& pattern : allowed)
        for (const std::string& subject : internal)
            CHECK_FALSE_MESSAGE(subject_matches(pattern, subject), pattern, " lets ", subject,
                                " in");
    CHECK(subject_matches("trades.account.*.updated", "trades.account.22214.updated"));
    CHECK(subject_matches("*", "/trades"));
}

// The broker takes `>` for a token that a last `*` matches (tests/stack/outsider.test.mjs).
TEST_CASE("WhatALastWildcardLetsInBeyondItsTokenIsDenied") {
    const std::string text = browser_permissions_text({});
    const std::size_t deny = text.find("deny: [");
    REQUIRE(deny != std::string::npos);
    CHECK(text.substr(deny) == "deny: [\n    \"pricing.*.>\"\n  ]\n}\n");
}

TEST_CASE("TheFileIsReplacedInOneStep") {
    const std::string file = "/tmp/nb_permissions_test." + std::to_string(getpid());
    write_file_atomically(file, "old and longer");
    write_file_atomically(file, "new");
    std::ifstream in(file);
    std::stringstream text;
    text << in.rdbuf();
    CHECK(text.str() == "new");
    CHECK(access((file + ".new").c_str(), F_OK) != 0);
    std::remove(file.c_str());
}

TEST_CASE("WithoutABrokerNothingIsSignalled") {
    CHECK(reload_broker("/nonexistent/nats.pid") == false);
    CHECK(reload_broker("") == false);
}

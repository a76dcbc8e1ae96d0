// tests/services/browser_permissions_test.cpp - what browsers may subscribe to.
#include "services/browser_permissions.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>

using namespace nats_blotter::services;

TEST_CASE("EachAccountHasItsSlashSubjectsAndNoWildcardReachesFurther") {
    const std::array<Account, 2> accounts{{{22214, "A"}, {65000, "B"}}};
    const std::string text = browser_permissions_text(accounts);
    for (const char* subject :
         {"\"/accounts/22214/trades\"", "\"/accounts/65000/trades\"",
          "\"/accounts/22214/positions\"", "\"/accounts/65000/positions\"",
          "\"trades.account.*.updated\"", "\"positions.account.*.updated\""}) {
        CHECK(text.find(subject) != std::string::npos);
    }
    for (const char* subject : {"\"/trades\"", "\"trades.new\"", "trades.submit", "\"*\"", ">"})
        CHECK(text.find(subject) == std::string::npos);
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

// tests/services/options_test.cpp - the command line.
#include "services/options.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

using namespace nats_blotter::services;

namespace {

Options parsed(const std::vector<std::string>& arguments) {
    const auto result = options_from_arguments(arguments);
    REQUIRE(std::holds_alternative<Options>(result));
    return std::get<Options>(result);
}

std::string refused(const std::vector<std::string>& arguments) {
    const auto result = options_from_arguments(arguments);
    REQUIRE(std::holds_alternative<UsageError>(result));
    return std::get<UsageError>(result).text;
}

}  // namespace

TEST_CASE("EveryRoleRunsUnlessSomeAreNamed") {
    CHECK(parsed({}).runs(Role::TradeService));
    CHECK(parsed({}).port(Role::TradeService) == 18092);
    const Options some =
        parsed({"--role", "trade-service,people-service", "--role=trade-processor"});
    CHECK(some.runs(Role::TradeService));
    CHECK(some.runs(Role::TradeProcessor));
    CHECK_FALSE(some.runs(Role::AccountService));
}

TEST_CASE("PortsAreSetOneByOneOrAsABlock") {
    const Options options = parsed({"--port-base", "15000", "--port", "trade-service=16000"});
    CHECK(options.port(Role::ReferenceData) == 15000);
    CHECK(options.port(Role::TradeProcessor) == 15004);
    CHECK(options.port(Role::TradeService) == 16000);
    CHECK(options.url(Role::AccountService) == "http://127.0.0.1:15001");
}

TEST_CASE("OrdersHaveOneSubjectWhateverTheFamilies") {
    CHECK(parsed({}).orders_subject == "/trades");
    CHECK(parsed({"--subjects", "slash"}).orders_subject == "/trades");
    CHECK(parsed({"--subjects", "dotted"}).orders_subject == "trades.new");
    CHECK(parsed({}).families.size() == 2);
}

TEST_CASE("JetStreamAndStockAreSwitches") {
    const Options options = parsed({"--jetstream", "--database", "x.db"});
    CHECK(options.jetstream);
    CHECK_FALSE(options.stock);
    CHECK(options.database_file == "x.db");
    CHECK(parsed({"--stock"}).stock);
    CHECK(parsed({"--sample-feeds"}).sample_feeds);
    CHECK_FALSE(parsed({}).sample_feeds);
    CHECK(parsed({"--jetstream", "--subjects", "dotted"}).orders_subject == "trades.new");
    CHECK(refused({"--jetstream", "--subjects", "slash"}) ==
          "--jetstream: --subjects must be dotted or both");
    CHECK(refused({"--jetstream", "--stock"}) == "--stock: the stock services know no JetStream");
}

TEST_CASE("TheDiskForListsIsBounded") {
    CHECK(parsed({}).list_disk_bytes == kSpoolRoomBytes);
    CHECK(kSpoolRoomBytes == std::size_t{4096} * 1024 * 1024);  // as --help says
    CHECK(parsed({"--list-disk-mib", "3"}).list_disk_bytes == std::size_t{3} * 1024 * 1024);
    CHECK(parsed({"--list-disk-mib=0"}).list_disk_bytes == 0);
    for (const char* wrong : {"-1", "1e3", "99999999999999999999"})
        CHECK(refused({"--list-disk-mib", wrong}) ==
              std::string("--list-disk-mib: not a number: ") + wrong);
    CHECK(refused({"--list-disk-mib", "9999999999999"}) ==
          "--list-disk-mib: not a size of a disk: 9999999999999");
}

TEST_CASE("AFileOfCredentialsIsInPlaceOfAUser") {
    const std::string file = "/tmp/nb_options_test.creds";
    std::ofstream(file) << "-----BEGIN NATS USER JWT-----\n";
    CHECK(parsed({"--nats-credentials-file", file}).nats_credentials_file == file);
    CHECK(refused({"--nats-credentials-file", file, "--nats-user", "services"}) ==
          "--nats-credentials-file: not with --nats-user");
    std::remove(file.c_str());
    CHECK(refused({"--nats-credentials-file", file}) ==
          "--nats-credentials-file: cannot read " + file);
}

TEST_CASE("DatabaseUrlChoosesPostgresAndNothingElse") {
    CHECK(parsed({}).database_url.empty());
    setenv("DATABASE_URL", "postgresql://u:secret@h:5432/d", 1);
    CHECK(parsed({"--database", "x.db"}).database_url == "postgresql://u:secret@h:5432/d");
    setenv("DATABASE_URL", "mysql://u:secret@h/d", 1);
    CHECK(refused({}) == "DATABASE_URL: not a postgresql:// address");
    unsetenv("DATABASE_URL");
}

TEST_CASE("EveryMistakeIsNamed") {
    CHECK(refused({"--bogus", "1"}) == "no such option: --bogus");
    CHECK(refused({"stray"}) == "no such option: stray");
    CHECK(refused({"--role", "baker"}) == "--role: no such role: baker");
    CHECK(refused({"--port", "trade-service=70000"}) == "--port: not a port: 70000");
    CHECK(refused({"--port", "18092"}) == "--port: not ROLE=VALUE: 18092");
    CHECK(refused({"--port-base", "65534"}) == "--port-base: not a port: 65536");
    CHECK(refused({"--database"}) == "--database: value missing");
    CHECK(refused({"--simulate", "-1"}) == "--simulate: not a rate from 0 to 100000: -1");
    CHECK(refused({"--subjects", "all"}) == "--subjects: not slash, dotted or both: all");
    CHECK(refused({"--nats", "nats://u:p@h"}).find("credentials belong") != std::string::npos);
    CHECK(refused({"--simulate-url", "ftp://x"}).find("not an http://") != std::string::npos);
    CHECK(std::holds_alternative<HelpWanted>(options_from_arguments({"--help"})));
}

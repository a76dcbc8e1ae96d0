// services/options.h - the command line of traderx-services.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "feed/subjects.h"
#include "services/spool.h"

namespace nats_blotter::services {

enum class Role : std::uint8_t {
    ReferenceData,
    AccountService,
    PeopleService,
    PositionService,
    TradeProcessor,
    TradeService,
};
inline constexpr std::size_t kRoleCount = 6;
std::string_view role_name(Role role);
std::optional<Role> role_from_name(std::string_view name);

struct Options {
    std::array<bool, kRoleCount> roles{};  // which ones this process runs
    std::string listen_address = "127.0.0.1";
    std::array<int, kRoleCount> ports{18085, 18088, 18089, 18090, 18091, 18092};
    std::array<std::string, kRoleCount>
        urls;  // of roles in other processes; empty: listen address, port

    std::string nats_url = "nats://127.0.0.1:4222";
    std::string nats_user;
    std::string nats_password;  // read from a file or NATS_PASSWORD, never from the command line
    std::vector<feed::SubjectFamily> families{feed::SubjectFamily::Slash,
                                              feed::SubjectFamily::Dotted};
    std::string orders_subject;         // where trade-service puts orders
    std::string nats_credentials_file;  // in place of both

    std::string database_file = "traderx.db";
    std::string database_url;  // DATABASE_URL, secret: PostgreSQL instead of the file
    std::size_t list_disk_bytes = kSpoolRoomBytes;  // of position-service's lists together
    bool jetstream = false;
    bool stock = false;
    bool sample_feeds = false;
    std::string browser_permissions_file;  // empty: not kept up to date
    std::string broker_pid_file;
    std::string write_browser_permissions_file;  // not empty: write it and exit

    double simulate_rate = 0;
    std::string simulate_url;
    std::string allowed_origins = "*";

    bool runs(Role role) const { return roles[static_cast<std::size_t>(role)]; }
    int port(Role role) const { return ports[static_cast<std::size_t>(role)]; }
    std::string url(Role role) const;
};

// What --help prints.
std::string_view usage_text();

struct UsageError {
    std::string text;  // one line
};
struct HelpWanted {};

// Arguments without the program's name. Reads the password file and the environment.
std::variant<Options, UsageError, HelpWanted> options_from_arguments(
    const std::vector<std::string>& arguments);

}  // namespace nats_blotter::services

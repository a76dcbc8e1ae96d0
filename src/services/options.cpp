// services/options.cpp - parsing of the command line; every mistake gets one line.
#include "services/options.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "services/http_client.h"
#include "services/storage_postgres.h"

namespace nats_blotter::services {
namespace {

constexpr std::array<std::string_view, kRoleCount> kRoleNames{"reference-data",  "account-service",
                                                              "people-service",  "position-service",
                                                              "trade-processor", "trade-service"};

// Rates above this are a typing mistake: no machine here books as many.
constexpr double kRateMax = 100'000;
// So are disks above this, a petabyte.
constexpr std::size_t kListDiskMibMax = std::size_t{1024} * 1024 * 1024;

constexpr std::string_view kUsage =
    R"(Usage: traderx-services [options]
Runs the services of TraderX's NATS state in one process, all of them or those named.

  --role NAMES             comma list of reference-data, account-service, people-service,
                           position-service, trade-processor, trade-service; may be repeated
  --listen ADDRESS         address to listen on (127.0.0.1)
  --port ROLE=PORT         port of one service (18085, 18088, 18089, 18090, 18091, 18092)
  --port-base PORT         ports in the order above from PORT on
  --url ROLE=URL           where a service of another process is (its listen address and port)
  --nats URLS              broker (nats://127.0.0.1:4222), or a comma list of a cluster's nodes
  --nats-user NAME         broker user
  --nats-password-file F   file with the broker password; or the environment variable NATS_PASSWORD
  --nats-credentials-file F
                           .creds file of a NATS user by JWT, in place of both; read at every dial
  --database FILE          SQLite database, made and filled with the seed rows if empty (traderx.db)
  --list-disk-mib N        of temporary files in $TMPDIR (/tmp) for all long lists of trades that
                           position-service is sending at once; beyond it they are refused (4096)
  --jetstream              orders in a durable stream, account events kept in another; the broker
                           needs JetStream and the subjects the dotted family
  --stock                  behave as the stock services do: publish before the commit, and what the
                           database then refuses too; health that always says connected
  --subjects FAMILY        slash, dotted or both: subjects of orders and account events (both)
  --simulate RATE          post RATE orders per second
  --simulate-url URL       trade-service as the simulator reaches it, e.g. through the ingress
  --sample-feeds           publish made-up market prices and sensor readings (docs/profiles.md)
  --browser-permissions F  broker include, rewritten when an account is made
  --broker-pid-file F      process id of the broker to reload then
  --write-browser-permissions F
                           write the broker include from the database's accounts, and exit
  --help                   this text

DATABASE_URL in the environment, postgresql://user:password@host:port/name, stores in PostgreSQL
instead of the file. CORS_ALLOWED_ORIGINS lists the origins that may call the services (*).
Exit status: 0 after SIGINT or SIGTERM, 1 when the work cannot be done, 2 for a wrong command line.
)";

template <typename Number>
Number number_from(const std::string& text, const std::string& flag) {
    Number number{};
    const char* end_wanted = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), end_wanted, number);
    if (error != std::errc() || end != end_wanted)
        throw std::invalid_argument(flag + ": not a number: " + text);
    return number;
}

int port_from(const std::string& text, const std::string& flag) {
    const int port = number_from<int>(text, flag);
    if (port < 1 || port > 65535) throw std::invalid_argument(flag + ": not a port: " + text);
    return port;
}

// "ROLE=VALUE" taken apart.
std::pair<std::size_t, std::string> role_value_from(const std::string& text,
                                                    const std::string& flag) {
    const std::size_t equals = text.find('=');
    const std::optional<Role> role = role_from_name(std::string_view(text).substr(0, equals));
    if (equals == std::string::npos || !role)
        throw std::invalid_argument(flag + ": not ROLE=VALUE: " + text);
    return {static_cast<std::size_t>(*role), text.substr(equals + 1)};
}

void add_roles(Options& options, std::string_view names) {
    while (true) {
        const std::size_t comma = names.find(',');
        const std::optional<Role> role = role_from_name(names.substr(0, comma));
        if (!role)
            throw std::invalid_argument("--role: no such role: " +
                                        std::string(names.substr(0, comma)));
        options.roles[static_cast<std::size_t>(*role)] = true;
        if (comma == std::string_view::npos) return;
        names.remove_prefix(comma + 1);
    }
}

void set_port_base(Options& options, const std::string& text) {
    const int base = port_from(text, "--port-base");
    for (std::size_t index = 0; index < kRoleCount; ++index)
        options.ports[index] =
            port_from(std::to_string(base + static_cast<int>(index)), "--port-base");
}

void set_families(Options& options, const std::string& text) {
    using feed::SubjectFamily;
    if (text == "both")
        options.families = {SubjectFamily::Slash, SubjectFamily::Dotted};
    else if (text == "slash")
        options.families = {SubjectFamily::Slash};
    else if (text == "dotted")
        options.families = {SubjectFamily::Dotted};
    else
        throw std::invalid_argument("--subjects: not slash, dotted or both: " + text);
}

std::string password_from_file(const std::string& file) {
    std::ifstream in(file);
    std::string line;
    if (!std::getline(in, line) || line.empty())
        throw std::invalid_argument("--nats-password-file: cannot read " + file);
    return line;
}

void apply(Options& options, const std::string& flag, const std::string& value) {
    if (flag == "--role") {
        add_roles(options, value);
    } else if (flag == "--listen") {
        options.listen_address = value;
    } else if (flag == "--port") {
        const auto [role, text] = role_value_from(value, flag);
        options.ports[role] = port_from(text, flag);
    } else if (flag == "--port-base") {
        set_port_base(options, value);
    } else if (flag == "--url") {
        const auto [role, text] = role_value_from(value, flag);
        http_url_from_text(text);
        options.urls[role] = text;
    } else if (flag == "--nats") {
        options.nats_url = value;
    } else if (flag == "--nats-user") {
        options.nats_user = value;
    } else if (flag == "--nats-password-file") {
        options.nats_password = password_from_file(value);
    } else if (flag == "--nats-credentials-file") {
        if (!std::ifstream(value).good())
            throw std::invalid_argument(flag + ": cannot read " + value);
        options.nats_credentials_file = value;
    } else if (flag == "--database") {
        options.database_file = value;
    } else if (flag == "--subjects") {
        set_families(options, value);
    } else if (flag == "--simulate") {
        options.simulate_rate = number_from<double>(value, flag);
        if (!(options.simulate_rate >= 0 && options.simulate_rate <= kRateMax))
            throw std::invalid_argument("--simulate: not a rate from 0 to 100000: " + value);
    } else if (flag == "--list-disk-mib") {
        const auto mib = number_from<std::size_t>(value, flag);
        if (mib > kListDiskMibMax)
            throw std::invalid_argument(flag + ": not a size of a disk: " + value);
        options.list_disk_bytes = mib * 1024 * 1024;
    } else if (flag == "--simulate-url") {
        http_url_from_text(value);
        options.simulate_url = value;
    } else if (flag == "--browser-permissions") {
        options.browser_permissions_file = value;
    } else if (flag == "--broker-pid-file") {
        options.broker_pid_file = value;
    } else if (flag == "--write-browser-permissions") {
        options.write_browser_permissions_file = value;
    } else {
        throw std::invalid_argument("no such option: " + flag);
    }
}

// Flags without a value.
bool apply_switch(Options& options, const std::string& flag) {
    if (flag == "--jetstream")
        options.jetstream = true;
    else if (flag == "--stock")
        options.stock = true;
    else if (flag == "--sample-feeds")
        options.sample_feeds = true;
    else
        return false;
    return true;
}

void complete(Options& options) {
    bool any = false;
    for (const bool wanted : options.roles) any = any || wanted;
    if (!any) options.roles.fill(true);
    if (options.nats_url.find('@') != std::string::npos)
        throw std::invalid_argument(
            "--nats: credentials belong in --nats-user and a password file");
    if (!options.nats_credentials_file.empty() && !options.nats_user.empty())
        throw std::invalid_argument("--nats-credentials-file: not with --nats-user");
    if (!options.database_url.empty() && !is_postgres_url(options.database_url))
        throw std::invalid_argument("DATABASE_URL: not a postgresql:// address");
    if (options.jetstream && options.stock)
        throw std::invalid_argument("--stock: the stock services know no JetStream");
    if (options.jetstream && options.families.back() != feed::SubjectFamily::Dotted)
        throw std::invalid_argument("--jetstream: --subjects must be dotted or both");
    // Orders go out on one subject, though they are taken from those of all families.
    const bool slash = options.families.front() == feed::SubjectFamily::Slash;
    options.orders_subject = feed::subject_for(
        feed::Stream::Orders, slash ? feed::SubjectFamily::Slash : feed::SubjectFamily::Dotted, 0);
    if (options.simulate_url.empty()) options.simulate_url = options.url(Role::TradeService);
}

}  // namespace

std::string_view role_name(Role role) { return kRoleNames[static_cast<std::size_t>(role)]; }

std::optional<Role> role_from_name(std::string_view name) {
    for (std::size_t index = 0; index < kRoleCount; ++index)
        if (kRoleNames[index] == name) return static_cast<Role>(index);
    return std::nullopt;
}

std::string Options::url(Role role) const {
    const std::size_t index = static_cast<std::size_t>(role);
    if (!urls[index].empty()) return urls[index];
    return "http://" + listen_address + ":" + std::to_string(ports[index]);
}

std::string_view usage_text() { return kUsage; }

std::variant<Options, UsageError, HelpWanted> options_from_arguments(
    const std::vector<std::string>& arguments) {
    Options options;
    if (const char* password = std::getenv("NATS_PASSWORD")) options.nats_password = password;
    if (const char* origins = std::getenv("CORS_ALLOWED_ORIGINS"))
        options.allowed_origins = origins;
    if (const char* url = std::getenv("DATABASE_URL")) options.database_url = url;
    try {
        for (std::size_t index = 0; index < arguments.size(); ++index) {
            std::string flag = arguments[index];
            if (flag == "--help" || flag == "-h") return HelpWanted{};
            if (apply_switch(options, flag)) continue;
            std::string value;
            const std::size_t equals = flag.find('=');
            if (flag.substr(0, 2) == "--" && equals != std::string::npos) {
                value = flag.substr(equals + 1);
                flag.resize(equals);
            } else {
                if (index + 1 == arguments.size())
                    throw std::invalid_argument(flag.substr(0, 2) == "--"
                                                    ? flag + ": value missing"
                                                    : "no such option: " + flag);
                value = arguments[++index];
            }
            apply(options, flag, value);
        }
        complete(options);
    } catch (const std::invalid_argument& error) {
        return UsageError{error.what()};
    }
    return options;
}

}  // namespace nats_blotter::services

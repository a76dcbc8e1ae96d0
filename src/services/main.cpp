// services/main.cpp - traderx-services: builds the roles asked for, runs them, ends them in order.
#include <nats/nats.h>
#include <signal.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "services/account_service.h"
#include "services/browser_permissions.h"
#include "services/error_bodies.h"
#include "services/log.h"
#include "services/options.h"
#include "services/order_requests.h"
#include "services/people_service.h"
#include "services/position_service.h"
#include "services/reference_data.h"
#include "services/sample_feeds.h"
#include "services/simulator.h"
#include "services/storage_postgres.h"
#include "services/storage_sqlite.h"
#include "services/trade_processor.h"
#include "services/trade_service.h"

namespace nats_blotter::services {
namespace {

constexpr const char* kProgram = "traderx-services";
constexpr int kThreadsPerService = 24;
// Orders wait in their threads for the broker's word, so more of them share one flush.
constexpr int kTradeServiceThreads = 64;

std::unique_ptr<Storage> open_storage(const Options& options) {
    return options.database_url.empty() ? open_sqlite_storage(options.database_file)
                                        : open_postgres_storage(options.database_url);
}

class Program {
  public:
    explicit Program(Options options)
        : options_(std::move(options)), list_room_(options_.list_disk_bytes) {}

    // Throws std::runtime_error with one readable line when something cannot be had.
    void start();
    bool bus_closed() const;
    void stop();

  private:
    bool needs_storage() const;
    HttpServer& add_server(Role role, ErrorBody error_body, int thread_count, bool ignore_case);
    void add_readers();
    void add_account_service();
    void add_trade_processor();
    void add_trade_service();
    void start_simulator();
    BusSettings bus_settings(const std::string& client_name) const;

    Options options_;
    SpoolRoom list_room_;
    std::unique_ptr<Storage> storage_;
    std::unique_ptr<Bus> trade_bus_;
    std::unique_ptr<OrderIntake> intake_;
    std::unique_ptr<OrderRequests> requests_;
    std::unique_ptr<TradeProcessor> processor_;
    std::vector<std::unique_ptr<HttpServer>> servers_;
    std::unique_ptr<Simulator> simulator_;
    std::unique_ptr<SampleFeeds> sample_feeds_;
};

bool Program::needs_storage() const {
    return options_.runs(Role::AccountService) || options_.runs(Role::PositionService) ||
           options_.runs(Role::TradeProcessor) ||
           (options_.runs(Role::TradeService) && !options_.stock);
}

BusSettings Program::bus_settings(const std::string& client_name) const {
    return {options_.nats_url, options_.nats_user, options_.nats_password, client_name,
            options_.nats_credentials_file};
}

HttpServer& Program::add_server(Role role, ErrorBody error_body, int thread_count,
                                bool ignore_case) {
    HttpSettings settings;
    settings.name = role_name(role);
    settings.listen_address = options_.listen_address;
    settings.port = options_.port(role);
    settings.allowed_origins = options_.allowed_origins;
    settings.thread_count = thread_count;
    settings.paths_ignore_case = ignore_case;
    servers_.push_back(std::make_unique<HttpServer>(settings, std::move(error_body)));
    return *servers_.back();
}

void Program::add_readers() {
    if (options_.runs(Role::ReferenceData)) {
        add_reference_data_routes(add_server(Role::ReferenceData, reference_data_errors(),
                                             kThreadsPerService, /*ignore_case=*/false));
    }
    if (options_.runs(Role::PeopleService)) {
        add_people_service_routes(add_server(Role::PeopleService, people_service_errors(),
                                             kThreadsPerService, /*ignore_case=*/true));
    }
    if (options_.runs(Role::PositionService)) {
        add_position_service_routes(
            add_server(Role::PositionService, spring_error_for, kThreadsPerService, false),
            *storage_, list_room_);
    }
}

void Program::add_account_service() {
    AccountServiceParts parts{*storage_,
                              options_.runs(Role::PeopleService)
                                  ? local_person_lookup()
                                  : http_person_lookup(options_.url(Role::PeopleService)),
                              nullptr};
    if (!options_.browser_permissions_file.empty()) {
        parts.account_created = [this] {
            try {
                write_file_atomically(options_.browser_permissions_file,
                                      browser_permissions_text(storage_->accounts()));
            } catch (const std::runtime_error& error) {
                log_line("account-service", error.what());
                return;
            }
            const bool reloaded = reload_broker(options_.broker_pid_file);
            log_line("account-service", reloaded ? "new account: broker permissions reloaded"
                                                 : "new account: no broker to reload");
        };
    }
    add_account_service_routes(
        add_server(Role::AccountService, spring_error_for, kThreadsPerService, false),
        std::move(parts));
}

void Program::add_trade_processor() {
    TradeProcessorSettings settings{bus_settings(""), options_.families, options_.jetstream,
                                    options_.stock};
    processor_ = std::make_unique<TradeProcessor>(*storage_, std::move(settings));
    processor_->add_routes(
        add_server(Role::TradeProcessor, spring_error_for, kThreadsPerService, false));
}

void Program::add_trade_service() {
    trade_bus_ = std::make_unique<Bus>(bus_settings("trade-service"));
    TradeServiceParts parts{*trade_bus_,
                            options_.runs(Role::ReferenceData)
                                ? local_ticker_lookup()
                                : http_ticker_lookup(options_.url(Role::ReferenceData)),
                            options_.runs(Role::AccountService)
                                ? local_account_lookup(*storage_)
                                : http_account_lookup(options_.url(Role::AccountService)),
                            options_.orders_subject};
    if (!options_.stock) {
        intake_ = std::make_unique<OrderIntake>(
            *storage_, *trade_bus_,
            OrderIntakeSettings{options_.orders_subject, options_.jetstream});
        parts.intake = intake_.get();
        requests_ = std::make_unique<OrderRequests>(
            *intake_, [parts](const Order& order) { return order_refusal_status(parts, order); },
            bus_settings("trade-service-requests"));
    }
    add_trade_service_routes(
        add_server(Role::TradeService, spring_error_for, kTradeServiceThreads, false),
        std::move(parts));
}

void Program::start_simulator() {
    if (options_.simulate_rate <= 0) return;
    SimulatorSettings settings{options_.simulate_rate, http_url_from_text(options_.simulate_url),
                               nullptr};
    if (storage_) settings.trade_count = [this] { return storage_->trade_count(); };
    simulator_ = std::make_unique<Simulator>(std::move(settings));
    simulator_->start();
}

void Program::start() {
    if (needs_storage()) storage_ = open_storage(options_);
    add_readers();
    if (options_.runs(Role::AccountService)) add_account_service();
    if (options_.runs(Role::TradeProcessor)) add_trade_processor();
    if (options_.runs(Role::TradeService)) add_trade_service();
    // All ports first: a second copy must not take a single order off the bus.
    for (const std::unique_ptr<HttpServer>& server : servers_) {
        if (server->bind()) continue;
        throw std::runtime_error("cannot listen on " + options_.listen_address + ":" +
                                 std::to_string(server->settings().port) + " (" +
                                 server->settings().name + "): is the port taken?");
    }
    if (processor_) processor_->start();
    if (intake_) intake_->start();
    if (requests_) requests_->start();
    for (const std::unique_ptr<HttpServer>& server : servers_) server->serve();
    log_line(kProgram,
             std::to_string(servers_.size()) + " services listen on " + options_.listen_address);
    start_simulator();
    if (options_.sample_feeds) {
        sample_feeds_ = std::make_unique<SampleFeeds>(bus_settings("sample-feeds"));
        sample_feeds_->start();
    }
}

bool Program::bus_closed() const {
    return (trade_bus_ && trade_bus_->state() == BusState::Closed) ||
           (processor_ && processor_->bus_closed()) ||
           (sample_feeds_ && sample_feeds_->bus_closed());
}

// From the outside in: no more orders made, none taken, those taken are booked and told.
void Program::stop() {
    if (simulator_) simulator_->stop();
    sample_feeds_.reset();
    for (const std::unique_ptr<HttpServer>& server : servers_) server->close_listener();
    if (requests_) requests_->stop();
    if (processor_) processor_->stop();
    for (const std::unique_ptr<HttpServer>& server : servers_) server->stop();
    servers_.clear();
    processor_.reset();
    requests_.reset();
    intake_.reset();
    trade_bus_.reset();
    storage_.reset();
}

int write_permissions(const Options& options) {
    const std::unique_ptr<Storage> storage = open_storage(options);
    write_file_atomically(options.write_browser_permissions_file,
                          browser_permissions_text(storage->accounts()));
    return 0;
}

// Blocked in every thread before any is made, so that only the main thread takes them.
sigset_t block_end_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    signal(SIGPIPE, SIG_IGN);
    return signals;
}

int run(Options options) {
    const sigset_t signals = block_end_signals();
    if (!options.write_browser_permissions_file.empty()) return write_permissions(options);
    Program program(std::move(options));
    program.start();
    constexpr timespec kWatchInterval{1, 0};
    while (sigtimedwait(&signals, nullptr, &kWatchInterval) < 0) {
        if (program.bus_closed())
            throw std::runtime_error("the broker has closed the connection for good");
    }
    log_line(kProgram, "stopping");
    program.stop();
    return 0;
}

}  // namespace
}  // namespace nats_blotter::services

int main(int argc, char** argv) {
    using namespace nats_blotter::services;
    const auto parsed = options_from_arguments({argv + 1, argv + argc});
    if (std::holds_alternative<HelpWanted>(parsed)) {
        std::fputs(usage_text().data(), stdout);
        return 0;
    }
    if (const auto* error = std::get_if<UsageError>(&parsed)) {
        std::fprintf(stderr, "%s: %s (see --help)\n", kProgram, error->text.c_str());
        return 2;
    }
    int status = 1;
    try {
        status = run(std::get<Options>(parsed));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", kProgram, error.what());
    }
    nats_Close();
    return status;
}

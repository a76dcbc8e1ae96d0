// tests/services/trade_path_test.cpp - orders over a real broker: shared by several processors,
// submitted as requests, kept in streams, and put there by nats.c as any other program would.
#include <doctest/doctest.h>
#include <nats/nats.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "services/order_requests.h"
#include "services/storage_sqlite.h"
#include "services/trade_processor.h"
#include "support/broker_process.h"

using namespace nats_blotter::services;
using nats_blotter::EpochMs;
using nats_blotter::feed::SubjectFamily;
using nats_blotter::tests::BrokerProcess;
using nlohmann::json;

namespace {

// Generous: these tests wait for events, never for time.
constexpr int kWaitMsMax = 30'000;

bool comes_true(const std::function<bool()>& check) {
    for (int waited_ms = 0; waited_ms < kWaitMsMax; waited_ms += 10) {
        if (check()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

// A plain nats.c program: nothing of ours between it and the broker.
class NatsC {
  public:
    explicit NatsC(const std::string& url) {
        REQUIRE(natsConnection_ConnectTo(&connection_, url.c_str()) == NATS_OK);
    }
    ~NatsC() {
        natsSubscription_Destroy(subscription_);
        natsConnection_Destroy(connection_);
    }
    NatsC(const NatsC&) = delete;
    NatsC& operator=(const NatsC&) = delete;

    void publish(const char* subject, const std::string& text) {
        CHECK(natsConnection_PublishString(connection_, subject, text.c_str()) == NATS_OK);
    }
    void flush() { CHECK(natsConnection_FlushTimeout(connection_, kWaitMsMax) == NATS_OK); }
    void subscribe(const char* subject) {
        REQUIRE(natsConnection_SubscribeSync(&subscription_, connection_, subject) == NATS_OK);
        flush();
    }
    json next(int timeout_ms = kWaitMsMax) {
        natsMsg* message = nullptr;
        if (natsSubscription_NextMsg(&message, subscription_, timeout_ms) != NATS_OK) return {};
        const json value = json::parse(natsMsg_GetData(message), nullptr, false);
        natsMsg_Destroy(message);
        return value;
    }
    json request(const char* subject, const std::string& text) {
        natsMsg* message = nullptr;
        if (natsConnection_RequestString(&message, connection_, subject, text.c_str(),
                                         kWaitMsMax) != NATS_OK) {
            return {};
        }
        const json value = json::parse(natsMsg_GetData(message), nullptr, false);
        natsMsg_Destroy(message);
        return value;
    }
    natsConnection* raw() { return connection_; }

  private:
    natsConnection* connection_ = nullptr;
    natsSubscription* subscription_ = nullptr;
};

std::string order_json(int quantity, int account = 22214) {
    return "{\"security\":\"IBM\",\"quantity\":" + std::to_string(quantity) +
           ",\"accountId\":" + std::to_string(account) + ",\"side\":\"Buy\"}";
}

std::string order_event(int quantity) {
    return "{\"topic\":\"/trades\",\"payload\":" + order_json(quantity) +
           ",\"date\":1784737884400,\"from\":\"other\",\"type\":\"TradeOrder\"}";
}

class System {
  public:
    explicit System(bool jetstream = false)
        : jetstream_(jetstream),
          folder_("/tmp/nb_trade_path." + std::to_string(getpid())),
          broker_(jetstream ? "jetstream {\n  store_dir: \"" + folder_ + "/jetstream\"\n}\n" : "") {
        std::filesystem::create_directories(folder_);
        REQUIRE(broker_.start());
        url_ = "nats://127.0.0.1:" + std::to_string(broker_.port());
        storage = open_storage();
    }
    ~System() {
        storage.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    System(const System&) = delete;
    System& operator=(const System&) = delete;

    // As another process has it.
    std::unique_ptr<Storage> open_storage() const {
        return open_sqlite_storage(folder_ + "/traderx.db");
    }
    std::unique_ptr<TradeProcessor> processor(Storage& from, bool stock = false) const {
        TradeProcessorSettings settings{
            {url_, "", "", ""}, {SubjectFamily::Slash, SubjectFamily::Dotted}, jetstream_, stock};
        auto made = std::make_unique<TradeProcessor>(from, settings);
        made->start();
        return made;
    }
    BusSettings bus_settings(const char* name) const { return {url_, "", "", name}; }
    const std::string& url() const { return url_; }

    std::unique_ptr<Storage> storage;

  private:
    bool jetstream_;
    std::string folder_;
    BrokerProcess broker_;
    std::string url_;
};

// trade-service without its HTTP side.
class Submitter {
  public:
    Submitter(System& system, EpochMs answer_ms, bool jetstream)
        : bus_(system.bus_settings("trade-service")),
          intake_(*system.storage, bus_, {"/trades", jetstream, answer_ms}),
          requests_(
              intake_, [](const Order& order) { return order.account_id == 999 ? 404 : 0; },
              system.bus_settings("trade-service-requests")) {
        intake_.start();
        requests_.start();
    }
    ~Submitter() { requests_.stop(); }
    OrderIntake& intake() { return intake_; }
    const OrderRequests& requests() const { return requests_; }

  private:
    Bus bus_;
    OrderIntake intake_;
    OrderRequests requests_;
};

// Nobody answers a request before its listener is known to the broker.
json submit(NatsC& client, const std::string& text) {
    json answer;
    comes_true([&] {
        answer = client.request("trades.submit", text);
        return !answer.is_null();
    });
    return answer;
}

}  // namespace

TEST_CASE("AnOrderOfNatsCIsBookedAndItsSubscriberReadsTheEvents") {
    System system;
    const auto processor = system.processor(*system.storage);
    NatsC client(system.url());
    client.subscribe("/accounts/22214/*");  // a slash subject is one token: this matches nothing
    NatsC trades(system.url());
    trades.subscribe("/accounts/22214/trades");
    NatsC positions(system.url());
    positions.subscribe("positions.account.*.updated");
    // The processor's subscription may still be on its way.
    REQUIRE(comes_true([&] {
        client.publish("/trades", order_event(7100));
        client.flush();
        return system.storage->trade_count() > 4;
    }));
    json trade = trades.next();
    CHECK(trade["type"] == "Trade");
    CHECK(trade["payload"]["quantity"] == 7100);
    CHECK(trade["payload"]["state"] == "Settled");
    json position = positions.next();
    CHECK(position["type"] == "Position");
    CHECK(position["topic"] == "positions.account.22214.updated");
    CHECK(position["payload"]["quantity"] == 7000);
    CHECK(client.next(1).is_null());
}

TEST_CASE("SeveralProcessorsShareTheOrders") {
    constexpr int kOrders = 3'000;
    System system;
    std::vector<std::unique_ptr<Storage>> storages;
    std::vector<std::unique_ptr<TradeProcessor>> processors;
    for (int index = 0; index < 3; ++index) {
        storages.push_back(system.open_storage());
        processors.push_back(system.processor(*storages.back()));
    }
    NatsC client(system.url());
    // Until all three are known to the broker; what these book is counted as well.
    int sent = 0;
    const auto idle = [&] {
        for (const auto& processor : processors)
            if (processor->count(BookingRefusal::None) == 0) return true;
        return false;
    };
    REQUIRE(comes_true([&] {
        client.publish("/trades", order_event(1 + sent++));
        client.flush();
        return !idle();
    }));
    for (int index = 0; index < kOrders; ++index, ++sent)
        client.publish("/trades", order_event(1 + sent));
    client.flush();
    REQUIRE(comes_true([&] { return system.storage->trade_count() >= 4 + kOrders + 3; }));
    std::uint64_t booked = 0;
    for (const auto& processor : processors) {
        CHECK(processor->count(BookingRefusal::None) > 100);
        booked += processor->count(BookingRefusal::None);
    }
    processors.clear();
    std::set<int> quantities;
    system.storage->visit_trades(std::nullopt, [&](const Trade& trade) {
        if (trade.id.substr(0, 6) != "TRADE-") CHECK(quantities.insert(trade.quantity).second);
    });
    CHECK(quantities.size() <= static_cast<std::size_t>(sent));
    for (int quantity = sent - kOrders + 1; quantity <= sent; ++quantity)
        CHECK(quantities.count(quantity) == 1);
    CHECK(booked <= quantities.size());
}

TEST_CASE("ARequestIsAnsweredWithItsTradeOnceBooked") {
    for (const bool jetstream : {false, true}) {
        CAPTURE(jetstream);
        System system(jetstream);
        const auto processor = system.processor(*system.storage);
        Submitter submitter(system, kSubmitAnswerMs, jetstream);
        NatsC client(system.url());
        json trade = submit(client, order_json(250));
        CHECK(trade["accountId"] == 22214);
        CHECK(trade["quantity"] == 250);
        CHECK(trade["state"] == "Settled");
        bool found = false;
        system.storage->visit_trades(22214,
                                     [&](const Trade& row) { found |= row.id == trade["id"]; });
        CHECK(found);
        CHECK(client.request("trades.submit", order_json(1, 999))["status"] == 404);
        CHECK(client.request("trades.submit", "{nonsense")["status"] == 400);
        CHECK(client.request("trades.submit", order_json(0))["status"] == 400);
        // Accepted, and refused at the booking: the position would leave 32 bits.
        json refusal = client.request("trades.submit", order_json(2'147'483'647));
        CHECK(refusal["status"] == 500);
        CHECK(refusal["error"] == "position out of range");
        CHECK(submitter.requests().refused_count() == 3);
        CHECK(system.storage->unbooked_orders() == 0);
        CHECK(system.storage->trade_count() == 5);
    }
}

TEST_CASE("ARequestThatIsNotBookedInTimeIsToldSoAndBookedLater") {
    System system;
    Submitter submitter(system, 1, false);
    NatsC client(system.url());
    json answer = submit(client, order_json(250));
    CHECK(answer["status"] == 504);
    CHECK(submitter.intake().unanswered_count() >= 1);
    const std::int64_t waiting = system.storage->unbooked_orders();
    CHECK(waiting >= 1);
    const auto processor = system.processor(*system.storage);
    CHECK(comes_true([&] { return system.storage->trade_count() == 4 + waiting; }));
    CHECK(comes_true([&] { return system.storage->unbooked_orders() == 0; }));
    CHECK(submitter.intake().resent_count() >= 1);
}

TEST_CASE("WithTooManyOrdersUnbookedTheNextIsRefusedAndCounted") {
    System system;
    for (std::int64_t filled = 0; filled < kUnbookedOrdersMax;) {
        std::vector<AcceptedOrder> orders;
        while (orders.size() < 200)  // divides the bound
            orders.push_back({std::to_string(filled++), "{}", "", 0, 0});
        REQUIRE(system.storage->accept_orders(orders, 9'000'000'000'000));
    }
    Submitter submitter(system, kSubmitAnswerMs, false);
    NatsC client(system.url());
    json answer = submit(client, order_json(250));
    CHECK(answer["status"] == 503);
    CHECK(submitter.intake().count(Acceptance::OutboxFull) >= 1);
    CHECK(submitter.intake().count(Acceptance::Accepted) == 0);
    CHECK(system.storage->unbooked_orders() == kUnbookedOrdersMax);
}

// What was lost with a processor that died is sent again; what it had booked is not booked twice.
TEST_CASE("ARepeatOfABookedOrderIsCountedAndChangesNothing") {
    System system;
    const auto processor = system.processor(*system.storage);
    NatsC client(system.url());
    const std::string repeated =
        "{\"type\":\"TradeOrder\",\"payload\":{\"id\":\"the-order\",\"security\":\"IBM\","
        "\"quantity\":5,\"accountId\":22214,\"side\":\"Buy\"}}";
    REQUIRE(comes_true([&] {
        client.publish("/trades", repeated);
        client.flush();
        return processor->count(BookingRefusal::AlreadyBooked) >= 3;
    }));
    CHECK(processor->count(BookingRefusal::None) == 1);
    CHECK(system.storage->trade_count() == 5);
}

// A cut-over from one family to the other: whoever still uses the old one is booked, and whoever
// uses both is booked once.
TEST_CASE("OrdersOfBothFamiliesAreBookedAndOneOnBothOnce") {
    for (const bool jetstream : {false, true}) {
        CAPTURE(jetstream);
        System system(jetstream);
        const auto processor = system.processor(*system.storage);
        NatsC client(system.url());
        const auto with_id = [](int number) {
            std::string text = order_event(number);
            return text.insert(text.find("{\"security") + 1,
                               "\"id\":\"order-" + std::to_string(number) + "\",");
        };
        const auto booked = [&] { return processor->count(BookingRefusal::None); };
        // Until the processor, or the stream, takes what comes on either.
        int first = 0;
        for (const char* subject : {"/trades", "trades.new"}) {
            const std::uint64_t before = booked();
            REQUIRE(comes_true([&] {
                client.publish(subject, with_id(++first));
                client.flush();
                return booked() > before;
            }));
        }
        constexpr int kOrders = 200;
        for (int number = first + 1; number <= first + kOrders; ++number) {
            client.publish(number % 2 == 0 ? "/trades" : "trades.new", with_id(number));
            client.publish(number % 2 == 0 ? "trades.new" : "/trades", with_id(number));
        }
        client.flush();
        CHECK(
            comes_true([&] { return processor->count(BookingRefusal::AlreadyBooked) == kOrders; }));
        std::set<int> quantities;
        system.storage->visit_trades(std::nullopt, [&](const Trade& trade) {
            if (trade.id.substr(0, 6) != "TRADE-") CHECK(quantities.insert(trade.quantity).second);
        });
        for (int number = first + 1; number <= first + kOrders; ++number)
            CHECK(quantities.count(number) == 1);
    }
}

TEST_CASE("InJetStreamModeOrdersWaitForAProcessorAndEventsAreKept") {
    System system(true);
    constexpr int kOrders = 500;
    NatsC client(system.url());
    // The first processor makes the streams and goes.
    {
        const auto processor = system.processor(*system.storage);
        REQUIRE(comes_true([&] {
            client.publish("/trades", order_event(1));
            client.flush();
            return system.storage->trade_count() > 4;
        }));
        REQUIRE(comes_true([&] {
            return processor->count(BookingRefusal::None) + 4 ==
                   static_cast<std::uint64_t>(system.storage->trade_count());
        }));
    }
    const std::int64_t before = system.storage->trade_count();
    for (int index = 0; index < kOrders; ++index) client.publish("/trades", order_event(2 + index));
    client.flush();
    const auto processor = system.processor(*system.storage);
    CHECK(comes_true([&] { return system.storage->trade_count() == before + kOrders; }));

    jsCtx* context = nullptr;
    REQUIRE(natsConnection_JetStream(&context, client.raw(), nullptr) == NATS_OK);
    const auto messages = [context](const char* stream) {
        jsStreamInfo* info = nullptr;
        std::uint64_t count = ~std::uint64_t{0};
        if (js_GetStreamInfo(&info, context, stream, nullptr, nullptr) == NATS_OK)
            count = info->State.Msgs;
        jsStreamInfo_Destroy(info);
        return count;
    };
    // Acknowledged after the commit, and gone from the work queue.
    CHECK(comes_true([&] { return messages("TRADERX_ORDERS") == 0; }));
    const auto events = 2 * static_cast<std::uint64_t>(before - 4 + kOrders);
    CHECK(comes_true([&] { return messages("TRADERX_EVENTS") == events; }));
    CHECK(comes_true([&] { return system.storage->outbox_before(9'000'000'000'000).empty(); }));
    jsCtx_Destroy(context);
}

TEST_CASE("AsTheStockServicesPhantomsAreToldAndOursAreNot") {
    for (const bool stock : {false, true}) {
        CAPTURE(stock);
        System system;
        const auto processor = system.processor(*system.storage, stock);
        NatsC client(system.url());
        client.subscribe("/accounts/22214/trades");
        REQUIRE(comes_true([&] {
            client.publish("/trades", order_event(11));
            client.flush();
            return system.storage->trade_count() > 4;
        }));
        client.publish("/trades", order_event(-5));
        client.publish("/trades", order_event(12));
        client.flush();
        std::vector<int> told;
        while (told.empty() || told.back() != 12) {
            json event = client.next();
            REQUIRE(event.is_object());
            if (!event.is_object()) break;
            told.push_back(event["payload"]["quantity"].get<int>());
        }
        CHECK(std::count(told.begin(), told.end(), -5) == (stock ? 1 : 0));
        REQUIRE(comes_true([&] {
            bool found = false;
            system.storage->visit_trades(22214,
                                         [&](const Trade& row) { found |= row.quantity == 12; });
            return found;
        }));
        system.storage->visit_trades(22214, [&](const Trade& row) { CHECK(row.quantity > 0); });
    }
}

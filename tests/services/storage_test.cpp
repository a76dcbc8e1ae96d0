// tests/services/storage_test.cpp - the storage promises, the same for both databases: a real
// SQLite file on disk, and a real PostgreSQL of the test's own.
#include "services/storage.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <limits>
#include <memory>
#include <numeric>
#include <thread>

#include "services/postgres_connection.h"
#include "services/sqlite_connection.h"
#include "services/storage_postgres.h"
#include "services/storage_sqlite.h"
#include "support/postgres_process.h"
#include "support/seed.h"

using namespace nats_blotter::services;
using nats_blotter::EpochMs;

namespace {

// A database file of its own, removed at the end.
class SqliteDatabase {
  public:
    SqliteDatabase() {
        static int count = 0;
        file_ = "/tmp/nb_storage_test." + std::to_string(getpid()) + "." + std::to_string(++count);
        storage = open_sqlite_storage(file_);
    }
    ~SqliteDatabase() {
        storage.reset();
        for (const char* suffix : {"", "-wal", "-shm"}) std::remove((file_ + suffix).c_str());
    }
    void reopen() {
        storage.reset();
        storage = open_sqlite_storage(file_);
    }
    std::unique_ptr<Storage> another() const { return open_sqlite_storage(file_); }

    std::unique_ptr<Storage> storage;

  private:
    std::string file_;
};

// One server for the whole program, one empty database for each test.
nats_blotter::tests::PostgresProcess& postgres() {
    static nats_blotter::tests::PostgresProcess server;
    static const bool started = server.start();
    REQUIRE(started);
    return server;
}

class PostgresDatabase {
  public:
    PostgresDatabase() : url_(postgres().make_database()), storage(open_postgres_storage(url_)) {}
    void reopen() {
        storage.reset();
        storage = open_postgres_storage(url_);
    }
    std::unique_ptr<Storage> another() const { return open_postgres_storage(url_); }

  private:
    std::string url_;

  public:
    std::unique_ptr<Storage> storage;
};

#define STORAGE_TEST(name) TEST_CASE_TEMPLATE(name, Database, SqliteDatabase, PostgresDatabase)

Order order_of(std::int32_t account, const char* security, Side side, std::int32_t quantity) {
    Order order;
    order.account_id = account;
    order.security = security;
    order.side = side;
    order.quantity = quantity;
    return order;
}

Booking book_one(Storage& storage, const Order& order, std::int64_t now_ms = 5'000'000'000'000) {
    return storage.book({&order, 1}, "test", now_ms).front();
}

Order with_id(Order order, const std::string& id) {
    order.id = id;
    return order;
}

AcceptedOrder accepted(const std::string& id, const std::string& reply = "") {
    return {id, "{\"id\":\"" + id + "\"}", reply, 1000, 0};
}

// The test framework here has no exceptions of its own.
template <typename Work>
bool fails(const Work& work) {
    try {
        work();
    } catch (const StorageError&) {
        return true;
    }
    return false;
}

std::vector<Position> positions_of(Storage& storage, std::optional<std::int32_t> account) {
    std::vector<Position> rows;
    storage.visit_positions(account, [&rows](const Position& row) { rows.push_back(row); });
    return rows;
}

std::vector<Trade> trades_of(Storage& storage, std::optional<std::int32_t> account) {
    std::vector<Trade> rows;
    storage.visit_trades(account, [&rows](const Trade& row) { rows.push_back(row); });
    return rows;
}

// Key, version and what changes with it.
std::string version_of(const Trade& trade) {
    return trade.id + "@" + std::to_string(trade.updated);
}
std::string version_of(const Position& position) {
    return std::to_string(position.account_id) + position.security + "@" +
           std::to_string(position.updated) + "=" + std::to_string(position.quantity);
}

}  // namespace

STORAGE_TEST("AnEmptyDatabaseStartsWithTheSeedRowsOnce") {
    Database database;
    for (int round = 0; round < 2; ++round) {
        CHECK(database.storage->accounts().size() == 7);
        CHECK(database.storage->account(22214)->display_name == "Test Account 20");
        CHECK(database.storage->account_users().size() == 18);
        CHECK(trades_of(*database.storage, std::nullopt).size() == 4);
        const std::vector<Position> rows = positions_of(*database.storage, 22214);
        REQUIRE(rows.size() == 3);
        CHECK(rows[0].security == "C");
        CHECK(rows[0].quantity == -2000);
        CHECK(rows[2].quantity == 1000);
        database.reopen();
    }
}

STORAGE_TEST("ListsSinceAVersionAreTheListsWithoutWhatIsOlder") {
    Database database;
    Storage& storage = *database.storage;
    constexpr EpochMs kLater = 4'000'000'000'000;
    const std::vector<Order> orders = {order_of(22214, "IBM", Side::Buy, 5),
                                       order_of(22214, "AAPL", Side::Buy, 7),
                                       order_of(42422, "IBM", Side::Buy, 9)};
    for (std::size_t index = 0; index < orders.size(); ++index)
        book_one(storage, orders[index], kLater + static_cast<EpochMs>(index));

    for (const std::optional<std::int32_t> account :
         {std::optional<std::int32_t>(), std::optional<std::int32_t>(22214)}) {
        const std::vector<Trade> all_trades = trades_of(storage, account);
        const std::vector<Position> all_positions = positions_of(storage, account);
        for (const EpochMs since : {kEveryVersion, EpochMs{0}, kLater, kLater + 1, kLater + 2,
                                    kLater + 3, std::numeric_limits<EpochMs>::max()}) {
            CAPTURE(since);
            std::vector<std::string> trades, trades_wanted, positions, positions_wanted;
            storage.visit_trades_since(
                account, since, [&](const Trade& row) { trades.push_back(version_of(row)); });
            storage.visit_positions_since(
                account, since, [&](const Position& row) { positions.push_back(version_of(row)); });
            for (const Trade& row : all_trades)
                if (row.updated >= since) trades_wanted.push_back(version_of(row));
            for (const Position& row : all_positions)
                if (row.updated >= since) positions_wanted.push_back(version_of(row));
            CHECK(trades == trades_wanted);
            CHECK(positions == positions_wanted);
            if (since >= kLater && since <= kLater + 3 && !account) {
                CHECK(trades.size() == 3 - static_cast<std::size_t>(since - kLater));
                CHECK(positions.size() == trades.size());
            }
        }
        CHECK(storage.trade_rows(account) == static_cast<std::int64_t>(all_trades.size()));
        CHECK(storage.position_rows(account) == static_cast<std::int64_t>(all_positions.size()));
    }
    CHECK(storage.trade_rows(std::nullopt) == 7);
    CHECK(storage.trade_rows(42422) == 1);
    CHECK(storage.trade_rows(1) == 0);
    CHECK(storage.position_rows(1) == 0);
}

STORAGE_TEST("ABookingMovesItsPositionAndKeepsItsEvents") {
    Database database;
    const Booking booking = book_one(*database.storage, order_of(22214, "IBM", Side::Buy, 350));
    REQUIRE(booking.refusal == BookingRefusal::None);
    CHECK(booking.position.quantity == 250);
    CHECK(booking.trade.state == "Settled");
    CHECK(booking.trade.created == 5'000'000'000'000);
    database.reopen();
    CHECK(trades_of(*database.storage, 22214).front().id == booking.trade.id);
    const std::vector<OutboxRow> rows = database.storage->outbox_of("test");
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].trade_event.find(booking.trade.id) != std::string::npos);
    CHECK(rows[0].position_event.find("\"quantity\":250") != std::string::npos);
    CHECK(database.storage->outbox_of("other").empty());
    CHECK(database.storage->outbox_before(5'000'000'000'001).size() == 1);
    CHECK(database.storage->outbox_before(5'000'000'000'000).empty());
    database.storage->confirm_published(rows);
    CHECK(database.storage->outbox_of("test").empty());
}

STORAGE_TEST("TheVersionOfAPositionRisesInOneBatchAndOverAClockThatTurnsBack") {
    Database database;
    const std::vector<Order> orders(kBookingBatchMax, order_of(42422, "IBM", Side::Buy, 1));
    std::int64_t last = 0;
    for (const std::int64_t now : {5'000'000'000'000, 4'000'000'000'000}) {
        for (const Booking& booking : database.storage->book(orders, "test", now)) {
            REQUIRE(booking.refusal == BookingRefusal::None);
            CHECK(booking.position.updated > last);
            last = booking.position.updated;
        }
    }
    CHECK(positions_of(*database.storage, 42422).front().quantity == 2 * int{kBookingBatchMax});
}

STORAGE_TEST("ARefusedOrderLeavesNothingAndSparesItsBatch") {
    Database database;
    Order no_account = order_of(1, "IBM", Side::Buy, 1);
    no_account.account_id.reset();
    const std::vector<Order> orders{order_of(42422, "IBM", Side::Buy, 2147483647),
                                    order_of(42422, "IBM", Side::Buy, 1),
                                    order_of(999, "IBM", Side::Buy, 1),
                                    order_of(42422, "SIXTEENCHARACTER", Side::Buy, 1),
                                    no_account,
                                    order_of(42422, "C", Side::Sell, 5)};
    const std::vector<Booking> bookings = database.storage->book(orders, "test", 1);
    CHECK(bookings[0].refusal == BookingRefusal::None);
    CHECK(bookings[1].refusal == BookingRefusal::PositionOutOfRange);
    CHECK(bookings[2].refusal == BookingRefusal::UnknownAccount);
    CHECK(bookings[3].refusal == BookingRefusal::SecurityTooLong);
    CHECK(bookings[4].refusal == BookingRefusal::MissingField);
    CHECK(bookings[5].refusal == BookingRefusal::None);
    CHECK(trades_of(*database.storage, 42422).size() == 2);
    CHECK(positions_of(*database.storage, 42422).size() == 2);
    CHECK(positions_of(*database.storage, 999).empty());
    CHECK(database.storage->outbox_of("test").size() == 2);
    CHECK(database.storage->trade_count() == 6);
}

STORAGE_TEST("AccountsAreNumberedFrom65000AndRenamedById") {
    Database database;
    CHECK(database.storage->save_account({65001, "Taken"}).created);
    CHECK(database.storage->save_account({0, "First"}).account.id == 65000);
    CHECK(database.storage->save_account({0, "Second"}).account.id == 65002);
    CHECK_FALSE(database.storage->save_account({65000, "Renamed"}).created);
    CHECK(database.storage->account(65000)->display_name == "Renamed");
    CHECK(database.storage->save_account_user({65000, "user02"}));
    CHECK(database.storage->save_account_user({65000, "user01"}));
    CHECK(database.storage->save_account_user({65000, "user01"}));
    CHECK_FALSE(database.storage->save_account_user({1, "user01"}));
    CHECK(database.storage->first_account_user(65000)->username == "user01");
    CHECK_FALSE(database.storage->first_account_user(11413).has_value());
}

// Two processes on one file, played by two storages: no booking is lost between them.
STORAGE_TEST("TwoProcessorsShareOneDatabase") {
    Database database;
    const std::unique_ptr<Storage> other = database.another();
    const auto work = [](Storage& storage) {
        for (int round = 0; round < 100; ++round)
            book_one(storage, order_of(44044, "IBM", Side::Buy, 1));
    };
    std::thread thread([&] { work(*other); });
    work(*database.storage);
    thread.join();
    CHECK(positions_of(*database.storage, 44044).front().quantity == 200);
    CHECK(trades_of(*database.storage, 44044).size() == 200);
}

// The same order id, booked again in the same batch, in a later one, and by another process.
STORAGE_TEST("AnOrderIdIsBookedOnce") {
    Database database;
    const Order order = with_id(order_of(44044, "IBM", Side::Buy, 10), "one");
    const std::vector<Order> twice{order, with_id(order_of(44044, "C", Side::Buy, 1), "two"),
                                   order};
    const std::vector<Booking> first = database.storage->book(twice, "test", 1);
    CHECK(first[0].refusal == BookingRefusal::None);
    CHECK(first[1].refusal == BookingRefusal::None);
    CHECK(first[2].refusal == BookingRefusal::AlreadyBooked);
    CHECK(first[2].trade.id == first[0].trade.id);
    const std::unique_ptr<Storage> other = database.another();
    const Booking again = book_one(*other, order);
    CHECK(again.refusal == BookingRefusal::AlreadyBooked);
    CHECK(again.trade.id == first[0].trade.id);
    CHECK(again.trade.quantity == 10);
    // Another order under a used id is a repeat too.
    CHECK(book_one(*other, with_id(order_of(10031, "MS", Side::Sell, 3), "one")).refusal ==
          BookingRefusal::AlreadyBooked);
    CHECK(positions_of(*database.storage, 44044).size() == 2);
    CHECK(positions_of(*database.storage, 44044)[1].quantity == 10);
    CHECK(positions_of(*database.storage, 10031).empty());
    CHECK(database.storage->outbox_of("test").size() == 2);
}

// Several processes are given the same orders at the same time, in different order.
STORAGE_TEST("RepeatsThatRaceAreBookedOnce") {
    Database database;
    constexpr int kOrders = 300;
    constexpr std::size_t kProcesses = 3;
    std::atomic<int> booked{0};
    const auto work = [&](Storage& storage, std::uint64_t seed) {
        nats_blotter::Random random(seed);
        std::vector<int> numbers(kOrders);
        std::iota(numbers.begin(), numbers.end(), 0);
        for (std::size_t index = numbers.size(); index > 1; --index)
            std::swap(numbers[index - 1], numbers[random.next() % index]);
        for (std::size_t start = 0; start < numbers.size(); start += 25) {
            std::vector<Order> orders;
            for (std::size_t index = start; index < start + 25; ++index) {
                const int number = numbers[index];
                orders.push_back(with_id(order_of(number % 2 == 0 ? 22214 : 52355,
                                                  number % 3 == 0 ? "IBM" : "AAPL", Side::Buy, 1),
                                         "order-" + std::to_string(number)));
            }
            // A unique key that another took first fails the batch; the processor tries again.
            while (true) {
                try {
                    for (const Booking& booking : storage.book(orders, "test", 1))
                        booked += booking.refusal == BookingRefusal::None ? 1 : 0;
                    break;
                } catch (const StorageError&) {
                }
            }
        }
    };
    NB_SEEDED_RANDOM(random);
    std::vector<std::unique_ptr<Storage>> storages;
    std::vector<std::thread> threads;
    for (std::size_t index = 0; index < kProcesses; ++index) {
        storages.push_back(database.another());
        threads.emplace_back(work, std::ref(*storages.back()), random.next());
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(booked == kOrders);
    CHECK(database.storage->trade_count() == 4 + kOrders);
    std::int64_t sum = 0;
    for (const Position& row : positions_of(*database.storage, std::nullopt))
        if (row.security == "IBM" || row.security == "AAPL") sum += row.quantity;
    CHECK(sum == kOrders - 100);  // the seed row: 100 IBM sold
}

STORAGE_TEST("AnAcceptedOrderStaysUntilItIsBookedOrRefused") {
    Database database;
    const std::vector<AcceptedOrder> orders{accepted("a", "inbox"), accepted("b"), accepted("c"),
                                            accepted("d")};
    REQUIRE(database.storage->accept_orders(orders, 1000));
    database.reopen();
    CHECK(database.storage->unbooked_orders() == 4);
    const std::vector<Order> batch{with_id(order_of(44044, "IBM", Side::Buy, 1), "a"),
                                   with_id(order_of(1, "IBM", Side::Buy, 1), "b")};
    const std::vector<Booking> bookings = database.storage->book(batch, "test", 2000);
    CHECK(bookings[1].refusal == BookingRefusal::UnknownAccount);
    CHECK(database.storage->unbooked_orders() == 2);
    CHECK(database.storage->orders_to_resend(1000 + kResendWaitMs - 1).empty());
    const std::vector<AcceptedOrder> due = database.storage->orders_to_resend(1000 + kResendWaitMs);
    REQUIRE(due.size() == 2);
    CHECK(due[0].payload == "{\"id\":\"" + due[0].id + "\"}");
    CHECK(due[0].resends == 1);
    CHECK(due[0].accepted == 1000);
}

STORAGE_TEST("AnOrderIsSentAgainAfterLongerAndLongerWaits") {
    Database database;
    REQUIRE(database.storage->accept_orders(std::vector{accepted("a", "inbox")}, 0));
    std::int64_t now = 0;
    for (const std::int64_t wait : {2'000, 4'000, 8'000, 16'000, 16'000}) {
        CHECK(database.storage->orders_to_resend(now + wait - 1).empty());
        now += wait;
        const std::vector<AcceptedOrder> due = database.storage->orders_to_resend(now);
        REQUIRE(due.size() == 1);
        CHECK(due[0].reply == "inbox");
    }
    CHECK(database.storage->orders_to_resend(now).empty());
    database.storage->resend_all_orders();
    CHECK(database.storage->orders_to_resend(now).size() == 1);
    // A clock that was put back by an hour does not put the next try off by an hour.
    CHECK(database.storage->orders_to_resend(now - 3'600'000).size() == 1);
    database.storage->forget_reply("a");
    database.storage->resend_all_orders();
    CHECK(database.storage->orders_to_resend(now)[0].reply.empty());
}

STORAGE_TEST("TheOrderOutboxIsBoundedAndTakesAllOfACallOrNothing") {
    Database database;
    std::int64_t accepted_count = 0;
    const auto fill = [&](std::size_t count) {
        std::vector<AcceptedOrder> orders;
        for (std::size_t index = 0; index < count; ++index)
            orders.push_back(
                accepted(std::to_string(accepted_count) + "." + std::to_string(index)));
        const bool taken = database.storage->accept_orders(orders, 1);
        if (taken) accepted_count += static_cast<std::int64_t>(count);
        return taken;
    };
    while (accepted_count + 256 <= kUnbookedOrdersMax - 100) REQUIRE(fill(256));
    CHECK_FALSE(fill(256));
    CHECK(database.storage->unbooked_orders() == accepted_count);
    while (accepted_count < kUnbookedOrdersMax)
        REQUIRE(fill(static_cast<std::size_t>(
            std::min<std::int64_t>(100, kUnbookedOrdersMax - accepted_count))));
    CHECK_FALSE(fill(1));
    CHECK(database.storage->unbooked_orders() == kUnbookedOrdersMax);
    CHECK(database.storage->orders_to_resend(1 + kResendWaitMs).size() == kResendBatchMax);
    // A booking makes room, which is seen once the count is old enough to be taken again.
    book_one(*database.storage, with_id(order_of(44044, "IBM", Side::Buy, 1), "0.0"));
    usleep(100'000);
    CHECK(fill(1));
    CHECK_FALSE(fill(1));
}

STORAGE_TEST("AsTheStockServiceBooksTheEventComesFirstEvenWhenNothingIsBooked") {
    Database database;
    int published = 0;
    const auto publish = [&](const Booking& booking) {
        ++published;
        // Not committed yet: no other reader has it.
        CHECK(positions_of(*database.storage, 44044).size() ==
              (booking.trade.quantity == 5 ? 0 : 1));
    };
    CHECK(
        database.storage->book_after_publishing(order_of(44044, "IBM", Side::Buy, 5), 1, publish));
    CHECK(published == 1);
    for (const int quantity : {0, -7}) {
        CHECK_FALSE(database.storage->book_after_publishing(
            order_of(44044, "IBM", Side::Buy, quantity), 2, publish));
    }
    CHECK(published == 3);
    CHECK_FALSE(
        database.storage->book_after_publishing(order_of(1, "IBM", Side::Buy, 5), 3, publish));
    CHECK(published == 3);
    CHECK(trades_of(*database.storage, 44044).size() == 1);
    CHECK(positions_of(*database.storage, 44044)[0].quantity == 5);
    CHECK(database.storage->outbox_of("test").empty());
    CHECK(book_one(*database.storage, order_of(44044, "C", Side::Buy, 1)).refusal ==
          BookingRefusal::None);
}

// What arrays and quoting could get wrong on their way to the server.
STORAGE_TEST("TextComesBackAsItWent") {
    Database database;
    for (const char* text :
         {"a\"b\\c", "{x,y}", "NULL", "it's", "\xC3\xA9\xE2\x82\xAC", " ", "$1"}) {
        const std::int32_t id = database.storage->save_account({0, text}).account.id;
        CHECK(database.storage->account(id)->display_name == text);
        const Booking booking =
            book_one(*database.storage,
                     with_id(order_of(id, text, Side::Sell, 1), std::string("id") + text));
        REQUIRE(booking.refusal == BookingRefusal::None);
        CHECK(trades_of(*database.storage, id)[0].security == text);
        CHECK(positions_of(*database.storage, id)[0].security == text);
        CHECK(book_one(*database.storage,
                       with_id(order_of(id, text, Side::Sell, 1), std::string("id") + text))
                  .refusal == BookingRefusal::AlreadyBooked);
    }
    Order no_side = order_of(44044, "IBM", Side::Buy, 1);
    no_side.side.reset();
    CHECK(book_one(*database.storage, no_side).position.quantity == -1);
    CHECK_FALSE(trades_of(*database.storage, 44044)[0].side.has_value());
}

// Bytewise order and millisecond times are the contract's, not the server's locale or precision.
STORAGE_TEST("RowsComeInTheContractsOrderWithTheirMilliseconds") {
    Database database;
    for (const char* security : {"b", "A", "a.B", "B"})
        book_one(*database.storage, order_of(44044, security, Side::Buy, 1), 1'784'737'884'469);
    std::string order;
    for (const Position& row : positions_of(*database.storage, 44044)) {
        order += row.security + " ";
        CHECK(row.updated == 1'784'737'884'469);
    }
    CHECK(order == "A B a.B b ");
    const std::vector<Trade> trades = trades_of(*database.storage, 44044);
    REQUIRE(trades.size() == 4);
    CHECK(trades[0].security == "B");  // the newest by booking, within one millisecond
    CHECK(trades[3].security == "b");
    CHECK(trades[0].created == 1'784'737'884'469);
}

// A database as TraderX's initialSchema.sql leaves it is taken over with its rows.
TEST_CASE("AStockDatabaseIsTakenOver") {
    const std::string url = postgres().make_database();
    {
        PostgresConnection connection(url);
        connection.execute(
            "CREATE TABLE Accounts (ID INTEGER PRIMARY KEY, DisplayName VARCHAR(50));"
            "CREATE TABLE AccountUsers (AccountID INTEGER NOT NULL, Username VARCHAR(15) NOT NULL, "
            "PRIMARY KEY (AccountID, Username));"
            "CREATE TABLE Positions (AccountID INTEGER, Security VARCHAR(15), Updated TIMESTAMP, "
            "Quantity INTEGER, PRIMARY KEY (AccountID, Security));"
            "CREATE TABLE Trades (ID VARCHAR(50) PRIMARY KEY, AccountID INTEGER, Created "
            "TIMESTAMP, Updated TIMESTAMP, Security VARCHAR(15), Side VARCHAR(10) CHECK (Side IN "
            "('Buy','Sell')), Quantity INTEGER CHECK (Quantity > 0), State VARCHAR(20));"
            "INSERT INTO Accounts VALUES (7, 'Seven');"
            "INSERT INTO Positions VALUES (7, 'IBM', '2026-07-22 16:31:24.468999', 30);"
            "INSERT INTO Trades VALUES ('T1', 7, '2026-07-22 16:31:24.461', "
            "'2026-07-22 16:31:24.468999', 'IBM', 'Buy', 30, 'Settled');");
    }
    const std::unique_ptr<Storage> storage = open_postgres_storage(url);
    CHECK(storage->accounts() == std::vector<Account>{{7, "Seven"}});
    REQUIRE(trades_of(*storage, 7).size() == 1);
    CHECK(trades_of(*storage, 7)[0].updated == 1'784'737'884'468);
    CHECK(book_one(*storage, with_id(order_of(7, "IBM", Side::Sell, 10), "x")).position.quantity ==
          20);
    CHECK(book_one(*storage, with_id(order_of(7, "IBM", Side::Sell, 10), "x")).refusal ==
          BookingRefusal::AlreadyBooked);
    CHECK(storage->save_account({0, "New"}).account.id == 65000);
}

// Version 1 had no order outbox.
TEST_CASE("ADatabaseFileOfTheFirstVersionIsTakenOver") {
    const std::string file = "/tmp/nb_storage_test." + std::to_string(getpid()) + ".v1";
    {
        const std::unique_ptr<Storage> storage = open_sqlite_storage(file);
        book_one(*storage, order_of(44044, "IBM", Side::Buy, 3));
        SqliteConnection connection(file, SqliteSync::Full);
        connection.execute("DROP TABLE order_outbox; PRAGMA user_version = 1");
    }
    {
        const std::unique_ptr<Storage> storage = open_sqlite_storage(file);
        CHECK(positions_of(*storage, 44044)[0].quantity == 3);
        CHECK(storage->accounts().size() == 7);
        CHECK(storage->accept_orders(std::vector{accepted("a")}, 1));
    }
    for (const char* suffix : {"", "-wal", "-shm"}) std::remove((file + suffix).c_str());
}

// Calls fail while it is away, and only then; nothing that was answered is lost.
TEST_CASE("ADatabaseServerThatDiesComesBackUnderTheSameStorage") {
    nats_blotter::tests::PostgresProcess server;
    REQUIRE(server.start());
    const std::unique_ptr<Storage> storage = open_postgres_storage(server.make_database());
    book_one(*storage, with_id(order_of(44044, "IBM", Side::Buy, 1), "a"));
    server.kill_at_once();
    // The server's process for our connection may answer a few times more before it notices.
    bool away = false;
    for (int attempt = 0; attempt < 1'000 && !away; ++attempt) {
        away = fails([&] { storage->accounts(); });
        if (!away) usleep(10'000);
    }
    CHECK(away);
    CHECK(fails([&] { book_one(*storage, with_id(order_of(44044, "IBM", Side::Buy, 1), "b")); }));
    REQUIRE(server.start());
    const auto book_until_done = [&storage](const std::string& id) {
        for (int attempt = 0; attempt < 100; ++attempt) {
            try {
                return book_one(*storage, with_id(order_of(44044, "IBM", Side::Buy, 1), id));
            } catch (const StorageError&) {
                usleep(50'000);
            }
        }
        return Booking{};
    };
    CHECK(book_until_done("a").refusal == BookingRefusal::AlreadyBooked);
    CHECK(book_until_done("b").position.quantity == 2);
    CHECK(storage->accounts().size() == 7);
}

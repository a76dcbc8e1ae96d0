// tests/services/storage_test.cpp - the storage promises, against a real SQLite file on disk.
#include "services/storage.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <thread>

#include "services/storage_sqlite.h"

using namespace nats_blotter::services;

namespace {

// A database file of its own, removed at the end.
class Database {
  public:
    Database() {
        static int count = 0;
        file_ = "/tmp/nb_storage_test." + std::to_string(getpid()) + "." + std::to_string(++count);
        storage = open_sqlite_storage(file_);
    }
    ~Database() {
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

}  // namespace

TEST_CASE("AnEmptyDatabaseStartsWithTheSeedRowsOnce") {
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

TEST_CASE("ABookingMovesItsPositionAndKeepsItsEvents") {
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

TEST_CASE("TheVersionOfAPositionRisesInOneBatchAndOverAClockThatTurnsBack") {
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

TEST_CASE("ARefusedOrderLeavesNothingAndSparesItsBatch") {
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

TEST_CASE("AccountsAreNumberedFrom65000AndRenamedById") {
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
TEST_CASE("TwoProcessorsShareOneDatabase") {
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

// What every database answers by way of its other answers, against one that does it by itself.
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "services/position_service.h"
#include "services/storage_sqlite.h"

using namespace nats_blotter;
using namespace nats_blotter::services;

namespace {

struct TemporaryDatabase {
    std::string file = "/tmp/nb_since_test." + std::to_string(getpid()) + ".db";
    ~TemporaryDatabase() {
        for (const char* end : {"", "-wal", "-shm"}) std::remove((file + end).c_str());
    }
};

Order order(std::int32_t account, const std::string& security, std::int32_t quantity) {
    Order order;
    order.account_id = account;
    order.security = security;
    order.side = Side::Buy;
    order.quantity = quantity;
    return order;
}

template <typename Record>
auto into(std::vector<std::string>& texts, std::string (*text)(const Record&)) {
    return [&texts, text](const Record& record) { texts.push_back(text(record)); };
}

std::string trade_text(const Trade& trade) { return trade.id; }
std::string position_text(const Position& position) {
    return std::to_string(position.account_id) + position.security +
           std::to_string(position.quantity);
}

}  // namespace

TEST_CASE("ListsSinceAVersionAreTheListsWithoutWhatIsOlder") {
    TemporaryDatabase database;
    const auto storage = open_sqlite_storage(database.file);
    constexpr EpochMs kLater = 4'000'000'000'000;
    const std::vector<Order> orders = {order(22214, "IBM", 5), order(22214, "AAPL", 7),
                                       order(42422, "IBM", 9)};
    for (std::size_t i = 0; i < orders.size(); ++i)
        storage->book({&orders[i], 1}, "test", kLater + static_cast<EpochMs>(i));

    for (const std::optional<std::int32_t> account :
         {std::optional<std::int32_t>(), std::optional<std::int32_t>(22214)}) {
        for (const EpochMs since : {EpochMs{0}, kLater, kLater + 1, kLater + 2, kLater + 3}) {
            std::vector<std::string> trades;
            std::vector<std::string> filtered_trades;
            std::vector<std::string> positions;
            std::vector<std::string> filtered_positions;
            storage->visit_trades_since(account, since, into(trades, trade_text));
            storage->Storage::visit_trades_since(account, since, into(filtered_trades, trade_text));
            storage->visit_positions_since(account, since, into(positions, position_text));
            storage->Storage::visit_positions_since(account, since,
                                                    into(filtered_positions, position_text));
            CHECK(trades == filtered_trades);
            CHECK(positions == filtered_positions);
            if (since >= kLater && !account) {
                CHECK(trades.size() == 3 - static_cast<std::size_t>(since - kLater));
                CHECK(positions.size() == trades.size());
            }
        }
        CHECK(storage->trade_rows(account) == storage->Storage::trade_rows(account));
        CHECK(storage->position_rows(account) == storage->Storage::position_rows(account));
    }
    CHECK(storage->trade_rows(std::nullopt) == 7);
    CHECK(storage->trade_rows(42422) == 1);
    CHECK(storage->trade_rows(1) == 0);
}

// tests/services/order_room_test.cpp - the bound holds, and counting stays rare.
#include "services/order_room.h"

#include <doctest/doctest.h>

using namespace nats_blotter::services;

namespace {

struct Rows {
    std::int64_t count = 0;
    int asked = 0;
    bool take(OrderRoom& room, std::int64_t more, std::int64_t now_us) {
        const bool taken = room.take(more, now_us, [this] {
            ++asked;
            return count;
        });
        if (taken) count += more;
        return taken;
    }
};

}  // namespace

TEST_CASE("TheLastOrderThatFitsIsTakenAndTheNextIsNot") {
    OrderRoom room(10);
    Rows rows;
    CHECK(rows.take(room, 9, 0));
    CHECK_FALSE(rows.take(room, 2, 1));
    CHECK(rows.take(room, 1, 2));
    CHECK_FALSE(rows.take(room, 1, 3));
}

TEST_CASE("RowsAreCountedOnceASecondAndWhenFullOnceInFiftyMilliseconds") {
    OrderRoom room(10);
    Rows rows;
    for (int now_ms = 0; now_ms < 1000; now_ms += 200) CHECK(rows.take(room, 1, now_ms * 1000));
    CHECK(rows.asked == 1);
    CHECK(rows.take(room, 5, 1'000'000));
    CHECK(rows.asked == 2);
    rows.count = 0;  // all booked
    CHECK_FALSE(rows.take(room, 1, 1'049'999));
    CHECK(rows.asked == 2);
    CHECK(rows.take(room, 1, 1'050'000));
    CHECK(rows.asked == 3);
    CHECK(rows.count == 1);
}

#include "feed/shape.h"

#include <doctest/doctest.h>

#include <string>

#include "feed/decode.h"

using namespace nats_blotter;
using namespace nats_blotter::feed;

namespace {

struct Trades {
    Profile profile = traderx_profile(SubjectChoice::Slash);
    const TableSpec& spec = profile.tables[0];
    RecordDecoder decoder{spec};

    // Whether a learned layout read it.
    bool hits(std::string_view json) {
        const std::uint64_t before = decoder.stats().shape_hits;
        const bool accepted = decoder.decode(json).has_value();
        REQUIRE(accepted);
        return decoder.stats().shape_hits > before;
    }
    const Cell& cell(std::string_view json, std::string_view field) {
        const Result<const Record*> record = decoder.decode(json);
        REQUIRE(record.has_value());
        return (*record)->cells[static_cast<std::size_t>(spec.column_index(field))];
    }
};

std::string trade(int number, const char* state = "New") {
    return R"({"topic":"/accounts/1/trades","payload":{"id":"T)" + std::to_string(number) +
           R"(","accountId":22214,"state":")" + state + R"(","quantity":)" +
           std::to_string(number) + R"(},"date":1784737884470,"type":"Trade"})";
}

}  // namespace

TEST_CASE("TheSecondRecordOfALayoutIsReadByIt") {
    Trades t;
    CHECK_FALSE(t.hits(trade(1)));
    CHECK(t.hits(trade(2)));
    CHECK(t.hits(trade(-34567, "Settled")));
    CHECK(t.decoder.stats().shapes_learned == 1);
    CHECK(t.cell(trade(77), "quantity").number == 77);
    CHECK(t.cell(trade(77, "Settled"), "state").text == "Settled");
}

TEST_CASE("ColumnsThatALayoutLacksAreNull") {
    Trades t;
    const std::string without = R"({"id":"T1","side":null,"quantity":1})";
    const std::string with = R"({"id":"T1","side":"Buy","quantity":1})";
    t.hits(without);
    t.hits(with);
    CHECK(t.hits(with));
    CHECK(t.hits(without));
    CHECK(t.cell(with, "side").text == "Buy");
    CHECK(t.cell(without, "side").is_null());
    CHECK(t.cell(without, "updated").is_null());
}

TEST_CASE("ATextThatStaysTheSameMayChange") {
    Trades t;
    t.hits(R"({"id":"T1","venue":"XNYS"})");
    CHECK(t.hits(R"({"id":"T2","venue":"XNYS"})"));
    CHECK(t.hits(R"({"id":"T3","venue":"XLON-longer"})"));
    CHECK(t.hits(R"({"id":"T4","venue":""})"));
    CHECK_FALSE(t.hits(R"({"id":"T5","venue":"a\"b"})"));
}

TEST_CASE("OfSeveralTextsThatStayTheSameEachMayChange") {
    Trades t;
    const auto text = [](const char* id, const char* venue, const char* desk, const char* by) {
        return R"({"id":")" + std::string(id) + R"(","venue":")" + venue + R"(","desk":")" + desk +
               R"(","quantity":5,"by":")" + by + R"("})";
    };
    t.hits(text("T1", "XNYS", "rates", "ada"));
    CHECK(t.hits(text("T2", "XNYS", "rates", "ada")));
    CHECK(t.hits(text("T3", "XNYS", "credit", "ada")));  // the second of a run
    CHECK(t.hits(text("T4", "XLON", "credit", "ada")));  // then the first
    CHECK(t.hits(text("T5", "", "", "")));               // the one at the end as well
    CHECK(t.hits(text("T6", "a longer one", "a longer one still", "XNYS")));
    CHECK(t.cell(text("T7", "X", "Y", "Z"), "quantity").number == 5);
    // A key of another name is another layout, and takes nothing from this one.
    CHECK_FALSE(t.hits(R"({"id":"T8","venue":"XNYS","team":"rates","quantity":5,"by":"ada"})"));
    CHECK(t.hits(text("T9", "XNYS", "rates", "ada")));
}

TEST_CASE("ATextAsLongAsTheLastOneIsLookedThrough") {
    Trades t;
    const auto text = [](const char* id) {
        return R"({"id":")" + std::string(id) + R"(","quantity":5})";
    };
    t.hits(text("0123456789abcdef"));
    CHECK(t.hits(text("fedcba9876543210")));
    CHECK_FALSE(t.hits(text("fedcba98\\\"543210")));
    CHECK(t.hits(text("fedcba98")));
    // It ends where the last one did not, and where that one ended stands another quote.
    CHECK(t.cell(R"({"id":"0123456","quantity":5})", "id").text == "0123456");
    CHECK(t.cell(text("01234567\\u0041"), "id").text == "01234567A");
}

TEST_CASE("FourLayoutsAreKnownAtATime") {
    Trades t;
    const auto layout = [](int fields, int number) {
        std::string json = R"({"id":"T)" + std::to_string(number) + "\"";
        for (int i = 0; i < fields; ++i) json += ",\"x" + std::to_string(i) + "\":1";
        return json + "}";
    };
    for (int fields = 0; fields < 4; ++fields) CHECK_FALSE(t.hits(layout(fields, 1)));
    for (int round = 0; round < 3; ++round)
        for (int fields = 0; fields < 4; ++fields) CHECK(t.hits(layout(fields, round)));
    // A fifth is learned once in the place of the one that has rested longest: layout 0.
    t.hits(layout(0, 5));
    for (int fields = 3; fields > 0; --fields) t.hits(layout(fields, 5));
    CHECK_FALSE(t.hits(layout(4, 1)));
    CHECK(t.hits(layout(4, 2)));
    for (int fields = 1; fields < 4; ++fields) CHECK(t.hits(layout(fields, 6)));
    CHECK_FALSE(t.hits(layout(0, 6)));
}

TEST_CASE("ColumnsGivenTwiceAreLeftToTheScanner") {
    Trades t;
    for (int i = 0; i < 5; ++i) {
        CHECK_FALSE(t.hits(R"({"id":"T1","quantity":1,"quantity":2})"));
        CHECK_FALSE(t.hits(R"({"payload":{"id":"a"},"payload":{"id":"b"}})"));
    }
    CHECK(t.cell(R"({"id":"T1","quantity":1,"quantity":null})", "quantity").is_null());
    CHECK(t.decoder.stats().shapes_learned == 0);
}

TEST_CASE("LayoutsThatNeverRepeatAreNotTriedForLong") {
    Trades t;
    std::uint64_t state = 1;
    const auto record = [&state] {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return R"({"id":"T","n)" + std::to_string(state) + R"(":1})";
    };
    for (int i = 0; i < 300; ++i) t.hits(record());
    const std::uint64_t learned = t.decoder.stats().shapes_learned;
    CHECK(learned < 24);
    // Resting: nothing is learned, not even what repeats.
    for (int i = 0; i < 900; ++i) CHECK_FALSE(t.hits(R"({"id":"T"})"));
    CHECK(t.decoder.stats().shapes_learned == learned);
    // And tries again after a while.
    for (int i = 0; i < 200; ++i) t.hits(R"({"id":"T"})");
    CHECK(t.hits(R"({"id":"T"})"));
}

TEST_CASE("TooLargeALayoutIsNotLearned") {
    Trades t;
    std::string json = R"({"id":"T")";
    for (std::size_t i = 0; i <= kShapeSlotsMax; ++i) json += ",\"x\":1";
    json += "}";
    for (int i = 0; i < 3; ++i) CHECK_FALSE(t.hits(json));
    const std::string bulky = R"({"id":"T","x":")" + std::string(kShapeBytesMax, 'x') + "\"}";
    for (int i = 0; i < 3; ++i) CHECK_FALSE(t.hits(bulky));
    CHECK(t.decoder.stats().shapes_learned == 0);
}

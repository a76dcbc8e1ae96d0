#include "feed/decode.h"

#include <doctest/doctest.h>

#include <string>

#include "base/limits.h"

using namespace nats_blotter;
using namespace nats_blotter::feed;

namespace {

// From the contract, section 3.
constexpr std::string_view kTradeEvent =
    R"({"topic":"/accounts/22214/trades","payload":{"id":"4b5f0a57-5a0e-4d8f-9a7b-2f0d3c1e8a90",)"
    R"("accountId":22214,"security":"IBM","side":"Buy","state":"Settled","quantity":100,)"
    R"("updated":1784737884468,"created":1784737884461},"date":1784737884470,)"
    R"("from":"trade-processor","type":"Trade"})";

struct Trades {
    Profile profile = traderx_profile(SubjectChoice::Slash);
    const TableSpec& spec = profile.tables[0];
    RecordDecoder decoder{spec};

    const Cell& cell(const Record& record, std::string_view field) const {
        return record.cells[static_cast<std::size_t>(spec.column_index(field))];
    }
    Reject rejected(std::string_view json) {
        const Result<const Record*> result = decoder.decode(json);
        REQUIRE_FALSE(result.has_value());
        return static_cast<Reject>(result.error().code);
    }
};

std::string bare(std::string_view fields) {
    return R"({"id":"T1","accountId":22214,"updated":1)" + std::string(fields) + "}";
}

}  // namespace

TEST_CASE("EnvelopeIsUnwrapped") {
    Trades t;
    const auto record = t.decoder.decode(kTradeEvent);
    REQUIRE(record.has_value());
    CHECK(t.cell(**record, "id").text == "4b5f0a57-5a0e-4d8f-9a7b-2f0d3c1e8a90");
    CHECK(t.cell(**record, "accountId").number == 22214);
    CHECK(t.cell(**record, "quantity").number == 100);
    CHECK(t.cell(**record, "side").text == "Buy");
    CHECK(t.cell(**record, "updated").number == 1784737884468'000'000);
    CHECK((*record)->published_ms == 1784737884470);
}

TEST_CASE("BareRecordWithIsoTimesAndNullsIsTheSame") {
    Trades t;
    const auto record = t.decoder.decode(
        R"({"id":"TRADE-22214-AABBCC","accountId":22214,"security":"IBM","side":null,)"
        R"("state":"Settled","quantity":100,"updated":"2026-07-22T16:31:24.468+00:00",)"
        R"("created":"2026-07-22T16:31:24.461+00:00"})");
    REQUIRE(record.has_value());
    CHECK(t.cell(**record, "updated").number == 1784737884468'000'000);
    CHECK(t.cell(**record, "side").is_null());
    CHECK((*record)->published_ms == 0);
}

TEST_CASE("EnvelopeFieldsDoNotLeakIntoTheRecord") {
    Trades t;
    // `id` before and after the payload belongs to the envelope, whatever it looks like.
    const auto record = t.decoder.decode(
        R"({"id":7,"payload":{"id":"T1","accountId":1},"quantity":"x","id":"other"})");
    REQUIRE(record.has_value());
    CHECK(t.cell(**record, "id").text == "T1");
    CHECK(t.cell(**record, "quantity").is_null());
}

TEST_CASE("AliasAndLastDuplicateAreTaken") {
    Trades t;
    const auto record = t.decoder.decode(
        R"({"id":"T1","accountid":5,"quantity":1,"quantity":2,"security":"BRK.B"})");
    REQUIRE(record.has_value());
    CHECK(t.cell(**record, "accountId").number == 5);
    CHECK(t.cell(**record, "quantity").number == 2);
}

TEST_CASE("EscapedAndNonAsciiTextIsDecoded") {
    Trades t;
    const auto record =
        t.decoder.decode(R"({"id":"\u0053oci\u00e9t\u00e9 \ud83d\ude00","state":"Société"})");
    REQUIRE(record.has_value());
    CHECK(t.cell(**record, "id").text == "Soci\xC3\xA9t\xC3\xA9 \xF0\x9F\x98\x80");
    CHECK(t.cell(**record, "state").text == "Soci\xC3\xA9t\xC3\xA9");
}

TEST_CASE("LargeIntegersKeepEveryDigit") {
    Trades t;
    const auto record = t.decoder.decode(bare(R"(,"quantity":9007199254740993)"));
    REQUIRE(record.has_value());
    CHECK(t.cell(**record, "quantity").number == 9007199254740993);
}

TEST_CASE("EveryRejectHasItsReason") {
    Trades t;
    CHECK(t.rejected("") == Reject::NotJson);
    CHECK(t.rejected("hello") == Reject::NotJson);
    CHECK(t.rejected(bare("") + "x") == Reject::NotJson);
    CHECK(t.rejected("[1,2]") == Reject::WrongShape);
    CHECK(t.rejected("17") == Reject::WrongShape);
    CHECK(t.rejected(R"({"payload":null})") == Reject::WrongShape);
    CHECK(t.rejected(R"({"accountId":1})") == Reject::MissingKey);
    CHECK(t.rejected(R"({"id":null})") == Reject::MissingKey);
    CHECK(t.rejected(bare(R"(,"state":5)")) == Reject::WrongType);
    CHECK(t.rejected(bare(R"(,"quantity":{})")) == Reject::WrongType);
    CHECK(t.rejected(bare(R"(,"quantity":[1])")) == Reject::WrongType);
    CHECK(t.rejected(bare(R"(,"quantity":1.5)")) == Reject::BadNumber);
    CHECK(t.rejected(bare(R"(,"quantity":1e400)")) == Reject::BadNumber);
    CHECK(t.rejected(bare(R"(,"quantity":-9223372036854775808)")) == Reject::BadNumber);
    CHECK(t.rejected(bare(R"(,"created":"yesterday")")) == Reject::BadTime);
    CHECK(t.rejected(bare(R"(,"created":1e30)")) == Reject::BadTime);
    CHECK(t.rejected(bare(",\"state\":\"" + std::string(kTextCellBytesMax + 1, 'x') + '"')) ==
          Reject::TooLong);
    CHECK(t.rejected(std::string(kRecordBytesMax + 1, ' ')) == Reject::TooLong);
}

TEST_CASE("TextAtItsLimitIsKept") {
    Trades t;
    CHECK(t.decoder.decode(bare(",\"state\":\"" + std::string(kTextCellBytesMax, 'x') + '"'))
              .has_value());
}

// Whatever is cut off, the decoder says so and holds for the next payload.
TEST_CASE("TruncatedAtEveryByteIsNotJson") {
    Trades t;
    for (std::size_t bytes = 0; bytes < kTradeEvent.size(); ++bytes)
        CHECK(t.rejected(kTradeEvent.substr(0, bytes)) == Reject::NotJson);
    CHECK(t.decoder.decode(kTradeEvent).has_value());
}

TEST_CASE("RejectTablesAreComplete") {
    for (std::int32_t code = 1; code < static_cast<std::int32_t>(kRejectCount); ++code) {
        CHECK(reject_text(static_cast<Reject>(code)) != "unknown reject");
        CHECK(reject_name(static_cast<Reject>(code)) != "unknown");
    }
}

// Columns that are worked out: with a learned layout and without, in an event and in a snapshot.
TEST_CASE("ASignedAmountAndALatencyAreWorkedOut") {
    Trades t;
    std::string sale(kTradeEvent);
    sale.replace(sale.find("Buy"), 3, "Sell");
    for (int round = 0; round < 3; ++round) {
        t.decoder.came_at(1784737884500);
        const auto bought = t.decoder.decode(kTradeEvent);
        REQUIRE(bought.has_value());
        CHECK(t.cell(**bought, "signedQuantity").number == 100);
        CHECK(t.cell(**bought, "latencyMs").number == 30);
        const auto sold = t.decoder.decode(sale);
        REQUIRE(sold.has_value());
        CHECK(t.cell(**sold, "signedQuantity").number == -100);
        t.decoder.came_at(0);
        const auto late = t.decoder.decode(kTradeEvent);
        REQUIRE(late.has_value());
        CHECK(t.cell(**late, "latencyMs").is_null());
    }
    // A record cannot say what is worked out, and without a side there is no sign.
    const auto without =
        t.decoder.decode(bare(R"(,"quantity":5,"signedQuantity":77,"latencyMs":{"deep":1})"));
    REQUIRE(without.has_value());
    CHECK(t.cell(**without, "signedQuantity").is_null());
    CHECK(t.cell(**without, "latencyMs").is_null());
}

// tests/feed/infer_test.cpp - what is made of a feed that nobody has described. Every profile that
// comes out is one that the profile parser accepts, and what it was made from is read by it.
#include "feed/infer.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "feed/decode.h"
#include "feed/message.h"
#include "feed/profile_json.h"

using namespace nats_blotter;
using namespace nats_blotter::feed;

namespace {

using Messages = std::vector<std::pair<std::string, std::string>>;

InferredProfile inferred(std::string_view subject, const Messages& messages) {
    std::vector<FeedSample> samples;
    for (const auto& [from, payload] : messages) samples.push_back({from, payload});
    return infer_profile(subject, samples);
}

// The table of it; its words go to `words`.
TableSpec table_of(std::string_view subject, const Messages& messages,
                   std::string* words = nullptr) {
    const InferredProfile made = inferred(subject, messages);
    if (words) *words = made.words;
    INFO(made.words);
    REQUIRE(made.json != "");
    const ParsedProfile parsed = profile_from_json(made.json, "f");
    REQUIRE(parsed.error == "");
    REQUIRE(parsed.profile.tables.size() == 1);
    const TableSpec& spec = parsed.profile.tables[0];
    REQUIRE(spec.streams.size() == 1);
    CHECK(spec.streams[0].pattern == subject);
    CHECK(spec.snapshot == SnapshotKind::None);
    return spec;
}

// "field:type ..." in order.
std::string columns_of(const TableSpec& spec) {
    std::string out;
    for (const ColumnSpec& column : spec.columns) {
        if (!out.empty()) out += ' ';
        out += column.field + ":" + std::string(column.type_name());
        if (column.type == ColumnType::Decimal) out += std::to_string(column.scale);
        if (column.subject_token > 0) out += "@" + std::to_string(column.subject_token);
    }
    return out;
}

std::string key_of(const TableSpec& spec) {
    std::string out;
    for (const std::uint16_t column : spec.key_columns) {
        if (!out.empty()) out += '+';
        out += spec.columns[column].field;
    }
    return out;
}

std::string version_of(const TableSpec& spec) {
    if (spec.version_column < 0) return "";
    return spec.columns[static_cast<std::size_t>(spec.version_column)].field;
}

// Records that the table takes of a message, by the reader that the session uses.
std::size_t records_taken(const TableSpec& spec, const std::string& subject,
                          const std::string& payload) {
    RecordDecoder decoder(spec);
    MessageReader reader(spec, decoder);
    reader.begin(subject, payload);
    std::size_t count = 0;
    while (const auto record = reader.next())
        if (*record) ++count;
    return count;
}

const std::string kIbm =
    R"({"topic":"pricing.IBM","payload":{"ticker":"IBM","price":187.245,"openPrice":186,)"
    R"("asOf":"2026-07-22T16:31:24.468Z","source":"fallback"},)"
    R"("date":"2026-07-22T16:31:24.468Z","from":"price-publisher","type":"PriceTick"})";
const std::string kMs =
    R"({"topic":"pricing.MS","payload":{"ticker":"MS","price":95.1,"openPrice":95.5,)"
    R"("asOf":"2026-07-22T16:31:25.468Z","source":"fallback"},)"
    R"("date":"2026-07-22T16:31:25.468Z","from":"price-publisher","type":"PriceTick"})";

}  // namespace

TEST_CASE("AnEnvelopeIsSeenAndTheFieldThatRepeatsTheSubjectIsTheKey") {
    std::string words;
    const TableSpec spec =
        table_of("pricing.*", {{"pricing.IBM", kIbm}, {"pricing.MS", kMs}}, &words);
    CHECK(spec.enveloped);
    CHECK(columns_of(spec) ==
          "ticker:symbol price:decimal3 openPrice:decimal1 asOf:time source:symbol");
    CHECK(key_of(spec) == "ticker");
    CHECK(version_of(spec) == "asOf");
    CHECK(spec.columns[2].title == "Open price");
    CHECK(spec.sort_column == 0);
    CHECK(words ==
          "pricing.* as a table, from 2 messages: 5 columns, a row for each ticker, the newest by "
          "asOf.");
    CHECK(records_taken(spec, "pricing.IBM", kIbm) == 1);
}

TEST_CASE("RecordsOfAnArrayHaveTheTokenOfTheSubjectAndNestedFields") {
    const std::string north =
        R"({"at":7,"readings":[)"
        R"({"sensor":"t1","value":{"number":21.5,"unit":"C"},"at":1753200000000},)"
        R"({"sensor":"t2","value":{"number":-4,"unit":"C"},"at":1753200000000}]})";
    const TableSpec spec = table_of("sensors.*.readings", {{"sensors.north.readings", north},
                                                           {"sensors.south.readings", north}});
    CHECK(columns_of(spec) ==
          "subject2:symbol@2 sensor:symbol /value/number:decimal1 /value/unit:enum at:time");
    CHECK(key_of(spec) == "subject2+sensor");
    CHECK(version_of(spec) == "at");
    CHECK(spec.columns[2].title == "Value number");
    CHECK(spec.records_path == std::vector<std::string>{"readings"});
    CHECK(spec.name == "sensors-readings");
    CHECK(spec.title == "sensors.*.readings");
    CHECK(table_of(">", {{"a", R"({"v":1})"}}).name == "feed");
    CHECK(records_taken(spec, "sensors.south.readings", north) == 2);
}

TEST_CASE("AnIdIsTheKeyThoughTheSubjectIsAnAccounts") {
    const auto trade = [](const std::string& id, int quantity) {
        return R"({"id":")" + id + R"(","accountId":22214,"security":"IBM","quantity":)" +
               std::to_string(quantity) + "}";
    };
    const TableSpec spec = table_of(
        "/accounts/22214/trades",
        {{"/accounts/22214/trades", trade("a", 1)}, {"/accounts/22214/trades", trade("b", 2)}});
    CHECK(key_of(spec) == "id");
    CHECK_FALSE(spec.columns[1].grouped);  // a number that is a name
    CHECK(spec.columns[3].grouped);
    CHECK(version_of(spec) == "");
}

TEST_CASE("WhereNothingCameTwiceAllThatNamesThingsIsTheKey") {
    const TableSpec spec =
        table_of("positions", {{"positions", R"({"accountId":1,"security":"IBM","quantity":2})"}});
    CHECK(key_of(spec) == "accountId+security");
}

TEST_CASE("WithoutAFieldThatNamesRowsTheSubjectHasOne") {
    std::string words;
    const TableSpec spec = table_of("server.load", {{"server.load", R"({"one":0.5})"}}, &words);
    CHECK(columns_of(spec) == "subject2:symbol@2 one:decimal1");
    CHECK(key_of(spec) == "subject2");
    CHECK(words.find("one row with the newest of them, since no field names a row") !=
          std::string::npos);
}

TEST_CASE("TheTokensOfAWideWildcardAreTheKeyAsFarAsAllHaveThem") {
    const TableSpec spec =
        table_of("metrics.>", {{"metrics.a.b", R"({"v":1})"}, {"metrics.a.c.d", R"({"v":2})"}});
    CHECK(key_of(spec) == "subject2+subject3");
    CHECK(records_taken(spec, "metrics.x.y", R"({"v":3})") == 1);
}

TEST_CASE("AFieldNamedAsATokensColumnStays") {
    const TableSpec spec = table_of("a.*", {{"a.x", R"({"subject2":"other","v":1})"},
                                            {"a.y", R"({"subject2":"other","v":1})"}});
    CHECK(key_of(spec) == "subject2_");
}

TEST_CASE("TypesFollowFromAllValues") {
    const auto type_of = [](std::initializer_list<const char*> values) {
        Messages messages;
        int at = 0;
        for (const char* value : values)
            messages.push_back(
                {"s." + std::to_string(at++), std::string(R"({"pad":"x","f":)") + value + "}"});
        const std::string columns = columns_of(table_of("s.*", messages));
        const std::size_t found = columns.find(" f:");
        return found == std::string::npos ? std::string("none") : columns.substr(found + 3);
    };
    CHECK(type_of({"1", "-2", "3.0", "4e2"}) == "int");
    CHECK(type_of({"1", "2.25", "3.5"}) == "decimal2");
    CHECK(type_of({"1e-7", "null"}) == "decimal7");
    CHECK(type_of({"0.12345678901234567890123"}) == "none");  // more digits than 18
    CHECK(type_of({"99999999999999999999"}) == "none");
    CHECK(type_of({"1784737884468"}) == "time");
    CHECK(type_of({"1784737884468", "12"}) == "int");
    CHECK(type_of({R"("2026-07-22T16:31:24Z")", R"("2026-07-22T16:31:24.468123Z")"}) == "time");
    CHECK(type_of({R"("2026-07-22T16:31:24Z")", "1784737884468"}) == "time");
    CHECK(type_of({R"("187.25")", R"("188")"}) == "decimal2");
    CHECK(type_of({R"("00123")"}) == "symbol");
    CHECK(type_of({R"("123")", R"("124")"}) == "symbol");  // digits in quotes are a name
    CHECK(type_of({R"("a")", R"("a")", R"("a")"}) == "enum");
    CHECK(type_of({R"("a long text that is no symbol at all")"}) == "text");
    CHECK(type_of({R"("word")", "1"}) == "none");
    CHECK(type_of({"true", "false"}) == "bool");
    CHECK(type_of({"true", "null"}) == "bool");
    CHECK(type_of({"true", "1"}) == "none");
    CHECK(type_of({"[1,2]"}) == "none");
    CHECK(type_of({"1", R"({"deep":1})"}) == "none");
    CHECK(type_of({"null"}) == "none");
}

TEST_CASE("WhatFallsIsNoVersion") {
    const auto message = [](int seq) {
        return std::pair<std::string, std::string>{
            "s", R"({"name":"a","seq":)" + std::to_string(seq) + "}"};
    };
    CHECK(version_of(table_of("s", {message(1), message(2), message(2)})) == "seq");
    CHECK(version_of(table_of("s", {message(2), message(1)})) == "");
}

TEST_CASE("WithoutMessagesOrRecordsItSaysSo") {
    CHECK(inferred("a.*", {}).words == "No message of a.* has come yet.");
    const std::string no_json =
        "No message of a that was seen is a JSON object, or a list of some.";
    for (const char* payload : {"", "hello", "[1,2]", "17", "{}", R"({"a":)", "null", "[]", "[[]]",
                                "{\"a\":\"\xFF\"}", R"({"payload":{}})"}) {
        INFO(payload);
        const InferredProfile made = inferred("a", {{"a", payload}});
        CHECK(made.json == "");
        CHECK(made.words == no_json);
    }
    CHECK(inferred("a", {{"a", R"({"a":[],"b":99999999999999999999})"}}).words ==
          "The records of a have no field that a column can show.");
}

TEST_CASE("WithoutAKeyItSaysSo") {
    const InferredProfile made = inferred("a", {{"a", R"([{"v":1.5},{"v":1.5}])"}});
    CHECK(made.json == "");
    CHECK(made.words.starts_with("No key was found: "));
}

TEST_CASE("OneMoreFieldTellsTheRecordsOfAMessageApart") {
    const TableSpec spec = table_of(
        "a", {{"a", R"([{"side":"b","level":1,"v":1.5},{"side":"b","level":2,"v":1.5}])"}});
    CHECK(key_of(spec) == "level");
    const TableSpec two = table_of("a", {{"a", R"([{"x":"p","y":"q"},{"x":"p","y":"r"},)"
                                               R"({"x":"s","y":"q"}])"}});
    CHECK(key_of(two) == "x+y");
}

TEST_CASE("NamesThatNoProfileTakesAreLeftOut") {
    const std::string longest(5'000, 'n');
    const TableSpec spec = table_of("s.*", {{"s.a", R"({"":1,"a\u0001b":2,"/x/~y":3,"ok":4,")" +
                                                        longest + R"(":5,"o":{"~/":6}})"}});
    CHECK(columns_of(spec) == "subject2:symbol@2 /~1x~1~0y:int ok:int /o/~0~1:int");
    const std::string payload = R"({"/x/~y":3,"ok":4,"o":{"~/":6}})";
    CHECK(records_taken(spec, "s.b", payload) == 1);
}

TEST_CASE("ATitleIsNeverTooLong") {
    std::string name;
    for (int i = 0; i < 95; ++i) name += "aB";
    const TableSpec spec = table_of("s.*", {{"s.a", "{\"" + name + "\":1}"}});
    CHECK(spec.columns[1].field == name);
    std::string wide;
    for (int i = 0; i < 49; ++i) wide += "aBä";
    CHECK(table_of("s.*", {{"s.a", "{\"" + wide + "\":1}"}}).columns[1].title.ends_with("…"));
}

TEST_CASE("ASubjectThatNoProfileTakesIsRefusedInItsWords") {
    const InferredProfile made = inferred("a.{x}", {{"a.{x}", R"({"v":1})"}});
    CHECK(made.json == "");
    CHECK(made.words.find("\"{x}\" is not a parameter") != std::string::npos);
}

// Each limit of base/limits.h, at it and beyond.
TEST_CASE("LimitsAreKept") {
    SUBCASE("columns") {
        std::string payload = "{\"id\":1";
        for (std::size_t at = 1; at < kInferColumnsMax + 10; ++at)
            payload += ",\"f" + std::to_string(at) + "\":1";
        std::string words;
        const TableSpec spec = table_of("s", {{"s", payload + "}"}}, &words);
        CHECK(spec.columns.size() == kInferColumnsMax);
        CHECK(words.find("there are more fields than columns") != std::string::npos);
    }
    SUBCASE("depth") {
        std::string payload = "1";
        for (std::size_t at = 0; at < kInferDepthMax + 1; ++at) payload = "{\"d\":" + payload + "}";
        CHECK(inferred("s", {{"s", payload}}).json == "");
        payload = "{\"id\":1,\"d\":" + payload + "}";
        CHECK(columns_of(table_of("s", {{"s", payload}})) == "id:int");
        const std::string deep = std::string(kJsonDepthMax + 1, '[');
        CHECK(inferred("s", {{"s", deep}}).json == "");
    }
    SUBCASE("messages: the newest ones") {
        Messages messages(kInferMessagesMax + 50, {"s", R"({"id":1,"new":1})"});
        for (std::size_t at = 0; at < 50; ++at) messages[at].second = R"({"id":1,"old":1})";
        std::string words;
        CHECK(columns_of(table_of("s", messages, &words)) == "id:int new:int");
        CHECK(words.find("from " + std::to_string(kInferMessagesMax) + " messages") !=
              std::string::npos);
    }
    SUBCASE("bytes of them") {
        const std::string pad(30'000, 'x');
        const Messages messages(100, {"s", R"({"id":1,"pad":")" + pad + "\"}"});
        std::string words;
        table_of("s", messages, &words);
        CHECK(words.find("from " + std::to_string(kInferBytesMax / messages[0].second.size()) +
                         " messages") != std::string::npos);
    }
    SUBCASE("records") {
        std::string payload = "[";
        for (std::size_t at = 0; at < kInferRecordsMax; ++at)
            payload += "{\"id\":" + std::to_string(at) + "},";
        // Beyond the last record that is looked at: the same id again.
        const std::string again = payload + "{\"id\":0,\"more\":1}]";
        CHECK(columns_of(table_of("s", {{"s", again}})) == "id:int");
    }
    SUBCASE("a message that is too long to be kept whole") {
        const std::string pad(kInspectorMessageBytesMax, 'x');
        CHECK(inferred("s", {{"s", R"({"id":")" + pad + "\"}"}}).json == "");
    }
}

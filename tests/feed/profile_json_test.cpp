#include "feed/profile_json.h"

#include <doctest/doctest.h>

#include <array>
#include <fstream>
#include <sstream>

#include "base/limits.h"

using namespace nats_blotter;
using namespace nats_blotter::feed;

namespace {

// A good one; the wrong ones below differ from it in one place.
constexpr std::string_view kGood = R"~({
  "name": "p", "title": "A title",
  "parameters": {"account": {"choices": "/accounts"}},
  "orders": {"url": "/order", "securities": "/stocks"},
  "books": {"entries": {"table": "t", "by": ["acc", "sym"], "amount": "n", "sign": "side",
                        "minus": "S"},
            "balances": {"table": "u", "by": ["acc", "sym"], "amount": "n"}},
  "tables": [
    {"name": "t", "title": "T", "subjects": ["t.{account}.*"], "records": "/a~1b/0",
     "snapshot": {"url": "/t/{account}", "urlAll": "/t"},
     "key": ["id", "sym"], "version": "at", "account": "acc",
     "sort": {"column": "at", "descending": true},
     "delete": {"column": "side", "value": "gone"}, "maxRows": 10,
     "columns": [
       {"field": "id", "title": "Id", "type": "text"},
       {"field": "acc", "type": "int", "aliases": ["account"], "grouped": false},
       {"field": "sym", "type": "symbol", "token": 3, "align": "right"},
       {"field": "side", "type": "enum", "hidden": true},
       {"field": "n", "type": "decimal(2)"},
       {"field": "/in/at", "title": "At", "type": "time"},
       {"field": "at", "type": "time"}]},
    {"name": "u", "subjects": ["u.{account}"], "envelope": true, "key": ["acc"], "account": "acc",
     "columns": [{"field": "acc", "type": "int"}, {"field": "sym", "type": "symbol"},
                 {"field": "n", "type": "decimal(2)"}]}]
})~";

std::string good_but(std::string_view instead_of, std::string_view put) {
    std::string json(kGood);
    const std::size_t at = json.find(instead_of);
    REQUIRE(at != std::string::npos);
    REQUIRE(json.find(instead_of, at + 1) == std::string::npos);
    return json.replace(at, instead_of.size(), put);
}

std::string error_of(std::string_view json) { return profile_from_json(json, "f.json").error; }

std::string file_text(const std::string& name) {
    std::ifstream file(std::string(NB_PROFILES_FOLDER) + "/" + name);
    REQUIRE(file);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("EveryMemberIsRead") {
    const ParsedProfile parsed = profile_from_json(kGood, "f.json");
    REQUIRE(parsed.error == "");
    const Profile& profile = parsed.profile;
    CHECK(profile.name == "p");
    CHECK(profile.title == "A title");
    CHECK(profile.accounts_url == "/accounts");
    CHECK(profile.orders_url == "/order");
    CHECK(profile.securities_url == "/stocks");
    REQUIRE(profile.tables.size() == 2);
    const TableSpec& t = profile.tables[0];
    CHECK(t.title == "T");
    REQUIRE(t.streams.size() == 1);
    CHECK(t.streams[0].pattern == "t.{account}.*");
    CHECK(t.records_path == std::vector<std::string>{"a/b", "0"});
    CHECK(!t.enveloped);
    CHECK(t.snapshot == SnapshotKind::Url);
    CHECK(t.snapshot_url == "/t/{account}");
    CHECK(t.snapshot_url_all == "/t");
    CHECK(t.key_columns == std::vector<std::uint16_t>{0, 2});
    CHECK(t.version_column == 6);
    CHECK(t.scope_column == 1);
    CHECK(t.sort_column == 6);
    CHECK(t.sort_descending);
    CHECK(t.delete_column == 3);
    CHECK(t.delete_text == "gone");
    CHECK(t.rows_max == 10);
    REQUIRE(t.columns.size() == 7);
    CHECK(t.columns[1].title == "acc");  // without one of its own
    CHECK(t.columns[1].aliases == std::vector<std::string>{"account"});
    CHECK(!t.columns[1].grouped);
    CHECK(t.columns[1].align == Align::Right);
    CHECK(t.columns[2].subject_token == 3);
    CHECK(t.columns[2].align == Align::Right);
    CHECK(t.columns[3].hidden);
    CHECK(t.columns[4].type == ColumnType::Decimal);
    CHECK(t.columns[4].scale == 2);
    CHECK(t.columns[5].path == std::vector<std::string>{"in", "at"});
    const TableSpec& u = profile.tables[1];
    CHECK(u.title == "u");
    CHECK(u.enveloped);
    CHECK(u.snapshot == SnapshotKind::None);
    CHECK(u.rows_max == kTableRowsMax);
    REQUIRE(profile.books);
    CHECK(profile.books->entries == BookSide{0, {1, 2}, 4, 3, "S"});
    CHECK(profile.books->balances == BookSide{1, {0, 1}, 2});
}

TEST_CASE("TraderxAsAFileIsTheOneThatIsBuiltIn") {
    const ParsedProfile parsed = profile_from_json(file_text("traderx.json"), "traderx.json");
    CHECK(parsed.error == "");
    CHECK(parsed.profile == traderx_profile(SubjectChoice::Slash));
}

TEST_CASE("ExamplesAreGood") {
    for (const char* name : {"prices.json", "sensors.json"}) {
        const ParsedProfile parsed = profile_from_json(file_text(name), name);
        CHECK(parsed.error == "");
        CHECK(parsed.profile.tables.size() == 1);
        CHECK(!parsed.profile.has_accounts());
    }
}

TEST_CASE("AWrongProfileGivesOneSentenceWithFilePlaceAndReason") {
    struct Wrong {
        std::string_view instead_of, put, says;
    };
    static const std::array kWrong = {
        Wrong{R"("name": "p")", R"("nam": "p")", R"(the profile: lacks the member "name")"},
        Wrong{R"("name": "p")", R"("name": "")", "/name: is empty"},
        Wrong{R"("name": "p")", R"("name": 7)", "/name: must be text and is a number"},
        Wrong{R"("name": "p")", R"("name": "p q")",
              R"(/name: "p q" has others than the letters a to z, digits, - and _)"},
        Wrong{R"("name": "p")", R"("name": "p", "name": "q")", "/name: is given twice"},
        Wrong{R"("name": "p")", R"("name": "p", "x/y~": 1)",
              "/x~1y~0: is not a member that is known here"},
        Wrong{R"("A title")", R"("A\u0007")", "/title: holds a control character"},
        Wrong{R"("/accounts")", R"("accounts")",
              R"(/parameters/account/choices: "accounts" is not a path: )"
              "it begins with one / and has no blanks"},
        Wrong{R"("/accounts")", R"("//elsewhere/x")",
              R"(/parameters/account/choices: "//elsewhere/x" is not a path: )"
              "it begins with one / and has no blanks"},
        Wrong{R"({"account": {"choices": "/accounts"}})", R"({})",
              R"(/parameters: lacks the member "account")"},
        Wrong{R"({"account": {"choices": "/accounts"}})",
              R"({"account": {"choices": "/a"}, "book": {}})",
              "/parameters/book: is not a parameter: the only one is account"},
        Wrong{R"("parameters": {"account": {"choices": "/accounts"}},)", "",
              "/orders: needs the parameter account"},
        Wrong{R"("url": "/order", )", "", R"(/orders: lacks the member "url")"},
        Wrong{R"("url": "/order")", R"("url": "/order/{id}")",
              R"(/orders/url: "{id}" is not a parameter: the only one is {account})"},
        Wrong{R"("balances": {"table": "u")", R"("balances": {"table": "x")",
              R"(/books/balances/table: "x" is no table)"},
        Wrong{R"("balances": {"table": "u")", R"("balances": {"tables": "u")",
              R"(/books/balances: lacks the member "table")"},
        Wrong{R"("balances": {"table": "u", "by": ["acc", "sym"])",
              R"("balances": {"table": "u", "by": ["acc"])",
              R"(/books: has not as many columns in the one "by" as in the other)"},
        Wrong{R"("balances": {"table": "u", "by": ["acc", "sym"])",
              R"("balances": {"table": "u", "by": ["sym", "acc"])",
              R"(/books: has columns of different types in its two "by")"},
        Wrong{R"("balances": {"table": "u", "by": ["acc", "sym"], "amount": "n")",
              R"("balances": {"table": "u", "by": ["acc", "sym"], "amount": "acc")",
              "/books: has amounts of different types"},
        Wrong{R"("balances": {"table": "u", "by": ["acc", "sym"], "amount": "n")",
              R"("balances": {"table": "u", "by": ["n"], "amount": "n")",
              R"(/books/balances/by/0: "n" is not of type int, symbol or enum)"},
        Wrong{R"("balances": {"table": "u", "by": ["acc", "sym"], "amount": "n")",
              R"("balances": {"table": "u", "by": ["acc", "sym"], "amount": "sym")",
              R"(/books/balances/amount: "sym" is not of type int or decimal)"},
        Wrong{R"("balances": {"table": "u")", R"("balances": {"table": "t")",
              "/books: has its entries and its balances in one table"},
        Wrong{R"("sign": "side")", R"("sign": "n")",
              R"(/books/entries/sign: "n" is not of type symbol or enum)"},
        Wrong{R"("sign": "side",)", "",
              R"(/books/entries: has only one of "sign" and "minus", which go together)"},
        Wrong{R"("name": "u")", R"("name": "t")",
              R"(/tables/1/name: "t" is another table's name too)"},
        Wrong{R"(["t.{account}.*"])", R"([])",
              "/tables/0/subjects: is empty, and must hold subjects"},
        Wrong{R"(["t.{account}.*"])", R"("t")", "/tables/0/subjects: must be an array and is text"},
        Wrong{R"(["t.{account}.*"])", R"(["t..{account}"])",
              R"(/tables/0/subjects/0: "t..{account}" is no NATS subject)"},
        Wrong{R"(["t.{account}.*"])", R"(["{account}.>.x"])",
              R"(/tables/0/subjects/0: "{account}.>.x" is no NATS subject)"},
        Wrong{R"(["t.{account}.*"])", R"(["{account}.x*"])",
              R"(/tables/0/subjects/0: "{account}.x*" is no NATS subject)"},
        Wrong{R"(["t.{account}.*"])", R"(["{account} x"])",
              R"(/tables/0/subjects/0: "{account} x" is no NATS subject)"},
        Wrong{R"(["t.{account}.*"])", R"(["t.a.b"])",
              R"(/tables/0/subjects/0: "t.a.b" does not name {account})"},
        Wrong{R"(["t.{account}.*"])", R"(["t.{account}.{desk}"])",
              R"(/tables/0/subjects/0: "{desk}" is not a parameter: the only one is {account})"},
        Wrong{R"(["t.{account}.*"])", R"(["t.{account}.*", "t.{account}.*"])",
              R"(/tables/0/subjects/1: "t.{account}.*" is there twice)"},
        Wrong{
            R"(["t.{account}.*"])", R"(["t.{account}"])",
            R"(/tables/0/columns/2/token: is beyond the last token of the subject "t.{account}")"},
        Wrong{R"("/a~1b/0")", R"("/a~2")",
              R"(/tables/0/records: "/a~2" is not a JSON pointer of at most 16 steps)"},
        Wrong{R"("/a~1b/0")", R"("a")",
              R"(/tables/0/records: "a" is not a JSON pointer of at most 16 steps)"},
        Wrong{R"("/a~1b/0")", R"("/a", "envelope": true)",
              "/tables/0/records: and envelope do not go together"},
        Wrong{R"({"url": "/t/{account}", "urlAll": "/t"})", R"({})",
              R"(/tables/0/snapshot: must have one of "url", "request", "kv" and "stream")"},
        Wrong{R"({"url": "/t/{account}", "urlAll": "/t"})", R"({"url": "/t/{account}"})",
              R"(/tables/0/snapshot: lacks the member "urlAll", for all accounts)"},
        Wrong{R"({"url": "/t/{account}", "urlAll": "/t"})", R"({"url": "/t", "urlAll": "/t"})",
              "/tables/0/snapshot/url: does not name {account}"},
        Wrong{R"("urlAll": "/t")", R"("urlAll": "/t/{account}")",
              "/tables/0/snapshot/urlAll: names {account}"},
        Wrong{R"({"url": "/t/{account}", "urlAll": "/t"})", R"({"request": "t.all"})",
              "/tables/0/snapshot/request: does not go together with the parameter account"},
        Wrong{R"({"url": "/t/{account}", "urlAll": "/t"})", R"({"kv": "bucket"})",
              "/tables/0/snapshot/kv: does not go together with the parameter account"},
        Wrong{R"({"url": "/t/{account}", "urlAll": "/t"})", R"({"stream": "S"})",
              "/tables/0/snapshot/stream: does not go together with the parameter account"},
        Wrong{R"("key": ["id", "sym"])", R"("key": ["id", "nosuch"])",
              R"(/tables/0/key/1: "nosuch" is no column of this table)"},
        Wrong{R"("key": ["id", "sym"])", R"("key": ["id", "id"])",
              R"(/tables/0/key/1: "id" is there twice)"},
        Wrong{R"("key": ["id", "sym"],)", "", R"(/tables/0: lacks the member "key")"},
        Wrong{R"("version": "at")", R"("version": "id")",
              R"(/tables/0/version: "id" is not of type int, decimal or time)"},
        Wrong{R"("version": "at", "account": "acc")", R"("version": "at", "account": "n")",
              R"(/tables/0/account: "n" is not of type int)"},
        Wrong{R"("version": "at", "account": "acc")", R"("version": "at")",
              R"(/tables/0: lacks the member "account", since the profile has that parameter)"},
        Wrong{R"({"column": "at", "descending": true})", R"({"descending": true})",
              R"(/tables/0/sort: lacks the member "column")"},
        Wrong{R"("descending": true)", R"("descending": 1)",
              "/tables/0/sort/descending: must be true or false and is a number"},
        Wrong{R"({"column": "side", "value": "gone"})", R"({"column": "n", "value": 1})",
              "/tables/0/delete/value: is of a column that is not of type int, text, symbol, enum "
              "or bool"},
        Wrong{R"({"column": "side", "value": "gone"})", R"({"column": "acc", "value": "x"})",
              "/tables/0/delete/value: must be a number and is text"},
        Wrong{R"({"column": "side", "value": "gone"})", R"("key")",
              R"(/tables/0/delete: "key" is neither "kv" nor a column and its value)"},
        Wrong{R"({"column": "side", "value": "gone"})", R"("kv")",
              R"(/tables/0/key: "id" is not of the subject, which is all that a deletion has)"},
        Wrong{R"("maxRows": 10)", R"("maxRows": 0)",
              "/tables/0/maxRows: must be a whole number from 1 to 1000000"},
        Wrong{R"("maxRows": 10)", R"("maxRows": 1.5)",
              "/tables/0/maxRows: must be a whole number from 1 to 1000000"},
        Wrong{R"("maxRows": 10)", R"("maxRows": 1e99)",
              "/tables/0/maxRows: must be a whole number from 1 to 1000000"},
        Wrong{R"("title": "Id", "type": "text")", R"("title": "Id", "type": "number")",
              R"(/tables/0/columns/0/type: "number" is not one of int, decimal(0) to decimal(18), )"
              "text, symbol, time, enum, bool"},
        Wrong{R"("title": "Id", "type": "text")", R"~("title": "Id", "type": "decimal(19)")~",
              R"~(/tables/0/columns/0/type: "decimal(19)" is not one of int, decimal(0) to )~"
              "decimal(18), text, symbol, time, enum, bool"},
        Wrong{
            R"("title": "Id", "type": "text")", R"("type": "text", "format": "plain")",
            "/tables/0/columns/0/format: is of a column that is not of type int, decimal or time"},
        Wrong{R"("grouped": false)", R"("format": "seconds")",
              R"(/tables/0/columns/1/format: "seconds" is not one of grouped, plain)"},
        Wrong{R"("grouped": false)", R"("format": "plain", "grouped": true)",
              "/tables/0/columns/1/format: and grouped say the same: one is enough"},
        Wrong{R"("title": "At", "type": "time")", R"("type": "time", "format": "date")",
              R"(/tables/0/columns/5/format: "date" is not one of milliseconds, seconds)"},
        Wrong{R"("title": "At", "type": "time")", R"("type": "time", "format": 3)",
              "/tables/0/columns/5/format: must be text and is a number"},
        Wrong{R"("hidden": true)", R"("flash": "no")",
              "/tables/0/columns/3/flash: must be true or false and is text"},
        Wrong{R"("type": "enum", "hidden": true)", R"("type": "bool")",
              "/tables/0/delete/value: must be true or false and is text"},
        Wrong{R"("title": "Id", "type": "text")", R"("title": "Id")",
              R"(/tables/0/columns/0: lacks the member "type")"},
        Wrong{R"("field": "id")", R"("field": "acc")",
              R"(/tables/0/columns/1/field: "acc" is another column's too)"},
        Wrong{R"("aliases": ["account"])", R"("aliases": [])",
              "/tables/0/columns/1/aliases: is empty, and must hold names"},
        Wrong{R"("align": "right")", R"("align": "middle")",
              R"(/tables/0/columns/2/align: "middle" is not one of left, right)"},
        Wrong{R"("token": 3)", R"("token": 0)",
              "/tables/0/columns/2/token: must be a whole number from 1 to 64"},
        Wrong{R"("token": 3)", R"("token": "3")",
              R"(/tables/0/columns/2/token: must be a number or "key" and is text)"},
        Wrong{
            R"("token": 3)", R"("token": "key")",
            R"(/tables/0/columns/2/token: "key" is of a table that has a bucket as its snapshot)"},
        Wrong{R"("field": "/in/at")", R"("field": "/in/at", "aliases": ["x"])",
              "/tables/0/columns/5/aliases: are of a name, and the field is a JSON pointer"},
    };
    for (const Wrong& wrong : kWrong) {
        CAPTURE(wrong.put);
        CHECK(error_of(good_but(wrong.instead_of, wrong.put)) ==
              "profile \"f.json\", " + std::string(wrong.says));
    }
}

TEST_CASE("WhatIsNoProfileAtAllIsRefused") {
    const std::string file = "profile \"f.json\", ";
    CHECK(error_of("") == file + "line 1: JSON ends too early");
    CHECK(error_of("{\n\"a\":\n x}") == file + "line 3: not JSON");
    CHECK(error_of("[]") == file + "the profile: must be an object and is an array");
    CHECK(error_of("null") == file + "the profile: must be an object and is null");
    CHECK(error_of("{}") == file + "the profile: lacks the member \"name\"");
    CHECK(error_of(std::string(100, '[')).starts_with(file + "line 1: JSON nested too deep"));
    CHECK(error_of(R"({"name":"p","tables":{}})") ==
          file + "/tables: must be an array and is an object");
    CHECK(error_of(R"({"name":"p","tables":[[]]})") ==
          file + "/tables/0: must be an object and is an array");
    CHECK(error_of(std::string(kProfileBytesMax + 1, ' ')) ==
          file + "its length: is above a megabyte");
    // Read to its end: only what it says is missing.
    CHECK(error_of(std::string(kProfileBytesMax - 2, ' ') + "{}") ==
          file + "the profile: lacks the member \"name\"");
}

TEST_CASE("AccountsAreOfTheParameterOnly") {
    const auto of = [](std::string_view more) {
        return error_of(R"({"name":"p","tables":[{"name":"t","key":["a"],)"
                        R"("columns":[{"field":"a","type":"int"}],)" +
                        std::string(more) + "}]}");
    };
    const std::string file = "profile \"f.json\", /tables/0";
    CHECK(of(R"("subjects":["s"],"snapshot":{"url":"/s"})") == "");
    CHECK(of(R"("subjects":["s"],"snapshot":{"request":"s.all"})") == "");
    CHECK(of(R"("subjects":["s"],"snapshot":{"request":"s.*"})") ==
          file + R"(/snapshot/request: "s.*" is no subject to send a request to)");
    CHECK(of(R"("subjects":["s"],"snapshot":{"request":"s.all","url":"/s"})") ==
          file + R"(/snapshot: must have one of "url", "request", "kv" and "stream")");
    CHECK(of(R"("snapshot":{"url":"/s"})") == file + R"(: lacks the member "subjects")");
    CHECK(of(R"("subjects":["s.{account}"])") ==
          file + "/subjects/0: names {account}, and the profile has no parameter account");
    CHECK(of(R"("subjects":["s"],"account":"a")") ==
          file + ": has the member \"account\", and the profile has no such parameter");
    CHECK(of(R"("subjects":["s"],"snapshot":{"url":"/s","urlAll":"/s"})") ==
          file + "/snapshot/urlAll: is for a \"url\" that names {account}");
}

TEST_CASE("ABucketAndAStreamAreSnapshots") {
    const auto read = [](std::string_view table, std::string_view column = R"(,"token":"key")") {
        return profile_from_json(R"({"name":"p","tables":[{"name":"t","key":["a"],)" +
                                     std::string(table) +
                                     R"(,"columns":[{"field":"a","type":"text")" +
                                     std::string(column) + R"(},{"field":"b","type":"int"}]}]})",
                                 "f.json");
    };
    ParsedProfile parsed = read(R"("snapshot":{"kv":"prices"})");
    REQUIRE(parsed.error == "");
    const TableSpec& bucket = parsed.profile.tables[0];
    CHECK(bucket.is_stored());
    CHECK(bucket.stored_in == "KV_prices");
    CHECK(bucket.stored_in_bucket);
    CHECK(bucket.last_per_subject);
    CHECK(bucket.kv_delete);
    CHECK(bucket.streams == std::vector<StreamSpec>{{"$KV.prices.>"}});
    CHECK(bucket.columns[0].subject_token == 3);
    CHECK(bucket.columns[0].token_to_end);
    CHECK(subject_from_token("$KV.prices.a.b", 3) == "a.b");
    CHECK(subject_from_token("$KV.prices.a.b", 5) == "");

    parsed = read(R"("snapshot":{"stream":"ORDERS"},"subjects":["o.>"])", "");
    REQUIRE(parsed.error == "");
    const TableSpec& log = parsed.profile.tables[0];
    CHECK(log.is_stored());
    CHECK(log.stored_in == "ORDERS");
    CHECK_FALSE(log.last_per_subject);
    CHECK_FALSE(log.kv_delete);
    parsed = read(R"("snapshot":{"stream":"O","lastPerSubject":true},"subjects":["o.*"])", "");
    CHECK(parsed.error == "");
    CHECK(parsed.profile.tables[0].last_per_subject);
    // A key that is spread over tokens, of a bucket and of an ordinary subscription.
    CHECK(read(R"("snapshot":{"kv":"p"},"subjects":["$KV.p.x.*"])", R"(,"token":4)").error == "");
    CHECK(read(R"("delete":"kv","subjects":["$KV.p.x.*"])", R"(,"token":4)").error == "");

    const std::string file = "profile \"f.json\", /tables/0";
    CHECK(read(R"("snapshot":{"kv":"a.b"})").error ==
          file + R"(/snapshot/kv: "a.b" is no name of a bucket)");
    CHECK(read(R"("snapshot":{"stream":"a/b"},"subjects":["s"])").error ==
          file + R"(/snapshot/stream: "a/b" is no name of a stream)");
    CHECK(read(R"("snapshot":{"kv":"p","lastPerSubject":true})").error ==
          file + R"(/snapshot/lastPerSubject: is for a "stream")");
    CHECK(read(R"("snapshot":{"kv":"p","stream":"S"})").error ==
          file + R"(/snapshot: must have one of "url", "request", "kv" and "stream")");
    CHECK(read(R"("snapshot":{"stream":"S"})", "").error ==
          file + R"(: lacks the member "subjects")");
    CHECK(read(R"("snapshot":{"stream":"S"},"subjects":["a","b"])", "").error ==
          file + "/subjects: are more than one, and a stream is read by one");
    CHECK(read(R"("snapshot":{"kv":"p"},"subjects":["a.>"])").error ==
          file + R"(/subjects: "a.>" is of no key of the bucket: those begin with "$KV.p.")");
    CHECK(read(R"("snapshot":{"kv":"p"})", "").error ==
          file + R"(/key: "a" is not of the subject, which is all that a deletion has)");
    CHECK(read(R"("snapshot":{"kv":"p"})", R"(,"token":3)").error ==
          file +
              "/key: has no column of token 3 and all behind it of \"$KV.p.>\", which tells its "
              "rows apart");
    CHECK(read(R"("delete":"kv","subjects":["a.*.*"])", R"(,"token":2)").error ==
          file + R"(/key: has no column of token 3 of "a.*.*", which tells its rows apart)");
}

TEST_CASE("AFoldIsATableOfSums") {
    const auto read = [](std::string_view folds) {
        return profile_from_json(
            good_but(R"("title": "A title",)",
                     R"("title": "A title", "folds": )" + std::string(folds) + ","),
            "f.json");
    };
    ParsedProfile parsed =
        read(R"([{"name": "net", "of": "t", "by": ["acc", "sym"], "sort": {"column": "n"}, "sums":)"
             R"([{"column": "n", "sign": "side", "minus": "S", "title": "Net"},)"
             R"({"column": "n", "field": "gross"}]}])");
    REQUIRE(parsed.error == "");
    REQUIRE(parsed.profile.tables.size() == 3);
    const TableSpec& net = parsed.profile.tables[2];
    CHECK(net.snapshot == SnapshotKind::Fold);
    CHECK(net.title == "net");
    CHECK(net.scope_column == 0);
    CHECK(net.sort_column == 2);
    CHECK(net.key_columns == std::vector<std::uint16_t>{0, 1});
    CHECK(net.streams.empty());
    REQUIRE(net.fold);
    CHECK(net.fold->of == 0);
    CHECK(net.fold->by == std::vector<std::uint16_t>{1, 2});
    CHECK(net.fold->sums == std::vector<FoldSum>{{4, 3, "S"}, {4}});
    REQUIRE(net.columns.size() == 4);
    CHECK(net.columns[0].aliases.empty());
    CHECK(net.columns[1].subject_token == 0);
    CHECK(net.columns[2].title == "Net");
    CHECK(net.columns[2].scale == 2);
    CHECK(net.columns[3].field == "gross");
    CHECK(net.columns[3].title == "gross");

    const std::string file = "profile \"f.json\", /folds";
    CHECK(read("7").error == file + ": must be an array and is a number");
    CHECK(read("[7]").error == file + "/0: must be an object and is a number");
    CHECK(read(R"([{"name": "x", "of": "t", "by": ["acc"]}])").error ==
          file + R"(/0: lacks the member "sums")");
    CHECK(read(R"([{"of": "t", "by": ["acc"], "sums": [{"column": "n"}]}])").error ==
          file + R"(/0: lacks the member "name")");
    const auto one = [&](std::string_view of, std::string_view by, std::string_view sums,
                         std::string_view more = {}) {
        return read(R"([{"name": "x", "of": )" + std::string(of) + R"(, "by": )" + std::string(by) +
                    R"(, "sums": )" + std::string(sums) + std::string(more) + "}]")
            .error;
    };
    constexpr std::string_view kBy = R"(["acc"])";
    constexpr std::string_view kSums = R"([{"column": "n"}])";
    CHECK(one(R"("t")", kBy, kSums) == "");
    CHECK(one(R"("v")", kBy, kSums) == file + R"(/0/of: "v" is no table)");
    CHECK(one(R"("t")", R"(["sym"])", kSums) ==
          file + R"(/0/by: lacks the column of the account, "acc")");
    CHECK(one(R"("t")", R"(["acc", "at"])", kSums) ==
          file + R"(/0/by/1: "at" is not of type int, text, symbol or enum)");
    CHECK(one(R"("t")", R"(["acc", "acc"])", kSums) == file + R"(/0/by/1: "acc" is there twice)");
    CHECK(one(R"("t")", kBy, R"([{"column": "sym"}])") ==
          file + R"(/0/sums/0/column: "sym" is not of type int or decimal)");
    CHECK(one(R"("t")", kBy, R"([{"column": "n", "sign": "side"}])") ==
          file + R"(/0/sums/0: has only one of "sign" and "minus", which go together)");
    CHECK(one(R"("t")", kBy, R"([{"column": "n", "x": 1}])") ==
          file + "/0/sums/0/x: is not a member that is known here");
    CHECK(one(R"("t")", kBy, R"([{"column": "n"}, {"column": "n"}])") ==
          file + R"(/0/sums/1: "n" is another column's field: give it a "field")");
    CHECK(one(R"("t")", kBy, kSums, R"(, "title": "X", "y": 1)") ==
          file + "/0/y: is not a member that is known here");
    CHECK(read(R"([{"name": "u", "of": "t", "by": ["acc"], "sums": [{"column": "n"}]}])").error ==
          file + R"(/0/name: "u" is another table's name too)");
    CHECK(read(R"([{"name": "x", "of": "t", "by": ["acc"], "sums": [{"column": "n"}]},)"
               R"({"name": "y", "of": "x", "by": ["acc"], "sums": [{"column": "n"}]}])")
              .error == file + R"(/1/of: "x" is a fold itself)");
}

TEST_CASE("ColumnsSayHowTheyAreShown") {
    const ParsedProfile parsed =
        profile_from_json(R"({"name":"p","tables":[{"name":"t","subjects":["s"],"key":["a"],)"
                          R"("delete":{"column":"e","value":false},"columns":[)"
                          R"({"field":"a","type":"int","format":"plain","flash":false},)"
                          R"~({"field":"b","type":"decimal(2)","format":"grouped"},)~"
                          R"({"field":"c","type":"time","format":"seconds"},)"
                          R"({"field":"d","type":"time","format":"milliseconds","flash":true},)"
                          R"({"field":"e","type":"bool"}]}]})",
                          "f.json");
    REQUIRE(parsed.error == "");
    const TableSpec& t = parsed.profile.tables[0];
    CHECK_FALSE(t.columns[0].grouped);
    CHECK_FALSE(t.columns[0].flash);
    CHECK(t.columns[1].grouped);
    CHECK(t.columns[1].flash);
    CHECK_FALSE(t.columns[2].milliseconds);
    CHECK(t.columns[3].milliseconds);
    CHECK(t.columns[4].is_bool);
    CHECK(t.columns[4].type_name() == "bool");
    CHECK(t.columns[3].type_name() == "time");
    CHECK(t.delete_text == "false");
}

TEST_CASE("LimitsAreTold") {
    std::string tables;
    std::string columns;
    for (std::size_t i = 0; i <= kTablesMax; ++i)
        tables += (i == 0 ? "" : ",") + std::string(R"({"name":"t)") + std::to_string(i) +
                  R"(","subjects":["s"],"key":["a"],"columns":[{"field":"a","type":"int"}]})";
    for (std::size_t i = 0; i <= kColumnsMax; ++i)
        columns += (i == 0 ? "" : ",") + std::string(R"({"field":"c)") + std::to_string(i) +
                   R"(","type":"int"})";
    CHECK(error_of(R"({"name":"p","tables":[)" + tables + "]}") ==
          "profile \"f.json\", /tables: has more than 16 tables");
    CHECK(
        error_of(R"({"name":"p","tables":[{"name":"t","subjects":["s"],"key":["c0"],"columns":[)" +
                 columns + "]}]}") ==
        "profile \"f.json\", /tables/0/columns: has more than 256 columns");
    const std::string long_text(300, 'x');
    CHECK(error_of(R"({"name":"p","title":")" + long_text + R"(","tables":[]})") ==
          "profile \"f.json\", /title: is longer than 256 bytes");
}

TEST_CASE("WhatIsQuotedIsEscapedAndCut") {
    const std::string shown =
        profile_from_json(good_but(R"("align": "right")",
                                   R"("align": "<b>\"\u2028)" + std::string(200, 'y') + "\""),
                          "<script>\n\"")
            .error;
    CHECK(shown.starts_with("profile \"<script>\\n\\\"\", /tables/0/columns/2/align: \"<b>\\\""));
    CHECK(shown.find('\n') == std::string::npos);
    CHECK(shown.size() < 250);
}

TEST_CASE("TokensOfASubject") {
    CHECK(subject_token("a.b.c", 1) == "a");
    CHECK(subject_token("a.b.c", 3) == "c");
    CHECK(subject_token("a.b.c", 4) == "");
    CHECK(is_subject_pattern("a"));
    CHECK(is_subject_pattern("*.>"));
    CHECK(is_subject_pattern(std::string(kSubjectBytesMax, 'a')));
    for (const std::string& wrong :
         {std::string(), std::string("."), std::string("a."), std::string(".a"), std::string(">.a"),
          std::string("a>"), std::string("a b"), std::string(kSubjectBytesMax + 1, 'a')}) {
        CAPTURE(wrong);
        CHECK(!is_subject_pattern(wrong));
    }
}

TEST_CASE("ColumnsThatTheBooksWriteAreOfTheirBalances") {
    const auto with = [&](std::string_view columns, bool timed = true) {
        const std::string_view kLast = R"~(decimal(2)"}]}]
})~";
        std::string json = good_but(kLast, R"~(decimal(2)"}, )~" + std::string(columns) + "]}]\n}");
        const std::string_view minus = R"~("minus": "S"})~";
        if (timed) json.replace(json.find(minus), minus.size(), R"~("minus": "S", "time": "at"})~");
        return json;
    };
    const std::string count = R"~({"field": "c", "type": "int", "entries": true})~";
    const std::string minute = R"~({"field": "m", "type": "decimal(2)", "lastMinute": true})~";
    const ParsedProfile parsed = profile_from_json(with(count + ", " + minute), "f.json");
    CHECK(parsed.error == "");
    CHECK(parsed.profile.tables.at(1).columns.at(3).origin == Origin::Entries);
    CHECK(parsed.profile.tables.at(1).columns.at(4).origin == Origin::Recent);
    CHECK(parsed.profile.books->entries.time == 6);
    CHECK(error_of(with(count, false)) == "");

    const std::string place = "profile \"f.json\", /tables/1/columns/3";
    CHECK(error_of(with(minute, false)) ==
          place + "/lastMinute: needs the \"time\" of the entries of the books");
    CHECK(error_of(with(R"~({"field": "m", "type": "int", "lastMinute": true})~")) ==
          place + "/lastMinute: is not of the type of \"n\"");
    CHECK(error_of(with(R"~({"field": "c", "type": "text", "entries": true})~")) ==
          place + "/entries: is of a column of type int");
    CHECK(error_of(with(R"~({"field": "c", "type": "int", "entries": false})~")) ==
          place + "/entries: must be true and is false");
    CHECK(error_of(with(R"~({"field": "c", "type": "int", "entries": true, "latency": true})~")) ==
          place + ": has more than one of \"latency\", \"entries\" and \"lastMinute\"");
    CHECK(error_of(with(count + R"~(, {"field": "d", "type": "int", "entries": true})~")) ==
          "profile \"f.json\", /tables/1/columns/4/entries: is another column's too");
    // What tells rows apart is in their records.
    CHECK(
        error_of(good_but(R"~("columns": [{"field": "acc", "type": "int"},)~",
                          R"~("columns": [{"field": "acc", "type": "int", "entries": true},)~")) ==
        "profile \"f.json\", /tables/1/columns/0/entries: cannot be what rows are told apart by");
    CHECK(error_of(
              good_but(R"~({"field": "side", "type": "enum", "hidden": true},)~",
                       R"~({"field": "side", "type": "enum", "hidden": true}, )~" + count + ",")) ==
          "profile \"f.json\", /tables/0/columns/4/entries: is of the table of the balances of "
          "books");
    CHECK(error_of(good_but(R"~("minus": "S"})~", R"~("minus": "S", "time": "n"})~")) ==
          R"~(profile "f.json", /books/entries/time: "n" is not of type time)~");
}

TEST_CASE("ColumnsThatAreWorkedOutNameWhatTheyAreOf") {
    const auto with = [](const std::string& column) {
        return good_but(R"({"field": "at", "type": "time"}]})",
                        R"({"field": "at", "type": "time"}, {"field": "w", )" + column + "}]}");
    };
    const std::string signed_of_n =
        R"("signed": {"column": "n", "sign": "side", "minus": "S"}, "sum": false)";
    const ParsedProfile parsed =
        profile_from_json(with(R"~("type": "decimal(2)", )~" + signed_of_n), "f.json");
    CHECK(parsed.error == "");
    const ColumnSpec& made = parsed.profile.tables.at(0).columns.at(7);
    CHECK(made.origin == Origin::Signed);
    CHECK(made.amount == 4);
    CHECK(made.sign == 3);
    CHECK(made.minus == "S");
    CHECK(!made.sum);
    const ParsedProfile late = profile_from_json(with(R"("type": "int", "latency": true)"), "f");
    CHECK(late.error == "");
    CHECK(late.profile.tables.at(0).columns.at(7).origin == Origin::Latency);
    CHECK(!late.profile.tables.at(0).columns.at(7).sum);

    const std::string place = "profile \"f.json\", /tables/0/columns/7/";
    CHECK(error_of(with(R"("type": "int", )" + signed_of_n)) ==
          place + "signed: is not of the type of \"n\"");
    CHECK(error_of(with(R"("type": "int", "latency": false)")) ==
          place + "latency: must be true and is false");
    CHECK(error_of(with(R"("type": "text", "latency": true)")) ==
          place + "latency: is of a column of type int");
    CHECK(error_of(with(R"("type": "int", "latency": true, )" + signed_of_n)) ==
          place + "signed: is of a column that is not worked out itself");
    CHECK(error_of(with(R"("type": "int", "signed": {"column": "w"})")) ==
          place + "signed: lacks the member \"sign\"");
    CHECK(error_of(
              with(R"("type": "int", "signed": {"column": "w", "sign": "side", "minus": "S"})")) ==
          place + "signed: is of a column that is not worked out itself");
}

#include "feed/message.h"

#include <doctest/doctest.h>

#include "feed/profile_json.h"

using namespace nats_blotter;
using namespace nats_blotter::feed;

namespace {

struct Rig {
    // `members` of a table with the columns k, n and a deep one; "" for none more.
    explicit Rig(std::string_view members, std::string_view column = R"("field":"k")")
        : parsed(profile_from_json(
              R"({"name":"p","tables":[{"name":"t","subjects":["s.*.>"],"key":["k"],)" +
                  std::string(members) + R"("columns":[{"type":"text",)" + std::string(column) +
                  R"~(},{"field":"n","type":"int"},{"field":"/d/1/x~1y","type":"decimal(2)"}]}]})~",
              "f")),
          spec(parsed.profile.tables.at(0)),
          decoder(spec),
          reader(spec, decoder) {
        REQUIRE(parsed.error == "");
    }

    // "k n deep; ..." of each record, and the reasons of those that are none.
    std::string read(std::string_view payload, std::string_view subject = "s.tok.7") {
        std::string out;
        reader.begin(subject, payload);
        while (const auto record = reader.next()) {
            if (!out.empty()) out += "; ";
            if (!*record) {
                out += reject_name(static_cast<Reject>(record->error().code));
                continue;
            }
            for (const Cell& cell : (**record)->cells) {
                if (cell.kind == Cell::Kind::Text) out += cell.text;
                if (cell.kind == Cell::Kind::Number) out += std::to_string(cell.number);
                if (cell.is_null()) out += '-';
                out += ' ';
            }
            out.pop_back();
        }
        return out;
    }

    ParsedProfile parsed;
    const TableSpec& spec;
    RecordDecoder decoder;
    MessageReader reader;
};

}  // namespace

TEST_CASE("ARecordIsTheMessageItself") {
    Rig rig("");
    CHECK(rig.read(R"({"k":"a","n":1,"d":[0,{"x/y":2.5}]})") == "a 1 250");
    CHECK(rig.read(R"( {"d":[{},{"x/y":"-1.25"}],"k":"a"} )") == "a - -125");
    // "payload" and "date" are names like others.
    CHECK(rig.read(R"({"k":"a","payload":{"k":"b"},"date":5})") == "a - -");
    CHECK(rig.read(R"({"n":1})") == "missingKey");
    CHECK(rig.read(R"({"k":"a","d":[0,{"x/y":true}]})") == "wrongType");
    CHECK(rig.read(R"({"k":"a","d":[0,{"x/y":1.234}]})") == "badNumber");
    CHECK(rig.read(R"({"k":"a","d":[0,{"x/y":1}})") == "notJson");
    CHECK(rig.read(R"({"k":"a","d":[0]})") == "a - -");
    CHECK(rig.read("") == "notJson");
    CHECK(rig.read("7") == "wrongShape");
}

TEST_CASE("AnArrayHoldsManyRecords") {
    Rig rig("");
    CHECK(rig.read(R"([{"k":"a"} , {"k":"b,]}\"","n":2},{"n":3},4,{"k":"c"}])") ==
          "a - -; b,]}\" 2 -; missingKey; wrongShape; c - -");
    CHECK(rig.read("[]") == "");
    CHECK(rig.read(" [ ] ") == "");
    // Nothing is read of half a message.
    CHECK(rig.read(R"([{"k":"a"},{"k":"b"})") == "notJson");
    CHECK(rig.read(R"([{"k":"a"}] x)") == "notJson");
}

TEST_CASE("RecordsAreWhereThePointerSays") {
    Rig rig(R"("records":"/a/0/b",)");
    CHECK(rig.read(R"({"a":[{"b":{"k":"x"}}],"k":"no"})") == "x - -");
    CHECK(rig.read(R"({"a":[{"b":[{"k":"x"},{"k":"y","n":2}]},{"b":1}]})") == "x - -; y 2 -");
    CHECK(rig.read(R"({"a":[{"b":{"k":"x"},"b":{"k":"y"}}]})") == "y - -");  // the last one
    CHECK(rig.read(R"({"a":[{"b":[]}]})") == "");
    CHECK(rig.read(R"({"a":[]})") == "wrongShape");
    CHECK(rig.read(R"({"a":{"b":{"k":"x"}}})") == "wrongShape");
    CHECK(rig.read(R"({"a":[{"b":{"k":"x"}}])") == "notJson");
}

TEST_CASE("AColumnMayBeATokenOfTheSubject") {
    Rig text("", R"("field":"k","token":2)");
    CHECK(text.read(R"({"n":1})") == "tok 1 -");
    CHECK(text.read(R"({"k":"own","n":1})") == "tok 1 -");
    CHECK(text.read(R"({"n":1})", "s.other.x") == "other 1 -");
    // Without a subject the record speaks.
    CHECK(text.read(R"({"k":"own"})", "") == "own - -");
    CHECK(text.read(R"({"n":1})", "") == "missingKey");
    text.reader.begin("s.tok.7", "{}");
    text.reader.forget_subject();
    CHECK(!text.decoder.decode("{}"));
}

TEST_CASE("ATokenIsOfItsColumnsType") {
    const auto profile = profile_from_json(
        R"~({"name":"p","tables":[{"name":"t","subjects":["s.*.>"],"key":["i"],"columns":[
            {"field":"i","type":"int","token":2},{"field":"d","type":"decimal(3)","token":3},
            {"field":"t","type":"time","token":4}]}]})~",
        "f");
    REQUIRE(profile.error == "");
    RecordDecoder decoder(profile.profile.tables[0]);
    MessageReader reader(profile.profile.tables[0], decoder);
    reader.begin("s.12.5.1700000000000", "{}");
    auto record = reader.next();
    REQUIRE(record);
    REQUIRE(*record);
    CHECK((**record)->cells[0].number == 12);
    CHECK((**record)->cells[1].number == 5000);
    CHECK((**record)->cells[2].number == 1'700'000'000'000'000'000);
    CHECK(!reader.next());
    reader.begin("s.twelve.5.6", "{}");  // no number: a record without its key
    record = reader.next();
    REQUIRE(record);
    CHECK(!*record);
}

TEST_CASE("AnEnvelopeIsOpenedWhereTheProfileSaysSo") {
    Rig rig(R"("envelope":true,)");
    CHECK(rig.read(R"({"payload":{"k":"a","d":[0,{"x/y":1}]},"date":5,"k":"no"})") == "a - 100");
    CHECK(rig.read(R"({"k":"bare"})") == "bare - -");
}

TEST_CASE("ValueAtFollowsEachStep") {
    const std::string json = R"( {"a" : [1, {"b":"x,]"} ,[]], "":{"~/":null}} )";
    const auto at = [&](std::vector<std::string> steps) { return value_at(json, steps); };
    CHECK(at({"a", "0"}) == "1");
    CHECK(at({"a", "1", "b"}) == "\"x,]\"");
    CHECK(at({"a", "2"}) == "[]");
    CHECK(at({"", "~/"}) == "null");
    CHECK(at({"a", "3"}) == "");
    CHECK(at({"a", "00"}) == "");
    CHECK(at({"a", "-"}) == "");
    CHECK(at({"a", "0", "b"}) == "");
    CHECK(at({"b"}) == "");
}

TEST_CASE("ADeletionHasTheKeyOfItsSubject") {
    const ParsedProfile parsed = profile_from_json(
        R"({"name":"p","tables":[{"name":"t","key":["k","n"],"snapshot":{"kv":"b"},)"
        R"("subjects":["$KV.b.*.*"],"columns":[{"field":"x","type":"text"},)"
        R"({"field":"k","type":"symbol","token":3},{"field":"n","type":"int","token":4}]}]})",
        "f");
    REQUIRE(parsed.error == "");
    const TableSpec& spec = parsed.profile.tables[0];
    RecordDecoder decoder(spec);
    MessageReader reader(spec, decoder);
    const Record* key = reader.key_of("$KV.b.IBM.7");
    REQUIRE(key != nullptr);
    CHECK(key->cells[0].is_null());
    CHECK(key->cells[1] == Cell::of_text("IBM"));
    CHECK(key->cells[2] == Cell::of_number(7));
    CHECK(reader.key_of("$KV.b.IBM.x") == nullptr);
    CHECK(reader.key_of("$KV.b.IBM") == nullptr);
}

TEST_CASE("TrueAndFalseAreValues") {
    const ParsedProfile parsed = profile_from_json(
        R"({"name":"p","tables":[{"name":"t","subjects":["s.*"],"key":["k"],"columns":[)"
        R"({"field":"k","type":"int"},{"field":"on","type":"bool"},)"
        R"({"field":"/in/up","type":"bool"},{"field":"sub","type":"bool","token":2}]}]})",
        "f");
    REQUIRE(parsed.error == "");
    const TableSpec& spec = parsed.profile.tables[0];
    RecordDecoder decoder(spec);
    MessageReader reader(spec, decoder);
    const auto read = [&](std::string_view json, std::string_view subject = "s.x") {
        reader.begin(subject, json);
        const auto record = reader.next();
        REQUIRE(record);
        if (!*record) return std::string(reject_name(static_cast<Reject>(record->error().code)));
        std::string out;
        for (const Cell& cell : (**record)->cells)
            out += cell.is_null()                    ? std::string("-")
                   : cell.kind == Cell::Kind::Number ? std::to_string(cell.number)
                                                     : std::string(cell.text) + " ";
        return out;
    };
    CHECK(read(R"({"k":1,"on":true,"in":{"up":false}})") == "1true false -");
    CHECK(read(R"({"k":1,"on":null})", "s.true") == "1--true ");
    CHECK(read(R"({"k":1})", "s.false") == "1--false ");
    for (int i = 0; i < 40; ++i) CHECK(read(R"({"k":1,"on":false})") == "1false --");
    for (const char* wrong : {R"("true")", "1", "[]", "{}"})
        CHECK(read(R"({"k":1,"on":)" + std::string(wrong) + "}") == "wrongType");
    CHECK(read(R"({"k":1,"on":tru})") == "notJson");
    CHECK(read(R"({"k":1,"on":trueish})") == "notJson");
}

TEST_CASE("ATableWithTruthsLearnsNoLayout") {
    TableSpec spec;
    ColumnSpec key;
    key.field = "k";
    key.type = ColumnType::Int;
    ColumnSpec truth;
    truth.field = "on";
    truth.type = ColumnType::Enum;
    truth.is_bool = true;
    spec.columns = {key, truth};
    spec.key_columns = {0};
    RecordDecoder decoder(spec);
    for (int i = 0; i < 100; ++i) {
        const auto record = decoder.decode(R"({"k":1,"on":true})");
        REQUIRE(record);
        CHECK((*record)->cells[1] == Cell::of_text("true"));
    }
    CHECK(decoder.stats().shape_hits == 0);
}

#include "feed/field_index.h"

#include <doctest/doctest.h>

#include <string>

using namespace nats_blotter::feed;

namespace {

TableSpec spec_with(std::size_t columns) {
    TableSpec spec;
    spec.columns.resize(columns);
    for (std::size_t i = 0; i < columns; ++i) {
        spec.columns[i].field = "field" + std::to_string(i);
        spec.columns[i].aliases = {"f" + std::to_string(i),
                                   "alias_of_the_field_" + std::to_string(i)};
    }
    return spec;
}

}  // namespace

TEST_CASE("EveryNameAndAliasOfManyColumnsIsFound") {
    const TableSpec spec = spec_with(256);
    const FieldIndex index(spec);
    for (std::size_t i = 0; i < spec.columns.size(); ++i) {
        const auto column = static_cast<std::int32_t>(i);
        CHECK(index.field(index.find(spec.columns[i].field)).column == column);
        for (const std::string& alias : spec.columns[i].aliases)
            CHECK(index.field(index.find(alias)).column == column);
    }
    CHECK(index.field(index.find("payload")).is_payload);
    CHECK(index.field(index.find("date")).is_date);
    CHECK(index.field(index.find("date")).column == -1);
    for (const char* unknown : {"", "field", "field256", "alias_of_the_field_256", "PAYLOAD"})
        CHECK(index.find(unknown) == FieldIndex::kNone);
}

TEST_CASE("TheFirstOfTwoColumnsHasTheNameThatBothClaim") {
    TableSpec spec = spec_with(3);
    spec.columns[2].field = "field0";
    spec.columns[2].aliases = {"f1", "date"};
    const FieldIndex index(spec);
    CHECK(index.field(index.find("field0")).column == 0);
    CHECK(index.field(index.find("f1")).column == 1);
    CHECK(index.field(index.find("date")).column == 2);
    CHECK(index.field(index.find("date")).is_date);
}

TEST_CASE("WhatCameLastIsExpectedNext") {
    FieldIndex index(spec_with(4));
    CHECK(index.expected_after(FieldIndex::kNone) == FieldIndex::kNone);
    const std::uint32_t one = index.find("field1");
    const std::uint32_t two = index.find("field2");
    index.learn(FieldIndex::kNone, one);
    index.learn(one, two);
    CHECK(index.expected_after(FieldIndex::kNone) == one);
    CHECK(index.expected_after(one) == two);
    index.learn(one, one);
    CHECK(index.expected_after(one) == one);
}

TEST_CASE("NamesThatNeedAnEscapeAreNotComparedAsTheyAre") {
    TableSpec spec = spec_with(3);
    spec.columns[0].field = "a\"b";
    spec.columns[1].field = "größe";
    spec.columns[2].field = "bad\xFF";
    const FieldIndex index(spec);
    CHECK_FALSE(index.field(index.find("a\"b")).is_plain);
    CHECK(index.field(index.find("größe")).is_plain);
    CHECK_FALSE(index.field(index.find("bad\xFF")).is_plain);
}

TEST_CASE("UnknownKeysAreRememberedUpToANumber") {
    FieldIndex index(spec_with(4));
    const std::string long_key(kUnknownKeyBytesMax + 1, 'x');
    CHECK(index.find_or_remember(long_key) == FieldIndex::kNone);
    for (std::size_t i = 0; i < kUnknownKeysMax; ++i) {
        const std::string key = "unknown" + std::to_string(i);
        const std::uint32_t field = index.find_or_remember(key);
        REQUIRE(field != FieldIndex::kNone);
        CHECK(index.field(field).column == -1);
        CHECK_FALSE(index.field(field).is_payload);
        CHECK(index.find_or_remember(key) == field);
    }
    CHECK(index.find_or_remember("one more") == FieldIndex::kNone);
    CHECK(index.field(index.find_or_remember("field3")).column == 3);
    CHECK(index.find("unknown0") != FieldIndex::kNone);
}

#include "base/json_tree.h"

#include <doctest/doctest.h>

#include "base/json_scanner.h"

using namespace nats_blotter;
using Kind = JsonTree::Kind;

namespace {

// Written out again, so that a tree can be compared with a text.
std::string written(const JsonTree& tree, std::uint32_t at) {
    const JsonTree::Value& value = tree[at];
    const auto children = [&](bool named) {
        std::string out;
        for (std::uint32_t child = value.first; child != JsonTree::kNone;
             child = tree[child].next) {
            if (!out.empty()) out += ',';
            if (named) out += tree[child].name + ':';
            out += written(tree, child);
        }
        return out;
    };
    switch (value.kind) {
        case Kind::Object: return '{' + children(true) + '}';
        case Kind::Array: return '[' + children(false) + ']';
        case Kind::Text: return '\'' + value.text + '\'';
        case Kind::Number: return value.text;
        default: return std::string(json_kind_words(value.kind));
    }
}

std::string written(std::string_view json) {
    const Result<JsonTree> tree = JsonTree::parse(json);
    REQUIRE(tree);
    return written(*tree, JsonTree::kRoot);
}

}  // namespace

TEST_CASE("TreeHoldsWhatTheTextSays") {
    CHECK(written("7.50") == "7.50");
    CHECK(written("\"a\\nb\"") == "'a\nb'");
    CHECK(written("[]") == "[]");
    CHECK(written(R"({"a":[1,{"b":{}},[],[2]],"c":true,"a":false,"\u0064":null})") ==
          "{a:[1,{b:{}},[],[2]],c:true,a:false,d:null}");
    CHECK(written(R"([[["x"]],"y",{"z":[{"w":1},2]}])") == "[[['x']],'y',{z:[{w:1},2]}]");
}

TEST_CASE("DepthIsBounded") {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    CHECK(written(nested(kJsonDepthMax)) == nested(kJsonDepthMax));
    const Result<JsonTree> tree = JsonTree::parse(nested(kJsonDepthMax + 1));
    REQUIRE(!tree);
    CHECK(tree.error().code == static_cast<std::int32_t>(JsonError::TooDeep));
}

TEST_CASE("WhatIsNoJsonIsRefusedWithItsPlace") {
    for (const std::string_view json : {"", "{", "[1,]", "{\"a\":1}x", "{\"a\" 1}", "'a'"}) {
        CAPTURE(json);
        CHECK(!JsonTree::parse(json));
    }
    const Result<JsonTree> tree = JsonTree::parse("[1, 2, x]");
    REQUIRE(!tree);
    CHECK(tree.error().offset_bytes == 7);
}

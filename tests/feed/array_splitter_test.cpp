#include "feed/array_splitter.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/json_scanner.h"
#include "base/limits.h"

using namespace nats_blotter;
using namespace nats_blotter::feed;

namespace {

struct Split {
    std::vector<std::string> elements;
    bool good = false;

    friend bool operator==(const Split& a, const Split& b) {
        return a.elements == b.elements && a.good == b.good;
    }
};

Split split_in(const std::vector<std::string_view>& pieces) {
    ArraySplitter splitter;
    Split result;
    for (const std::string_view piece : pieces) {
        splitter.append(piece);
        while (const auto element = splitter.next_element()) result.elements.emplace_back(*element);
    }
    result.good = splitter.finish().has_value();
    return result;
}

Split split_whole(std::string_view text) { return split_in({text}); }

constexpr std::string_view kSamples[] = {
    "[]",
    " [ ] \n",
    "[1]",
    R"([{"a":1},{"b":[1,2,{"c":"]"}]}])",
    R"( [ {"a":"\"],[" } , "x\\" , null ] )",
    R"(["Société","\u00e9"])",
};

}  // namespace

TEST_CASE("ElementsAreCutAtTheTopLevelOnly") {
    const Split split = split_whole(R"( [ {"a":"},{"} ,[1,2],"x", 4 ] )");
    CHECK(split.good);
    CHECK(split.elements == std::vector<std::string>{R"({"a":"},{"})", "[1,2]", R"("x")", "4"});
}

TEST_CASE("EverySplitGivesTheSameElements") {
    for (const std::string_view sample : kSamples) {
        const Split whole = split_whole(sample);
        CHECK(whole.good);
        for (std::size_t at = 0; at <= sample.size(); ++at)
            CHECK(split_in({sample.substr(0, at), sample.substr(at)}) == whole);
        std::vector<std::string_view> bytes;
        for (std::size_t at = 0; at < sample.size(); ++at) bytes.push_back(sample.substr(at, 1));
        CHECK(split_in(bytes) == whole);
    }
}

TEST_CASE("CutShortIsAnError") {
    for (const std::string_view sample : kSamples) {
        const std::size_t end = sample.rfind(']');
        for (std::size_t bytes = 0; bytes <= end; ++bytes)
            CHECK_FALSE(split_whole(sample.substr(0, bytes)).good);
    }
}

TEST_CASE("WhatIsNoArrayIsAnError") {
    for (const std::string_view text :
         {"", "{}", "<html>", "[1]x", "[1]]", "[,1]", "[1,]", "[1,,2]", "[}", "null", "[1}"})
        CHECK_FALSE(split_whole(text).good);
}

TEST_CASE("OneElementMayNotGrowForEver") {
    ArraySplitter splitter;
    splitter.append("[\"");
    splitter.append(std::string(kRecordBytesMax, 'x'));
    CHECK_FALSE(splitter.next_element().has_value());
    CHECK(splitter.failed());
}

#include "web/find_words.h"

#include <doctest/doctest.h>

using namespace nats_blotter;
using web::FindWords;

namespace {

const feed::ColumnSpec kText{.type = feed::ColumnType::Text};
const feed::ColumnSpec kNumber{.type = feed::ColumnType::Int, .grouped = true};

}  // namespace

TEST_CASE("FindWordsMarkTheCellsThatHaveOne") {
    FindWords words;
    CHECK(words.empty());
    words.set("  ibm \t SELL ");
    CHECK_FALSE(words.empty());
    CHECK(words.all() == 3);
    CHECK(words.found(kText, feed::Cell::of_text("IBM"), kUtc) == 1);
    CHECK(words.found(kText, feed::Cell::of_text("to sell"), kUtc) == 2);
    CHECK(words.found(kText, feed::Cell::of_text("MSFT"), kUtc) == 0);
    CHECK(words.found(kText, feed::Cell{}, kUtc) == 0);
    words.set(" \n");
    CHECK(words.empty());
    CHECK(words.found(kText, feed::Cell::of_text("IBM"), kUtc) == 0);
}

TEST_CASE("FindWordsBehindThe64thHaveNoMark") {
    FindWords words;
    std::string text;
    for (int i = 0; i < 70; ++i) text += "w" + std::to_string(100 + i) + ' ';
    words.set(text);
    CHECK(words.all() == UINT64_MAX);
    CHECK(words.found(kText, feed::Cell::of_text("w163"), kUtc) == std::uint64_t{1} << 63);
    CHECK(words.found(kText, feed::Cell::of_text("w164"), kUtc) == 0);
}

TEST_CASE("FindWordsReadNumbersAsTheyAreTyped") {
    FindWords words;
    words.set("1700");
    CHECK(words.found(kNumber, feed::Cell::of_number(-1700), kUtc) == 1);
    words.set("1,700");
    CHECK(words.found(kNumber, feed::Cell::of_number(1700), kUtc) == 0);
}

// Rows of a snapshot that are read ahead, by their layout, are those of cutting first and decoding
// then: over random lists, cut anywhere.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "feed/array_splitter.h"
#include "feed/decode.h"

using namespace nats_blotter;
using namespace nats_blotter::feed;

namespace {

struct Rows {
    std::vector<std::string> texts;
    std::size_t rejected = 0;
    std::size_t ahead = 0;
    bool good = false;
};

std::string text_of(const Record& record) {
    std::string text;
    for (const Cell& cell : record.cells) {
        if (cell.kind == Cell::Kind::Number)
            text += std::to_string(cell.number);
        else if (cell.kind == Cell::Kind::Text)
            text += cell.text;
        text += '|';
    }
    return text;
}

class Reader {
  public:
    explicit Reader(bool reads_ahead) : reads_ahead_(reads_ahead) {}

    void append(std::string_view bytes) {
        splitter_.append(bytes);
        for (;;) {
            if (reads_ahead_ && take_ahead()) continue;
            const std::optional<std::string_view> element = splitter_.next_element();
            if (!element) return;
            const Result<const Record*> record = decoder_.decode(*element);
            if (record)
                rows_.texts.push_back(text_of(**record));
            else
                ++rows_.rejected;
        }
    }

    Rows finish() {
        rows_.good = splitter_.finish().has_value();
        return rows_;
    }

  private:
    bool take_ahead() {
        const std::string_view text = splitter_.ahead();
        std::size_t bytes = 0;
        const Record* record = text.empty() ? nullptr : decoder_.decode_front(text, bytes);
        if (record == nullptr || !splitter_.skip(bytes)) return false;
        ++rows_.ahead;
        rows_.texts.push_back(text_of(*record));
        return true;
    }

    bool reads_ahead_;
    Profile profile_ = traderx_profile(SubjectChoice::Slash);
    ArraySplitter splitter_;
    RecordDecoder decoder_{profile_.tables[0]};
    Rows rows_;
};

std::string some_record(Random& random) {
    const std::string number = std::to_string(random.below(100'000));
    switch (random.below(12)) {
        case 0: return R"({"accountId":1,"id":"T)" + number + R"("})";
        case 1: return R"({"id":"a]},{)" + number + R"(","accountId":2})";
        case 2: return R"({"id":"\"x\\","accountId":3})";
        case 3:
            return R"({ "id" : "Soci)"
                   "\xC3\xA9"
                   R"(t)" +
                   number + R"(", "quantity" : 1.0 })";
        case 4: return R"({"id":null})";
        case 5: return R"([{"id":"T1"}])";
        case 6: return R"({"id":"T)" + number + R"(","nested":{"id":["x",{}]},"accountId":4})";
        default:
            return R"({"id":"T)" + number + R"(","accountId":)" + number +
                   R"(,"security":"IBM","side":"Buy","state":"Settled","quantity":)" + number +
                   R"(,"updated":"2026-07-22T16:31:24.468+00:00"})";
    }
}

std::string some_list(Random& random) {
    static constexpr const char* kGaps[] = {"", "", "", " ", "\r\n\t "};
    const auto gap = [&random] { return std::string(kGaps[random.below(5)]); };
    std::string list = gap() + "[";
    const std::uint64_t count = random.below(40);
    for (std::uint64_t i = 0; i < count; ++i)
        list += (i > 0 ? "," : "") + gap() + some_record(random) + gap();
    list += "]" + gap();
    switch (random.below(8)) {
        case 0: list.resize(static_cast<std::size_t>(random.below(list.size() + 1))); break;
        case 1: list += "x"; break;
        case 2: list[static_cast<std::size_t>(random.below(list.size()))] = '}'; break;
        default: break;
    }
    return list;
}

}  // namespace

TEST_CASE("RowsReadAheadAreThoseOfCuttingFirst") {
    constexpr std::uint64_t kSeed = 20261128;
    Random random(kSeed);
    std::size_t ahead = 0;
    std::size_t rows = 0;
    for (int round = 0; round < 3'000; ++round) {
        const std::string list = some_list(random);
        Reader cutting(false);
        Reader reading(true);
        for (std::size_t at = 0; at < list.size();) {
            const std::size_t bytes = 1 + static_cast<std::size_t>(random.below(400));
            const std::string_view piece = std::string_view(list).substr(at, bytes);
            cutting.append(piece);
            reading.append(piece);
            at += piece.size();
        }
        const Rows a = cutting.finish();
        const Rows b = reading.finish();
        INFO("seed ", kSeed, ", round ", round, ": ", list);
        REQUIRE(a.texts == b.texts);
        REQUIRE(a.rejected == b.rejected);
        REQUIRE(a.good == b.good);
        ahead += b.ahead;
        rows += b.texts.size();
    }
    CHECK(ahead > rows / 4);  // or nothing was tested
}

TEST_CASE("WhatFollowsARecordMustEndItsElement") {
    ArraySplitter splitter;
    splitter.append(R"([{"a":1})");
    CHECK(splitter.ahead() == R"({"a":1})");
    CHECK_FALSE(splitter.skip(7));  // more may come
    CHECK(splitter.ahead() == R"({"a":1})");
    splitter.append("  x");
    CHECK_FALSE(splitter.skip(7));
    CHECK_FALSE(splitter.next_element().has_value());

    ArraySplitter other;
    other.append(R"([{"a":1} ,2])");
    REQUIRE(other.ahead().size() == 11);
    CHECK(other.skip(7));
    CHECK(other.element_count() == 1);
    CHECK(other.next_element() == std::string_view("2"));
    CHECK(other.ahead().empty());
    CHECK(other.finish().has_value());
}

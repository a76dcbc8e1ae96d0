// The scanner, the shapes and nlohmann_json read the same records alike: streams of records of one
// producer and another, each then changed a little at many places.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "feed/decode_oracle.h"
#include "support/seed.h"

using namespace nats_blotter;

namespace {

// Writes records as a program would: one order of fields, one way of spacing, all its life.
class Producer {
  public:
    Producer(Random& random, const feed::TableSpec& spec) : random_(random), spec_(spec) {
        for (std::size_t i = 0; i < spec.columns.size(); ++i) fields_.push_back(i);
        for (std::size_t i = fields_.size(); i > 1; --i)
            std::swap(fields_[i - 1], fields_[below(i)]);
        static constexpr const char* kSpaces[] = {"", "", "", " ", "\n  ", "\t"};
        colon_ = std::string(":") + kSpaces[below(6)];
        comma_ = std::string(",") + kSpaces[below(6)];
        enveloped_ = below(3) > 0;
        envelope_behind_ = below(3) == 0;
        drops_nulls_ = below(2) == 0;
        iso_times_ = below(2) == 0;
        unknown_fields_ = below(3);
    }

    std::string record() {
        std::string fields;
        for (std::size_t i = 0; i < unknown_fields_; ++i)
            add(fields, "x" + std::to_string(i), i == 0 ? text() : "{\"id\":[1,null,\"y\"]}");
        for (const std::size_t column : fields_) {
            const feed::ColumnSpec& spec = spec_.columns[column];
            const bool is_key = column == spec_.key_columns[0];
            if (!is_key && below(24) == 0) {
                if (!drops_nulls_) add(fields, spec.field, "null");
                continue;
            }
            const std::size_t names = spec.aliases.size();
            const bool by_alias = names > 0 && below(64) == 0;
            add(fields, by_alias ? spec.aliases[below(names)] : spec.field, value(spec));
        }
        if (!enveloped_) return "{" + fields + "}";
        std::string envelope;
        add(envelope, "topic", text());
        if (envelope_behind_) add(envelope, "payload", "{" + fields + "}");
        add(envelope, "date", iso_times_ ? iso() : epoch_ms());
        add(envelope, "type", "\"Trade\"");
        if (!envelope_behind_) add(envelope, "payload", "{" + fields + "}");
        return "{" + envelope + "}";
    }

  private:
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_.below(bound)); }

    void add(std::string& fields, const std::string& name, const std::string& value) {
        std::string escaped;
        for (const char c : name) escaped.append(c == '"' ? "\\\"" : std::string(1, c));
        fields.append(fields.empty() ? "" : comma_).append("\"" + escaped + "\"");
        fields.append(colon_).append(value);
    }

    std::string digits(std::size_t most) {
        std::string text(1, static_cast<char>('1' + below(9)));
        for (std::size_t i = below(most); i > 0; --i)
            text.push_back(static_cast<char>('0' + below(10)));
        return text;
    }
    std::string epoch_ms() {
        return "17" + std::to_string(10'000'000'000 + random_.below(80'000'000'000));
    }
    std::string iso() {
        static constexpr const char* kEnds[] = {"Z", ".5Z", ".468+00:00", ".123456789Z", "-05:30"};
        std::string day = std::to_string(10 + below(19));
        return "\"2026-0" + std::to_string(1 + below(9)) + "-" + day + "T16:3" +
               std::to_string(below(10)) + ":24" + kEnds[below(5)] + "\"";
    }
    std::string text() {
        static constexpr const char* kOdd[] = {"é",   "日本", "\\u00e9",
                                               "\\n", "\\\\", "\\ud83d\\ude00"};
        std::string text = "\"";
        for (std::size_t i = below(40); i > 0; --i)
            text.push_back(static_cast<char>('a' + below(26)));
        if (below(16) == 0) text.append(kOdd[below(6)]);
        return text + "\"";
    }
    std::string value(const feed::ColumnSpec& spec) {
        const std::string sign = below(4) == 0 ? "-" : "";
        switch (spec.type) {
            case feed::ColumnType::Int: {
                static constexpr const char* kOdd[] = {"0",
                                                       "-0",
                                                       "1e3",
                                                       "2.0",
                                                       "\"17\"",
                                                       "1.5",
                                                       "9223372036854775807",
                                                       "-9223372036854775808"};
                return below(24) == 0 ? kOdd[below(8)] : sign + digits(18);
            }
            case feed::ColumnType::Decimal: {
                if (below(24) == 0) return "\"" + sign + digits(3) + "\"";
                const std::string whole = digits(spec.scale > 12 ? 1 : 5);
                if (spec.scale == 0 || below(3) == 0) return sign + whole;
                return sign + whole + "." + digits(3);
            }
            case feed::ColumnType::Time: return iso_times_ ? iso() : epoch_ms();
            case feed::ColumnType::Text:
            case feed::ColumnType::Symbol:
            case feed::ColumnType::Enum: break;
        }
        return text();
    }

    Random& random_;
    const feed::TableSpec& spec_;
    std::vector<std::size_t> fields_;
    std::string colon_;
    std::string comma_;
    bool enveloped_ = false;
    bool envelope_behind_ = false;
    bool drops_nulls_ = false;
    bool iso_times_ = false;
    std::size_t unknown_fields_ = 0;
};

std::string mutated(std::string record, const std::string& other, Random& random) {
    static constexpr std::string_view kBytes = "\"\\{}[]:,-+.eE0159 tfnuZT\x01\x80\xC3";
    const auto below = [&random](std::size_t bound) {
        return static_cast<std::size_t>(random.below(bound));
    };
    const std::size_t at = below(record.size());
    switch (below(5)) {
        case 0: record[at] = kBytes[below(kBytes.size())]; break;
        case 1: record.insert(at, 1, kBytes[below(kBytes.size())]); break;
        case 2: record.erase(at, 1 + below(4)); break;
        case 3: record.resize(at); break;
        default: record = record.substr(0, at) + other.substr(below(other.size())); break;
    }
    return record;
}

}  // namespace

TEST_CASE("ScannerShapesAndOracleReadStreamsAlike") {
    const std::vector<feed::TableSpec> specs = tests::specs_to_compare();
    std::uint64_t hits = 0;
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;
    NB_SEEDED_RANDOM(random);
    for (std::uint64_t stream = 0; stream < 60; ++stream) {
        CAPTURE(stream);
        tests::DecodeComparison comparison(specs[stream % specs.size()]);
        std::vector<Producer> producers;
        for (std::uint64_t i = 0; i < 1 + stream % 4; ++i)
            producers.emplace_back(random, comparison.spec());
        std::string last = "{}";
        for (int i = 0; i < 200; ++i) {
            const auto producer = static_cast<std::size_t>(random.below(producers.size()));
            const std::string record = producers[producer].record();
            std::string differs = comparison.differs(record);
            CHECK_MESSAGE(differs.empty(), differs, "\n", record);
            ++(comparison.accepted() ? accepted : refused);
            const std::string changed = mutated(record, last, random);
            differs = comparison.differs(changed);
            CHECK_MESSAGE(differs.empty(), differs, "\n", changed);
            last = record;
        }
        hits += comparison.stats().shape_hits;
    }
    // The streams are of use to both: most is accepted, by learned layouts too.
    CHECK(accepted > 3 * refused);
    CHECK(hits > accepted / 4);
}

TEST_CASE("EveryByteOfALearnedRecordMatters") {
    const std::string trade =
        R"({"topic":"/accounts/22214/trades","payload":{"id":"4b5f0a57-5a0e","accountId":22214,)"
        R"("security":"IBM","side":"Buy","state":"New","quantity":100,"updated":1784737884468,)"
        R"("created":"2026-07-22T16:31:24.468+00:00"},"date":1784737884470,"type":"Trade"})";
    const std::vector<feed::TableSpec> specs = tests::specs_to_compare();
    tests::DecodeComparison comparison(specs[0]);
    REQUIRE(comparison.differs(trade).empty());
    for (std::size_t at = 0; at < trade.size(); ++at) {
        CAPTURE(at);
        for (const char c : std::string_view("\"\\{,:}0-9.e \n\x1F\x80Z")) {
            std::string changed = trade;
            changed[at] = c;
            CHECK(comparison.differs(changed) == "");
        }
        CHECK(comparison.differs(trade.substr(0, at)) == "");
        CHECK(comparison.differs(trade.substr(at)) == "");
        CHECK(comparison.differs(trade + trade.substr(at)) == "");
        CHECK(comparison.differs(trade) == "");
    }
    CHECK(comparison.stats().shape_hits >= trade.size());
}

TEST_CASE("OddRecordsAreReadAlikeTheThirdTime") {
    const std::vector<feed::TableSpec> specs = tests::specs_to_compare();
    for (
        const char* json : {
            R"({"id":"a","quantity":1,"quantity":null})",
            R"({"id":"a","quantity":1,"accountId":2,"accountid":3})",
            R"({"id":"a","quantity":7,"payload":{"id":"b"}})",
            R"({"payload":{"id":"a","side":"Buy"},"payload":{"id":"b"}})",
            R"({"payload":{"id":"a"},"id":"b","quantity":5,"date":1,"date":2})",
            R"({"date":"2026-07-22T16:31:24Z","payload":{"id":"a","date":5,"payload":{"id":"c"}}})",
            R"({"id":"a","x":{"payload":{"id":"b"},"date":7},"quantity":"12"})",
            R"({"\u0069d":"a","quantity":"\u0031"})",
        }) {
        tests::DecodeComparison comparison(specs[0]);
        for (int i = 0; i < 3; ++i) CHECK_MESSAGE(comparison.differs(json) == "", json);
    }
}

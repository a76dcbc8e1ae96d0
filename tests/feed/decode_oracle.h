// tests/feed/decode_oracle.h - what a record decoder must answer, made of nlohmann_json's parse and
// the rules of feed/decode.h written out plainly; and the comparison of all decoders with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "feed/decode.h"

namespace nats_blotter::tests {

struct OracleCell {
    feed::Cell::Kind kind = feed::Cell::Kind::Null;
    std::int64_t number = 0;
    std::string text;
};

struct OracleRecord {
    std::int32_t reject = 0;  // a feed::Reject, 0 where accepted
    std::vector<OracleCell> cells;
    EpochMs published_ms = 0;
};

// Nothing where nlohmann_json cannot say: it refuses numbers past the range of a double.
std::optional<OracleRecord> decode_by_oracle(std::string_view json, const feed::TableSpec& spec);

// One table's decoders, which live as long as a stream does.
class DecodeComparison {
  public:
    explicit DecodeComparison(feed::TableSpec spec);

    // Reads the same record with the scanner, the shapes and the oracle. Empty where all agree,
    // else who differs in what.
    std::string differs(std::string_view json);

    const feed::DecodeStats& stats() const { return shapes_.stats(); }
    const feed::TableSpec& spec() const { return spec_; }
    bool accepted() const { return accepted_; }  // the last one

  private:
    std::string front_differs(std::string_view text);

    feed::TableSpec spec_;
    feed::RecordDecoder scanner_;
    feed::RecordDecoder shapes_;
    feed::RecordDecoder ahead_;
    bool accepted_ = false;
};

// TraderX's two tables, and one with every type of column, aliases and awkward names.
std::vector<feed::TableSpec> specs_to_compare();

}  // namespace nats_blotter::tests

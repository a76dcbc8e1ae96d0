// base/json_scanner.h - reads one JSON text as a sequence of tokens, without a document tree.
//
// Strict RFC 8259: the grammar, well-formed UTF-8, paired surrogates in \u escapes, depth at most
// kJsonDepthMax, nothing after the value. Numbers are checked for their grammar and handed out as
// text, so that no digit is lost. Allocates nothing; a string with escapes is decoded into the
// caller's scratch. Duplicate keys are reported as they come (the last one wins, for a reader that
// assigns).
//
// Call next() until it answers End or Error; both are for good. Views point into the scanned text.
// nlohmann_json is the oracle of its tests (tests/base/json_scanner_test.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"

namespace nats_blotter {

enum class JsonError : std::int32_t {
    Truncated = 1,  // the text ends inside the value
    Syntax,         // not the grammar of JSON
    BadString,      // an unknown escape, a lone surrogate or a raw control character
    BadUtf8,        // a string is not well-formed UTF-8
    TooDeep,        // nested deeper than kJsonDepthMax
    Trailing,       // something but white space behind the value
    WrongShape,     // well-formed, but not what the reader expected there
};
inline constexpr std::int32_t kJsonErrorCount = 7;
std::string_view json_error_text(JsonError code);
Error json_error(JsonError code, std::size_t offset_bytes);

enum class JsonToken : std::uint8_t {
    ObjectStart,
    ObjectEnd,
    ArrayStart,
    ArrayEnd,
    Key,
    String,
    Number,
    True,
    False,
    Null,
    End,
    Error,
};

class JsonScanner {
  public:
    explicit JsonScanner(std::string_view text) : text_(text) {}

    JsonToken next();

    // Passes over the value that `token`, just read, begins. False when the text is at fault.
    [[nodiscard]] bool skip(JsonToken token);

    // The token's own bytes: a key or string without its quotes and still escaped, a number's
    // digits.
    std::string_view raw() const { return raw_; }

    // A key or string decoded: raw() itself where nothing was escaped, else decoded into `scratch`.
    // REQUIRES: the last token was Key or String.
    std::string_view string(std::string& scratch) const;

    // Bytes read so far; right after a value this is where it ended.
    std::size_t offset_bytes() const { return at_; }
    std::size_t depth() const { return depth_; }

    // REQUIRES: next() answered Error.
    const Error& error() const { return error_; }

  private:
    enum class Expect : std::uint8_t {
        Value,
        ValueOrArrayEnd,
        KeyOrObjectEnd,
        Key,
        CommaOrEnd,
        End
    };

    void skip_white_space();
    JsonToken fail(JsonError code, std::size_t offset);
    JsonToken open(bool is_object);
    JsonToken close(bool is_object);
    JsonToken scan_value();
    JsonToken scan_key();
    JsonToken scan_string(JsonToken token);
    JsonToken scan_number();
    JsonToken scan_literal(std::string_view literal, JsonToken token);
    bool scan_string_body();
    bool scan_escape();
    void value_done();
    bool in_object() const { return depth_ > 0 && (object_bits_ >> (depth_ - 1) & 1) != 0; }

    std::string_view text_;
    std::string_view raw_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    std::uint64_t object_bits_ = 0;  // bit d: level d+1 is an object
    Expect expect_ = Expect::Value;
    bool escaped_ = false;
    bool failed_ = false;
    Error error_;
};

static_assert(kJsonDepthMax <= 64, "one bit per level in object_bits_");

}  // namespace nats_blotter

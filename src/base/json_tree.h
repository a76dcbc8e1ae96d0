// base/json_tree.h - a small JSON text as a tree of values, for what is read once: a profile.
//
// The grammar, and what is refused, is the scanner's (json_scanner.h): depth at most kJsonDepthMax.
// A tree has no more values than its text has bytes, and whoever parses bounds the text. Where a
// name is given twice in one object both members are there, in their order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace nats_blotter {

class JsonTree {
  public:
    enum class Kind : std::uint8_t { Object, Array, Text, Number, True, False, Null };

    struct Value {
        Kind kind = Kind::Null;
        std::string name;  // of the member, where it is one
        std::string text;  // of a Text decoded, of a Number its digits
        std::uint32_t first = 0;
        std::uint32_t next = 0;
    };
    // The first child of a value, and the next one of a child; 0 where there is none.
    static constexpr std::uint32_t kNone = 0;
    static constexpr std::uint32_t kRoot = 1;

    // REQUIRES: fewer than 2^32 bytes.
    static Result<JsonTree> parse(std::string_view json);

    const Value& operator[](std::uint32_t value) const { return values_[value]; }

  private:
    std::vector<Value> values_;
};

// "an object", "a number", ...
std::string_view json_kind_words(JsonTree::Kind kind);

}  // namespace nats_blotter

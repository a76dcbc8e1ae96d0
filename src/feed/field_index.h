// feed/field_index.h - which column does this key of a record belong to?
//
// Knows the names and aliases of a table's columns, and the envelope's "payload" and "date".
// Producers write their fields in one order, so the index remembers which known key came after
// which: the usual answer costs one comparison, any other one a look-up in a hash table, however
// many columns there are. Keys of no column are remembered as well, up to a number.
//
// Names are single keys; a column whose field is a JSON pointer is none of the index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "feed/schema.h"

namespace nats_blotter::feed {

// Keys of no column that are remembered, and their length: an envelope has a handful.
inline constexpr std::size_t kUnknownKeysMax = 64;
inline constexpr std::size_t kUnknownKeyBytesMax = 64;

class FieldIndex {
  public:
    static constexpr std::uint32_t kNone = UINT32_MAX;

    struct Field {
        std::string name;
        std::int32_t column = -1;
        bool is_payload = false;
        bool is_date = false;
        bool is_plain = true;        // a text has it just so, without an escape
        std::uint32_t next = kNone;  // what came after it last
    };

    explicit FieldIndex(const TableSpec& spec);

    const Field& field(std::uint32_t index) const { return fields_[index]; }

    // The field that is expected after `last`; kNone for `last` is the beginning of a record.
    std::uint32_t expected_after(std::uint32_t last) const {
        return last == kNone ? first_ : fields_[last].next;
    }
    // Remembers that `field` came after `last`.
    void learn(std::uint32_t last, std::uint32_t field);

    // Of a decoded key, kNone for an unknown one.
    std::uint32_t find(std::string_view key) const;
    // The same, and an unknown one is remembered, as a field of no column, while there is room.
    std::uint32_t find_or_remember(std::string_view key);

  private:
    static std::size_t hash(std::string_view key);
    Field& add(std::string_view name);

    std::vector<Field> fields_;
    std::vector<std::uint32_t> places_;  // a power of two, at most half full
    std::uint32_t first_ = kNone;
    std::size_t unknown_ = 0;
};

}  // namespace nats_blotter::feed

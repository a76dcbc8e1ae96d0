// nats/json_fields.h - reads the fields of one flat JSON object from the broker into typed members.
//
// Every read() takes the next value and answers false when its type is another; unknown fields are
// passed over with skip().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_scanner.h"

namespace nats_blotter::nats {

class JsonFields {
  public:
    explicit JsonFields(std::string_view json) : scanner_(json) {}

    JsonScanner& scanner() { return scanner_; }

    // Reads a whole object: `read(key)` must take each field's value and say whether it could.
    template <typename Read>
    [[nodiscard]] bool object(Read read) {
        return scanner_.next() == JsonToken::ObjectStart && members(read);
    }
    // The whole text is one object.
    template <typename Read>
    [[nodiscard]] bool document(Read read) {
        return object(read) && scanner_.next() == JsonToken::End;
    }
    [[nodiscard]] bool skip() { return scanner_.skip(scanner_.next()); }

    [[nodiscard]] bool read(std::string& field);
    [[nodiscard]] bool read(bool& field);
    [[nodiscard]] bool read(std::int64_t& field);
    [[nodiscard]] bool read(std::int32_t& field);
    [[nodiscard]] bool read(std::vector<std::string>& field);  // null is an empty one

  private:
    template <typename Read>
    bool members(Read& read) {
        std::string key;
        for (;;) {
            const JsonToken token = scanner_.next();
            if (token == JsonToken::ObjectEnd) return true;
            if (token != JsonToken::Key) return false;
            key = scanner_.string(scratch_);
            if (!read(std::string_view(key))) return false;
        }
    }

    JsonScanner scanner_;
    std::string scratch_;
};

}  // namespace nats_blotter::nats

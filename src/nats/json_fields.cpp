#include "nats/json_fields.h"

#include <limits>

#include "base/number_text.h"

namespace nats_blotter::nats {

bool JsonFields::read(std::string& field) {
    if (scanner_.next() != JsonToken::String) return false;
    field = scanner_.string(scratch_);
    return true;
}

bool JsonFields::read(bool& field) {
    const JsonToken token = scanner_.next();
    field = token == JsonToken::True;
    return field || token == JsonToken::False;
}

bool JsonFields::read(std::int64_t& field) {
    if (scanner_.next() != JsonToken::Number) return false;
    const Result<std::int64_t> value = int_from_text(scanner_.raw());
    if (!value) return false;
    field = *value;
    return true;
}

bool JsonFields::read(std::int32_t& field) {
    std::int64_t wide = 0;
    if (!read(wide)) return false;
    if (wide < std::numeric_limits<std::int32_t>::min() ||
        wide > std::numeric_limits<std::int32_t>::max())
        return false;
    field = static_cast<std::int32_t>(wide);
    return true;
}

bool JsonFields::read(std::vector<std::string>& field) {
    field.clear();
    JsonToken token = scanner_.next();
    if (token == JsonToken::Null) return true;
    if (token != JsonToken::ArrayStart) return false;
    while ((token = scanner_.next()) == JsonToken::String)
        field.emplace_back(scanner_.string(scratch_));
    return token == JsonToken::ArrayEnd;
}

}  // namespace nats_blotter::nats

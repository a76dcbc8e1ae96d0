#include "feed/field_index.h"

#include <algorithm>

#include "base/utf8.h"
#include "base/words.h"

namespace nats_blotter::feed {

FieldIndex::FieldIndex(const TableSpec& spec) {
    std::size_t names = 2;
    for (const ColumnSpec& column : spec.columns) names += 1 + column.aliases.size();
    std::size_t places = 8;
    while (places < 2 * (names + kUnknownKeysMax)) places *= 2;
    places_.assign(places, kNone);
    fields_.reserve(names);

    if (spec.enveloped) {
        add("payload").is_payload = true;
        add("date").is_date = true;
    }
    for (std::size_t index = 0; index < spec.columns.size(); ++index) {
        if (!spec.columns[index].path.empty()) continue;  // looked for by its steps
        if (spec.columns[index].origin != Origin::Record) continue;
        const auto claim = [this, index](std::string_view name) {
            Field& field = add(name);
            if (field.column < 0) field.column = static_cast<std::int32_t>(index);
        };
        // As listed, so that the first of two columns has a name that both claim.
        claim(spec.columns[index].field);
        for (const std::string& alias : spec.columns[index].aliases) claim(alias);
    }
}

FieldIndex::Field& FieldIndex::add(std::string_view name) {
    const std::uint32_t found = find(name);
    if (found != kNone) return fields_[found];
    std::size_t place = hash(name) & (places_.size() - 1);
    while (places_[place] != kNone) place = (place + 1) & (places_.size() - 1);
    places_[place] = static_cast<std::uint32_t>(fields_.size());
    Field& field = fields_.emplace_back();
    field.name = name;
    const auto is_bare = [](char c) {
        return static_cast<unsigned char>(c) >= 0x80 || !is_special_byte(c);
    };
    field.is_plain =
        utf8_valid_prefix(name) == name.size() && std::all_of(name.begin(), name.end(), is_bare);
    return field;
}

std::size_t FieldIndex::hash(std::string_view key) {
    std::uint64_t mixed = key.size();
    if (key.size() >= 8)
        mixed += load_word(key.data()) * 31 + load_word(key.data() + key.size() - 8);
    else
        for (const char c : key) mixed = mixed << 8 ^ static_cast<unsigned char>(c) ^ mixed >> 56;
    mixed *= 0x9E3779B97F4A7C15u;
    return static_cast<std::size_t>(mixed >> 32);
}

std::uint32_t FieldIndex::find(std::string_view key) const {
    for (std::size_t place = hash(key);; ++place) {
        const std::uint32_t index = places_[place & (places_.size() - 1)];
        if (index == kNone) return kNone;
        const std::string& name = fields_[index].name;
        if (name.size() == key.size() && same_bytes(name.data(), key.data(), key.size()))
            return index;
    }
}

std::uint32_t FieldIndex::find_or_remember(std::string_view key) {
    const std::uint32_t found = find(key);
    if (found != kNone || unknown_ == kUnknownKeysMax || key.size() > kUnknownKeyBytesMax)
        return found;
    ++unknown_;
    add(key);
    return static_cast<std::uint32_t>(fields_.size() - 1);
}

void FieldIndex::learn(std::uint32_t last, std::uint32_t field) {
    if (last == kNone)
        first_ = field;
    else
        fields_[last].next = field;
}

}  // namespace nats_blotter::feed

#include "base/json_tree.h"

#include <array>

#include "base/json_scanner.h"

namespace nats_blotter {
namespace {

using Kind = JsonTree::Kind;

Kind kind_of(JsonToken token) {
    switch (token) {
        case JsonToken::ObjectStart: return Kind::Object;
        case JsonToken::ArrayStart: return Kind::Array;
        case JsonToken::String: return Kind::Text;
        case JsonToken::Number: return Kind::Number;
        case JsonToken::True: return Kind::True;
        case JsonToken::False: return Kind::False;
        default: return Kind::Null;
    }
}

}  // namespace

Result<JsonTree> JsonTree::parse(std::string_view json) {
    struct Level {
        std::uint32_t parent = kNone;
        std::uint32_t last = kNone;  // child
    };
    std::array<Level, kJsonDepthMax + 1> levels{};
    JsonTree tree;
    tree.values_.resize(kRoot);
    JsonScanner scanner(json);
    std::string scratch;
    std::string name;
    for (;;) {
        const JsonToken token = scanner.next();
        if (token == JsonToken::Error) return scanner.error();
        if (token == JsonToken::End) return tree;
        if (token == JsonToken::ObjectEnd || token == JsonToken::ArrayEnd) continue;
        if (token == JsonToken::Key) {
            name = scanner.string(scratch);
            continue;
        }
        const auto index = static_cast<std::uint32_t>(tree.values_.size());
        Value& value = tree.values_.emplace_back();
        value.kind = kind_of(token);
        value.name = std::move(name);
        name.clear();
        if (token == JsonToken::String) value.text = scanner.string(scratch);
        if (token == JsonToken::Number) value.text = scanner.raw();
        const bool opens = value.kind == Kind::Object || value.kind == Kind::Array;
        Level& level = levels[scanner.depth() - (opens ? 1 : 0)];
        if (level.last != kNone)
            tree.values_[level.last].next = index;
        else if (level.parent != kNone)
            tree.values_[level.parent].first = index;
        level.last = index;
        if (opens) levels[scanner.depth()] = {index, kNone};
    }
}

std::string_view json_kind_words(JsonTree::Kind kind) {
    switch (kind) {
        case Kind::Object: return "an object";
        case Kind::Array: return "an array";
        case Kind::Text: return "text";
        case Kind::Number: return "a number";
        case Kind::True: return "true";
        case Kind::False: return "false";
        case Kind::Null: return "null";
    }
    return "unknown";
}

}  // namespace nats_blotter

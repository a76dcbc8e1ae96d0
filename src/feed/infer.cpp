// feed/infer.cpp - see infer.h. Field by field in `Fields`, where records are in `Place`, and the
// choice of key and version in `Guess`.
#include "feed/infer.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/json_text.h"
#include "base/json_tree.h"
#include "base/number_text.h"
#include "base/time_text.h"
#include "feed/profile_json.h"

namespace nats_blotter::feed {
namespace {

using Kind = JsonTree::Kind;
using Index = std::uint32_t;

constexpr std::size_t kNameBytesMax = 200;  // below what a profile takes for a name, with its title
constexpr std::size_t kShownBytesMax = 60;  // of a name in a sentence
constexpr std::size_t kKeyColumnsMax = 4;
constexpr std::size_t kEnumValuesMax = 8;
constexpr std::size_t kSymbolBytesMax = 24;
constexpr std::size_t kFileNameBytesMax = 60;
constexpr int kRowsMax = 100'000;
// Whole milliseconds from 2001 to 2100: no price or quantity is likely to be that large.
constexpr std::int64_t kEpochMsMin = 1'000'000'000'000;
constexpr std::int64_t kEpochMsMax = 4'102'444'800'000;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c; }

std::string lowered(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

// At most so many bytes of it, and "…" where it was longer.
std::string cut(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return std::string(text);
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return std::string(text.substr(0, end)) + "…";
}

std::string shown(std::string_view name) { return cut(name, kShownBytesMax); }

std::string counted(std::size_t count, std::string_view what) {
    return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

// ---- where the records are

// Texts and numbers of an object, nested ones too, without those of arrays.
std::size_t leaf_count(const JsonTree& tree, Index object, std::size_t depth = 0) {
    std::size_t count = 0;
    for (Index child = tree[object].first; child != JsonTree::kNone; child = tree[child].next) {
        const Kind kind = tree[child].kind;
        if (kind == Kind::Object && depth < kInferDepthMax)
            count += leaf_count(tree, child, depth + 1);
        else if (kind == Kind::Text || kind == Kind::Number)
            ++count;
    }
    return count;
}

// Of a name that is given twice the last one counts.
Index member(const JsonTree& tree, Index object, std::string_view name) {
    Index found = JsonTree::kNone;
    if (tree[object].kind != Kind::Object) return found;
    for (Index child = tree[object].first; child != JsonTree::kNone; child = tree[child].next)
        if (tree[child].name == name) found = child;
    return found;
}

bool holds_records(const JsonTree& tree, Index value) {
    return tree[value].kind == Kind::Array && tree[value].first != JsonTree::kNone &&
           tree[tree[value].first].kind == Kind::Object;
}

struct Place {
    bool enveloped = false;
    std::vector<std::string> steps{};

    bool operator==(const Place&) const = default;
};

bool is_usable_name(std::string_view name) {
    return !name.empty() && name.size() <= kNameBytesMax &&
           std::none_of(name.begin(), name.end(),
                        [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; });
}

// The array of objects whose first one has the most leaves.
void find_array(const JsonTree& tree, Index object, std::vector<std::string>& steps,
                std::vector<std::string>& best, std::size_t& best_leaves) {
    for (Index child = tree[object].first; child != JsonTree::kNone; child = tree[child].next) {
        if (!is_usable_name(tree[child].name) || member(tree, object, tree[child].name) != child)
            continue;
        steps.push_back(tree[child].name);
        if (holds_records(tree, child)) {
            const std::size_t leaves = leaf_count(tree, tree[child].first);
            if (leaves > best_leaves) {
                best_leaves = leaves;
                best = steps;
            }
        } else if (tree[child].kind == Kind::Object && steps.size() < kInferDepthMax) {
            find_array(tree, child, steps, best, best_leaves);
        }
        steps.pop_back();
    }
}

// An object that is TraderX's envelope: nothing else but it stands around the payload.
Index payload_of(const JsonTree& tree) {
    constexpr std::array<std::string_view, 5> kAround{"payload", "topic", "date", "from", "type"};
    const Index payload = member(tree, JsonTree::kRoot, "payload");
    if (payload == JsonTree::kNone || tree[payload].kind != Kind::Object) return JsonTree::kNone;
    for (Index child = tree[JsonTree::kRoot].first; child != JsonTree::kNone;
         child = tree[child].next)
        if (std::find(kAround.begin(), kAround.end(), tree[child].name) == kAround.end())
            return JsonTree::kNone;
    return payload;
}

std::optional<Place> place_of(const JsonTree& tree) {
    const Index root = JsonTree::kRoot;
    if (holds_records(tree, root)) return Place{};
    if (tree[root].kind != Kind::Object) return std::nullopt;
    const Index payload = payload_of(tree);
    const std::size_t around = leaf_count(tree, payload != JsonTree::kNone ? payload : root);
    Place place;
    std::vector<std::string> steps;
    std::size_t leaves = around;
    find_array(tree, root, steps, place.steps, leaves);
    if (!place.steps.empty()) return place;
    place.enveloped = payload != JsonTree::kNone;
    if (around == 0) return std::nullopt;
    return place;
}

// The record there, or the array of them; kNone where this message has it otherwise.
Index value_of(const JsonTree& tree, const Place& place) {
    Index value = JsonTree::kRoot;
    if (place.enveloped) return payload_of(tree);
    for (const std::string& step : place.steps) {
        value = member(tree, value, step);
        if (value == JsonTree::kNone) return value;
    }
    return value;
}

std::string pointer_of(std::span<const std::string> steps) {
    std::string out;
    for (const std::string& step : steps) {
        out += '/';
        for (const char c : step) {
            if (c == '~')
                out += "~0";
            else if (c == '/')
                out += "~1";
            else
                out += c;
        }
    }
    return out;
}

// ---- fields, and what their values can be

enum class Type : std::uint8_t { None, Int, Decimal, Text, Symbol, Enum, Time, Bool };

struct Field {
    std::string field;  // as the profile has it
    std::string name;   // its last step, or what stands for a token
    int token = 0;
    std::vector<std::optional<std::string>> values{};  // by record, as far as they were seen
    std::set<std::string> distinct{};
    std::size_t present = 0;
    std::size_t numbers = 0;
    std::size_t texts = 0;
    std::size_t truths = 0;
    bool other = false;       // a list or an object came too
    bool fits = true;         // all numbers in 64 bits and `scale` digits
    int scale = 0;            // most digits behind a point
    bool numeric = true;      // of the texts: all are numbers
    bool has_point = false;   // of the texts: one has a fraction
    bool iso_times = true;    // of the texts: all are instants
    bool epoch_times = true;  // of the numbers
    std::size_t longest = 0;
    Type type = Type::None;

    bool is_everywhere(std::size_t records) const { return present == records; }
    bool can_name() const {
        return type == Type::Int || type == Type::Text || type == Type::Symbol ||
               type == Type::Enum;
    }
};

void take_number(Field& field, std::string_view text) {
    Result<std::int64_t> scaled = scaled_from_text(text, field.scale);
    while (!scaled && field.scale < kDecimalScaleMax &&
           scaled.error().code == static_cast<std::int32_t>(NumberError::TooPrecise))
        scaled = scaled_from_text(text, ++field.scale);
    if (!scaled || *scaled == INT64_MIN) field.fits = false;
    const Result<std::int64_t> whole = int_from_text(text);
    if (!whole || *whole < kEpochMsMin || *whole > kEpochMsMax) field.epoch_times = false;
}

void take_value(Field& field, std::size_t record, const JsonTree::Value& value) {
    if (value.kind == Kind::Null) return;
    if (value.kind == Kind::Number) {
        ++field.numbers;
        take_number(field, value.text);
    } else if (value.kind == Kind::Text) {
        ++field.texts;
        field.longest = std::max(field.longest, value.text.size());
        field.iso_times = field.iso_times && epoch_ns_from_text(value.text).has_value();
        const Result<std::int64_t> scaled = scaled_from_text(value.text, kDecimalScaleMax);
        const bool number =
            scaled || scaled.error().code != static_cast<std::int32_t>(NumberError::NotANumber);
        field.numeric = field.numeric && number;
        if (number) {
            field.has_point = field.has_point || value.text.find('.') != std::string::npos;
            take_number(field, value.text);
        }
    } else if (value.kind == Kind::True || value.kind == Kind::False) {
        ++field.truths;
    } else {
        field.other = true;
        return;
    }
    field.values.resize(record + 1);
    if (!field.values[record]) ++field.present;
    field.values[record] = value.text;
    field.distinct.insert(value.text);
}

Type type_of(const Field& field) {
    if (field.other || field.present == 0) return Type::None;
    if (field.truths > 0) return field.truths == field.present ? Type::Bool : Type::None;
    const bool all_numbers = field.texts == 0;
    const bool all_texts = field.numbers == 0;
    if (all_texts ? field.iso_times : field.epoch_times && (all_numbers || field.iso_times))
        return Type::Time;
    // Digits alone in quotes are a name more often than an amount.
    const bool amounts = all_numbers || (field.numeric && (!all_texts || field.has_point));
    if (amounts && field.fits) return field.scale == 0 ? Type::Int : Type::Decimal;
    if (!all_texts) return Type::None;
    const bool repeats = field.present >= 3 * field.distinct.size();
    if (field.distinct.size() <= kEnumValuesMax && repeats && field.longest <= kSymbolBytesMax)
        return Type::Enum;
    return field.longest <= kSymbolBytesMax ? Type::Symbol : Type::Text;
}

std::string_view type_words(Type type) {
    switch (type) {
        case Type::Int: return "int";
        case Type::Symbol: return "symbol";
        case Type::Enum: return "enum";
        case Type::Time: return "time";
        case Type::Bool: return "bool";
        default: return "text";
    }
}

// "openPrice", "open_price" and "/open/price" are "Open price".
std::string title_of(std::string_view field) {
    std::string out;
    char before = ' ';
    for (const char c : field) {
        const bool upper = c >= 'A' && c <= 'Z';
        const bool after_small =
            (before >= 'a' && before <= 'z') || (before >= '0' && before <= '9');
        if (c == '_' || c == '-' || c == '/' || c == '.' || c == ' ') {
            if (!out.empty() && out.back() != ' ') out += ' ';
        } else {
            if (upper && after_small) out += ' ';
            out += upper && after_small ? lower(c) : c;
        }
        before = c;
    }
    while (out.ends_with(' ')) out.pop_back();
    if (out.empty()) return std::string(field);
    if (out.size() > kNameBytesMax) return cut(out, kNameBytesMax);
    if (out.front() >= 'a' && out.front() <= 'z') out.front() = static_cast<char>(out.front() - 32);
    return out;
}

// "sensors.*.readings" is "sensors-readings": a name that a profile and a file may have.
std::string name_of(std::string_view subject) {
    std::string name;
    for (const char c : subject.substr(0, kFileNameBytesMax)) {
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        if (plain)
            name += c;
        else if (!name.empty() && name.back() != '-')
            name += '-';
    }
    while (name.ends_with('-')) name.pop_back();
    return name.empty() ? "feed" : name;
}

// How much a name says that its values tell rows apart.
constexpr int kIsId = 100;
constexpr int kNamesThings = 40;
int naming_score(const Field& field) {
    const std::string name = lowered(field.name);
    constexpr std::array<std::string_view, 6> kIds{"id", "_id", "key", "uuid", "guid", "@id"};
    if (std::find(kIds.begin(), kIds.end(), name) != kIds.end()) return kIsId;
    if (field.name.ends_with("Id") || field.name.ends_with("ID") || name.ends_with("_id") ||
        name.ends_with("-id"))
        return 60;
    constexpr std::array<std::string_view, 20> kThings{
        "symbol", "ticker",  "name",   "code",    "sensor", "device", "security",
        "isin",   "account", "instru", "host",    "node",   "user",   "product",
        "pair",   "market",  "venue",  "station", "client", "room"};
    for (const std::string_view thing : kThings)
        if (name.find(thing) != std::string::npos) return kNamesThings;
    return field.type == Type::Int ? 5 : 10;
}

// Of an amount; the sum of prices, numbers in a row or names says nothing.
bool has_sum(const Field& field) {
    const std::string name = lowered(field.name);
    const auto has = [&name](std::string_view word) {
        return name.find(word) != std::string::npos;
    };
    if (field.type == Type::Decimal)
        return has("qty") || has("quantity") || has("amount") || has("size") || has("volume") ||
               has("notional");
    constexpr std::array<std::string_view, 9> kNone{"price", "bid",     "ask", "rate",  "open",
                                                    "close", "version", "seq", "number"};
    return naming_score(field) <= kNamesThings && std::none_of(kNone.begin(), kNone.end(), has);
}

// ---- all of it

class Guess {
  public:
    Guess(std::string_view subject, std::span<const FeedSample> samples)
        : subject_(subject), samples_(samples) {}

    InferredProfile make();

  private:
    std::optional<JsonTree> tree_of(const FeedSample& sample) const;
    bool find_place();
    void read_records();
    void read_record(const JsonTree& tree, Index record);
    void read_members(const JsonTree& tree, Index object, std::vector<std::string>& steps);
    void read_tokens();
    void add_key_token(int token);
    bool repeats(const Field& field, const Field& other) const;
    bool varies_in_subject(const Field& field) const;
    bool any_subject_twice() const;
    bool is_distinct_in_messages() const;
    std::string key_of(std::size_t record) const;
    bool choose_key();
    void choose_version();
    bool never_falls(const Field& field) const;
    std::string sentence() const;
    std::string json() const;
    InferredProfile none(std::string words) const { return {{}, std::move(words)}; }

    std::string_view subject_;
    std::span<const FeedSample> samples_;
    std::size_t read_ = 0;  // messages that have records
    Place place_;
    std::vector<Field> fields_;
    std::map<std::string, std::size_t, std::less<>> by_name_;
    std::vector<std::size_t> message_of_;  // by record
    std::size_t left_out_ = 0;
    bool more_ = false;  // fields beyond the most columns
    std::vector<std::size_t> key_;
    std::optional<std::size_t> version_;
};

std::optional<JsonTree> Guess::tree_of(const FeedSample& sample) const {
    if (sample.payload.size() > kInspectorMessageBytesMax) return std::nullopt;
    Result<JsonTree> tree = JsonTree::parse(sample.payload);
    if (!tree) return std::nullopt;
    return std::move(*tree);
}

// Where most messages have their records.
bool Guess::find_place() {
    std::vector<std::pair<Place, std::size_t>> votes;
    for (const FeedSample& sample : samples_) {
        const std::optional<JsonTree> tree = tree_of(sample);
        const std::optional<Place> place = tree ? place_of(*tree) : std::nullopt;
        if (!place) continue;
        const auto found = std::find_if(votes.begin(), votes.end(),
                                        [&](const auto& vote) { return vote.first == *place; });
        if (found == votes.end())
            votes.emplace_back(*place, 1);
        else
            ++found->second;
    }
    const auto most =
        std::max_element(votes.begin(), votes.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most == votes.end()) return false;
    place_ = most->first;
    return true;
}

void Guess::read_records() {
    for (std::size_t at = 0; at < samples_.size(); ++at) {
        const std::optional<JsonTree> tree = tree_of(samples_[at]);
        const Index value = tree ? value_of(*tree, place_) : JsonTree::kNone;
        if (value == JsonTree::kNone) continue;
        const std::size_t before = message_of_.size();
        const auto take = [&](Index record) {
            if ((*tree)[record].kind != Kind::Object || message_of_.size() == kInferRecordsMax)
                return;
            message_of_.push_back(at);
            read_record(*tree, record);
        };
        if ((*tree)[value].kind != Kind::Array) {
            take(value);
        } else {
            for (Index child = (*tree)[value].first; child != JsonTree::kNone;
                 child = (*tree)[child].next)
                take(child);
        }
        if (message_of_.size() > before) ++read_;
    }
    for (Field& field : fields_) {
        field.type = type_of(field);
        if (field.type == Type::None) ++left_out_;
    }
}

void Guess::read_record(const JsonTree& tree, Index record) {
    std::vector<std::string> steps;
    read_members(tree, record, steps);
}

void Guess::read_members(const JsonTree& tree, Index object, std::vector<std::string>& steps) {
    for (Index child = tree[object].first; child != JsonTree::kNone; child = tree[child].next) {
        const JsonTree::Value& value = tree[child];
        if (!is_usable_name(value.name)) continue;
        steps.push_back(value.name);
        const bool plain = steps.size() == 1 && !value.name.starts_with('/');
        const std::string field = plain ? value.name : pointer_of(steps);
        const auto found = by_name_.find(field);
        const bool inner = value.kind == Kind::Object;
        if (inner && found == by_name_.end()) {
            if (steps.size() < kInferDepthMax) read_members(tree, child, steps);
        } else if (found != by_name_.end()) {
            take_value(fields_[found->second], message_of_.size() - 1, value);
        } else if (field.size() > kNameBytesMax || fields_.size() == kInferColumnsMax) {
            more_ = true;
        } else {
            by_name_.emplace(field, fields_.size());
            fields_.push_back({.field = field, .name = value.name});
            take_value(fields_.back(), message_of_.size() - 1, value);
        }
        steps.pop_back();
    }
}

// ---- what names a row

// A column with a token of the subject, unless a field of the records says the same.
void Guess::add_key_token(int token) {
    Field made;
    made.field = "subject" + std::to_string(token);
    while (by_name_.contains(made.field)) made.field += '_';
    made.name = made.field;
    made.token = token;
    for (std::size_t record = 0; record < message_of_.size(); ++record) {
        JsonTree::Value value;
        value.kind = Kind::Text;
        value.text = subject_token(samples_[message_of_[record]].subject, token);
        if (!value.text.empty()) take_value(made, record, value);
    }
    made.type = made.longest <= kSymbolBytesMax ? Type::Symbol : Type::Text;
    if (!made.is_everywhere(message_of_.size())) return;
    for (std::size_t index = 0; index < fields_.size(); ++index) {
        if (!repeats(fields_[index], made)) continue;
        key_.push_back(index);
        return;
    }
    key_.push_back(fields_.size());
    by_name_.emplace(made.field, fields_.size());
    fields_.push_back(std::move(made));
}

bool Guess::repeats(const Field& field, const Field& other) const {
    return field.can_name() && field.token == 0 && field.values == other.values;
}

void Guess::read_tokens() {
    int token = 0;
    std::string_view rest = subject_;
    while (true) {
        ++token;
        const std::size_t dot = rest.find('.');
        const std::string_view one = rest.substr(0, dot);
        if (key_.size() == kKeyColumnsMax) return;
        if (one == ">") {
            for (; key_.size() < kKeyColumnsMax; ++token) {
                const std::size_t before = key_.size();
                add_key_token(token);
                if (key_.size() == before) return;
            }
            return;
        }
        if (one == "*") add_key_token(token);
        if (dot == std::string_view::npos) return;
        rest.remove_prefix(dot + 1);
    }
}

bool Guess::any_subject_twice() const {
    std::set<std::string_view> subjects;
    for (const std::size_t message : message_of_)
        if (!subjects.insert(samples_[message].subject).second) return true;
    return false;
}

bool Guess::varies_in_subject(const Field& field) const {
    std::map<std::string_view, std::string_view> first;
    for (std::size_t record = 0; record < message_of_.size(); ++record) {
        const std::string& value = *field.values[record];
        const auto [at, is_new] = first.emplace(samples_[message_of_[record]].subject, value);
        if (!is_new && at->second != value) return true;
    }
    return false;
}

std::string Guess::key_of(std::size_t record) const {
    std::string key;
    for (const std::size_t column : key_) {
        const std::string& value = *fields_[column].values[record];
        key.append(std::to_string(value.size())).append(":").append(value);
    }
    return key;
}

bool Guess::is_distinct_in_messages() const {
    std::set<std::pair<std::size_t, std::string>> seen;
    for (std::size_t record = 0; record < message_of_.size(); ++record)
        if (!seen.emplace(message_of_[record], key_of(record)).second) return false;
    return true;
}

bool Guess::choose_key() {
    read_tokens();
    std::vector<std::size_t> others;  // that could name a row, the likeliest first
    for (std::size_t index = 0; index < fields_.size(); ++index) {
        const Field& field = fields_[index];
        const bool taken = std::find(key_.begin(), key_.end(), index) != key_.end();
        if (!taken && field.can_name() && field.token == 0 &&
            field.is_everywhere(message_of_.size()))
            others.push_back(index);
    }
    std::stable_sort(others.begin(), others.end(), [this](std::size_t a, std::size_t b) {
        return naming_score(fields_[a]) > naming_score(fields_[b]);
    });
    // Where nothing came twice, nothing is known of what varies.
    const bool known = any_subject_twice();
    for (const std::size_t index : others) {
        const int score = naming_score(fields_[index]);
        if (score < kNamesThings || key_.size() == kKeyColumnsMax) break;
        if (score == kIsId || !known || varies_in_subject(fields_[index])) key_.push_back(index);
        if (score == kIsId) break;
    }
    if (is_distinct_in_messages()) {
        if (!key_.empty()) return true;
        // Of each subject the newest message.
        const auto dots = std::count(subject_.begin(), subject_.end(), '.');
        add_key_token(static_cast<int>(dots) + 1);
        return !key_.empty();
    }
    std::erase_if(others, [this](std::size_t index) {
        return std::find(key_.begin(), key_.end(), index) != key_.end() ||
               fields_[index].distinct.size() == 1;
    });
    // One more that tells the records of a message apart, else several together.
    for (const std::size_t index : others) {
        if (key_.size() == kKeyColumnsMax) return false;
        key_.push_back(index);
        if (is_distinct_in_messages()) return true;
        key_.pop_back();
    }
    for (const std::size_t index : others) {
        if (key_.size() == kKeyColumnsMax) return false;
        key_.push_back(index);
        if (is_distinct_in_messages()) return true;
    }
    return false;
}

// ---- what is newer

bool Guess::never_falls(const Field& field) const {
    std::map<std::string, std::int64_t> newest;
    for (std::size_t record = 0; record < message_of_.size(); ++record) {
        const std::string& text = *field.values[record];
        const bool iso = field.type == Type::Time && field.texts > 0 && epoch_ns_from_text(text);
        const Result<std::int64_t> value = iso ? epoch_ns_from_text(text) : int_from_text(text);
        if (!value) return false;
        const auto [at, is_new] = newest.emplace(key_of(record), *value);
        if (!is_new && *value < at->second) return false;
        at->second = *value;
    }
    return true;
}

void Guess::choose_version() {
    constexpr std::array<std::string_view, 14> kNames{
        "updated", "updatedat", "updated_at", "lastupdated", "modified", "asof", "as_of",
        "version", "sequence",  "seq",        "timestamp",   "ts",       "time", "at"};
    std::size_t best_rank = kNames.size() + 1;
    for (std::size_t index = 0; index < fields_.size(); ++index) {
        const Field& field = fields_[index];
        const std::string name = lowered(field.name);
        const auto rank = static_cast<std::size_t>(std::find(kNames.begin(), kNames.end(), name) -
                                                   kNames.begin());
        const bool counts =
            field.type == Type::Time || (field.type == Type::Int && rank < kNames.size());
        const bool mixed = field.texts > 0 && field.numbers > 0;
        if (!counts || mixed || rank >= best_rank || !field.is_everywhere(message_of_.size()))
            continue;
        if (std::find(key_.begin(), key_.end(), index) != key_.end() || !never_falls(field))
            continue;
        best_rank = rank;
        version_ = index;
    }
}

// ---- the answer

std::string Guess::sentence() const {
    std::size_t columns = 0;
    for (const Field& field : fields_)
        if (field.type != Type::None) ++columns;
    std::string out = shown(subject_) + " as a table, from " + counted(read_, "message") + ": ";
    out += counted(columns, "column");
    const bool literal = subject_.find_first_of("*>") == std::string_view::npos;
    const bool one_row = literal && key_.size() == 1 && fields_[key_.front()].token > 0;
    out += one_row ? ", one row with the newest of them, since no field names a row, key "
                   : ", a row for each ";
    for (std::size_t at = 0; at < key_.size(); ++at) {
        const Field& field = fields_[key_[at]];
        if (at > 0) out += at + 1 == key_.size() ? " and " : ", ";
        out += field.token > 0 ? "token " + std::to_string(field.token) + " of the subject"
                               : shown(field.field);
    }
    if (version_) out += ", the newest by " + shown(fields_[*version_].field);
    if (left_out_ > 0) out += "; left out: " + counted(left_out_, "field");
    if (more_) out += "; there are more fields than columns";
    return out + ".";
}

std::string Guess::json() const {
    const std::string name = name_of(subject_);
    std::string out = "{\n    \"name\": ";
    append_json_string(out, name);
    out += ",\n    \"title\": ";
    append_json_string(out, subject_);
    out += ",\n    \"tables\": [\n        {\n            \"name\": ";
    append_json_string(out, name);
    out += ",\n            \"title\": ";
    append_json_string(out, subject_);
    out += ",\n            \"subjects\": [";
    append_json_string(out, subject_);
    out += "],\n";
    if (place_.enveloped) out += "            \"envelope\": true,\n";
    if (!place_.steps.empty()) {
        out += "            \"records\": ";
        append_json_string(out, pointer_of(place_.steps));
        out += ",\n";
    }
    out += "            \"key\": [";
    for (std::size_t at = 0; at < key_.size(); ++at) {
        if (at > 0) out += ", ";
        append_json_string(out, fields_[key_[at]].field);
    }
    out += "],\n";
    if (version_) {
        out += "            \"version\": ";
        append_json_string(out, fields_[*version_].field);
        out += ",\n";
    }
    out += "            \"sort\": {\"column\": ";
    append_json_string(out, fields_[key_.front()].field);
    out += "},\n            \"maxRows\": " + std::to_string(kRowsMax);
    out += ",\n            \"columns\": [";
    const auto append_column = [&](const Field& field) {
        out += out.ends_with('[') ? "\n" : ",\n";
        out += "                {\"field\": ";
        append_json_string(out, field.field);
        out += ", \"title\": ";
        append_json_string(out, field.token > 0 ? "Subject " + std::to_string(field.token)
                                                : title_of(field.field));
        out += ", \"type\": \"";
        if (field.type == Type::Decimal)
            out += "decimal(" + std::to_string(field.scale) + ")";
        else
            out += type_words(field.type);
        out += '"';
        if (field.token > 0) out += ", \"token\": " + std::to_string(field.token);
        const bool is_name = naming_score(field) > kNamesThings;
        if (field.type == Type::Int && is_name) out += ", \"grouped\": false";
        const bool counts = field.type == Type::Int || field.type == Type::Decimal;
        if (counts && !has_sum(field)) out += ", \"sum\": false";
        out += "}";
    };
    for (const Field& field : fields_)
        if (field.token > 0) append_column(field);
    for (const Field& field : fields_)
        if (field.token == 0 && field.type != Type::None) append_column(field);
    return out + "\n            ]\n        }\n    ]\n}\n";
}

InferredProfile Guess::make() {
    const std::string of_it = " of " + shown(subject_);
    if (samples_.empty()) return none("No message" + of_it + " has come yet.");
    if (!find_place())
        return none("No message" + of_it + " that was seen is a JSON object, or a list of some.");
    read_records();
    const bool any = std::any_of(fields_.begin(), fields_.end(),
                                 [](const Field& field) { return field.type != Type::None; });
    if (!any) return none("The records" + of_it + " have no field that a column can show.");
    if (!choose_key())
        return none("No key was found: several records of one message" + of_it +
                    " are alike in all fields that could name a row.");
    choose_version();
    InferredProfile made{json(), sentence()};
    const ParsedProfile parsed = profile_from_json(made.json, subject_);
    if (!parsed.error.empty()) return none(parsed.error);
    return made;
}

}  // namespace

InferredProfile infer_profile(std::string_view subject, std::span<const FeedSample> samples) {
    std::size_t first = samples.size();
    std::size_t bytes = 0;
    // The newest ones, as many as may be looked at.
    while (first > 0 && samples.size() - first < kInferMessagesMax) {
        bytes += samples[first - 1].payload.size();
        if (bytes > kInferBytesMax) break;
        --first;
    }
    return Guess(subject, samples.subspan(first)).make();
}

}  // namespace nats_blotter::feed

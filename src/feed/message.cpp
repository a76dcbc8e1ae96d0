#include "feed/message.h"

#include <algorithm>

#include "base/json_scanner.h"
#include "base/number_text.h"
#include "base/time_text.h"
#include "feed/profile_json.h"

namespace nats_blotter::feed {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Behind a name or an element: where the next value begins.
std::size_t value_start(std::string_view json, std::size_t at, char before) {
    while (at < json.size() && (is_blank(json[at]) || json[at] == before)) ++at;
    return at;
}

// One step into a value that is an object or an array.
std::string_view member(std::string_view json, std::string_view name) {
    JsonScanner scanner(json);
    std::string scratch;
    const JsonToken outer = scanner.next();
    std::string_view found;
    if (outer == JsonToken::ObjectStart) {
        while (scanner.next() == JsonToken::Key) {
            const bool wanted = scanner.string(scratch) == name;
            const std::size_t begin = value_start(json, scanner.offset_bytes(), ':');
            if (!scanner.skip(scanner.next())) return {};
            if (wanted) found = json.substr(begin, scanner.offset_bytes() - begin);
        }
        return found;
    }
    if (outer != JsonToken::ArrayStart) return {};
    std::size_t index = 0;
    for (;; ++index) {
        const std::size_t begin = value_start(json, scanner.offset_bytes(), ',');
        const JsonToken token = scanner.next();
        if (token == JsonToken::ArrayEnd || !scanner.skip(token)) return {};
        if (std::to_string(index) == name)
            return json.substr(begin, scanner.offset_bytes() - begin);
    }
}

bool is_json(std::string_view text) {
    JsonScanner scanner(text);
    return scanner.skip(scanner.next()) && scanner.next() == JsonToken::End;
}

std::string_view without_blanks(std::string_view json) {
    while (!json.empty() && is_blank(json.front())) json.remove_prefix(1);
    return json;
}

std::string_view text_of(const ColumnSpec& column, std::string_view subject) {
    return column.token_to_end ? subject_from_token(subject, column.subject_token)
                               : subject_token(subject, column.subject_token);
}

// A token as the value of a column; null where it is none of its type.
Cell token_cell(const ColumnSpec& column, std::string_view token) {
    constexpr int kMillisecondScaleToNs = 6;
    if (token.empty() || token.size() > kTextCellBytesMax) return {};
    Result<std::int64_t> number = std::int64_t{0};
    switch (column.type) {
        case ColumnType::Int: number = int_from_text(token); break;
        case ColumnType::Decimal: number = scaled_from_text(token, column.scale); break;
        case ColumnType::Time: number = scaled_from_text(token, kMillisecondScaleToNs); break;
        case ColumnType::Text:
        case ColumnType::Symbol:
        case ColumnType::Enum:
            if (column.is_bool && token != kTrueText && token != kFalseText) return {};
            return Cell::of_text(token);
    }
    return number && *number != INT64_MIN ? Cell::of_number(*number) : Cell{};
}

}  // namespace

std::string_view value_at(std::string_view json, std::span<const std::string> steps) {
    for (const std::string& step : steps) json = member(json, step);
    return json;
}

MessageReader::MessageReader(const TableSpec& spec, RecordDecoder& decoder)
    : spec_(spec),
      decoder_(decoder),
      has_tokens_(std::any_of(spec.columns.begin(), spec.columns.end(),
                              [](const ColumnSpec& column) { return column.subject_token != 0; })) {
}

void MessageReader::begin(std::string_view subject, std::string_view payload) {
    more_ = true;
    error_.reset();
    elements_ = {};
    single_ = payload;
    if (has_tokens_) take_tokens(subject);
    if (spec_.enveloped) return;
    std::string_view records = without_blanks(payload);
    if (!spec_.records_path.empty()) {
        if (!is_json(payload)) {
            error_ = reject_error(Reject::NotJson, 0);
            return;
        }
        records = value_at(records, spec_.records_path);
        if (records.empty()) error_ = reject_error(Reject::WrongShape, 0);
    } else if (records.starts_with('[') && !is_json(payload)) {
        error_ = reject_error(Reject::NotJson, 0);
    }
    if (records.starts_with('['))
        elements_ = records.substr(1);
    else
        single_ = records;
}

void MessageReader::forget_subject() {
    if (has_tokens_) take_tokens({});
}

void MessageReader::take_tokens(std::string_view subject) {
    for (std::size_t index = 0; index < spec_.columns.size(); ++index) {
        const ColumnSpec& column = spec_.columns[index];
        if (column.subject_token == 0) continue;
        decoder_.preset(index, token_cell(column, text_of(column, subject)));
    }
}

const Record* MessageReader::key_of(std::string_view subject) {
    key_.cells.assign(spec_.columns.size(), {});
    for (const std::uint16_t key : spec_.key_columns) {
        const ColumnSpec& column = spec_.columns[key];
        key_.cells[key] = token_cell(column, text_of(column, subject));
        if (key_.cells[key].is_null()) return nullptr;
    }
    return &key_;
}

// The text of the next element of the array; empty at its end.
std::string_view MessageReader::next_element() {
    const std::size_t begin = value_start(elements_, 0, ',');
    elements_.remove_prefix(begin);
    if (elements_.empty() || elements_.front() == ']') return {};
    std::size_t depth = 0;
    bool in_string = false;
    std::size_t at = 0;
    for (; at < elements_.size(); ++at) {
        const char c = elements_[at];
        if (in_string) {
            if (c == '\\')
                ++at;
            else if (c == '"')
                in_string = false;
            continue;
        }
        if (c == '"') in_string = true;
        if (c == '[' || c == '{') ++depth;
        if (depth == 0 && (c == ',' || c == ']')) break;
        if (c == ']' || c == '}') --depth;
    }
    const std::string_view element = elements_.substr(0, at);
    elements_.remove_prefix(std::min(at, elements_.size()));
    return element;
}

std::optional<Result<const Record*>> MessageReader::next() {
    if (!more_) return std::nullopt;
    if (error_ || elements_.empty()) {
        more_ = false;
        if (error_) return Result<const Record*>(*error_);
        return single_.data() == unknown_ ? decoder_.decode_unknown(single_)
                                          : decoder_.decode(single_);
    }
    const std::string_view element = next_element();
    more_ = !element.empty();
    if (!more_) return std::nullopt;
    return decoder_.decode(element);
}

}  // namespace nats_blotter::feed

#include "feed/decode.h"

#include <algorithm>

#include "base/json_scanner.h"
#include "base/number_text.h"
#include "base/time_text.h"
#include "base/words.h"
#include "feed/message.h"
#include "feed/value_text.h"

namespace nats_blotter::feed {
namespace {

// INT64_MIN stands for null in number columns, so a feed may not send it.
bool is_storable(std::int64_t number) { return number != INT64_MIN; }

constexpr int kMillisecondScaleToNs = 6;
constexpr std::int64_t kNsPerMs = 1'000'000;

// `text` decoded, where it is a string.
Result<std::int64_t> epoch_ns(JsonToken token, std::string_view text) {
    if (token == JsonToken::Number) return scaled_from_text(text, kMillisecondScaleToNs);
    return epoch_ns_from_text(text);
}

}  // namespace

std::string_view reject_text(Reject reject) {
    switch (reject) {
        case Reject::NotJson: return "payload is not JSON";
        case Reject::WrongShape: return "payload holds no record";
        case Reject::MissingKey: return "record without its key";
        case Reject::WrongType: return "field of another type than its column";
        case Reject::BadNumber: return "number out of range or too precise";
        case Reject::BadTime: return "not a time";
        case Reject::TooLong: return "record or text too long";
        case Reject::WrongAccount: return "record of another account";
        case Reject::TableFull: return "a limit of the table was reached";
    }
    return "unknown reject";
}

std::string_view reject_name(Reject reject) {
    switch (reject) {
        case Reject::NotJson: return "notJson";
        case Reject::WrongShape: return "wrongShape";
        case Reject::MissingKey: return "missingKey";
        case Reject::WrongType: return "wrongType";
        case Reject::BadNumber: return "badNumber";
        case Reject::BadTime: return "badTime";
        case Reject::TooLong: return "tooLong";
        case Reject::WrongAccount: return "wrongAccount";
        case Reject::TableFull: return "tableFull";
    }
    return "unknown";
}

Error reject_error(Reject reject, std::size_t offset_bytes) {
    return Error{static_cast<std::int32_t>(reject), offset_bytes, reject_text(reject)};
}

RecordDecoder::RecordDecoder(const TableSpec& spec, Speculation speculation)
    : spec_(spec), speculation_(speculation), index_(spec) {
    record_.cells.resize(spec.columns.size());
    text_scratch_.resize(spec.columns.size());
    for (std::size_t index = 0; index < spec.columns.size(); ++index) {
        if (!spec.columns[index].path.empty()) deep_.push_back(static_cast<std::uint16_t>(index));
        if (spec.columns[index].subject_token != 0) presets_.push_back({index, {}});
        const ColumnSpec& column = spec.columns[index];
        // Columns that are told stay null: nothing here writes them.
        if (column.origin == Origin::Record || is_told(column.origin)) continue;
        derived_.push_back({static_cast<std::uint16_t>(index), column.origin == Origin::Latency,
                            static_cast<std::uint16_t>(column.amount),
                            static_cast<std::uint16_t>(column.sign), column.minus});
    }
    // Shapes know the fields of one record and nothing else.
    // ... and true and false are part of a layout.
    const bool any_bool = std::any_of(spec.columns.begin(), spec.columns.end(),
                                      [](const ColumnSpec& column) { return column.is_bool; });
    if (!deep_.empty() || !presets_.empty() || any_bool) speculation_ = Speculation::Off;
}

void RecordDecoder::preset(std::size_t column, const Cell& cell) {
    for (Preset& preset : presets_)
        if (preset.column == column) preset.cell = cell;
}

// Reads one payload by the grammar; lives for one decode(). The members named read_ and skip_ stand
// at a value or key and move behind it; false means that the text is not JSON.
class RecordDecoder::Reader {
  public:
    Reader(RecordDecoder& decoder, std::string_view json)
        : decoder_(decoder),
          json_(json),
          at_(json.data()),
          end_(json.data() + json.size()),
          cells_(decoder.record_.cells.data()) {}

    Result<const Record*> read() {
        reset_cells();
        decoder_.record_.published_ms = 0;
        skip_blanks();
        if (peek() != '{') return refuse_other();
        if (!read_envelope()) return not_json();
        skip_blanks();
        if (at_ != end_) return not_json();
        read_deep();
        for (const Preset& preset : decoder_.presets_)
            if (!preset.cell.is_null()) cells_[preset.column] = preset.cell;
        if (rejected_) return reject_error(reason_, reason_at_);
        for (const std::uint16_t column : decoder_.spec_.key_columns)
            if (cells_[column].is_null()) return reject_error(Reject::MissingKey, 0);
        return &decoder_.record_;
    }

  private:
    // Something else than an object.
    Error refuse_other() const {
        JsonScanner scanner(json_);
        if (!scanner.skip(scanner.next()) || scanner.next() != JsonToken::End) return not_json();
        return reject_error(Reject::WrongShape, 0);
    }

    // Columns that are JSON pointers, once the text is known to be JSON.
    void read_deep() {
        const std::string_view record = payload_.empty() ? json_ : payload_;
        for (const std::uint16_t column : decoder_.deep_) {
            const std::string_view value = value_at(record, decoder_.spec_.columns[column].path);
            if (value.empty()) continue;
            at_ = value.data();
            end_ = at_ + value.size();
            read_cell(column);
        }
    }

    // The outermost object: a record itself, or an envelope around one.
    bool read_envelope() {
        bool enveloped = false;
        ++depth_;
        for (bool more = open_object(); more; more = next_field()) {
            std::uint32_t key = 0;
            if (!read_key(key)) return false;
            const FieldIndex::Field* const field =
                key == FieldIndex::kNone ? nullptr : &decoder_.index_.field(key);
            if (field != nullptr && field->is_payload) {
                // What looked like fields of a bare record belonged to the envelope.
                enveloped = true;
                reset_cells();
                rejected_ = false;
                const bool is_record = peek() == '{';
                const char* const record = at_;
                if (!(is_record ? read_fields() : skip_value())) return false;
                payload_ = {record, static_cast<std::size_t>(at_ - record)};
                if (!is_record) reject(Reject::WrongShape);
                continue;
            }
            const char* const value = at_;
            const bool is_date = field != nullptr && field->is_date;
            if (is_date && !read_published()) return false;
            if (field != nullptr && field->column >= 0 && !enveloped) {
                at_ = value;
                if (!read_cell(static_cast<std::size_t>(field->column))) return false;
            } else if (!is_date && !skip_value()) {
                return false;
            }
        }
        --depth_;
        return is_closed_;
    }

    bool read_fields() {
        ++depth_;
        for (bool more = open_object(); more; more = next_field()) {
            std::uint32_t key = 0;
            if (!read_key(key)) return false;
            const std::int32_t column =
                key == FieldIndex::kNone ? -1 : decoder_.index_.field(key).column;
            if (!(column >= 0 ? read_cell(static_cast<std::size_t>(column)) : skip_value()))
                return false;
        }
        --depth_;
        return is_closed_;
    }

    // Behind an opening brace: true when a key comes.
    bool open_object() {
        ++at_;
        skip_blanks();
        is_closed_ = peek() == '}';
        if (is_closed_) ++at_;
        return !is_closed_;
    }

    // Behind a field's value: true when a key comes; else is_closed_ says whether the object ended.
    bool next_field() {
        skip_blanks();
        const char c = peek();
        is_closed_ = c == '}';
        if (c != ',' && c != '}') return false;
        ++at_;
        skip_blanks();
        return c == ',';
    }

    // Up to the value.
    bool read_key(std::uint32_t& key) {
        if (!take_expected_key(key)) {
            if (peek() != '"') return false;
            std::string_view name;
            if (!read_string(decoder_.key_scratch_, name)) return false;
            key = decoder_.index_.find_or_remember(name);
            if (key != FieldIndex::kNone) decoder_.index_.learn(last_key_, key);
        }
        if (key != FieldIndex::kNone) last_key_ = key;
        skip_blanks();
        if (peek() != ':') return false;
        ++at_;
        skip_blanks();
        return true;
    }

    bool take_expected_key(std::uint32_t& key) {
        key = decoder_.index_.expected_after(last_key_);
        if (key == FieldIndex::kNone) return false;
        const FieldIndex::Field& field = decoder_.index_.field(key);
        const std::size_t bytes = field.name.size();
        if (static_cast<std::size_t>(end_ - at_) < bytes + 2 || !field.is_plain) return false;
        if (at_[0] != '"' || at_[bytes + 1] != '"') return false;
        if (!same_bytes(at_ + 1, field.name.data(), bytes)) return false;
        at_ += bytes + 2;
        return true;
    }

    // A string's text, decoded into `scratch` where it has escapes. At its opening quote.
    bool read_string(std::string& scratch, std::string_view& text) {
        if (const char* const quote = find_plain_string_end(at_ + 1, end_)) {
            text = {at_ + 1, static_cast<std::size_t>(quote - at_ - 1)};
            at_ = quote + 1;
            return true;
        }
        JsonScanner scanner(rest());
        if (scanner.next() != JsonToken::String) return false;
        text = scanner.string(scratch);
        at_ += scanner.offset_bytes();
        return true;
    }

    bool skip_value() {
        if (peek() == '"') {
            if (const char* const quote = find_plain_string_end(at_ + 1, end_)) {
                at_ = quote + 1;
                return true;
            }
        } else {
            std::int64_t number = 0;
            const char* const after = read_plain_int(at_, end_, number);
            if (after != nullptr && ends_number(after, end_)) {
                at_ = after;
                return true;
            }
        }
        JsonScanner scanner(rest());
        return skip_token(scanner, scanner.next());
    }

    // Passes over the value whose first token was just read.
    bool skip_token(JsonScanner& scanner, JsonToken token) {
        while (token != JsonToken::Error && scanner.depth() + depth_ <= kJsonDepthMax) {
            if (scanner.depth() == 0) {
                at_ += scanner.offset_bytes();
                return true;
            }
            token = scanner.next();
        }
        return false;
    }

    // What is no instant is passed over.
    bool read_published() {
        std::int64_t ns = 0;
        const char* const after = read_plain_epoch_ms(at_, end_, ns);
        if (after != nullptr && ends_number(after, end_)) {
            at_ = after;
            decoder_.record_.published_ms = ns / kNsPerMs;
            return true;
        }
        JsonScanner scanner(rest());
        const JsonToken token = scanner.next();
        if (token == JsonToken::Number || token == JsonToken::String) {
            const Result<std::int64_t> read = epoch_ns(token, text_of(scanner, token));
            if (read) decoder_.record_.published_ms = *read / kNsPerMs;
        }
        return skip_token(scanner, token);
    }

    bool read_cell(std::size_t column) {
        const ColumnSpec& spec = decoder_.spec_.columns[column];
        Cell& cell = cells_[column];
        std::int64_t number = 0;
        const char* after = nullptr;
        switch (spec.type) {
            case ColumnType::Int: after = read_plain_int(at_, end_, number); break;
            case ColumnType::Decimal:
                after = read_plain_decimal(at_, end_, spec.scale, number);
                break;
            case ColumnType::Time: after = read_plain_epoch_ms(at_, end_, number); break;
            case ColumnType::Text:
            case ColumnType::Symbol:
            case ColumnType::Enum: return read_text(column, cell);
        }
        if (after == nullptr || !ends_number(after, end_)) return read_number(spec, cell);
        at_ = after;
        cell = Cell::of_number(number);
        return true;
    }

    // Any form that is not the plain one.
    bool read_number(const ColumnSpec& spec, Cell& cell) {
        cell = Cell{};
        JsonScanner scanner(rest());
        const JsonToken token = scanner.next();
        if (token == JsonToken::Null || token == JsonToken::Error)
            return skip_token(scanner, token);
        if (token != JsonToken::Number && token != JsonToken::String) {
            reject(Reject::WrongType);
            return skip_token(scanner, token);
        }
        const std::string_view text = text_of(scanner, token);
        if (spec.type == ColumnType::Time) {
            const Result<std::int64_t> time = epoch_ns(token, text);
            if (time && is_storable(*time))
                cell = Cell::of_number(*time);
            else
                reject(Reject::BadTime);
        } else {
            const int scale = spec.type == ColumnType::Decimal ? spec.scale : 0;
            const Result<std::int64_t> number =
                scale == 0 ? int_from_text(text) : scaled_from_text(text, scale);
            if (number && is_storable(*number))
                cell = Cell::of_number(*number);
            else
                reject(Reject::BadNumber);
        }
        return skip_token(scanner, token);
    }

    // Of a number or a string.
    std::string_view text_of(const JsonScanner& scanner, JsonToken token) {
        return token == JsonToken::String ? scanner.string(decoder_.key_scratch_) : scanner.raw();
    }

    bool read_text(std::size_t column, Cell& cell) {
        cell = Cell{};
        if (decoder_.spec_.columns[column].is_bool) return read_bool(cell);
        if (peek() == '"') {
            std::string_view text;
            if (!read_string(decoder_.text_scratch_[column], text)) return false;
            if (text.size() > kTextCellBytesMax)
                reject(Reject::TooLong);
            else
                cell = Cell::of_text(text);
            return true;
        }
        if (peek() != 'n') reject(Reject::WrongType);
        return skip_value();
    }

    bool read_bool(Cell& cell) {
        if (peek() == 't' || peek() == 'f')
            cell = Cell::of_text(peek() == 't' ? kTrueText : kFalseText);
        else if (peek() != 'n')
            reject(Reject::WrongType);
        return skip_value();
    }

    char peek() const { return at_ < end_ ? *at_ : '\0'; }

    void skip_blanks() {
        while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
    }

    std::string_view rest() const { return {at_, static_cast<std::size_t>(end_ - at_)}; }
    std::size_t offset() const { return static_cast<std::size_t>(at_ - json_.data()); }

    // The first reason is kept; the rest is still read, since only whole JSON may be judged.
    void reject(Reject reason) {
        if (rejected_) return;
        rejected_ = true;
        reason_ = reason;
        reason_at_ = offset();
    }

    void reset_cells() { std::fill_n(cells_, decoder_.record_.cells.size(), Cell{}); }

    Error not_json() const { return reject_error(Reject::NotJson, offset()); }

    RecordDecoder& decoder_;
    std::string_view json_;
    std::string_view payload_;  // of an envelope
    const char* at_;
    const char* end_;
    Cell* cells_;
    std::uint32_t last_key_ = FieldIndex::kNone;
    std::size_t depth_ = 0;  // objects that are open
    bool is_closed_ = false;
    bool rejected_ = false;
    Reject reason_ = Reject::NotJson;
    std::size_t reason_at_ = 0;
};

Result<const Record*> RecordDecoder::decode(std::string_view json) {
    if (const Record* const record = decode_known(json)) return record;
    return decode_unknown(json);
}

Result<const Record*> RecordDecoder::decode_unknown(std::string_view json) {
    const Result<const Record*> record = read(json);
    return record ? Result<const Record*>(finished()) : record;
}

const Record* RecordDecoder::decode_known(std::string_view json) {
    if (speculation_ == Speculation::Off || json.size() > kRecordBytesMax) return nullptr;
    if (!shapes_.read(json, record_)) return nullptr;
    ++stats_.shape_hits;
    return finished();
}

// The record with the columns that are worked out.
const Record* RecordDecoder::finished() {
    Cell* const cells = record_.cells.data();
    for (const Derived& derived : derived_) {
        Cell& cell = cells[derived.column];
        if (derived.is_latency) {
            const bool known = came_at_ != 0 && record_.published_ms != 0;
            cell = known ? Cell::of_number(came_at_ - record_.published_ms) : Cell{};
            continue;
        }
        const Cell& amount = cells[derived.amount];
        const Cell& sign = cells[derived.sign];
        const bool known = !amount.is_null() && !sign.is_null();
        const bool is_minus =
            sign.text.size() == derived.minus.size() &&
            same_bytes(sign.text.data(), derived.minus.data(), derived.minus.size());
        cell = known ? Cell::of_number(is_minus ? -amount.number : amount.number) : Cell{};
    }
    return &record_;
}

// What no shape knew.
Result<const Record*> RecordDecoder::read(std::string_view json) {
    if (json.size() > kRecordBytesMax) return reject_error(Reject::TooLong, kRecordBytesMax);
    if (speculation_ == Speculation::Off) return Reader(*this, json).read();
    ++stats_.shape_misses;
    const Result<const Record*> record = Reader(*this, json).read();
    if (record && shapes_.learn(json, spec_, index_)) ++stats_.shapes_learned;
    return record;
}

const Record* RecordDecoder::decode_front(std::string_view text, std::size_t& bytes) {
    if (speculation_ == Speculation::Off) return nullptr;
    bytes = shapes_.read_front(text, record_);
    if (bytes == 0 || bytes >= kRecordBytesMax) return nullptr;  // the splitter has it fail
    ++stats_.shape_hits;
    return finished();
}

}  // namespace nats_blotter::feed

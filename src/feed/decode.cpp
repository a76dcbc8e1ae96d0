#include "feed/decode.h"

#include <algorithm>

#include "base/json_scanner.h"
#include "base/number_text.h"
#include "base/time_text.h"

namespace nats_blotter::feed {
namespace {

// INT64_MIN stands for null in number columns, so a feed may not send it.
bool is_storable(std::int64_t number) { return number != INT64_MIN; }

constexpr int kMillisecondScaleToNs = 6;

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
    : spec_(spec), speculation_(speculation) {
    for (std::size_t index = 0; index < spec.columns.size(); ++index) {
        const auto column = static_cast<std::uint16_t>(index);
        fields_.push_back({spec.columns[index].field, column});
        for (const std::string& alias : spec.columns[index].aliases)
            fields_.push_back({alias, column});
    }
    record_.cells.resize(spec.columns.size());
    text_scratch_.resize(spec.columns.size());
}

// Reads one payload; lives for one decode().
class RecordDecoder::Reader {
  public:
    Reader(RecordDecoder& decoder, std::string_view json) : decoder_(decoder), scanner_(json) {}

    Result<const Record*> read() {
        reset_cells();
        decoder_.record_.published_ms = 0;
        const JsonToken first = scanner_.next();
        if (first == JsonToken::Error) return not_json();
        if (first != JsonToken::ObjectStart) {
            if (!scanner_.skip(first)) return not_json();
            return scanner_.next() == JsonToken::End ? reject_error(Reject::WrongShape, 0)
                                                     : not_json();
        }
        if (!read_envelope() || scanner_.next() != JsonToken::End) return not_json();
        if (rejected_) return *rejected_;
        for (const std::uint16_t column : decoder_.spec_.key_columns)
            if (decoder_.record_.cells[column].is_null())
                return reject_error(Reject::MissingKey, 0);
        return &decoder_.record_;
    }

  private:
    // The outermost object: a record itself, or an envelope around one. False: not JSON.
    bool read_envelope() {
        bool enveloped = false;
        while (true) {
            const JsonToken token = scanner_.next();
            if (token == JsonToken::ObjectEnd) return true;
            if (token != JsonToken::Key) return false;
            const std::string_view key = scanner_.string(decoder_.key_scratch_);
            const bool is_payload = key == "payload";
            const bool is_date = key == "date";
            const std::int32_t column = enveloped || is_payload ? -1 : column_of(key);
            const JsonToken value = scanner_.next();
            if (value == JsonToken::Error) return false;
            if (is_date) read_published(value);
            if (is_payload) {
                // What looked like fields of a bare record belonged to the envelope.
                enveloped = true;
                reset_cells();
                rejected_.reset();
                if (value == JsonToken::ObjectStart) {
                    if (!read_fields()) return false;
                    continue;
                }
                reject(Reject::WrongShape);
            } else if (column >= 0) {
                read_cell(value, static_cast<std::size_t>(column));
            }
            if (!scanner_.skip(value)) return false;
        }
    }

    bool read_fields() {
        while (true) {
            const JsonToken token = scanner_.next();
            if (token == JsonToken::ObjectEnd) return true;
            if (token != JsonToken::Key) return false;
            const std::int32_t column = column_of(scanner_.string(decoder_.key_scratch_));
            const JsonToken value = scanner_.next();
            if (column >= 0) read_cell(value, static_cast<std::size_t>(column));
            if (!scanner_.skip(value)) return false;
        }
    }

    std::int32_t column_of(std::string_view key) const {
        for (const FieldName& field : decoder_.fields_)
            if (field.name == key) return field.column;
        return -1;
    }

    void read_published(JsonToken value) {
        if (value != JsonToken::Number && value != JsonToken::String) return;
        const Result<std::int64_t> published = epoch_ns(value, scanner_.raw());
        if (published) decoder_.record_.published_ms = *published / 1'000'000;
    }

    void read_cell(JsonToken value, std::size_t column) {
        Cell& cell = decoder_.record_.cells[column];
        cell = Cell{};
        if (value == JsonToken::Null || value == JsonToken::Error) return;
        switch (decoder_.spec_.columns[column].type) {
            case ColumnType::Int: return read_number(value, 0, cell);
            case ColumnType::Decimal:
                return read_number(value, decoder_.spec_.columns[column].scale, cell);
            case ColumnType::Time: return read_time(value, cell);
            case ColumnType::Text:
            case ColumnType::Symbol:
            case ColumnType::Enum: return read_text(value, column, cell);
        }
    }

    void read_number(JsonToken value, int scale, Cell& cell) {
        if (value != JsonToken::Number && value != JsonToken::String)
            return reject(Reject::WrongType);
        const Result<std::int64_t> number =
            scale == 0 ? int_from_text(scanner_.raw()) : scaled_from_text(scanner_.raw(), scale);
        if (!number || !is_storable(*number)) return reject(Reject::BadNumber);
        cell = Cell::of_number(*number);
    }

    void read_time(JsonToken value, Cell& cell) {
        if (value != JsonToken::Number && value != JsonToken::String)
            return reject(Reject::WrongType);
        const Result<std::int64_t> time = epoch_ns(value, scanner_.raw());
        if (!time || !is_storable(*time)) return reject(Reject::BadTime);
        cell = Cell::of_number(*time);
    }

    void read_text(JsonToken value, std::size_t column, Cell& cell) {
        if (value != JsonToken::String) return reject(Reject::WrongType);
        const std::string_view text = scanner_.string(decoder_.text_scratch_[column]);
        if (text.size() > kTextCellBytesMax) return reject(Reject::TooLong);
        cell = Cell::of_text(text);
    }

    // The first reason is kept; the rest is still read, since only whole JSON may be judged.
    void reject(Reject reason) {
        if (!rejected_) rejected_ = reject_error(reason, scanner_.offset_bytes());
    }

    void reset_cells() {
        std::fill(decoder_.record_.cells.begin(), decoder_.record_.cells.end(), Cell{});
    }

    Error not_json() const { return reject_error(Reject::NotJson, scanner_.offset_bytes()); }

    RecordDecoder& decoder_;
    JsonScanner scanner_;
    std::optional<Error> rejected_;
};

Result<const Record*> RecordDecoder::decode(std::string_view json) {
    if (json.size() > kRecordBytesMax) return reject_error(Reject::TooLong, kRecordBytesMax);
    return Reader(*this, json).read();
}

}  // namespace nats_blotter::feed

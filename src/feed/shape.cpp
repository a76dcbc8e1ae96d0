#include "feed/shape.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/json_scanner.h"
#include "base/limits.h"
#include "feed/value_text.h"

namespace nats_blotter::feed {
namespace {

// A layout that fits one record in eight costs less than it saves.
constexpr std::uint32_t kTrialRecords = 256;
constexpr std::uint32_t kTrialHitsMin = kTrialRecords / 8;
// Without that, the shapes rest, longer each time.
constexpr std::uint32_t kRestMin = 1024;
constexpr std::uint32_t kRestMax = 65'536;
// Learning costs as much as reading ten records.
constexpr std::uint32_t kMissesBetweenLearning = 16;

// Another try: a constant of the layout has become a value.
constexpr std::size_t kAgain = SIZE_MAX;

std::string_view text_between(const char* from, const char* to) {
    return {from, static_cast<std::size_t>(to - from)};
}

// Strings of one field are often as long as the last one was.
inline const char* find_text_end(std::uint32_t& last_bytes, const char* at, const char* end) {
    const std::size_t bytes = last_bytes;
    if (bytes >= 8 && static_cast<std::size_t>(end - at) > bytes && at[bytes] == '"' &&
        is_plain_text(at, bytes))
        return at + bytes;
    const char* const found = find_plain_string_end(at, end);
    if (found != nullptr) last_bytes = static_cast<std::uint32_t>(found - at);
    return found;
}

}  // namespace

// Walks one accepted record by its tokens.
class Shape::Learner {
  public:
    Learner(Shape& shape, std::string_view json, const TableSpec& spec, const FieldIndex& index)
        : shape_(shape),
          json_(json),
          spec_(spec),
          index_(index),
          scanner_(json),
          taken_(shape.taken_) {
        taken_.assign(spec.columns.size(), false);
    }

    bool learn() {
        for (;;) {
            const JsonToken token = scanner_.next();
            if (token == JsonToken::End) break;
            if (!take(token)) return false;
        }
        if (shape_.slots_.size() > kShapeSlotsMax) return false;
        for (Slot& slot : shape_.slots_) {
            if (!is_time(slot.kind)) continue;
            slot.time = static_cast<std::uint16_t>(shape_.times_.size());
            shape_.times_.emplace_back();
        }
        shape_.last_literal_bytes_ = json_.size() - literal_from_;
        shape_.bytes_.append(json_.substr(literal_from_));
        note_absent();
        return shape_.bytes_.size() <= kShapeBytesMax;
    }

  private:
    bool take(JsonToken token) {
        switch (token) {
            case JsonToken::Key: return take_key();
            case JsonToken::String:
            case JsonToken::Number: return take_value(token == JsonToken::String);
            case JsonToken::ObjectStart:
                if (is_payload_) in_payload_ = true;
                break;
            case JsonToken::ObjectEnd:
                if (scanner_.depth() == 1) in_payload_ = false;
                break;
            case JsonToken::Error: return false;
            default: break;  // null, true and false stay in the literal
        }
        column_ = -1;
        is_payload_ = is_date_ = false;
        return true;
    }

    bool take_key() {
        column_ = -1;
        is_payload_ = is_date_ = false;
        const std::uint32_t found = index_.find(scanner_.string(key_scratch_));
        if (found == FieldIndex::kNone) return true;
        const FieldIndex::Field& field = index_.field(found);
        if (scanner_.depth() == 1) {
            is_payload_ = field.is_payload;
            is_date_ = field.is_date;
            if (is_payload_) return begin_payload();
            if (!enveloped_) column_ = field.column;
            // One value for two places: left to the scanner.
            if (is_date_ && column_ >= 0) return false;
        } else if (in_payload_ && scanner_.depth() == 2) {
            column_ = field.column;
        }
        if (column_ < 0) return true;
        if (taken_[static_cast<std::size_t>(column_)]) return false;
        taken_[static_cast<std::size_t>(column_)] = true;
        return true;
    }

    // What looked like the fields of a bare record belongs to the envelope.
    bool begin_payload() {
        if (enveloped_) return false;
        enveloped_ = true;
        taken_.assign(taken_.size(), false);
        for (Slot& slot : shape_.slots_) {
            if (slot.kind == Kind::PublishedMs || slot.kind == Kind::PublishedText) continue;
            const char before = shape_.bytes_[slot.value_at - 1];
            slot.kind = before == '"' ? Kind::SkippedText : Kind::SkippedNumber;
        }
        return true;
    }

    bool take_value(bool is_string) {
        const std::string_view raw = scanner_.raw();
        const auto at = static_cast<std::size_t>(raw.data() - json_.data());
        Slot slot;
        slot.literal_bytes = static_cast<std::uint32_t>(at - literal_from_);
        slot.value_bytes = static_cast<std::uint32_t>(raw.size());
        slot.kind = kind_of(is_string);
        slot.is_constant = slot.kind == Kind::SkippedText;
        if (column_ >= 0) {
            slot.column = static_cast<std::uint16_t>(column_);
            slot.scale = static_cast<std::uint8_t>(spec_.columns[slot.column].scale);
        }
        shape_.bytes_.append(json_.substr(literal_from_, at - literal_from_)).append(raw);
        slot.value_at = static_cast<std::uint32_t>(shape_.bytes_.size() - raw.size());
        shape_.slots_.push_back(slot);
        literal_from_ = at + raw.size();
        column_ = -1;
        is_date_ = false;
        return shape_.slots_.size() <= kShapeSlotsMax && shape_.bytes_.size() <= kShapeBytesMax;
    }

    // Absent, null, or of the envelope.
    void note_absent() {
        taken_.assign(taken_.size(), false);
        for (const Slot& slot : shape_.slots_)
            if (is_of_column(slot.kind)) taken_[slot.column] = true;
        for (std::size_t column = 0; column < taken_.size(); ++column)
            if (!taken_[column]) shape_.absent_.push_back(static_cast<std::uint16_t>(column));
    }

    static bool is_of_column(Kind kind) { return kind >= Kind::Int; }
    static bool is_time(Kind kind) {
        return kind == Kind::PublishedMs || kind == Kind::PublishedText || kind == Kind::TimeMs ||
               kind == Kind::TimeText;
    }

    Kind kind_of(bool is_string) const {
        if (is_date_) return is_string ? Kind::PublishedText : Kind::PublishedMs;
        if (column_ < 0) return is_string ? Kind::SkippedText : Kind::SkippedNumber;
        const ColumnSpec& column = spec_.columns[static_cast<std::size_t>(column_)];
        switch (column.type) {
            case ColumnType::Int: return Kind::Int;
            case ColumnType::Decimal: return column.scale == 0 ? Kind::Int : Kind::Decimal;
            case ColumnType::Time: return is_string ? Kind::TimeText : Kind::TimeMs;
            case ColumnType::Text:
            case ColumnType::Symbol:
            case ColumnType::Enum: break;
        }
        return Kind::Text;
    }

    Shape& shape_;
    std::string_view json_;
    const TableSpec& spec_;
    const FieldIndex& index_;
    JsonScanner scanner_;
    std::string key_scratch_;
    std::vector<std::uint8_t>& taken_;
    std::size_t literal_from_ = 0;
    std::int32_t column_ = -1;  // of the value that comes
    bool is_payload_ = false;
    bool is_date_ = false;
    bool enveloped_ = false;
    bool in_payload_ = false;
};

bool Shape::learn(std::string_view json, const TableSpec& spec, const FieldIndex& index) {
    slots_.clear();
    times_.clear();
    bytes_.clear();
    absent_.clear();
    const bool learned = Learner(*this, json, spec, index).learn();
    if (!learned) {
        slots_.clear();
        bytes_ = "\n";  // no JSON text is this
        last_literal_bytes_ = 1;
    }
    make_steps();
    return learned;
}

void Shape::make_steps() {
    steps_.clear();
    steps_.reserve(slots_.size());
    Step step;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const Slot& slot = slots_[i];
        step.run_bytes += slot.literal_bytes;
        if (slot.is_constant) {
            step.run_bytes += slot.value_bytes;
            continue;
        }
        step.value_bytes = step.text_bytes = slot.value_bytes;
        step.kind = slot.kind;
        step.scale = slot.scale;
        step.column = slot.column;
        step.time = slot.time;
        steps_.push_back(step);
        step = Step{};
        step.first_slot = static_cast<std::uint32_t>(i + 1);
    }
    last_run_bytes_ = step.run_bytes + last_literal_bytes_;
    last_run_slot_ = step.first_slot;
}

// A run that is not as learned. kAgain where the first thing that differs is a constant: it is none
// from here on. 0 where it is a literal: the text has another layout.
std::size_t Shape::refuse_run(std::size_t first_slot, std::string_view rest, const char* learned) {
    for (std::size_t i = first_slot; i < slots_.size() && slots_[i].is_constant; ++i) {
        Slot& slot = slots_[i];
        const std::size_t literal = slot.literal_bytes;
        if (rest.size() < literal || !same_bytes(rest.data(), learned, literal)) return 0;
        rest.remove_prefix(literal);
        learned += literal;
        const std::size_t bytes = slot.value_bytes;
        // With the quote behind it, which no learned byte is.
        if (rest.size() <= bytes || rest[bytes] != '"' ||
            !same_bytes(rest.data(), learned, bytes)) {
            slot.is_constant = false;
            make_steps();
            return kAgain;
        }
        rest.remove_prefix(bytes);
        learned += bytes;
    }
    return 0;
}

// As read_plain_epoch_ms(). Times of thirteen digits come near each other: where eight are as the
// last time, only eight are read.
const char* Shape::read_epoch_ms(LastTime& last, const char* at, const char* end,
                                 std::int64_t& ns) {
    constexpr std::ptrdiff_t kDigits = 13;
    constexpr std::int64_t kNsPerMs = 1'000'000;
    if (end - at > kDigits && load_word(at) == last.front) {
        const std::uint64_t digits = load_word(at + kDigits - 8) ^ (kEachByte * '0');
        if (bytes_above_9(digits) == 0 && (at[kDigits] < '0' || at[kDigits] > '9')) {
            ns = (last.front_ms + static_cast<std::int64_t>(value_of_digits(digits))) * kNsPerMs;
            return at + kDigits;
        }
    }
    const char* const after = read_plain_epoch_ms(at, end, ns);
    constexpr std::int64_t kLow = 100'000'000;  // what eight digits tell apart
    const std::int64_t front_ms = ns / kNsPerMs / kLow * kLow;
    if (after != nullptr && after - at == kDigits && *at != '-' &&
        front_ms + kLow <= INT64_MAX / kNsPerMs) {
        last.front = load_word(at);
        last.front_ms = front_ms;
    }
    return after;
}

std::size_t Shape::read_front(std::string_view text, Record& record) {
    for (;;) {
        const std::size_t bytes = read_steps(text, record);
        if (bytes != kAgain) return bytes;
    }
}

std::size_t Shape::read_steps(std::string_view json, Record& record) {
    const char* at = json.data();
    const char* const end = at + json.size();
    const char* learned = bytes_.data();
    Cell* const cells = record.cells.data();
    record.published_ms = 0;
    for (Step& step : steps_) {
        if (static_cast<std::size_t>(end - at) < step.run_bytes ||
            !same_bytes(at, learned, step.run_bytes))
            return refuse_run(step.first_slot, text_between(at, end), learned);
        at += step.run_bytes;
        learned += step.run_bytes;
        const char* after = nullptr;
        std::int64_t number = 0;
        switch (step.kind) {
            case Kind::Text: {
                after = find_text_end(step.text_bytes, at, end);
                if (after == nullptr) return 0;
                const std::string_view text = text_between(at, after);
                if (text.size() > kTextCellBytesMax) return 0;
                cells[step.column] = Cell::of_text(text);
                break;
            }
            case Kind::Int:
                after = read_plain_int(at, end, number);
                if (after == nullptr) return 0;
                cells[step.column] = Cell::of_number(number);
                break;
            case Kind::TimeMs:
                after = read_epoch_ms(times_[step.time], at, end, number);
                if (after == nullptr) return 0;
                cells[step.column] = Cell::of_number(number);
                break;
            case Kind::SkippedText:
                after = find_text_end(step.text_bytes, at, end);
                if (after == nullptr) return 0;
                break;
            case Kind::SkippedNumber:
                after = read_plain_int(at, end, number);
                if (after == nullptr) return 0;
                break;
            case Kind::PublishedMs:
                after = read_epoch_ms(times_[step.time], at, end, number);
                if (after == nullptr) return 0;
                record.published_ms = number / 1'000'000;
                break;
            case Kind::Decimal:
                after = read_plain_decimal(at, end, step.scale, number);
                if (after == nullptr) return 0;
                cells[step.column] = Cell::of_number(number);
                break;
            case Kind::TimeText:
            case Kind::PublishedText: {
                after = find_plain_string_end(at, end);
                if (after == nullptr) return 0;
                const Result<std::int64_t> ns =
                    times_[step.time].day.epoch_ns(text_between(at, after));
                if (!ns || *ns == INT64_MIN) return 0;
                if (step.kind == Kind::TimeText)
                    cells[step.column] = Cell::of_number(*ns);
                else
                    record.published_ms = *ns / 1'000'000;
                break;
            }
        }
        at = after;
        learned += step.value_bytes;
    }
    if (static_cast<std::size_t>(end - at) < last_run_bytes_ ||
        !same_bytes(at, learned, last_run_bytes_))
        return refuse_run(last_run_slot_, text_between(at, end), learned);
    for (const std::uint16_t column : absent_) cells[column] = Cell{};
    return static_cast<std::size_t>(at - json.data()) + last_run_bytes_;
}

bool ShapeSet::read(std::string_view json, Record& record) { return find(json, record, true) != 0; }

std::size_t ShapeSet::read_front(std::string_view text, Record& record) {
    return find(text, record, false);
}

std::size_t ShapeSet::find(std::string_view text, Record& record, bool whole) {
    if (rest_ > 0) {
        --rest_;
        return 0;
    }
    if (tried_ == kTrialRecords) {
        const bool pays = hits_ >= kTrialHitsMin;
        tried_ = hits_ = 0;
        last_rest_ = pays ? 0 : std::clamp(last_rest_ * 2, kRestMin, kRestMax);
        rest_ = last_rest_;
    }
    ++tried_;
    for (std::size_t i = 0; i < size_; ++i) {
        const std::uint32_t index = order_[i];
        const std::size_t bytes = shapes_[index].read_front(text, record);
        if (bytes == 0 || (whole && bytes != text.size())) continue;
        for (std::size_t j = i; j > 0; --j) order_[j] = order_[j - 1];
        order_[0] = index;
        ++hits_;
        return bytes;
    }
    return 0;
}

bool ShapeSet::learn(std::string_view json, const TableSpec& spec, const FieldIndex& index) {
    if (rest_ > 0) return false;
    if (learn_after_ > 0) {
        --learn_after_;
        return false;
    }
    const bool learned = fresh_.learn(json, spec, index);
    if (!learned || size_ == kShapesMax) learn_after_ = kMissesBetweenLearning;
    if (!learned) return false;
    // A new one, or in the place of the one that has not fitted for longest.
    if (size_ < kShapesMax) ++size_;
    const std::uint32_t place = order_[size_ - 1];
    std::swap(shapes_[place], fresh_);
    for (std::size_t j = size_ - 1; j > 0; --j) order_[j] = order_[j - 1];
    order_[0] = place;
    return true;
}

}  // namespace nats_blotter::feed

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

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::ptrdiff_t kTimeDigits = 13;  // of milliseconds from 2001 to 2286

// Another try: a constant of the layout has become a value.
constexpr std::size_t kAgain = SIZE_MAX;

std::string_view text_between(const char* from, const char* to) {
    return {from, static_cast<std::size_t>(to - from)};
}

// Bytes that may be read of a value of the usual form: eight digits behind five, or a sign, eight
// digits and what follows.
constexpr std::size_t kUsualBytes = 16;

// A string shorter than a word, or as long as the last of its field was; null for any other.
// REQUIRES: kUsualBytes are there.
inline const char* find_usual_end(std::size_t last_bytes, const char* at, const char* end) {
    if (last_bytes < 8) {
        const char* const found = at + (std::countr_zero(special_bytes(load_word(at))) >> 3);
        return *found == '"' ? found : nullptr;
    }
    const bool fits = static_cast<std::size_t>(end - at) > last_bytes && at[last_bytes] == '"' &&
                      is_plain_text(at, last_bytes);
    return fits ? at + last_bytes : nullptr;
}

// A whole number of one to seven digits; null for any other. What follows is not looked at: the
// bytes behind a number of the layout are none of one. REQUIRES: kUsualBytes are there.
inline const char* read_usual_int(const char* at, std::int64_t& value) {
    const bool negative = *at == '-';
    at += negative ? 1 : 0;
    const std::uint64_t digits = load_word(at) ^ (kEachByte * '0');
    const auto count = static_cast<std::size_t>(std::countr_zero(bytes_above_9(digits))) >> 3;
    if (count - 1 >= 7 || ((digits & 0xFF) == 0 && count > 1)) return nullptr;
    const auto magnitude = static_cast<std::int64_t>(value_of_digits(digits << (64 - 8 * count)));
    value = negative ? -magnitude : magnitude;
    return at + count;
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

// Thirteen digits of which the first eight are as the last time's; null for any other form.
// REQUIRES: kUsualBytes are there.
const char* Shape::read_usual_ms(const LastTime& last, const char* at, std::int64_t& ms) {
    if (load_word(at) != last.front) return nullptr;
    const std::uint64_t digits = load_word(at + kTimeDigits - 8) ^ (kEachByte * '0');
    if (bytes_above_9(digits) != 0) return nullptr;
    ms = last.front_ms + static_cast<std::int64_t>(value_of_digits(digits));
    return at + kTimeDigits;
}

// As read_plain_epoch_ms(), and remembers for the next one. Times of thirteen digits come near each
// other.
const char* Shape::read_epoch_ms(LastTime& last, const char* at, const char* end,
                                 std::int64_t& ns) {
    const char* const after = read_plain_epoch_ms(at, end, ns);
    constexpr std::int64_t kLow = 100'000'000;  // what eight digits tell apart
    const std::int64_t front_ms = ns / kNsPerMs / kLow * kLow;
    if (after != nullptr && after - at == kTimeDigits && *at != '-' &&
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

// The value of a step in the form that nearly all have; null for any other, and then nothing is
// set. REQUIRES: kUsualBytes are there.
[[gnu::always_inline]] inline const char* Shape::read_usual(const Step& step, const char* at,
                                                            const char* end, Record& record) {
    Cell& cell = record.cells.data()[step.column];
    const char* after = nullptr;
    std::int64_t number = 0;
    switch (step.kind) {
        case Kind::Text:
            after = find_usual_end(step.text_bytes, at, end);
            if (after != nullptr) cell = Cell::of_text(text_between(at, after));
            break;
        case Kind::SkippedText: after = find_usual_end(step.text_bytes, at, end); break;
        case Kind::Int:
            after = read_usual_int(at, number);
            if (after != nullptr) cell = Cell::of_number(number);
            break;
        case Kind::TimeMs:
            after = read_usual_ms(times_[step.time], at, number);
            if (after != nullptr) cell = Cell::of_number(number * kNsPerMs);
            break;
        case Kind::PublishedMs:
            after = read_usual_ms(times_[step.time], at, number);
            if (after != nullptr) record.published_ms = number;
            break;
        default: break;
    }
    return after;
}

// The value of a step in any plain form; null for others.
const char* Shape::read_value(Step& step, const char* at, const char* end, Record& record) {
    Cell& cell = record.cells[step.column];
    const char* after = nullptr;
    std::int64_t number = 0;
    switch (step.kind) {
        case Kind::SkippedText:
        case Kind::Text: {
            after = find_plain_string_end(at, end);
            if (after == nullptr) return nullptr;
            const std::string_view text = text_between(at, after);
            if (step.kind == Kind::Text && text.size() > kTextCellBytesMax) return nullptr;
            step.text_bytes = static_cast<std::uint32_t>(text.size());
            if (step.kind == Kind::Text) cell = Cell::of_text(text);
            break;
        }
        case Kind::SkippedNumber: after = read_plain_int(at, end, number); break;
        case Kind::Int:
            after = read_plain_int(at, end, number);
            cell = Cell::of_number(number);
            break;
        case Kind::Decimal:
            after = read_plain_decimal(at, end, step.scale, number);
            cell = Cell::of_number(number);
            break;
        case Kind::TimeMs:
            after = read_epoch_ms(times_[step.time], at, end, number);
            cell = Cell::of_number(number);
            break;
        case Kind::PublishedMs:
            after = read_epoch_ms(times_[step.time], at, end, number);
            record.published_ms = number / kNsPerMs;
            break;
        case Kind::TimeText:
        case Kind::PublishedText: {
            after = find_plain_string_end(at, end);
            if (after == nullptr) return nullptr;
            const Result<std::int64_t> ns = times_[step.time].day.epoch_ns(text_between(at, after));
            if (!ns || *ns == INT64_MIN) return nullptr;
            if (step.kind == Kind::TimeText)
                cell = Cell::of_number(*ns);
            else
                record.published_ms = *ns / kNsPerMs;
            break;
        }
    }
    return after;
}

std::size_t Shape::read_steps(std::string_view json, Record& record) {
    const char* at = json.data();
    const char* const end = at + json.size();
    const char* learned = bytes_.data();
    record.published_ms = 0;
    for (Step& step : steps_) {
        const auto left = static_cast<std::size_t>(end - at);
        if (left < step.run_bytes || !same_bytes(at, learned, step.run_bytes))
            return refuse_run(step.first_slot, text_between(at, end), learned);
        at += step.run_bytes;
        const char* after =
            left >= step.run_bytes + kUsualBytes ? read_usual(step, at, end, record) : nullptr;
        if (after == nullptr) after = read_value(step, at, end, record);
        if (after == nullptr) return 0;
        at = after;
        learned += step.run_bytes + step.value_bytes;
    }
    if (static_cast<std::size_t>(end - at) < last_run_bytes_ ||
        !same_bytes(at, learned, last_run_bytes_))
        return refuse_run(last_run_slot_, text_between(at, end), learned);
    return static_cast<std::size_t>(at - json.data()) + last_run_bytes_;
}

void Shape::clear_absent(Record& record) const {
    for (const std::uint16_t column : absent_) record.cells[column] = Cell{};
}

bool ShapeSet::read(std::string_view json, Record& record) { return find(json, record, true) != 0; }

std::size_t ShapeSet::read_front(std::string_view text, Record& record) {
    return find(text, record, false);
}

std::size_t ShapeSet::find(std::string_view text, Record& record, bool whole) {
    const Shape* const last_writer = std::exchange(writer_, nullptr);
    if (tried_ == kTrialRecords) end_trial();
    if (rest_ > 0) {
        --rest_;
        return 0;
    }
    ++tried_;
    for (std::size_t i = 0; i < size_; ++i) {
        const std::uint32_t index = order_[i];
        Shape& shape = shapes_[index];
        const std::size_t bytes = shape.read_front(text, record);
        if (bytes == 0 || (whole && bytes != text.size())) continue;
        // What this layout lacks is still null where it wrote the last record as well.
        if (last_writer != &shape) shape.clear_absent(record);
        writer_ = &shape;
        for (std::size_t j = i; j > 0; --j) order_[j] = order_[j - 1];
        order_[0] = index;
        ++hits_;
        return bytes;
    }
    return 0;
}

void ShapeSet::end_trial() {
    const bool pays = hits_ >= kTrialHitsMin;
    tried_ = hits_ = 0;
    last_rest_ = pays ? 0 : std::clamp(last_rest_ * 2, kRestMin, kRestMax);
    rest_ = last_rest_;
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

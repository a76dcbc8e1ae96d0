#include "feed/decode_oracle.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/limits.h"

namespace nats_blotter::tests {
namespace {

using nlohmann::json;

struct Member;

struct Node {
    enum class Kind { Null, Bool, Number, String, Object, Array };
    Kind kind = Kind::Null;
    std::string text;             // of a number or string
    std::vector<Member> members;  // of an object as they came, or of an array
};

struct Member {
    std::string key;
    Node value;
};

// Keeps what nlohmann_json's own tree loses: duplicate keys, the order, and every digit.
class Builder : public json::json_sax_t {
  public:
    Node root;
    std::size_t depth_max = 0;
    bool out_of_range = false;

    bool null() override { return add({}); }
    bool boolean(bool) override { return add({Node::Kind::Bool, {}, {}}); }
    bool number_integer(std::int64_t value) override { return add_number(std::to_string(value)); }
    bool number_unsigned(std::uint64_t value) override { return add_number(std::to_string(value)); }
    bool number_float(double, const std::string& text) override { return add_number(text); }
    bool string(std::string& text) override { return add({Node::Kind::String, text, {}}); }
    bool binary(json::binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(Node::Kind::Object); }
    bool start_array(std::size_t) override { return open(Node::Kind::Array); }
    bool key(std::string& text) override {
        open_.back()->members.push_back({text, Node{}});
        return true;
    }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t, const std::string&,
                     const nlohmann::detail::exception& error) override {
        constexpr int kNumberOverflow = 406;
        out_of_range = error.id == kNumberOverflow;
        return false;
    }

  private:
    Node* place() {
        if (open_.empty()) return &root;
        if (open_.back()->kind == Node::Kind::Array) open_.back()->members.push_back({});
        return &open_.back()->members.back().value;
    }
    bool add(Node node) {
        *place() = std::move(node);
        return true;
    }
    bool add_number(const std::string& text) { return add({Node::Kind::Number, text, {}}); }
    bool open(Node::Kind kind) {
        Node* const node = place();
        node->kind = kind;
        open_.push_back(node);
        depth_max = std::max(depth_max, open_.size());
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    std::vector<Node*> open_;
};

bool all_digits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The value times 10^scale as text, or nothing: not a number, or with decimals behind the scale.
std::optional<std::string> shifted_digits(std::string_view text, int scale) {
    std::string sign;
    if (!text.empty() && text[0] == '-') {
        sign = "-";
        text.remove_prefix(1);
    }
    long exponent = 0;
    if (const std::size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
        std::string_view digits = text.substr(e + 1);
        const bool negative = !digits.empty() && digits[0] == '-';
        if (!digits.empty() && (digits[0] == '-' || digits[0] == '+')) digits.remove_prefix(1);
        if (!all_digits(digits)) return std::nullopt;
        while (digits.size() > 1 && digits[0] == '0') digits.remove_prefix(1);
        exponent = digits.size() > 6 ? 999'999 : std::stol(std::string(digits));
        if (negative) exponent = -exponent;
        text = text.substr(0, e);
    }
    std::string fraction;
    if (const std::size_t dot = text.find('.'); dot != std::string_view::npos) {
        fraction = text.substr(dot + 1);
        if (!all_digits(fraction)) return std::nullopt;
        text = text.substr(0, dot);
    }
    if (!all_digits(text) || (text.size() > 1 && text[0] == '0')) return std::nullopt;
    std::string digits = std::string(text) + fraction;
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    if (digits.empty()) return "0";
    long shift = exponent - static_cast<long>(fraction.size()) + scale;
    if (shift > 30) return sign + std::string(30, '9');  // past 64 bits in any case
    for (; shift > 0; --shift) digits.push_back('0');
    for (; shift < 0; ++shift) {
        if (digits.empty() || digits.back() != '0') return std::nullopt;
        digits.pop_back();
    }
    return sign + digits;
}

// INT64_MIN is what a table means by null, so it is none either.
std::optional<std::int64_t> number_of(std::string_view text, int scale) {
    std::optional<std::string> digits = shifted_digits(text, scale);
    if (!digits) return std::nullopt;
    const bool negative = (*digits)[0] == '-';
    const std::string magnitude = digits->substr(negative ? 1 : 0);
    constexpr std::string_view kMax = "9223372036854775807";
    if (magnitude.size() > kMax.size() || (magnitude.size() == kMax.size() && magnitude > kMax))
        return std::nullopt;
    const std::int64_t value = std::stoll(magnitude);
    return negative ? -value : value;
}

int days_of_month(int year, int month) {
    static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

int days_of_year(int year) { return 337 + days_of_month(year, 2); }

std::optional<std::int64_t> instant_of(std::string_view text) {
    constexpr std::string_view kPattern = "dddd-dd-ddTdd:dd:dd";
    if (text.size() <= kPattern.size()) return std::nullopt;
    const auto fits = [](std::string_view piece, std::string_view pattern) {
        if (piece.size() != pattern.size()) return false;
        for (std::size_t i = 0; i < piece.size(); ++i)
            if (pattern[i] == 'd' ? piece[i] < '0' || piece[i] > '9' : piece[i] != pattern[i])
                return false;
        return true;
    };
    const auto number = [&text](std::size_t at, std::size_t count) {
        return std::stoi(std::string(text.substr(at, count)));
    };
    if (!fits(text.substr(0, kPattern.size()), kPattern)) return std::nullopt;
    const int year = number(0, 4);
    const int month = number(5, 2);
    const int day = number(8, 2);
    const int hour = number(11, 2);
    const int minute = number(14, 2);
    const int second = number(17, 2);
    if (month < 1 || month > 12 || day < 1 || day > days_of_month(year, month)) return std::nullopt;
    if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
    std::int64_t days = day - 1;
    for (int m = 1; m < month; ++m) days += days_of_month(year, m);
    for (int y = 1970; y < year; ++y) days += days_of_year(y);
    for (int y = year; y < 1970; ++y) days -= days_of_year(y);
    std::int64_t seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    std::string_view rest = text.substr(kPattern.size());
    std::int64_t fraction = 0;
    if (rest[0] == '.') {
        const std::size_t end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
        std::string digits(rest.substr(1, end - 1));
        if (digits.empty() || digits.size() > 9) return std::nullopt;
        digits.append(9 - digits.size(), '0');
        fraction = std::stoll(digits);
        rest = rest.substr(end);
    }
    if (rest != "Z") {
        if (!fits(rest, "+dd:dd") && !fits(rest, "-dd:dd")) return std::nullopt;
        const int hours = std::stoi(std::string(rest.substr(1, 2)));
        const int minutes = std::stoi(std::string(rest.substr(4, 2)));
        if (hours > 23 || minutes > 59) return std::nullopt;
        seconds -= (hours * 3600 + minutes * 60) * (rest[0] == '+' ? 1 : -1);
    }
    std::int64_t ns = 0;
    if (__builtin_mul_overflow(seconds, std::int64_t{1'000'000'000}, &ns) ||
        __builtin_add_overflow(ns, fraction, &ns))
        return std::nullopt;
    return ns;
}

std::optional<std::int64_t> time_of(const Node& node) {
    if (node.kind == Node::Kind::Number) return number_of(node.text, 6);
    if (node.kind == Node::Kind::String) return instant_of(node.text);
    return std::nullopt;
}

std::int32_t column_of(const feed::TableSpec& spec, std::string_view key) {
    for (std::size_t i = 0; i < spec.columns.size(); ++i) {
        if (spec.columns[i].origin != feed::Origin::Record) continue;
        const auto& aliases = spec.columns[i].aliases;
        if (spec.columns[i].field == key ||
            std::find(aliases.begin(), aliases.end(), key) != aliases.end())
            return static_cast<std::int32_t>(i);
    }
    return -1;
}

struct Reading {
    const feed::TableSpec& spec;
    OracleRecord record;

    void reject(feed::Reject reason) {
        if (record.reject == 0) record.reject = static_cast<std::int32_t>(reason);
    }
    void clear() {
        record.cells.assign(spec.columns.size(), {});
        record.reject = 0;
    }

    void read_cell(const Node& node, std::size_t column) {
        OracleCell& cell = record.cells[column];
        cell = {};
        if (node.kind == Node::Kind::Null) return;
        const feed::ColumnSpec& of = spec.columns[column];
        const bool is_text = of.type == feed::ColumnType::Text ||
                             of.type == feed::ColumnType::Symbol ||
                             of.type == feed::ColumnType::Enum;
        if (is_text) {
            if (node.kind != Node::Kind::String) return reject(feed::Reject::WrongType);
            if (node.text.size() > kTextCellBytesMax) return reject(feed::Reject::TooLong);
            cell = {feed::Cell::Kind::Text, 0, node.text};
            return;
        }
        if (node.kind != Node::Kind::String && node.kind != Node::Kind::Number)
            return reject(feed::Reject::WrongType);
        const bool is_time = of.type == feed::ColumnType::Time;
        const int scale = of.type == feed::ColumnType::Decimal ? of.scale : 0;
        const std::optional<std::int64_t> value =
            is_time ? time_of(node) : number_of(node.text, scale);
        if (!value || *value == INT64_MIN)
            return reject(is_time ? feed::Reject::BadTime : feed::Reject::BadNumber);
        cell = {feed::Cell::Kind::Number, *value, {}};
    }

    void read_fields(const Node& object) {
        for (const auto& [key, value] : object.members)
            if (const std::int32_t column = column_of(spec, key); column >= 0)
                read_cell(value, static_cast<std::size_t>(column));
    }

    void read_outermost(const Node& object) {
        bool enveloped = false;
        for (const auto& [key, value] : object.members) {
            if (key == "payload") {
                enveloped = true;
                clear();
                if (value.kind == Node::Kind::Object)
                    read_fields(value);
                else
                    reject(feed::Reject::WrongShape);
                continue;
            }
            if (key == "date")
                if (const std::optional<std::int64_t> ns = time_of(value))
                    record.published_ms = *ns / 1'000'000;
            const std::int32_t column = enveloped ? -1 : column_of(spec, key);
            if (column >= 0) read_cell(value, static_cast<std::size_t>(column));
        }
        if (record.reject != 0) return;
        for (const std::uint16_t column : spec.key_columns)
            if (record.cells[column].kind == feed::Cell::Kind::Null)
                return reject(feed::Reject::MissingKey);
        for (std::size_t i = 0; i < spec.columns.size(); ++i) {
            const feed::ColumnSpec& column = spec.columns[i];
            if (column.origin != feed::Origin::Signed) continue;
            record.cells[i] = record.cells[column.amount];
            if (record.cells[column.sign].kind == feed::Cell::Kind::Null) record.cells[i] = {};
            if (record.cells[column.sign].text == column.minus)
                record.cells[i].number = -record.cells[i].number;
        }
    }
};

std::string difference(const Result<const feed::Record*>& got, const OracleRecord& expected) {
    const std::int32_t code = got ? 0 : got.error().code;
    if (code != expected.reject)
        return "answers " + std::to_string(code) + ", not " + std::to_string(expected.reject);
    if (!got) return {};
    const feed::Record& record = **got;
    if (record.published_ms != expected.published_ms)
        return "published " + std::to_string(record.published_ms) + ", not " +
               std::to_string(expected.published_ms);
    for (std::size_t i = 0; i < expected.cells.size(); ++i) {
        const feed::Cell& cell = record.cells[i];
        const OracleCell& other = expected.cells[i];
        if (cell.kind != other.kind || cell.number != other.number || cell.text != other.text)
            return "column " + std::to_string(i) + " is " + std::to_string(cell.number) + " \"" +
                   std::string(cell.text) + "\", not " + std::to_string(other.number) + " \"" +
                   other.text + "\"";
    }
    return {};
}

OracleRecord copy_of(const Result<const feed::Record*>& got) {
    OracleRecord copy;
    copy.reject = got ? 0 : got.error().code;
    if (!got) return copy;
    copy.published_ms = (*got)->published_ms;
    for (const feed::Cell& cell : (*got)->cells)
        copy.cells.push_back({cell.kind, cell.number, std::string(cell.text)});
    return copy;
}

feed::ColumnSpec column(std::string_view field, feed::ColumnType type, int scale = 0) {
    feed::ColumnSpec spec;
    spec.field = field;
    spec.type = type;
    spec.scale = scale;
    return spec;
}

}  // namespace

std::optional<OracleRecord> decode_by_oracle(std::string_view json_text,
                                             const feed::TableSpec& spec) {
    Reading reading{spec, {}};
    reading.clear();
    const auto refused = [&reading](feed::Reject reason) {
        reading.record.reject = static_cast<std::int32_t>(reason);
        return reading.record;
    };
    if (json_text.size() > kRecordBytesMax) return refused(feed::Reject::TooLong);
    // nlohmann_json passes over a byte order mark, and takes a NUL for the end.
    if (json_text.substr(0, 3) == "\xEF\xBB\xBF") return refused(feed::Reject::NotJson);
    if (json_text.find('\0') != std::string_view::npos) return refused(feed::Reject::NotJson);
    Builder builder;
    if (!json::sax_parse(json_text.begin(), json_text.end(), &builder)) {
        if (builder.out_of_range) return std::nullopt;
        return refused(feed::Reject::NotJson);
    }
    if (builder.depth_max > kJsonDepthMax) return refused(feed::Reject::NotJson);
    if (builder.root.kind != Node::Kind::Object) return refused(feed::Reject::WrongShape);
    reading.read_outermost(builder.root);
    return reading.record;
}

DecodeComparison::DecodeComparison(feed::TableSpec spec)
    : spec_(std::move(spec)),
      scanner_(spec_, feed::Speculation::Off),
      shapes_(spec_),
      ahead_(spec_) {}

std::string DecodeComparison::differs(std::string_view json_text) {
    // A piece of memory of its own, so that a read past its end is seen by the sanitizer.
    const std::vector<char> own(json_text.begin(), json_text.end());
    const std::string_view text(own.data(), own.size());
    const Result<const feed::Record*> scanned = scanner_.decode(text);
    accepted_ = scanned.has_value();
    if (const std::optional<OracleRecord> expected = decode_by_oracle(text, spec_)) {
        const std::string scanner_differs = difference(scanned, *expected);
        if (!scanner_differs.empty()) return "scanner: " + scanner_differs;
    }
    if (!accepted_ &&
        feed::reject_name(static_cast<feed::Reject>(scanned.error().code)) == "unknown")
        return "a reason without a name";
    const std::string shapes_differ = difference(shapes_.decode(text), copy_of(scanned));
    if (!shapes_differ.empty()) return "shapes: " + shapes_differ;
    return front_differs(text);
}

// What is read ahead is the record that these bytes are by themselves.
std::string DecodeComparison::front_differs(std::string_view text) {
    const std::string list = std::string(text) + ",{}]";
    std::size_t bytes = 0;
    const feed::Record* const front = ahead_.decode_front(list, bytes);
    if (front == nullptr) {
        (void)ahead_.decode(text);  // to know it the next time
        return {};
    }
    const std::string alone = list.substr(0, bytes);
    const std::string differs = difference(front, copy_of(scanner_.decode(alone)));
    return differs.empty() ? std::string() : "read ahead: " + differs;
}

std::vector<feed::TableSpec> specs_to_compare() {
    std::vector<feed::TableSpec> specs = feed::traderx_profile(feed::SubjectChoice::Slash).tables;
    feed::TableSpec all;
    all.name = "all";
    all.columns = {
        column("id", feed::ColumnType::Text),
        column("price", feed::ColumnType::Decimal, 3),
        column("exact", feed::ColumnType::Decimal, 18),
        column("count", feed::ColumnType::Int),
        column("at", feed::ColumnType::Time),
        column("date", feed::ColumnType::Time),
        column("symbol", feed::ColumnType::Symbol),
        column("a \"b\"", feed::ColumnType::Enum),
        column("größe", feed::ColumnType::Decimal, 0),
        column("", feed::ColumnType::Int),
        column("aVeryLongFieldNameOfMoreThanTwentyBytes", feed::ColumnType::Int),
    };
    all.columns[1].aliases = {"px", "lastPrice"};
    all.columns[3].aliases = {"payload", "px"};
    all.key_columns = {0};
    specs.push_back(std::move(all));
    return specs;
}

}  // namespace nats_blotter::tests

#include "base/json_scanner.h"

#include "base/utf8.h"

namespace nats_blotter {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::int32_t hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// The value of four hex digits at `at`, or -1.
std::int32_t hex4(std::string_view text, std::size_t at) {
    if (at + 4 > text.size()) return -1;
    std::int32_t value = 0;
    for (std::size_t i = at; i < at + 4; ++i) {
        const std::int32_t digit = hex_digit(text[i]);
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

bool is_high_surrogate(std::int32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low_surrogate(std::int32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

// Whether the text ends inside its first escape, or inside the second half of a surrogate pair, and
// is good so far.
bool cut_escape(std::string_view text) {
    const auto is_cut = [](std::string_view half) {
        static constexpr std::string_view kPattern = "\\uXXXX";
        if (half.size() >= kPattern.size()) return false;
        for (std::size_t i = 0; i < half.size(); ++i) {
            const bool fits = kPattern[i] == 'X' ? hex_digit(half[i]) >= 0 : half[i] == kPattern[i];
            if (!fits) return false;
        }
        return true;
    };
    if (is_cut(text)) return true;
    return is_high_surrogate(hex4(text, 2)) && is_cut(text.substr(6));
}

char simple_escape(char c) {
    switch (c) {
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        default: return c;  // quote, backslash, slash
    }
}

}  // namespace

std::string_view json_error_text(JsonError code) {
    switch (code) {
        case JsonError::Truncated: return "JSON ends too early";
        case JsonError::Syntax: return "not JSON";
        case JsonError::BadString: return "bad escape or control character in a JSON string";
        case JsonError::BadUtf8: return "JSON string is not UTF-8";
        case JsonError::TooDeep: return "JSON nested too deep";
        case JsonError::Trailing: return "something behind the JSON value";
        case JsonError::WrongShape: return "JSON of another shape than expected";
    }
    return "unknown JSON error";
}

Error json_error(JsonError code, std::size_t offset_bytes) {
    return Error{static_cast<std::int32_t>(code), offset_bytes, json_error_text(code)};
}

JsonToken JsonScanner::fail(JsonError code, std::size_t offset) {
    failed_ = true;
    error_ = json_error(code, offset);
    return JsonToken::Error;
}

void JsonScanner::skip_white_space() {
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
        ++at_;
    }
}

JsonToken JsonScanner::next() {
    if (failed_) return JsonToken::Error;
    skip_white_space();
    if (expect_ == Expect::End)
        return at_ == text_.size() ? JsonToken::End : fail(JsonError::Trailing, at_);
    if (at_ >= text_.size()) return fail(JsonError::Truncated, at_);

    if (expect_ == Expect::CommaOrEnd) {
        const char c = text_[at_];
        if (c == '}' || c == ']') return close(c == '}');
        if (c != ',') return fail(JsonError::Syntax, at_);
        ++at_;
        skip_white_space();
        if (at_ >= text_.size()) return fail(JsonError::Truncated, at_);
        expect_ = in_object() ? Expect::Key : Expect::Value;
    }
    switch (expect_) {
        case Expect::KeyOrObjectEnd:
            if (text_[at_] == '}') return close(true);
            return scan_key();
        case Expect::Key: return scan_key();
        case Expect::ValueOrArrayEnd:
            if (text_[at_] == ']') return close(false);
            return scan_value();
        default: return scan_value();
    }
}

JsonToken JsonScanner::open(bool is_object) {
    if (depth_ == kJsonDepthMax) return fail(JsonError::TooDeep, at_);
    raw_ = text_.substr(at_, 1);
    ++at_;
    const std::uint64_t bit = std::uint64_t{1} << depth_;
    object_bits_ = is_object ? object_bits_ | bit : object_bits_ & ~bit;
    ++depth_;
    expect_ = is_object ? Expect::KeyOrObjectEnd : Expect::ValueOrArrayEnd;
    return is_object ? JsonToken::ObjectStart : JsonToken::ArrayStart;
}

JsonToken JsonScanner::close(bool is_object) {
    if (depth_ == 0 || in_object() != is_object) return fail(JsonError::Syntax, at_);
    raw_ = text_.substr(at_, 1);
    ++at_;
    --depth_;
    value_done();
    return is_object ? JsonToken::ObjectEnd : JsonToken::ArrayEnd;
}

void JsonScanner::value_done() { expect_ = depth_ == 0 ? Expect::End : Expect::CommaOrEnd; }

JsonToken JsonScanner::scan_value() {
    switch (text_[at_]) {
        case '{': return open(true);
        case '[': return open(false);
        case '"': return scan_string(JsonToken::String);
        case 't': return scan_literal("true", JsonToken::True);
        case 'f': return scan_literal("false", JsonToken::False);
        case 'n': return scan_literal("null", JsonToken::Null);
        default: return scan_number();
    }
}

JsonToken JsonScanner::scan_key() {
    if (text_[at_] != '"') return fail(JsonError::Syntax, at_);
    if (scan_string(JsonToken::Key) == JsonToken::Error) return JsonToken::Error;
    skip_white_space();
    if (at_ >= text_.size()) return fail(JsonError::Truncated, at_);
    if (text_[at_] != ':') return fail(JsonError::Syntax, at_);
    ++at_;
    expect_ = Expect::Value;
    return JsonToken::Key;
}

JsonToken JsonScanner::scan_string(JsonToken token) {
    ++at_;
    const std::size_t start = at_;
    escaped_ = false;
    if (!scan_string_body()) return JsonToken::Error;
    raw_ = text_.substr(start, at_ - start);
    ++at_;
    const std::size_t valid = utf8_valid_prefix(raw_);
    if (valid != raw_.size()) return fail(JsonError::BadUtf8, start + valid);
    if (token == JsonToken::String) value_done();
    return token;
}

// Moves to the closing quote.
bool JsonScanner::scan_string_body() {
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (c == '"') return true;
        if (c == '\\') {
            escaped_ = true;
            if (!scan_escape()) return false;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            fail(JsonError::BadString, at_);
            return false;
        } else {
            ++at_;
        }
    }
    fail(JsonError::Truncated, at_);
    return false;
}

bool JsonScanner::scan_escape() {
    const std::size_t start = at_;
    if (at_ + 1 >= text_.size()) {
        fail(JsonError::Truncated, at_);
        return false;
    }
    const char kind = text_[at_ + 1];
    if (kind != 'u') {
        if (std::string_view("\"\\/bfnrt").find(kind) == std::string_view::npos) {
            fail(JsonError::BadString, start);
            return false;
        }
        at_ += 2;
        return true;
    }
    if (cut_escape(text_.substr(start))) {
        at_ = text_.size();
        fail(JsonError::Truncated, at_);
        return false;
    }
    const std::int32_t unit = hex4(text_, at_ + 2);
    bool good = unit >= 0 && !is_low_surrogate(unit);
    std::size_t end = at_ + 6;
    if (good && is_high_surrogate(unit)) {
        good = end + 6 <= text_.size() && text_[end] == '\\' && text_[end + 1] == 'u' &&
               is_low_surrogate(hex4(text_, end + 2));
        end += 6;
    }
    if (!good) {
        fail(JsonError::BadString, start);
        return false;
    }
    at_ = end;
    return true;
}

JsonToken JsonScanner::scan_number() {
    const std::size_t start = at_;
    const auto take_digits = [this] {
        const std::size_t first = at_;
        while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
        return at_ > first;
    };
    const auto misfit = [this] {
        return fail(at_ >= text_.size() ? JsonError::Truncated : JsonError::Syntax, at_);
    };
    if (text_[at_] == '-') ++at_;
    if (at_ < text_.size() && text_[at_] == '0')
        ++at_;
    else if (!take_digits())
        return misfit();
    if (at_ < text_.size() && text_[at_] == '.') {
        ++at_;
        if (!take_digits()) return misfit();
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
        ++at_;
        if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
        if (!take_digits()) return misfit();
    }
    raw_ = text_.substr(start, at_ - start);
    value_done();
    return JsonToken::Number;
}

JsonToken JsonScanner::scan_literal(std::string_view literal, JsonToken token) {
    if (text_.substr(at_, literal.size()) != literal) {
        const bool cut = literal.substr(0, text_.size() - at_) == text_.substr(at_);
        return fail(cut ? JsonError::Truncated : JsonError::Syntax, at_);
    }
    raw_ = text_.substr(at_, literal.size());
    at_ += literal.size();
    value_done();
    return token;
}

bool JsonScanner::skip(JsonToken token) {
    if (token == JsonToken::Error) return false;
    if (token != JsonToken::ObjectStart && token != JsonToken::ArrayStart) return true;
    const std::size_t outer = depth_ - 1;
    while (depth_ > outer)
        if (next() == JsonToken::Error) return false;
    return true;
}

std::string_view JsonScanner::string(std::string& scratch) const {
    if (!escaped_) return raw_;
    scratch.clear();
    for (std::size_t i = 0; i < raw_.size();) {
        if (raw_[i] != '\\') {
            scratch.push_back(raw_[i++]);
            continue;
        }
        if (raw_[i + 1] != 'u') {
            scratch.push_back(simple_escape(raw_[i + 1]));
            i += 2;
            continue;
        }
        std::int32_t code = hex4(raw_, i + 2);
        i += 6;
        if (is_high_surrogate(code)) {
            code = 0x10000 + ((code - 0xD800) << 10) + (hex4(raw_, i + 2) - 0xDC00);
            i += 6;
        }
        utf8_append(scratch, static_cast<char32_t>(code));
    }
    return scratch;
}

}  // namespace nats_blotter

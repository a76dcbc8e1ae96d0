#include "feed/array_splitter.h"

#include <algorithm>

#include "base/json_scanner.h"
#include "base/limits.h"
#include "base/words.h"

namespace nats_blotter::feed {
namespace {

bool is_white_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_white_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_white_space(text.back())) text.remove_suffix(1);
    return text;
}

}  // namespace

void ArraySplitter::append(std::string_view bytes) {
    if (failed()) return;
    // What lies before the element being read is done with.
    const std::size_t done = expect_ == Expect::InElement ? start_ : scanned_;
    buffer_.erase(0, done);
    scanned_ -= done;
    start_ = 0;
    buffer_.append(bytes);
}

std::optional<std::string_view> ArraySplitter::fail(Error error) {
    error_ = error;
    buffer_.clear();
    start_ = scanned_ = 0;
    return std::nullopt;
}

std::optional<std::string_view> ArraySplitter::take_element(bool is_last) {
    const std::string_view element =
        trimmed(std::string_view(buffer_).substr(start_, scanned_ - start_));
    ++scanned_;  // the comma or bracket
    expect_ = is_last ? Expect::Nothing : Expect::Element;
    ++element_count_;
    return element;
}

// Up to the byte that ends the element, its first one too many, or the end of what is there.
void ArraySplitter::scan_element() {
    const char* const begin = buffer_.data();
    const char* const end = begin + std::min(buffer_.size(), start_ + kRecordBytesMax);
    const char* at = begin + scanned_;
    while (at < end) {
        if (in_string_) {
            if (escaped_) {
                escaped_ = false;
                ++at;
                continue;
            }
            at = find_special(at, end);
            if (at == end) break;
            escaped_ = *at == '\\';
            in_string_ = *at != '"';
            ++at;
            continue;
        }
        const char c = *at;
        if (c == '"') {
            in_string_ = true;
        } else if (c == '{' || c == '[') {
            ++depth_;
        } else if (c == '}' || c == ']') {
            if (depth_ == 0) break;
            --depth_;
        } else if (c == ',' && depth_ == 0) {
            break;
        }
        ++at;
    }
    scanned_ = static_cast<std::size_t>(at - begin);
}

// Up to the first byte of an element, the end of the list, or of what is there.
void ArraySplitter::begin_element() {
    for (; expect_ != Expect::InElement && scanned_ < buffer_.size(); ++scanned_) {
        const char c = buffer_[scanned_];
        if (is_white_space(c)) continue;
        if (expect_ == Expect::Nothing) {
            fail(json_error(JsonError::Trailing, 0));
            return;
        }
        if (expect_ == Expect::Open) {
            if (c != '[') {
                fail(json_error(JsonError::WrongShape, 0));
                return;
            }
            expect_ = Expect::FirstElement;
            continue;
        }
        if (c == ']' && expect_ == Expect::FirstElement) {
            expect_ = Expect::Nothing;
            continue;
        }
        if (c == ']' || c == ',') {
            fail(json_error(JsonError::Syntax, 0));
            return;
        }
        expect_ = Expect::InElement;
        start_ = scanned_;
        depth_ = 0;
        break;
    }
}

std::string_view ArraySplitter::ahead() {
    if (failed()) return {};
    begin_element();
    if (expect_ != Expect::InElement || scanned_ != start_) return {};
    return std::string_view(buffer_).substr(start_);
}

bool ArraySplitter::skip(std::size_t bytes) {
    std::size_t at = start_ + bytes;
    while (at < buffer_.size() && is_white_space(buffer_[at])) ++at;
    if (at >= buffer_.size() || (buffer_[at] != ',' && buffer_[at] != ']')) return false;
    scanned_ = at;
    take_element(buffer_[at] == ']');
    return true;
}

std::optional<std::string_view> ArraySplitter::next_element() {
    if (failed()) return std::nullopt;
    begin_element();
    if (failed() || scanned_ == buffer_.size()) return std::nullopt;
    scan_element();
    if (scanned_ == buffer_.size()) return std::nullopt;
    if (scanned_ - start_ >= kRecordBytesMax) return fail(json_error(JsonError::WrongShape, 0));
    const char c = buffer_[scanned_];
    if (c == '}') return fail(json_error(JsonError::Syntax, 0));
    return take_element(c == ']');
}

Result<void> ArraySplitter::finish() {
    while (next_element()) {
    }
    if (error_) return *error_;
    if (expect_ != Expect::Nothing) return json_error(JsonError::Truncated, 0);
    return {};
}

}  // namespace nats_blotter::feed

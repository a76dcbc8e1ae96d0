// feed/array_splitter.h - cuts a JSON array into its elements while it arrives.
//
// A REST answer of a million rows is decoded in slices as the browser hands them over, without a
// document tree: append() bytes, take elements until there is none, and finish() at the end of the
// answer. An element is the exact text of one value, not yet validated beyond its brackets and
// quotes; the decoder does that. Holds at most one element and the bytes not yet looked at.
//
// Invariants (tests/feed/array_splitter_test.cpp):
//   1. start_ <= scanned_ <= buffer_.size(); no byte is looked at twice.
//   2. Once failed, always failed, with the first reason.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace nats_blotter::feed {

class ArraySplitter {
  public:
    void append(std::string_view bytes);

    // The next whole element, or nothing until more bytes come (or for good: see failed()). The
    // view dies at the next call of append().
    std::optional<std::string_view> next_element();

    // What is there from the next element's first byte on; empty where none has begun, or a part of
    // it has been looked at. For a reader that knows where the element ends: skip() it then.
    std::string_view ahead();
    // Passes over the `bytes` that ahead() begins with, as an element. False, and nothing has
    // happened, where it cannot be seen yet that an element ends there, or it does not.
    // REQUIRES: they are one whole JSON value.
    bool skip(std::size_t bytes);

    bool failed() const { return error_.has_value(); }

    // The answer ended here. An error when it was no array, was cut short, or had something behind
    // it.
    Result<void> finish();

    std::size_t element_count() const { return element_count_; }

  private:
    enum class Expect : unsigned char { Open, FirstElement, Element, InElement, Nothing };

    void begin_element();
    void scan_element();
    std::optional<std::string_view> fail(Error error);
    std::optional<std::string_view> take_element(bool is_last);

    std::string buffer_;
    std::size_t start_ = 0;  // of the element being read
    std::size_t scanned_ = 0;
    std::size_t depth_ = 0;  // inside the element
    std::size_t element_count_ = 0;
    Expect expect_ = Expect::Open;
    bool in_string_ = false;
    bool escaped_ = false;
    std::optional<Error> error_;
};

}  // namespace nats_blotter::feed

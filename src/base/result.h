// base/result.h - a value or an error, without exceptions.
//
// Spelled as a subset of std::expected, which neither toolchain of the floor has at C++20, so that
// it can be replaced by it. There is no macro: write `if (!result) return result.error();`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "base/assert.h"

namespace nats_blotter {

// What went wrong: a code of the reporting module's own enum, where in the input (bytes from its
// start), and a static text. Holds no memory of its own.
struct Error {
    std::int32_t code = 0;
    std::size_t offset_bytes = 0;
    std::string_view text;  // static storage

    friend bool operator==(const Error& a, const Error& b) {
        return a.code == b.code && a.offset_bytes == b.offset_bytes;
    }
};

template <typename T>
class [[nodiscard]] Result {
  public:
    Result(T value) : value_(std::move(value)) {}
    Result(Error error) : error_(error) {}

    bool has_value() const { return value_.has_value(); }
    explicit operator bool() const { return has_value(); }

    // REQUIRES: has_value().
    T& operator*() & {
        NB_ASSERT(has_value());
        return *value_;
    }
    const T& operator*() const& {
        NB_ASSERT(has_value());
        return *value_;
    }
    T&& operator*() && {
        NB_ASSERT(has_value());
        return std::move(*value_);
    }
    T* operator->() {
        NB_ASSERT(has_value());
        return &*value_;
    }
    const T* operator->() const {
        NB_ASSERT(has_value());
        return &*value_;
    }

    // REQUIRES: !has_value().
    const Error& error() const {
        NB_ASSERT(!has_value());
        return error_;
    }

  private:
    std::optional<T> value_;
    Error error_;
};

template <>
class [[nodiscard]] Result<void> {
  public:
    Result() = default;
    Result(Error error) : error_(error) {}

    bool has_value() const { return !error_.has_value(); }
    explicit operator bool() const { return has_value(); }
    const Error& error() const {
        NB_ASSERT(error_.has_value());
        return *error_;
    }

  private:
    std::optional<Error> error_;
};

}  // namespace nats_blotter

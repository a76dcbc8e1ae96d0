// web/imgui_format.cpp - the formatting that Dear ImGui asks for, in place of printf, which brings
// 128-bit floating point along.
//
// Knows %s %.*s %c %d %i %u %x %X %p %zu %f %%, with zeros, width and precision. Anything else is
// written as it stands.
#include <cmath>
#include <cstdarg>
#include <cstdint>
#include <cstring>

#include "base/assert.h"
#include "imgui_internal.h"

namespace {

constexpr int kPrecisionMax = 9;

// Writes as much as there is room for, and counts all of it, as vsnprintf does.
class Output {
  public:
    Output(char* buffer, std::size_t size) : buffer_(buffer), size_(size) {}

    void put(char c) {
        if (length_ + 1 < size_) buffer_[length_] = c;
        ++length_;
    }

    void put(const char* text, std::size_t bytes, int width, char fill) {
        for (int left = width - static_cast<int>(bytes); left > 0; --left) put(fill);
        for (std::size_t i = 0; i < bytes; ++i) put(text[i]);
    }

    int end() {
        if (size_ > 0) buffer_[length_ < size_ ? length_ : size_ - 1] = '\0';
        return static_cast<int>(length_);
    }

  private:
    char* buffer_;
    std::size_t size_;
    std::size_t length_ = 0;
};

struct Spec {
    char fill = ' ';
    int width = 0;
    int precision = -1;
};

void put_unsigned(Output& out, const Spec& spec, std::uint64_t value, unsigned base, bool capitals,
                  bool minus) {
    const char* const digits = capitals ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[24];
    std::size_t at = sizeof text;
    do {
        text[--at] = digits[value % base];
        value /= base;
    } while (value > 0);
    int width = spec.width;
    if (minus) {
        if (spec.fill == '0') {
            out.put('-');
            --width;
        } else {
            text[--at] = '-';
        }
    }
    out.put(text + at, sizeof text - at, width, spec.fill);
}

void put_signed(Output& out, const Spec& spec, std::int64_t value) {
    const auto magnitude = static_cast<std::uint64_t>(value);
    put_unsigned(out, spec, value < 0 ? 0 - magnitude : magnitude, 10, false, value < 0);
}

void put_double(Output& out, const Spec& spec, double value) {
    const int wanted = spec.precision < 0 ? 6 : spec.precision;
    const int precision = wanted < kPrecisionMax ? wanted : kPrecisionMax;
    double unit = 1;
    for (int i = 0; i < precision; ++i) unit *= 10;
    const double scaled = std::round(std::fabs(value) * unit);
    if (!(scaled < 1e18)) {
        out.put("?", 1, spec.width, ' ');  // infinite, not a number, or beyond what is ever shown
        return;
    }
    const auto count = static_cast<std::uint64_t>(scaled);
    const auto whole = static_cast<std::uint64_t>(unit);
    put_unsigned(out, spec, count / whole, 10, false, value < 0 && count > 0);
    if (precision == 0) return;
    out.put('.');
    put_unsigned(out, {'0', precision, -1}, count % whole, 10, false, false);
}

int read_number(const char*& at) {
    int number = 0;
    for (; *at >= '0' && *at <= '9'; ++at) number = number * 10 + (*at - '0');
    return number;
}

}  // namespace

int ImFormatString(char* buf, std::size_t buf_size, const char* fmt, ...) {
    va_list args;
    va_start(args, fmt);
    const int length = ImFormatStringV(buf, buf_size, fmt, args);
    va_end(args);
    return length;
}

int ImFormatStringV(char* buf, std::size_t buf_size, const char* fmt, va_list args) {
    Output out(buf, buf == nullptr ? 0 : buf_size);
    for (const char* at = fmt; *at != '\0'; ++at) {
        if (*at != '%') {
            out.put(*at);
            continue;
        }
        const char* const start = at++;
        Spec spec;
        if (*at == '0') spec.fill = *at++;
        spec.width = read_number(at);
        if (*at == '.') {
            ++at;
            if (*at == '*') {
                ++at;
                spec.precision = va_arg(args, int);
            } else {
                spec.precision = read_number(at);
            }
        }
        const bool size = *at == 'z';
        if (size) ++at;
        switch (*at) {
            case '%': out.put('%'); break;
            case 'c': out.put(static_cast<char>(va_arg(args, int))); break;
            case 's': {
                const char* text = va_arg(args, const char*);
                if (text == nullptr) text = "";
                const std::size_t bytes =
                    spec.precision < 0 ? std::strlen(text)
                                       : strnlen(text, static_cast<std::size_t>(spec.precision));
                out.put(text, bytes, spec.width, ' ');
                break;
            }
            case 'd':
            case 'i': put_signed(out, spec, va_arg(args, int)); break;
            case 'u':
            case 'x':
            case 'X':
                put_unsigned(out, spec, size ? va_arg(args, std::size_t) : va_arg(args, unsigned),
                             *at == 'u' ? 10 : 16, *at == 'X', false);
                break;
            case 'p':
                put_unsigned(out, spec, reinterpret_cast<std::uintptr_t>(va_arg(args, void*)), 16,
                             false, false);
                break;
            case 'f': put_double(out, spec, va_arg(args, double)); break;
            default:
                if (*at == '\0') --at;
                for (const char* c = start; c <= at; ++c) out.put(*c);
        }
    }
    return out.end();
}

#include "base/assert.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <iterator>

namespace nats_blotter {

// Without printf, whose machinery weighs 3 KB compressed in a small WebAssembly program.
void assert_failed(const char* expression, const char* file, int line) {
    std::array<char, 16> digits{};
    std::to_chars(digits.data(), std::prev(digits.end()), line);
    for (const char* part : {"assertion failed: ", expression, " (", file, ":",
                             static_cast<const char*>(digits.data()), ")\n"})
        std::fputs(part, stderr);
    std::abort();
}

}  // namespace nats_blotter

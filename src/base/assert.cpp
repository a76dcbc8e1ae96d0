#include "base/assert.h"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>

namespace nats_blotter {

// Without printf, which would weigh more than the rest of a small client.
void assert_failed(const char* expression, const char* file, int line) {
    char digits[] = "0000000000";
    std::size_t first = sizeof digits - 1;
    do {
        digits[--first] = static_cast<char>('0' + line % 10);
        line /= 10;
    } while (line > 0);
    for (const char* part : {"assertion failed: ", expression, " (", file, ":",
                             static_cast<const char*>(digits + first), ")\n"})
        std::fputs(part, stderr);
    std::abort();
}

}  // namespace nats_blotter

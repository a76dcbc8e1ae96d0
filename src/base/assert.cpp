#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace nats_blotter {

void assert_failed(const char* expression, const char* file, int line) {
    std::fprintf(stderr, "assertion failed: %s (%s:%d)\n", expression, file, line);
    std::abort();
}

}  // namespace nats_blotter

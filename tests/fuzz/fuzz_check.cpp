#include "fuzz/fuzz_check.h"

#include <cstdio>
#include <cstdlib>

namespace nats_blotter::fuzz {

void broken(const char* file, int line, const char* what) {
    std::fprintf(stderr, "%s:%d: broken: %s\n", file, line, what);
    std::abort();
}

}  // namespace nats_blotter::fuzz

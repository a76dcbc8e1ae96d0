// base/assert.h - assertions that stay on in every build.
//
// A failed assertion is a bug of ours. It prints where and traps; the page then shows its crash
// text. Wrong prices are worse than no prices. Per-cell loops use NB_ASSERT_DEBUG, off in release
// builds.
#pragma once

namespace nats_blotter {

[[noreturn]] void assert_failed(const char* expression, const char* file, int line);

}  // namespace nats_blotter

// NB_ASSERT_TERSE leaves the words out, where a page counts every byte: file and line remain.
#ifdef NB_ASSERT_TERSE
#define NB_ASSERT_WORDS(expression) ""
#else
#define NB_ASSERT_WORDS(expression) #expression
#endif
#define NB_ASSERT(expression) \
    ((expression)             \
         ? void(0)            \
         : ::nats_blotter::assert_failed(NB_ASSERT_WORDS(expression), __FILE_NAME__, __LINE__))

#ifdef NDEBUG
#define NB_ASSERT_DEBUG(expression) void(0)
#else
#define NB_ASSERT_DEBUG(expression) NB_ASSERT(expression)
#endif

// tests/support/doctest_implementation.cpp - doctest itself, compiled once for all programs.
//
// Without exceptions a failed REQUIRE is counted but does not leave its test case.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

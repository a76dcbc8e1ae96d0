// tests/support/doctest_main.cpp - the main function of every unit test program.
//
// Without exceptions a failed REQUIRE is counted but does not leave its test case.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

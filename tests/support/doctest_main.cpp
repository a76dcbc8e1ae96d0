// tests/support/doctest_main.cpp - the main function of every unit test program.
//
// Without exceptions a failed REQUIRE cannot leave the test case: it is counted like a CHECK and
// the case goes on. What must not go on stands behind an `if`, or behind an assertion of ours.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

// tests/support/doctest_main.cpp - the main function of every unit test program.
//
// Without exceptions a failed REQUIRE cannot leave the test case, so doctest ends the program
// there.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

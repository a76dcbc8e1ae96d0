// tests/support/doctest_main.cpp - the main function of every unit test program.
#include <doctest/doctest.h>

int main(int argc, char** argv) { return doctest::Context(argc, argv).run(); }

// count_allocations.h - how often the program called the global operator new; link
// count_allocations.cpp, which replaces it.
#pragma once

#include <cstddef>

namespace nats_blotter::tests {

std::size_t allocation_count();

}  // namespace nats_blotter::tests

// web/imgui_libc.cpp - see web/imgui_libc.h.
#include "imgui_libc.h"

#include <algorithm>

namespace {

constexpr double kPi = 3.14159265358979323846;

// Taylor's series up to the 11th power, of at most a quarter of a turn: off by less than 1e-7.
double sine(double angle) {
    const double turns = angle / (2 * kPi);
    double x = (turns - std::floor(turns + 0.5)) * (2 * kPi);
    if (x > kPi / 2) x = kPi - x;
    if (x < -kPi / 2) x = -kPi - x;
    const double square = x * x;
    double sum = 0;
    for (int power = 11; power > 1; power -= 2) sum = (1 - sum) * square / (power * (power - 1));
    return x * (1 - sum);
}

}  // namespace

float nb_imgui_sin(float angle) { return static_cast<float>(sine(angle)); }

float nb_imgui_cos(float angle) { return static_cast<float>(sine(double{angle} + kPi / 2)); }

void nb_imgui_sort(void* base, std::size_t count, std::size_t size,
                   int (*compare)(const void*, const void*)) {
    char* const first = static_cast<char*>(base);
    for (char* next = first + size; next < first + count * size; next += size) {
        char* at = next;
        for (; at > first && compare(at - size, at) > 0; at -= size)
            std::swap_ranges(at - size, at, at);
    }
}

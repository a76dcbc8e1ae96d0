// web/imgui_libc.h - included ahead of Dear ImGui's own sources by cmake/find_imgui.cmake: what of
// the C library it does without, or has smaller.
//
// Only the reading of .ini files and of typed-in numbers uses sscanf, of which the page has
// neither; it weighs 25 kB with what it needs. Angles are those of circles, and what is sorted are
// the few windows within a window: for both the library brings more than there is to do.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

// In radians, right to 7 digits up to a thousand turns.
float nb_imgui_sin(float angle);
float nb_imgui_cos(float angle);
// As qsort(), in place and by insertion: for a few elements.
void nb_imgui_sort(void* base, std::size_t count, std::size_t size,
                   int (*compare)(const void*, const void*));

#define sscanf(...) 0
#define sinf nb_imgui_sin
#define cosf nb_imgui_cos
#define qsort nb_imgui_sort

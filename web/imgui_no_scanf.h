// web/imgui_no_scanf.h - included ahead of Dear ImGui's own sources by cmake/find_imgui.cmake.
//
// Only the reading of .ini files and of typed-in numbers uses sscanf, of which the page has
// neither; it weighs 25 kB with what it needs.
#pragma once

#include <cstdio>
#include <cstdlib>

#define sscanf(...) 0

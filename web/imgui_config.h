// web/imgui_config.h - the compile-time settings of Dear ImGui; cmake/find_imgui.cmake hands it
// over as IMGUI_USER_CONFIG, to its sources and to ours alike.
#pragma once

#include "base/assert.h"

// A misuse of the library is a bug of ours: it traps, and the page shows its crash text. The words
// of a thousand assertions would weigh 20 kB, so only debug builds have them.
#ifdef NDEBUG
#define IM_ASSERT(expression) ((expression) ? void(0) : __builtin_trap())
#else
#define IM_ASSERT(expression) NB_ASSERT(expression)
#endif

// Weight: the page uses none of these, and the linker cannot tell.
#define IMGUI_DISABLE_DEMO_WINDOWS
#define IMGUI_DISABLE_DEBUG_TOOLS
#define IMGUI_DISABLE_DEFAULT_FONT  // fonts come from cmake/fonts.cmake

#define IMGUI_DISABLE_DEFAULT_FORMAT_FUNCTIONS  // web/imgui_format.cpp is a tenth of printf

// A browser has no files and no shell; the page keeps its own view state.
#define IMGUI_DISABLE_FILE_FUNCTIONS
#define IMGUI_DISABLE_DEFAULT_SHELL_FUNCTIONS

// Names that the next version removes are not used from the start.
#define IMGUI_DISABLE_OBSOLETE_FUNCTIONS

// Company and security names may hold any Unicode character.
#define IMGUI_USE_WCHAR32

// A full window of cells on a large screen passes 65,536 vertices in one draw list.
#define ImDrawIdx unsigned int

# Finds the Emscripten on the PATH (Debian's package or an emsdk) and uses its own CMake platform
# file.
execute_process(COMMAND em-config EMSCRIPTEN_ROOT OUTPUT_VARIABLE NB_EMSCRIPTEN_ROOT
                OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE NB_EM_CONFIG_STATUS)
if(NOT NB_EM_CONFIG_STATUS EQUAL 0)
    message(FATAL_ERROR "em-config is not on the PATH: install Emscripten (`make setup`)")
endif()
# Debian's emcc loads acorn from Debian's node folder, which a node from elsewhere does not look
# into.
if(NOT DEFINED ENV{NODE_PATH})
    set(ENV{NODE_PATH} /usr/share/nodejs)
endif()
include("${NB_EMSCRIPTEN_ROOT}/cmake/Modules/Platform/Emscripten.cmake")
# The glue of 3.1.6 sees Node's global fetch and calls it with a file path; without it, it reads
# the file.
set(CMAKE_CROSSCOMPILING_EMULATOR "node;--no-experimental-fetch")

# The one INTERFACE target with our compile settings; every target of ours links it privately.
#
# nb_compile_options: warnings as errors, no exceptions, no RTTI (as the WebAssembly build has
# neither, so that a native build proves the same code), and the sanitizers when asked for.
# nb_compile_options_exceptions: the same with exceptions, for the service libraries that need them.

add_library(nb_warnings INTERFACE)
target_compile_options(
    nb_warnings
    INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor
              -Wold-style-cast -Wcast-align -Wnull-dereference)
# Another project's compiler may warn of what ours does not; that must not stop its build.
if(PROJECT_IS_TOP_LEVEL)
    target_compile_options(nb_warnings INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 reports these inside its own std::string and std::optional at -O2 (GCC bug 105651).
    target_compile_options(nb_warnings INTERFACE -Wno-restrict -Wno-null-dereference
                                                 -Wno-maybe-uninitialized)
endif()

if(NATS_BLOTTER_SANITIZE)
    target_compile_options(nb_warnings INTERFACE -fsanitize=address,undefined
                                                 -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(nb_warnings INTERFACE -fsanitize=address,undefined)
endif()

if(NATS_BLOTTER_FUZZ)
    target_compile_options(nb_warnings INTERFACE -fsanitize=fuzzer-no-link)
endif()

add_library(nb_compile_options INTERFACE)
target_link_libraries(nb_compile_options INTERFACE nb_warnings)
# Assertions name their file from the top of the tree: no path of this machine gets into a program,
# and the same sources give the same bytes wherever they are built.
target_compile_options(
    nb_compile_options INTERFACE -fno-exceptions -fno-rtti
                                 "-fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=")

# The page says where an assertion failed, not what it said: the words of all weigh kilobytes.
if(EMSCRIPTEN)
    target_compile_definitions(nb_compile_options INTERFACE $<$<CONFIG:Release>:NB_ASSERT_TERSE>)
endif()

add_library(nb_compile_options_exceptions INTERFACE)
target_link_libraries(nb_compile_options_exceptions INTERFACE nb_warnings)

# add_unit_test(name SOURCES a_test.cpp [DEPENDS nats] [LIBRARIES x] [NATIVE_ONLY] [OWN_MAIN])
#
# OWN_MAIN: a source has the main function, for a program with arguments of its own.
# One doctest program per tested folder, `<name>_test`, run natively or, in a WebAssembly build,
# under Node (CMAKE_CROSSCOMPILING_EMULATOR). doctest and nlohmann_json come from Debian packages;
# a folder of links keeps the rest of /usr/include out of the WebAssembly build, where it breaks
# libc++.

function(add_system_header_links)
    set(links "${CMAKE_BINARY_DIR}/system-headers")
    file(MAKE_DIRECTORY "${links}")
    foreach(folder doctest nlohmann)
        find_path(NB_${folder}_PARENT NAMES ${folder} PATHS /usr/include /usr/local/include
                  NO_CMAKE_FIND_ROOT_PATH)
        if(NOT NB_${folder}_PARENT)
            message(FATAL_ERROR "The headers of ${folder} are missing: run `make setup`")
        endif()
        file(CREATE_LINK "${NB_${folder}_PARENT}/${folder}" "${links}/${folder}" SYMBOLIC)
    endforeach()
    add_library(nb_system_headers INTERFACE)
    target_include_directories(nb_system_headers SYSTEM INTERFACE "${links}")
endfunction()

# doctest's implementation, once for all programs: it costs as much to compile as five tests do.
function(add_doctest_main)
    add_library(nb_doctest_main OBJECT "${PROJECT_SOURCE_DIR}/tests/support/doctest_main.cpp")
    target_link_libraries(nb_doctest_main PRIVATE nb_compile_options nb_system_headers)
    target_compile_definitions(nb_doctest_main
                               PRIVATE DOCTEST_CONFIG_NO_EXCEPTIONS_BUT_WITH_ALL_ASSERTS)
    if(NATS_BLOTTER_SANITIZE) # other people's code, through which millions of assertions go
        target_compile_options(nb_doctest_main PRIVATE -fno-sanitize=all)
    endif()
endfunction()

# A program that is run under Node, with the machine's files, when it is built as WebAssembly.
function(link_for_node target)
    if(EMSCRIPTEN)
        set(without_fetch "${PROJECT_SOURCE_DIR}/cmake/node_without_fetch.js")
        set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS "${without_fetch}")
        target_link_options(
            ${target} PRIVATE
            "SHELL:--pre-js '${without_fetch}'"
            -sENVIRONMENT=node # CommonJS glue: EXPORT_ES6 output does not load in Node
            -sEXIT_RUNTIME=1 # so that the exit status of main is the process's
            -sALLOW_MEMORY_GROWTH=1 # tests at the limits need more than the default 16 MiB
            -sINITIAL_MEMORY=67108864
            -sNODERAWFS=1 # tests read their samples from tests/data
            -sASSERTIONS=1
            # Binaryen's passes after LLVM's cost eight seconds a program for a few per cent.
            -O1)
    endif()
endfunction()

function(add_unit_test name)
    cmake_parse_arguments(ARG "NATIVE_ONLY;OWN_MAIN" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
    if(ARG_NATIVE_ONLY AND EMSCRIPTEN)
        return()
    endif()
    add_executable(${name}_test ${ARG_SOURCES})
    if(NOT ARG_OWN_MAIN)
        target_link_libraries(${name}_test PRIVATE nb_doctest_main)
    endif()
    target_include_directories(${name}_test PRIVATE "${PROJECT_SOURCE_DIR}/tests")
    target_link_libraries(${name}_test PRIVATE nb_compile_options nb_system_headers
                                               ${ARG_LIBRARIES})
    foreach(dependency IN LISTS ARG_DEPENDS)
        target_link_libraries(${name}_test PRIVATE nb_${dependency})
    endforeach()
    target_compile_definitions(
        ${name}_test PRIVATE DOCTEST_CONFIG_NO_EXCEPTIONS_BUT_WITH_ALL_ASSERTS
                             NB_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
    # Simulations, which have main functions of their own, run long enough to be worth optimising.
    if(NATS_BLOTTER_SANITIZE AND NOT ARG_OWN_MAIN)
        target_compile_options(${name}_test PRIVATE -O0)
    endif()
    link_for_node(${name}_test)
    add_test(NAME ${name} COMMAND ${name}_test)
endfunction()

# add_unit_test(name SOURCES a_test.cpp [DEPENDS nats] [LIBRARIES x] [NATIVE_ONLY] [OWN_MAIN]
#               [LOOPS])
#
# OWN_MAIN: a source has the main function, for a program with arguments of its own.
# LOOPS: the tests themselves count to millions (without_optimisation).
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

# What only tests run is compiled without optimisation where a test build is optimised: it takes
# half as long, and what is tested is optimised all the same. With LOOPS, only under the sanitizers:
# as WebAssembly it would run longer by more than that.
function(without_optimisation target)
    cmake_parse_arguments(ARG "LOOPS" "" "" ${ARGN})
    if(NATS_BLOTTER_FUZZ)
        return()
    endif()
    if(NATS_BLOTTER_SANITIZE OR (EMSCRIPTEN AND NOT ARG_LOOPS))
        target_compile_options(${target} PRIVATE -O0)
    endif()
endfunction()

# doctest's implementation, once for all programs: it costs as much to compile as five tests do.
function(add_doctest_main)
    set(support "${PROJECT_SOURCE_DIR}/tests/support")
    add_library(nb_doctest OBJECT "${support}/doctest_implementation.cpp")
    add_library(nb_doctest_main OBJECT "${support}/doctest_main.cpp")
    foreach(target nb_doctest nb_doctest_main)
        target_link_libraries(${target} PRIVATE nb_compile_options nb_system_headers)
        target_compile_definitions(${target}
                                   PRIVATE DOCTEST_CONFIG_NO_EXCEPTIONS_BUT_WITH_ALL_ASSERTS)
    endforeach()
    # Other people's code, through which millions of assertions go. By the source: options of a
    # target come before those that it links, which switch the sanitizers on.
    if(NATS_BLOTTER_SANITIZE)
        set_source_files_properties("${support}/doctest_implementation.cpp"
                                    PROPERTIES COMPILE_OPTIONS -fno-sanitize=all)
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
    cmake_parse_arguments(ARG "NATIVE_ONLY;OWN_MAIN;LOOPS" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
    if(ARG_NATIVE_ONLY AND EMSCRIPTEN)
        return()
    endif()
    add_executable(${name}_test ${ARG_SOURCES})
    target_link_libraries(${name}_test PRIVATE nb_doctest)
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
    if(NOT ARG_OWN_MAIN)
        target_link_libraries(${name}_test PRIVATE nb_doctest_main)
        if(ARG_LOOPS)
            set(loops LOOPS)
        endif()
        without_optimisation(${name}_test ${loops})
    endif()
    link_for_node(${name}_test)
    add_test(NAME ${name} COMMAND ${name}_test)
endfunction()

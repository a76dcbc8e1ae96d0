# nb_imgui: Dear ImGui as a static library, from the sources that `make setup` put into
# third_party/imgui, or from the folder that -DIMGUI_DIR= names. Nothing is downloaded here.
#
# Its compile-time settings are in web/imgui_config.h, with their reasons. It is built for size: the
# page draws a few thousand glyphs a frame, and each of its bytes is waited for at first light.

set(IMGUI_DIR "${PROJECT_SOURCE_DIR}/third_party/imgui" CACHE PATH "Dear ImGui 1.92 sources")
if(NOT EXISTS "${IMGUI_DIR}/imgui.cpp")
    message(FATAL_ERROR "Dear ImGui's sources are not in ${IMGUI_DIR}: run `make setup`, or give "
                        "-DIMGUI_DIR=")
endif()

file(STRINGS "${IMGUI_DIR}/imgui.h" NB_IMGUI_VERSION_LINE REGEX "#define IMGUI_VERSION_NUM ")
string(REGEX MATCH "[0-9]+" NB_IMGUI_VERSION_NUM "${NB_IMGUI_VERSION_LINE}")
if(NB_IMGUI_VERSION_NUM LESS 19200)
    message(FATAL_ERROR "Dear ImGui 1.92 is needed (fonts made as they are asked for), and the one "
                        "in ${IMGUI_DIR} is ${NB_IMGUI_VERSION_NUM}")
endif()

# Its functions are weak, so that web/imgui_absent.cpp can take the place of parts that the page
# never uses and that the linker could not leave out by itself. Objects, since nothing is taken out
# of an archive for the sake of a weak name.
add_library(
    nb_imgui OBJECT
    "${IMGUI_DIR}/imgui.cpp" "${IMGUI_DIR}/imgui_draw.cpp" "${IMGUI_DIR}/imgui_tables.cpp"
    "${IMGUI_DIR}/imgui_widgets.cpp" "${PROJECT_SOURCE_DIR}/web/imgui_libc.cpp")
target_compile_features(nb_imgui PUBLIC cxx_std_20)
target_include_directories(nb_imgui SYSTEM PUBLIC "${IMGUI_DIR}")
target_include_directories(nb_imgui PUBLIC "${PROJECT_SOURCE_DIR}/web")
target_compile_definitions(nb_imgui PUBLIC IMGUI_USER_CONFIG="imgui_config.h")
target_link_libraries(nb_imgui PUBLIC nb_base) # its assertions are ours
target_compile_definitions(nb_imgui PRIVATE IMGUI_API=__attribute__\(\(weak\)\))
target_compile_options(
    nb_imgui
    PRIVATE "SHELL:-include ${PROJECT_SOURCE_DIR}/web/imgui_libc.h"
            -w # warnings in other people's code are not ours to mend
            -fno-exceptions -fno-rtti
            $<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:Clang>>:-Oz>
            $<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU>>:-Os>)

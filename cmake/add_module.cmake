# add_module(name SOURCES a.cpp b.cpp [DEPENDS base nats] [HOT])
#
# One folder of src/ as a static library `nb_<name>` with the alias `nats_blotter::<name>`.
# Include paths are spelled from src/ ("nats/parser.h"). HOT modules are built with -O3 whatever
# the preset's release level, because they carry every event.
function(add_module name)
    cmake_parse_arguments(ARG "HOT" "" "SOURCES;DEPENDS" ${ARGN})
    add_library(nb_${name} STATIC ${ARG_SOURCES})
    add_library(nats_blotter::${name} ALIAS nb_${name})
    set_target_properties(nb_${name} PROPERTIES EXPORT_NAME ${name})
    target_compile_features(nb_${name} PUBLIC cxx_std_20)
    target_include_directories(nb_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>
                                                 $<INSTALL_INTERFACE:include/${PROJECT_NAME}>)
    target_link_libraries(nb_${name} PRIVATE $<BUILD_INTERFACE:nb_compile_options>)
    foreach(dependency IN LISTS ARG_DEPENDS)
        target_link_libraries(nb_${name} PUBLIC nb_${dependency})
    endforeach()
    if(ARG_HOT)
        target_compile_options(nb_${name} PRIVATE $<$<CONFIG:Release>:-O3>)
    endif()
endfunction()

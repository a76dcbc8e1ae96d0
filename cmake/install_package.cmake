# What `find_package(nats_blotter)` finds: the targets nats_blotter::base and nats_blotter::nats,
# with their headers under include/nats_blotter, so that "nats/client.h" is ours and not nats.c's.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(NB_PACKAGE_FOLDER "${CMAKE_INSTALL_LIBDIR}/cmake/nats_blotter")
install(TARGETS nb_base nb_nats EXPORT nats_blotter_targets
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT core)
install(DIRECTORY src/base src/nats DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/nats_blotter"
        COMPONENT core FILES_MATCHING PATTERN "*.h")
install(EXPORT nats_blotter_targets NAMESPACE nats_blotter:: DESTINATION "${NB_PACKAGE_FOLDER}"
        COMPONENT core FILE nats_blotterConfig.cmake)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/nats_blotterConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/nats_blotterConfigVersion.cmake"
        DESTINATION "${NB_PACKAGE_FOLDER}" COMPONENT core)

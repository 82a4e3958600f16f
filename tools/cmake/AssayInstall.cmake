# Install and export: find_package(assay) gives assay::assay.
include(CMakePackageConfigHelpers)

add_library(assay INTERFACE)
add_library(assay::assay ALIAS assay)
target_link_libraries(assay INTERFACE assay_verify assay_stream assay_audit assay_mint)
install(TARGETS assay EXPORT assayTargets)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/engine/include/assay DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT assayTargets NAMESPACE assay:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/assay)
configure_package_config_file(${CMAKE_SOURCE_DIR}/tools/cmake/assayConfig.cmake.in
  ${CMAKE_BINARY_DIR}/assayConfig.cmake INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/assay)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE ${CMAKE_SOURCE_DIR}/NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/assayConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/assayConfig.cmake ${CMAKE_BINARY_DIR}/assayConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/assay)

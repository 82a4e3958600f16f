# Install and export: the program with its manual pages and completion (component program); the library, with which
# find_package(assay) gives assay::assay and pkg-config knows assay (component development).
include(CMakePackageConfigHelpers)

add_library(assay INTERFACE)
add_library(assay::assay ALIAS assay)
target_link_libraries(assay INTERFACE assay_verify assay_columns assay_stream assay_audit assay_mint)
install(TARGETS assay EXPORT assayTargets)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/engine/include/assay DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(EXPORT assayTargets NAMESPACE assay:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/assay COMPONENT development)
configure_package_config_file(${CMAKE_SOURCE_DIR}/tools/cmake/assayConfig.cmake.in
  ${CMAKE_BINARY_DIR}/assayConfig.cmake INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/assay)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/assayConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/assayConfig.cmake ${CMAKE_BINARY_DIR}/assayConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/assay COMPONENT development)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE ${CMAKE_SOURCE_DIR}/NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR}
  COMPONENT program)

# assay.pc lists the rooms from the top down, as a linker of static libraries wants them, and finds its files from where
# it lies itself, so that the tree may be moved.
get_property(rooms GLOBAL PROPERTY ASSAY_ROOMS)
list(REVERSE rooms)
list(TRANSFORM rooms PREPEND -lassay_)
list(JOIN rooms " " ASSAY_PC_LIBS)
file(RELATIVE_PATH ASSAY_PC_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
string(REGEX REPLACE "/$" "" ASSAY_PC_PREFIX ${ASSAY_PC_PREFIX})
configure_file(${CMAKE_SOURCE_DIR}/tools/cmake/assay.pc.in ${CMAKE_BINARY_DIR}/assay.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/assay.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)

# The program writes its manual pages and completion itself, if it can run here.
if(CMAKE_CROSSCOMPILING OR ASSAY_SANITIZE OR ASSAY_BUILD_FUZZERS)
  return()
endif()
set(manual ${CMAKE_BINARY_DIR}/manual)
add_custom_command(OUTPUT ${manual}/complete
  COMMAND ${CMAKE_COMMAND} -DASSAY=$<TARGET_FILE:assay_program> -DTO=${manual} -P
          ${CMAKE_SOURCE_DIR}/tools/cmake/write_manual.cmake
  DEPENDS assay_program ${CMAKE_SOURCE_DIR}/tools/cmake/write_manual.cmake
  COMMENT "Writing manual pages and completion" VERBATIM)
add_custom_target(assay_manual ALL DEPENDS ${manual}/complete)
install(DIRECTORY ${manual}/man1/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
install(FILES ${manual}/assay.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME assay
  COMPONENT program)
install(FILES ${manual}/assay.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT program)
# Debian's zsh looks into another folder for what packages install than for what /usr/local holds.
install(CODE "
  set(folder site-functions)
  if(CMAKE_INSTALL_PREFIX MATCHES \"/usr$\")
    set(folder vendor-completions)
  endif()
  file(INSTALL ${manual}/_assay DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/zsh/\${folder}\")
" COMPONENT program)

# Packages: cpack -G DEB in the build folder writes assay (the program) and libassay-dev (the library); cpack -G TGZ an
# archive of each. What the program links is found by dpkg-shlibdeps; libcurl is named here because it is loaded when
# the first URL is fetched.
set(CPACK_PACKAGE_NAME assay)
set(CPACK_PACKAGE_VENDOR "the authors of assay")
set(ASSAY_PACKAGE_CONTACT "the authors of assay <root@localhost>" CACHE STRING "Maintainer of the packages")
set(CPACK_PACKAGE_CONTACT ${ASSAY_PACKAGE_CONTACT})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "verifies JSON Web Tokens in bulk")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program development)
set(CPACK_COMPONENTS_GROUPING IGNORE)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME assay)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS libcurl4)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "ca-certificates, tzdata")
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION
  "The program assay reads files, pipes and logs as they are, and writes a
verdict for each token: what it grants, or the reasons why it is rejected,
at the time at which it was used.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libassay-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libssl-dev, libtbb-dev, libsimdjson-dev, libisal-dev, libzstd-dev, libcurl4")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
  "The library for C++20: static libraries, headers, the CMake package assay
and the pkg-config file assay.")
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)

# Debian wants the licence of each package under this name, and examples of what an administrator adapts.
file(READ ${CMAKE_SOURCE_DIR}/NOTICE notice)
file(WRITE ${CMAKE_BINARY_DIR}/copyright
  "${notice}\nOn Debian systems the Apache License 2.0 stands in /usr/share/common-licenses/Apache-2.0.\n")
install(FILES ${CMAKE_BINARY_DIR}/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/assay COMPONENT program)
install(FILES ${CMAKE_BINARY_DIR}/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libassay-dev COMPONENT development)
install(FILES ${CMAKE_SOURCE_DIR}/tools/packaging/assay-verify.socket
  ${CMAKE_SOURCE_DIR}/tools/packaging/assay_function.xml
  ${CMAKE_SOURCE_DIR}/tools/packaging/assay-verify@.service
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/assay/examples COMPONENT program)

include(CPack)

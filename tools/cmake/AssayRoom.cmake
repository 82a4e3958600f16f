# assay_room(NAME SOURCES... [DEPENDS TARGETS...] [PRIVATE TARGETS...]): one room of the engine as a static library.
#
# The room assay_NAME is exported as assay::NAME. Its headers are included as "NAME/header.h" from engine/.
function(assay_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;DEPENDS;PRIVATE" ${ARGN})
  add_library(assay_${name} STATIC ${ROOM_SOURCES})
  add_library(assay::${name} ALIAS assay_${name})
  set_target_properties(assay_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_include_directories(assay_${name}
    PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/engine/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
           $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/engine>)
  target_compile_features(assay_${name} PUBLIC cxx_std_20)
  target_link_libraries(assay_${name} PUBLIC ${ROOM_DEPENDS} PRIVATE ${ROOM_PRIVATE})
  install(TARGETS assay_${name} EXPORT assayTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
  set_property(GLOBAL APPEND PROPERTY ASSAY_ROOMS ${name})  # from the bottom up
  if(NOT name MATCHES "^(base|kernel|codec)$")  # they have sources for one instruction set
    assay_standard_headers(assay_${name})
  endif()
endfunction()

# assay_standard_headers(TARGET): what most sources include is compiled once. Only under a sanitizer, where nobody waits for
# a single file: a release shows that each file includes what it uses, and leaves the rest to ccache, which knows the files
# of another checkout again only without a precompiled header.
function(assay_standard_headers target)
  if(NOT ASSAY_SANITIZE)
    return()
  endif()
  if(NOT TARGET assay_standard_headers)
    add_library(assay_standard_headers OBJECT ${CMAKE_SOURCE_DIR}/tools/cmake/headers.cc)
    target_compile_features(assay_standard_headers PRIVATE cxx_std_20)
    set_target_properties(assay_standard_headers PROPERTIES POSITION_INDEPENDENT_CODE ON)
    target_precompile_headers(assay_standard_headers PRIVATE <algorithm> <array> <atomic> <charconv> <chrono> <cstdint>
      <cstring> <functional> <map> <memory> <mutex> <new> <optional> <span> <string> <string_view> <system_error>
      <unordered_map> <utility> <vector>)
  endif()
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_precompile_headers(${target} REUSE_FROM assay_standard_headers)
endfunction()

# assay_test(ROOM SOURCES... [FILTER PATTERN]): the tests of a room as one program, ROOM_test, each test registered with
# ctest, or those only whose names fit the pattern of gtest.
function(assay_test room)
  cmake_parse_arguments(TEST "" "FILTER" "SOURCES;LINK" ${ARGN})
  add_executable(${room}_test ${TEST_SOURCES})
  target_link_libraries(${room}_test PRIVATE ${TEST_LINK} assay_test_support GTest::gtest GTest::gmock GTest::gtest_main)
  target_include_directories(${room}_test PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  # GoogleTest's headers are a third of the work of compiling a test. A release leaves them to ccache, which knows the
  # files of another checkout again only without a precompiled header.
  if(ASSAY_SANITIZE AND NOT room MATCHES "^kernel")
    if(NOT TARGET assay_test_headers)
      add_library(assay_test_headers OBJECT ${CMAKE_SOURCE_DIR}/tools/cmake/headers.cc)
      target_compile_features(assay_test_headers PRIVATE cxx_std_20)
      target_link_libraries(assay_test_headers PRIVATE GTest::gtest GTest::gmock)
      target_precompile_headers(assay_test_headers PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
    endif()
    target_precompile_headers(${room}_test REUSE_FROM assay_test_headers)
  endif()
  gtest_discover_tests(${room}_test DISCOVERY_MODE PRE_TEST TEST_PREFIX ${room}/ TEST_FILTER "${TEST_FILTER}"
                       PROPERTIES TIMEOUT 300)
endfunction()

# The CPU features that engine/kernel/ifma is compiled for. Its kernels.cc asks the CPU for the same list.
set(ASSAY_IFMA_FEATURES avx512f avx512bw avx512dq avx512vl avx512ifma avx512vbmi avx512vbmi2 bmi bmi2 adx)
list(TRANSFORM ASSAY_IFMA_FEATURES PREPEND -m OUTPUT_VARIABLE ASSAY_IFMA_FLAGS)
# The same for engine/kernel/fma, and for engine/kernel/avx512f, which compiles the sources of fma for eight lanes. Their
# products are exact only as they are written, in the rounding mode that they set.
set(ASSAY_FMA_FEATURES avx2 fma bmi bmi2)
set(ASSAY_AVX512F_FEATURES avx512f avx512bw avx512dq avx512vl ${ASSAY_FMA_FEATURES})
set(exact_flags -ffp-contract=off -fno-fast-math -frounding-math)
list(TRANSFORM ASSAY_FMA_FEATURES PREPEND -m OUTPUT_VARIABLE ASSAY_FMA_FLAGS)
list(APPEND ASSAY_FMA_FLAGS ${exact_flags} -DASSAY_FMA_LANES=4)
list(TRANSFORM ASSAY_AVX512F_FEATURES PREPEND -m OUTPUT_VARIABLE ASSAY_AVX512F_FLAGS)
list(APPEND ASSAY_AVX512F_FLAGS ${exact_flags} -DASSAY_FMA_LANES=8)
# Without exceptions an object holds no weak symbol, not even the reference to their handler.
list(APPEND ASSAY_IFMA_FLAGS -fno-exceptions)
list(APPEND ASSAY_FMA_FLAGS -fno-exceptions)
list(APPEND ASSAY_AVX512F_FLAGS -fno-exceptions)

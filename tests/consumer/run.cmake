# cmake -DBUILD=... -DWORK=... -DSOURCE=... -DCOMPILER=... -DGENERATOR=... -DBUILD_TYPE=... -DLIBDIR=... -DSANITIZE=... -P run.cmake
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "failed (${status}): ${ARGN}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/installed)
if(SANITIZE)
  set(flags -fsanitize=${SANITIZE})
endif()
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -G ${GENERATOR} -DCMAKE_BUILD_TYPE=${BUILD_TYPE}
  -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_FLAGS=${flags} -DCMAKE_PREFIX_PATH=${WORK}/installed)
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/build/example)
# Audits the sample logs, and finds as many as `assay audit` does.
execute_process(COMMAND ${WORK}/build/audit ${SAMPLE}/logs ${SAMPLE}/jwks.json OUTPUT_VARIABLE found RESULT_VARIABLE status)
message("${found}")
if(NOT status EQUAL 0 OR NOT found MATCHES "^468 tokens on 640 lines of 6 files, 216 findings\nkey_not_found 84\n")
  message(FATAL_ERROR "audit: exit ${status}")
endif()

# The same program without CMake: pkg-config alone says how to compile and link it. The tree was moved, as packages are.
file(RENAME ${WORK}/installed ${WORK}/moved)
set(ENV{PKG_CONFIG_PATH} ${WORK}/moved/${LIBDIR}/pkgconfig)
execute_process(COMMAND pkg-config --cflags --libs assay OUTPUT_VARIABLE flags_of_assay RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "pkg-config does not know assay")
endif()
separate_arguments(flags_of_assay UNIX_COMMAND "${flags_of_assay}")
run(${COMPILER} -std=c++20 ${flags} ${SOURCE}/../example.cc -o ${WORK}/by_pkg_config ${flags_of_assay})
run(${WORK}/by_pkg_config)
